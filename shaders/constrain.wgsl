// What may not come next is put out of reach, and what may is made likelier or less likely.
//
// In place, before the sampler: answers without a constraint neither pay for this nor know of it. A token that the
// mask forbids is written by the invocation of its id and a biased one, which the mask allows, by that of its place in
// the list, so no logit has two writers.

struct Params {
    vocab_size: u32,
    // Finite, so that temperatures and penalties leave it below everything a model says.
    masked: f32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(2) var<storage, read_write> logits: array<f32>;
// One bit for each token; 1 may come.
@group(0) @binding(3) var<storage, read> mask: array<u32>;
// How many, then so many pairs of a token and a float.
@group(0) @binding(4) var<storage, read> biases: array<u32>;

fn may_come(id: u32) -> bool {
    return id < params.vocab_size && ((mask[id >> 5u] >> (id & 31u)) & 1u) == 1u;
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) invocation: u32) {
    let index = group.x * 64u + invocation;
    if index < params.vocab_size && !may_come(index) {
        logits[index] = params.masked;
    }
    if index < biases[0] {
        let id = biases[1u + 2u * index];
        if may_come(id) {
            logits[id] += bitcast<f32>(biases[2u + 2u * index]);
        }
    }
}
