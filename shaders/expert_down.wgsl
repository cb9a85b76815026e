// y[t] += the sum over a token's experts of weight * (W x[t, choice]): the second half of a mixture's MLP.
//
// Grid: x = rows, y = tokens. The blocks of all choices are one list that the lanes share, so the weighted sum over
// the experts is the reduction that a product has anyway, and short rows keep every lane busy. Experts of
// another buffer are passed over; their dispatch adds them. Lanes and rows as in matvec.

struct Params {
    // Of one expert.
    rows: u32,
    blocks_per_row: u32,
    x_stride_blocks: u32,
    y_stride: u32,
    first_expert: u32,
    num_experts: u32,
    experts_per_token: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
// [token][choice]
@group(0) @binding(4) var<storage, read> x: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read_write> y: array<f32>;
@group(0) @binding(6) var<storage, read> chosen: array<u32>;
@group(0) @binding(7) var<storage, read> chosen_weights: array<f32>;

const LANES: u32 = 32u;
const ROWS_PER_WORKGROUP: u32 = 8u;

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    lanes: Lanes,
) {
    let lane = lanes.invocation % LANES;
    let first_row = group.x * ROWS_PER_WORKGROUP + (lanes.invocation / LANES) * 4u;
    let first_pair = group.y * params.experts_per_token;
    let num_items = params.experts_per_token * params.blocks_per_row;

    var sums = vec4<f32>();
    var activations: array<vec4<f32>, 8>;
    var weights: array<vec4<f32>, 8>;
    for (var item = lane; item < num_items; item += LANES) {
        let pair = first_pair + item / params.blocks_per_row;
        let block = item % params.blocks_per_row;
        let expert = chosen[pair] - params.first_expert;
        if expert >= params.num_experts {
            continue;
        }
        let x_base = (pair * params.x_stride_blocks + block) * 8u;
        for (var i = 0u; i < 8u; i++) {
            activations[i] = x[x_base + i] * chosen_weights[pair];
        }
        for (var r = 0u; r < 4u; r++) {
            // Rows past the end repeat the last one and are not stored.
            let row = expert * params.rows + min(first_row + r, params.rows - 1u);
            load_weights(row, block, params.blocks_per_row, &weights);
            var sum = 0.0;
            for (var i = 0u; i < 8u; i++) {
                sum += dot(weights[i], activations[i]);
            }
            sums[r] += sum;
        }
    }
    sums = sum_over_32(sums, lanes);
    if lane == 0u {
        for (var r = 0u; r < 4u; r++) {
            if first_row + r < params.rows {
                y[group.y * params.y_stride + first_row + r] += sums[r];
            }
        }
    }
}
