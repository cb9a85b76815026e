// Y = X W^T for many tokens: a register tile of 64 rows by 32 tokens a workgroup, 4 by 4 an invocation.
//
// 32 columns of both are dequantised once into workgroup memory (12 KiB) and used 32 and 64 times. Both tiles
// lie column-first, so that the inner loop reads one vec4 of rows and one vec4 of tokens per column.

const TILE_ROWS: u32 = 64u;
const TILE_TOKENS: u32 = 32u;

// [column][row / 4] and [column][token / 4]
var<workgroup> weight_tile: array<array<f32, 64>, 32>;
var<workgroup> token_tile: array<array<f32, 32>, 32>;

@compute @workgroup_size(128)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) invocation: u32) {
    let first_place = group.x * TILE_ROWS;
    let first_token = group.y * TILE_TOKENS;
    let my_row = (invocation % 16u) * 4u;
    let my_token = (invocation / 16u) * 4u;

    var sums: array<vec4<f32>, 4>;
    var weights: array<vec4<f32>, 8>;
    for (var block = 0u; block < params.blocks_per_row; block++) {
        if invocation < TILE_ROWS {
            // Rows past the end repeat the last one; store_four leaves their sums out.
            let row = weight_row(min(first_place + invocation, params.rows - 1u));
            load_weights(row, block, params.blocks_per_row, &weights);
            for (var i = 0u; i < 8u; i++) {
                weight_tile[4u * i][invocation] = weights[i].x;
                weight_tile[4u * i + 1u][invocation] = weights[i].y;
                weight_tile[4u * i + 2u][invocation] = weights[i].z;
                weight_tile[4u * i + 3u][invocation] = weights[i].w;
            }
        } else {
            // Half of the workgroup brings the tokens: two invocations to a token, 16 columns each.
            let loader = invocation - TILE_ROWS;
            let token = loader / 2u;
            let first_vec4 = (loader & 1u) * 4u;
            let row = min(first_token + token, step.num_tokens - 1u);
            let base = (row * params.x_stride_blocks + block) * 8u + first_vec4;
            for (var i = 0u; i < 4u; i++) {
                let value = x[base + i];
                let column = 4u * (first_vec4 + i);
                token_tile[column][token] = value.x;
                token_tile[column + 1u][token] = value.y;
                token_tile[column + 2u][token] = value.z;
                token_tile[column + 3u][token] = value.w;
            }
        }
        workgroupBarrier();
        for (var column = 0u; column < 32u; column++) {
            let w = vec4<f32>(
                weight_tile[column][my_row],
                weight_tile[column][my_row + 1u],
                weight_tile[column][my_row + 2u],
                weight_tile[column][my_row + 3u],
            );
            for (var t = 0u; t < 4u; t++) {
                sums[t] += w * token_tile[column][my_token + t];
            }
        }
        workgroupBarrier();
    }

    for (var t = 0u; t < 4u; t++) {
        let token = first_token + my_token + t;
        if token < step.num_tokens {
            store_four(first_place + my_row, token, sums[t]);
        }
    }
}
