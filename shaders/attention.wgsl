// Softmax(q k^T) v over the cache, with an online softmax (Milakov and Gimelshein 2018; Dao et al. 2022).
//
// Grid: x = key/value head and block of ROWS query rows, y = split of the positions. The query rows of a
// key/value head are (token, head of the group) pairs; all rows of a workgroup use each key and value it reads.
// Positions outside the causal range or the sliding window are never read, only the ragged edge is masked.
// With one split the result is finished here; with more, attention_merge adds the parts.

struct Params {
    num_heads: u32,
    num_kv_heads: u32,
    head_dim: u32,
    context_tokens: u32,
    scale: f32,
    softcap: f32,
    window: u32,
    split_tokens: u32,
    max_splits: u32,
    query_stride: u32,
    output_stride: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(2) var<storage, read> query: array<f32>;
@group(0) @binding(3) var<storage, read_write> output: array<f32>;
// [row][split] of head_dim sums, then the maximum and the sum of the exponentials
@group(0) @binding(6) var<storage, read_write> parts: array<f32>;

const WORKGROUP: u32 = 128u;
const TILE: u32 = 128u;
const MAX_HEAD_VEC4: u32 = 64u;
const MASKED: f32 = -3.0e38;
// Invocations that look for the maximum of one row.
const PER_ROW: u32 = WORKGROUP / ROWS;

var<workgroup> queries: array<vec4<f32>, ROWS * MAX_HEAD_VEC4>;
var<workgroup> scores: array<f32, ROWS * TILE>;
var<workgroup> lane_values: array<f32, WORKGROUP>;
var<workgroup> sums: array<vec4<f32>, WORKGROUP>;
var<workgroup> row_max: array<f32, ROWS>;
var<workgroup> row_sum: array<f32, ROWS>;
var<workgroup> row_correction: array<f32, ROWS>;

// Masked scores weigh nothing even in a tile where everything is masked.
fn weight_of(score: f32, max: f32) -> f32 {
    return select(0.0, exp(score - max), score > MASKED);
}

@compute @workgroup_size(128)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) invocation: u32) {
    let group_heads = params.num_heads / params.num_kv_heads;
    let num_rows = group_heads * step.num_tokens;
    let row_blocks = (num_rows + ROWS - 1u) / ROWS;
    let kv_head = group.x / row_blocks;
    let first_row = (group.x % row_blocks) * ROWS;
    let head_vec4 = params.head_dim / 4u;

    // Positions that any row of this block can see, then this split's share.
    let last_row = min(first_row + ROWS, num_rows) - 1u;
    let first_token = first_row / group_heads;
    let last_position = step.position + last_row / group_heads;
    var begin = 0u;
    if params.window > 0u && step.position + first_token + 1u > params.window {
        begin = step.position + first_token + 1u - params.window;
    }
    var end = last_position + 1u;
    let one_split = end - begin <= params.split_tokens || params.max_splits == 1u;
    if params.max_splits > 1u {
        begin += group.y * params.split_tokens;
        end = min(end, begin + params.split_tokens);
    }

    for (var i = invocation; i < ROWS * head_vec4; i += WORKGROUP) {
        let row = min(first_row + i / head_vec4, num_rows - 1u);
        let head = kv_head * group_heads + row % group_heads;
        let at = (row / group_heads) * params.query_stride + head * params.head_dim + (i % head_vec4) * 4u;
        queries[i] = vec4<f32>(query[at], query[at + 1u], query[at + 2u], query[at + 3u]) * params.scale;
    }
    if invocation < ROWS {
        row_max[invocation] = MASKED;
        row_sum[invocation] = 0.0;
    }
    workgroupBarrier();

    let slices = WORKGROUP / head_vec4;
    let my_vec4 = invocation % head_vec4;
    let my_slice = invocation / head_vec4;
    let first_cache_row = kv_head * params.context_tokens;
    var accumulated: array<vec4<f32>, ROWS>;

    for (var tile = begin; tile < end; tile += TILE) {
        // One position per invocation: its key is read once and meets every query row.
        let position = tile + invocation;
        var dots: array<f32, ROWS>;
        // By hand: a declaration inside a loop zeroes its variable each time round, and Chromium on SwiftShader
        // does so only the first time (156.0.8078).
        for (var r = 0u; r < ROWS; r++) {
            dots[r] = 0.0;
        }
        if position < end {
            let cache_row = first_cache_row + position;
            for (var d = 0u; d < head_vec4; d++) {
                let key = load_key(cache_row, d);
                for (var r = 0u; r < ROWS; r++) {
                    dots[r] += dot(key, queries[r * head_vec4 + d]);
                }
            }
        }
        for (var r = 0u; r < ROWS; r++) {
            var score = dots[r];
            if params.softcap > 0.0 {
                score = params.softcap * tanh_clamped(score / params.softcap);
            }
            let at = step.position + (first_row + r) / group_heads;
            let visible = position < end && position <= at
                && (params.window == 0u || position + params.window > at);
            scores[r * TILE + invocation] = select(MASKED, score, visible);
        }
        workgroupBarrier();

        let row = invocation / PER_ROW;
        let lane = invocation % PER_ROW;
        var best = MASKED;
        for (var i = lane; i < TILE; i += PER_ROW) {
            best = max(best, scores[row * TILE + i]);
        }
        lane_values[invocation] = best;
        workgroupBarrier();
        if lane == 0u {
            var new_max = row_max[row];
            for (var i = 0u; i < PER_ROW; i++) {
                new_max = max(new_max, lane_values[invocation + i]);
            }
            row_correction[row] = weight_of(row_max[row], new_max);
            row_max[row] = new_max;
        }
        workgroupBarrier();
        var sum = 0.0;
        for (var i = lane; i < TILE; i += PER_ROW) {
            let weight = weight_of(scores[row * TILE + i], row_max[row]);
            scores[row * TILE + i] = weight;
            sum += weight;
        }
        lane_values[invocation] = sum;
        workgroupBarrier();
        if lane == 0u {
            var new_sum = row_sum[row] * row_correction[row];
            for (var i = 0u; i < PER_ROW; i++) {
                new_sum += lane_values[invocation + i];
            }
            row_sum[row] = new_sum;
        }

        for (var r = 0u; r < ROWS; r++) {
            accumulated[r] *= row_correction[r];
        }
        if my_slice < slices {
            let count = min(TILE, end - tile);
            for (var i = my_slice; i < count; i += slices) {
                let value = load_value(first_cache_row + tile + i, my_vec4);
                for (var r = 0u; r < ROWS; r++) {
                    accumulated[r] += scores[r * TILE + i] * value;
                }
            }
        }
        workgroupBarrier();
    }

    for (var r = 0u; r < ROWS; r++) {
        sums[invocation] = accumulated[r];
        workgroupBarrier();
        let row = first_row + r;
        if invocation < head_vec4 && row < num_rows {
            var total = sums[invocation];
            for (var slice = 1u; slice < slices; slice++) {
                total += sums[slice * head_vec4 + invocation];
            }
            let head = kv_head * group_heads + row % group_heads;
            if one_split {
                let weight = 1.0 / max(row_sum[r], 1.0e-30);
                let at = (row / group_heads) * params.output_stride + head * params.head_dim + invocation * 4u;
                for (var j = 0u; j < 4u; j++) {
                    output[at + j] = total[j] * weight;
                }
            } else {
                let part = (head * params.max_splits + group.y) * (params.head_dim + 2u);
                for (var j = 0u; j < 4u; j++) {
                    parts[part + invocation * 4u + j] = total[j];
                }
                if invocation == 0u {
                    parts[part + params.head_dim] = row_max[r];
                    parts[part + params.head_dim + 1u] = row_sum[r];
                }
            }
        }
        workgroupBarrier();
    }
}
