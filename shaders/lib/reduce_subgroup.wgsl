// Sums over lanes by subgroup shuffles, for any subgroup width from 4 to 128.
//
// A butterfly inside min(width, 32) lanes; narrower subgroups then add their sums through workgroup memory.
// Every invocation runs every shuffle and barrier whatever the width: a width is not a uniform value to the
// compiler, so control flow must not depend on it. Relies on what every implementation does for
// one-dimensional workgroups: a subgroup is a run of consecutive invocations.

struct Lanes {
    @builtin(local_invocation_index) invocation: u32,
    @builtin(subgroup_invocation_id) subgroup_invocation: u32,
    @builtin(subgroup_size) subgroup_width: u32,
}

var<workgroup> reduce_partial: array<vec4<f32>, 32>;

// Sum of `value` over each group of 32 consecutive invocations; every invocation of the group gets it.
// Workgroups of at most 128 invocations. Must be called in uniform control flow.
fn sum_over_32(value: vec4<f32>, lanes: Lanes) -> vec4<f32> {
    let width = min(lanes.subgroup_width, 32u);
    var sum = value;
    sum += subgroupShuffleXor(sum, 1u);
    sum += subgroupShuffleXor(sum, 2u);
    let over_4 = subgroupShuffleXor(sum, 4u);
    sum += select(vec4<f32>(), over_4, width > 4u);
    let over_8 = subgroupShuffleXor(sum, 8u);
    sum += select(vec4<f32>(), over_8, width > 8u);
    let over_16 = subgroupShuffleXor(sum, 16u);
    sum += select(vec4<f32>(), over_16, width > 16u);
    if (lanes.subgroup_invocation & (width - 1u)) == 0u {
        reduce_partial[lanes.invocation / width] = sum;
    }
    workgroupBarrier();
    let runs = 32u / width;
    let first = (lanes.invocation / 32u) * runs;
    var total = reduce_partial[first];
    for (var run = 1u; run < runs; run++) {
        total += reduce_partial[first + run];
    }
    workgroupBarrier();
    return total;
}
