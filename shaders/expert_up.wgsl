// y = activation(gate x) * up x with the matrices of one chosen expert: the first half of a mixture's MLP.
//
// Grid: x = rows, y = (token, choice) pairs. Which expert a pair has is read from a buffer, so that one dispatch
// covers all choices and no weight of another expert is touched. A matrix holds whole experts, each as its gate
// rows and then its up rows; where the experts of a layer take several buffers, the pairs whose expert lies in
// another one leave at once. Lanes and rows as in matvec.

struct Params {
    // Of one expert, gate and up together.
    rows: u32,
    blocks_per_row: u32,
    x_stride_blocks: u32,
    y_stride: u32,
    first_expert: u32,
    num_experts: u32,
    experts_per_token: u32,
    activation: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(4) var<storage, read> x: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read_write> y: array<f32>;
@group(0) @binding(6) var<storage, read> chosen: array<u32>;

const LANES: u32 = 32u;
const ROWS_PER_WORKGROUP: u32 = 8u;

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    lanes: Lanes,
) {
    let pair = group.y;
    let expert = chosen[pair] - params.first_expert;
    // Below the first it has wrapped round to a large number.
    if expert >= params.num_experts {
        return;
    }
    let lane = lanes.invocation % LANES;
    let first_place = group.x * ROWS_PER_WORKGROUP + (lanes.invocation / LANES) * 4u;
    let half_rows = params.rows / 2u;
    // Place 2i is gate row i, place 2i + 1 is up row i, so that one lane has both. Places past the end repeat the
    // last row and are not stored.
    var rows: vec4<u32>;
    for (var i = 0u; i < 4u; i++) {
        let place = min(first_place + i, params.rows - 1u);
        rows[i] = expert * params.rows + place / 2u + (place & 1u) * half_rows;
    }

    let x_base = (pair / params.experts_per_token) * params.x_stride_blocks * 8u;
    var sums = vec4<f32>();
    var activations: array<vec4<f32>, 8>;
    var weights: array<vec4<f32>, 8>;
    for (var block = lane; block < params.blocks_per_row; block += LANES) {
        for (var i = 0u; i < 8u; i++) {
            activations[i] = x[x_base + block * 8u + i];
        }
        for (var r = 0u; r < 4u; r++) {
            load_weights(rows[r], block, params.blocks_per_row, &weights);
            var sum = 0.0;
            for (var i = 0u; i < 8u; i++) {
                sum += dot(weights[i], activations[i]);
            }
            sums[r] += sum;
        }
    }
    sums = sum_over_32(sums, lanes);
    if lane == 0u {
        for (var i = 0u; i < 2u; i++) {
            let row = first_place / 2u + i;
            if row < half_rows {
                y[pair * params.y_stride + row] = activate(params.activation, sums[2u * i]) * sums[2u * i + 1u];
            }
        }
    }
}
