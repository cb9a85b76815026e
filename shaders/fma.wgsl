// Multiplies and adds as fast as it goes: a <- a * m + x, in eight sequences of vec4s that do not wait for each other.
//
// Grid: x = workgroups. With |m| < 1 every sequence approaches x / (1 - m), so that rounding does not add up and the
// sums can be compared; they are written so that no compiler leaves the work out.

struct Params {
    num_steps: u32,
    multiplier: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(2) var<storage, read> x: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> sums: array<f32>;

const WORKGROUP: u32 = 256u;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) invocation: u32) {
    let index = group.x * WORKGROUP + invocation;
    let m = vec4<f32>(params.multiplier);
    let b = x[index];
    var a0 = b;
    var a1 = b + 1.0;
    var a2 = b + 2.0;
    var a3 = b + 3.0;
    var a4 = b + 4.0;
    var a5 = b + 5.0;
    var a6 = b + 6.0;
    var a7 = b + 7.0;
    for (var i = 0u; i < params.num_steps; i++) {
        a0 = fma(a0, m, b);
        a1 = fma(a1, m, b);
        a2 = fma(a2, m, b);
        a3 = fma(a3, m, b);
        a4 = fma(a4, m, b);
        a5 = fma(a5, m, b);
        a6 = fma(a6, m, b);
        a7 = fma(a7, m, b);
    }
    let sum = ((a0 + a1) + (a2 + a3)) + ((a4 + a5) + (a6 + a7));
    sums[index] = (sum.x + sum.y) + (sum.z + sum.w);
}
