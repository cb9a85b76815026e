// Reads memory as fast as it comes: the sum of all words that each invocation meets on its way through a buffer.
//
// Grid: x = workgroups. Neighbouring invocations read neighbouring vec4s, and each has four reads under way. The sums
// are written so that no compiler leaves the reads out, and wrap, so that they can be compared exactly.

struct Params {
    num_vec4: u32,
    num_invocations: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(2) var<storage, read> data: array<vec4<u32>>;
@group(0) @binding(3) var<storage, read_write> sums: array<u32>;

const WORKGROUP: u32 = 256u;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) invocation: u32) {
    let first = group.x * WORKGROUP + invocation;
    let stride = params.num_invocations;
    var sum = vec4<u32>();
    var i = first;
    for (; i + 3u * stride < params.num_vec4; i += 4u * stride) {
        sum += data[i] + data[i + stride] + data[i + 2u * stride] + data[i + 3u * stride];
    }
    for (; i < params.num_vec4; i += stride) {
        sum += data[i];
    }
    sums[first] = sum.x + sum.y + sum.z + sum.w;
}
