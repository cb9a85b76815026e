// Normalises rows: RMS (Zhang and Sennrich 2019) or LayerNorm (Ba et al. 2016). One workgroup per row.
//
// y = x / sqrt(mean(x^2) + eps) * gamma, or with the mean taken off first and beta added. `accumulate` adds the
// result to y instead: the post-norms of Gemma and OLMo 2 then need no dispatch of their own for the residual.

struct Params {
    columns: u32,
    x_stride: u32,
    x_offset: u32,
    y_stride: u32,
    y_offset: u32,
    epsilon: f32,
    subtract_mean: u32,
    accumulate: u32,
    use_head_row: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(2) var<storage, read> x: array<f32>;
@group(0) @binding(3) var<storage, read> gamma: array<f32>;
@group(0) @binding(4) var<storage, read> beta: array<f32>;
@group(0) @binding(5) var<storage, read_write> y: array<f32>;

var<workgroup> lane_values: array<f32, 128>;

fn sum_over_workgroup(value: f32, invocation: u32) -> f32 {
    lane_values[invocation] = value;
    workgroupBarrier();
    for (var stride = 64u; stride > 0u; stride >>= 1u) {
        if invocation < stride {
            lane_values[invocation] += lane_values[invocation + stride];
        }
        workgroupBarrier();
    }
    let sum = lane_values[0];
    workgroupBarrier();
    return sum;
}

@compute @workgroup_size(128)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) invocation: u32) {
    let row = group.x;
    let x_row = select(row, step.head_row, params.use_head_row == 1u);
    let x_base = x_row * params.x_stride + params.x_offset;
    let y_base = row * params.y_stride + params.y_offset;
    let count = f32(params.columns);

    var mean = 0.0;
    if params.subtract_mean == 1u {
        var sum = 0.0;
        for (var i = invocation; i < params.columns; i += 128u) {
            sum += x[x_base + i];
        }
        mean = sum_over_workgroup(sum, invocation) / count;
    }
    var sum_squares = 0.0;
    for (var i = invocation; i < params.columns; i += 128u) {
        let centred = x[x_base + i] - mean;
        sum_squares += centred * centred;
    }
    let scale = inverseSqrt(sum_over_workgroup(sum_squares, invocation) / count + params.epsilon);
    for (var i = invocation; i < params.columns; i += 128u) {
        var value = (x[x_base + i] - mean) * scale * gamma[i];
        if params.subtract_mean == 1u {
            value += beta[i];
        }
        if params.accumulate == 1u {
            value += y[y_base + i];
        }
        y[y_base + i] = value;
    }
}
