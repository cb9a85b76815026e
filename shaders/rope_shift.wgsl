// Moves cached positions towards the beginning: keys are turned back by the distance, values only move.
//
// Grid: x = key/value heads, y = positions. `step.position` is the first position written, the one read lies
// `step.shift_tokens` further on. A step moves no more positions than that, so it reads nothing that it writes.
// Rotations compose: R(p - n) = R(-n) R(p) (Su et al. 2021), and row n of the table is the angle of n positions.
// Some tables carry a magnitude too (YaRN); it is in the key already, and row 0, where the cosine is 1, tells it.

struct Params {
    head_dim: u32,
    rotary_dim: u32,
    interleaved: u32,
    context_tokens: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
// [position][rotary_dim / 2] of (cos, sin)
@group(0) @binding(3) var<storage, read> rope_table: array<vec2<f32>>;

const MAX_HEAD_DIM: u32 = 256u;

var<workgroup> head: array<f32, MAX_HEAD_DIM>;

fn turned_back(dim: u32) -> f32 {
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
    let angle = rope_table[step.shift_tokens * pairs + pair] / rope_table[pair].x;
    if dim == first {
        return head[first] * angle.x + head[second] * angle.y;
    }
    return head[second] * angle.x - head[first] * angle.y;
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) invocation: u32) {
    let to = group.x * params.context_tokens + step.position + group.y;
    let source = to + step.shift_tokens;

    // Four values to an invocation: of 64, so that MAX_HEAD_DIM fits.
    let dim = invocation * 4u;
    let is_inside = dim < params.head_dim;
    if is_inside {
        let key = load_key(source, invocation);
        for (var j = 0u; j < 4u; j++) {
            head[dim + j] = key[j];
        }
    }
    move_value(source, to, invocation);
    workgroupBarrier();
    var key = vec4<f32>();
    if is_inside {
        key = vec4<f32>(turned_back(dim), turned_back(dim + 1u), turned_back(dim + 2u), turned_back(dim + 3u));
    }
    store_key(to, invocation, key);
}
