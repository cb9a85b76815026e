// y[t][i] = x[t][order[i]]: activations in the order in which a matrix keeps its columns.
//
// GPTQ with `desc_act` sorts columns by importance before it groups them. Storing the columns group by group and
// moving the activations instead costs one read per activation, not one scale per weight.

struct Params {
    columns: u32,
    x_stride: u32,
    y_stride: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(2) var<storage, read> x: array<f32>;
@group(0) @binding(3) var<storage, read> order: array<u32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) invocation: u32) {
    let column = group.x * 64u + invocation;
    let token = group.y;
    if column < params.columns {
        y[token * params.y_stride + column] = x[token * params.x_stride + order[column]];
    }
}
