// y = W x for one token. 32 lanes along a row, four rows to a lane, two such groups: eight rows a workgroup.
//
// Each lane reads a block of 32 activations once and uses it for four rows. With `normalize` the RMS norm costs
// no dispatch of its own: x is multiplied by gamma as it is read, its squares are summed in the same loop, and
// the finished sums are scaled by 1/rms, which is a factor of every term.

const LANES: u32 = 32u;
const ROWS_PER_WORKGROUP: u32 = 8u;

@compute @workgroup_size(64)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    lanes: Lanes,
) {
    let lane = lanes.invocation % LANES;
    let first_place = group.x * ROWS_PER_WORKGROUP + (lanes.invocation / LANES) * 4u;
    let x_row = select(0u, step.head_row, params.use_head_row == 1u);
    let x_base = x_row * params.x_stride_blocks * 8u;
    // Places past the end repeat the last row; store_four leaves their sums out.
    var rows: vec4<u32>;
    for (var i = 0u; i < 4u; i++) {
        rows[i] = weight_row(min(first_place + i, params.rows - 1u));
    }

    var sums = vec4<f32>();
    var sum_squares = 0.0;
    var activations: array<vec4<f32>, 8>;
    var weights: array<vec4<f32>, 8>;
    for (var block = lane; block < params.blocks_per_row; block += LANES) {
        for (var i = 0u; i < 8u; i++) {
            var value = x[x_base + block * 8u + i];
            if params.normalize == 1u {
                sum_squares += dot(value, value);
                value *= gamma[block * 8u + i];
            }
            activations[i] = value;
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
    if params.normalize == 1u {
        let total = sum_over_32(vec4<f32>(sum_squares), lanes).x;
        sums *= inverseSqrt(total / f32(params.columns) + params.epsilon);
    }
    if lane == 0u {
        store_four(first_place, 0u, sums);
    }
}
