// Prepares one head of one token for attention: query/key norm, rotary embedding, and the new cache entry.
//
// Grid: x = query heads, then key heads, then value heads; y = tokens. Queries are written back in place; keys
// and values go to the cache at the token's position. Rotary: Su et al. 2021; pairs are (i, i + n/2), or
// (2i, 2i + 1) where `interleaved`. Angles come from a table made in f64 on the host: WGSL's sin and cos are
// not precise enough for large angles.

struct Params {
    num_heads: u32,
    num_kv_heads: u32,
    head_dim: u32,
    rotary_dim: u32,
    interleaved: u32,
    context_tokens: u32,
    qk_norm: u32,
    epsilon: f32,
    row_stride: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(2) var<storage, read_write> qkv: array<f32>;
// [position][rotary_dim / 2] of (cos, sin)
@group(0) @binding(3) var<storage, read> rope_table: array<vec2<f32>>;
@group(0) @binding(6) var<storage, read> query_gamma: array<f32>;
@group(0) @binding(7) var<storage, read> key_gamma: array<f32>;

const MAX_HEAD_DIM: u32 = 256u;
const WORKGROUP: u32 = 64u;

var<workgroup> head: array<f32, MAX_HEAD_DIM>;
var<workgroup> lane_values: array<f32, WORKGROUP>;

fn rotated(dim: u32, position: u32) -> f32 {
    if dim >= params.rotary_dim {
        return head[dim];
    }
    let pairs = params.rotary_dim / 2u;
    var pair = dim % pairs;
    var first = pair;
    var second = pair + pairs;
    if params.interleaved == 1u {
        pair = dim / 2u;
        first = 2u * pair;
        second = first + 1u;
    }
    let angle = rope_table[position * pairs + pair];
    if dim == first {
        return head[first] * angle.x - head[second] * angle.y;
    }
    return head[second] * angle.x + head[first] * angle.y;
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) invocation: u32) {
    let slot = group.x;
    let token = group.y;
    let position = step.position + token;
    let source = token * params.row_stride + slot * params.head_dim;
    let is_query = slot < params.num_heads;
    let is_value = slot >= params.num_heads + params.num_kv_heads;

    var sum_squares = 0.0;
    for (var i = invocation; i < params.head_dim; i += WORKGROUP) {
        let value = qkv[source + i];
        head[i] = value;
        sum_squares += value * value;
    }
    lane_values[invocation] = sum_squares;
    workgroupBarrier();
    if params.qk_norm == 1u && !is_value {
        var total = 0.0;
        for (var i = 0u; i < WORKGROUP; i++) {
            total += lane_values[i];
        }
        let scale = inverseSqrt(total / f32(params.head_dim) + params.epsilon);
        for (var i = invocation; i < params.head_dim; i += WORKGROUP) {
            let gamma = select(key_gamma[i], query_gamma[i], is_query);
            head[i] *= scale * gamma;
        }
    }
    workgroupBarrier();

    // Four values to an invocation: of 64, so that MAX_HEAD_DIM fits.
    let i = invocation * 4u;
    let is_inside = i < params.head_dim;
    var value = vec4<f32>();
    if is_inside && is_value {
        value = vec4<f32>(head[i], head[i + 1u], head[i + 2u], head[i + 3u]);
    } else if is_inside {
        value = vec4<f32>(
            rotated(i, position),
            rotated(i + 1u, position),
            rotated(i + 2u, position),
            rotated(i + 3u, position),
        );
    }
    if is_query {
        if is_inside {
            for (var j = 0u; j < 4u; j++) {
                qkv[source + i + j] = value[j];
            }
        }
    } else {
        let kv_head = (slot - params.num_heads) % params.num_kv_heads;
        let row = kv_head * params.context_tokens + position;
        if is_value {
            store_value(row, invocation, value);
        } else {
            store_key(row, invocation, value);
        }
    }
}
