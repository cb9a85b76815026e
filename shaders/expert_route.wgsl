// Chooses each token's experts: softmax of the router's logits, the k largest, their weights (Shazeer et al. 2017).
//
// One workgroup per token. Experts are picked one after another, each time the largest that is left; of equal
// logits the lower number wins. A weight is the expert's share of all experts, or with `normalize` of the chosen.

struct Params {
    num_experts: u32,
    experts_per_token: u32,
    logits_stride: u32,
    normalize: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(2) var<storage, read> logits: array<f32>;
// [token][experts_per_token]
@group(0) @binding(3) var<storage, read_write> chosen: array<u32>;
@group(0) @binding(4) var<storage, read_write> chosen_weights: array<f32>;

const MAX_EXPERTS: u32 = 1024u;
const WORKGROUP: u32 = 64u;
const TAKEN: f32 = -3.0e38;

var<workgroup> left: array<f32, MAX_EXPERTS>;
var<workgroup> best_values: array<f32, WORKGROUP>;
var<workgroup> best_experts: array<u32, WORKGROUP>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) invocation: u32) {
    let token = group.x;
    let first_logit = token * params.logits_stride;
    let first_choice = token * params.experts_per_token;
    for (var i = invocation; i < params.num_experts; i += WORKGROUP) {
        left[i] = logits[first_logit + i];
    }
    workgroupBarrier();

    var largest = 0.0;
    var sum_chosen = 0.0;
    for (var choice = 0u; choice < params.experts_per_token; choice++) {
        var best_value = TAKEN;
        var best_expert = invocation;
        for (var i = invocation; i < params.num_experts; i += WORKGROUP) {
            if left[i] > best_value {
                best_value = left[i];
                best_expert = i;
            }
        }
        best_values[invocation] = best_value;
        best_experts[invocation] = best_expert;
        workgroupBarrier();
        for (var stride = WORKGROUP / 2u; stride > 0u; stride >>= 1u) {
            if invocation < stride {
                let other = invocation + stride;
                let is_larger = best_values[other] > best_values[invocation];
                let is_equal = best_values[other] == best_values[invocation];
                if is_larger || (is_equal && best_experts[other] < best_experts[invocation]) {
                    best_values[invocation] = best_values[other];
                    best_experts[invocation] = best_experts[other];
                }
            }
            workgroupBarrier();
        }
        let value = best_values[0];
        // A row without numbers leaves the first invocations' own numbers here, which are experts as well.
        let expert = min(best_experts[0], params.num_experts - 1u);
        if choice == 0u {
            largest = value;
        }
        let weight = exp(value - largest);
        sum_chosen += weight;
        if invocation == 0u {
            chosen[first_choice + choice] = expert;
            chosen_weights[first_choice + choice] = weight;
            left[expert] = TAKEN;
        }
        workgroupBarrier();
    }

    var total = sum_chosen;
    if params.normalize == 0u {
        // What was not chosen has its share too.
        var sum = 0.0;
        for (var i = invocation; i < params.num_experts; i += WORKGROUP) {
            if left[i] > TAKEN {
                sum += exp(left[i] - largest);
            }
        }
        best_values[invocation] = sum;
        workgroupBarrier();
        for (var i = 0u; i < WORKGROUP; i++) {
            total += best_values[i];
        }
    }
    if invocation == 0u {
        for (var choice = 0u; choice < params.experts_per_token; choice++) {
            chosen_weights[first_choice + choice] /= total;
        }
    }
}
