// Adds the parts of a split attention: one workgroup per head of the one token being decoded.
//
// Each part holds unnormalised sums, their maximum score m and their sum of exponentials s; with
// M = max m the result is sum(part * exp(m - M)) / sum(s * exp(m - M)).

struct Params {
    head_dim: u32,
    window: u32,
    split_tokens: u32,
    max_splits: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(2) var<storage, read> parts: array<f32>;
@group(0) @binding(3) var<storage, read_write> output: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) invocation: u32) {
    let head = group.x;
    var visible = step.position + 1u;
    if params.window > 0u {
        visible = min(visible, params.window);
    }
    let splits = (visible + params.split_tokens - 1u) / params.split_tokens;
    let stride = params.head_dim + 2u;
    let base = head * params.max_splits * stride;

    var best = -3.0e38;
    for (var split = 0u; split < splits; split++) {
        best = max(best, parts[base + split * stride + params.head_dim]);
    }
    var total = 0.0;
    for (var split = 0u; split < splits; split++) {
        let part = base + split * stride;
        total += parts[part + params.head_dim + 1u] * exp(parts[part + params.head_dim] - best);
    }
    for (var i = invocation; i < params.head_dim; i += 64u) {
        var sum = 0.0;
        for (var split = 0u; split < splits; split++) {
            let part = base + split * stride;
            sum += parts[part + i] * exp(parts[part + params.head_dim] - best);
        }
        output[head * params.head_dim + i] = sum / total;
    }
}
