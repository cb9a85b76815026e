// Sums over lanes through workgroup memory. Runs everywhere.

struct Lanes {
    @builtin(local_invocation_index) invocation: u32,
}

var<workgroup> reduce_partial: array<vec4<f32>, 128>;

// Sum of `value` over each group of 32 consecutive invocations; every invocation of the group gets it.
// Workgroups of at most 128 invocations. Must be called in uniform control flow.
fn sum_over_32(value: vec4<f32>, lanes: Lanes) -> vec4<f32> {
    let invocation = lanes.invocation;
    let lane = invocation & 31u;
    reduce_partial[invocation] = value;
    workgroupBarrier();
    for (var stride = 16u; stride > 0u; stride >>= 1u) {
        if lane < stride {
            reduce_partial[invocation] += reduce_partial[invocation + stride];
        }
        workgroupBarrier();
    }
    let sum = reduce_partial[invocation & ~31u];
    workgroupBarrier();
    return sum;
}
