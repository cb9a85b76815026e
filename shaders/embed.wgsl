// x[t] = table[id of t] * scale: one workgroup per token, one invocation per block of 32 columns.
//
// A table larger than a binding is split by rows into several dispatches; each writes the tokens it holds.

struct Params {
    blocks_per_row: u32,
    first_row: u32,
    num_rows: u32,
    scale: f32,
    from_position: u32,
    accumulate: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(6) var<storage, read> ids: array<u32>;
@group(0) @binding(7) var<storage, read_write> x: array<vec4<f32>>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) invocation: u32) {
    let token = group.x;
    let wanted = select(ids[token], step.position + token, params.from_position == 1u);
    let row = wanted - params.first_row;
    if wanted < params.first_row || row >= params.num_rows {
        return;
    }
    var values: array<vec4<f32>, 8>;
    for (var block = invocation; block < params.blocks_per_row; block += 64u) {
        load_weights(row, block, params.blocks_per_row, &values);
        let base = (token * params.blocks_per_row + block) * 8u;
        for (var i = 0u; i < 8u; i++) {
            var value = values[i] * params.scale;
            if params.accumulate == 1u {
                value += x[base + i];
            }
            x[base + i] = value;
        }
    }
}
