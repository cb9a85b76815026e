// Chooses the next token from the logits, in one workgroup, without the host.
//
// Penalties, temperature, then three thresholds (top-k, min-p, top-p) and the Gumbel-max trick: the largest of
// logit + Gumbel noise is a draw from the softmax (Gumbel 1954), so nothing is normalised or sorted. Top-k and
// top-p thresholds are found digit by digit over an order-preserving integer image of the logits, counting
// tokens or probability mass per digit. Mass is a 40.24 fixed-point integer, so that no sum depends on the
// order of additions and the CPU sampler agrees exactly. Ties at a threshold stay in; the lowest id wins a draw.

struct Params {
    vocab_size: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(2) var<storage, read> logits: array<f32>;
// How often each token has been seen: for the penalties.
@group(0) @binding(3) var<storage, read_write> counts: array<u32>;
@group(0) @binding(4) var<storage, read_write> next_id: array<u32>;
@group(0) @binding(5) var<storage, read_write> ring: array<u32>;

const WORKGROUP: u32 = 256u;
const LOWEST: f32 = -3.0e38;

var<workgroup> best_value: array<f32, WORKGROUP>;
var<workgroup> best_id: array<u32, WORKGROUP>;
var<workgroup> mass_low: array<atomic<u32>, WORKGROUP>;
var<workgroup> mass_high: array<atomic<u32>, WORKGROUP>;
var<workgroup> chosen_digit: u32;
var<workgroup> remaining_low: u32;
var<workgroup> remaining_high: u32;

fn adjusted_logit(id: u32) -> f32 {
    var value = logits[id];
    let count = counts[id];
    if count > 0u {
        value = select(value * step.repetition_penalty, value / step.repetition_penalty, value > 0.0);
        value -= step.frequency_penalty * f32(count) + step.presence_penalty;
    }
    if step.temperature > 0.0 {
        value /= step.temperature;
    }
    return value;
}

// Larger floats have larger images.
fn ordered(value: f32) -> u32 {
    let bits = bitcast<u32>(value);
    return select(bits | 0x80000000u, ~bits, (bits & 0x80000000u) != 0u);
}

// Probability relative to the likeliest token, in units of 2^-24.
fn mass_of(value: f32, best: f32) -> u32 {
    return u32(exp(value - best) * 16777216.0);
}

// PCG's permutation (Jarzynski and Olano 2020).
fn pcg(value: u32) -> u32 {
    let state = value * 747796405u + 2891336453u;
    let word = ((state >> ((state >> 28u) + 4u)) ^ state) * 277803737u;
    return (word >> 22u) ^ word;
}

fn gumbel(id: u32) -> f32 {
    let hash = pcg(id ^ pcg(step.draw ^ pcg(step.seed_high ^ pcg(step.seed_low))));
    let uniform_value = f32((hash >> 9u) * 2u + 1u) / 16777216.0;
    return -log(-log(uniform_value));
}

// The smallest ordered image that still belongs to the set of the largest tokens whose number (or mass) reaches
// the wanted amount, among tokens not below `floor_image`.
fn threshold(by_mass: bool, best: f32, floor_image: u32, invocation: u32) -> u32 {
    var prefix = 0u;
    for (var shift = 24i; shift >= 0i; shift -= 8i) {
        atomicStore(&mass_low[invocation], 0u);
        atomicStore(&mass_high[invocation], 0u);
        workgroupBarrier();
        let digit_shift = u32(shift);
        for (var id = invocation; id < params.vocab_size; id += WORKGROUP) {
            let value = adjusted_logit(id);
            let image = ordered(value);
            // Shifting by 32 is not defined, so the first digit compares nothing.
            let same_prefix = digit_shift == 24u || (image >> (digit_shift + 8u)) == (prefix >> (digit_shift + 8u));
            if image >= floor_image && same_prefix {
                let digit = (image >> digit_shift) & 255u;
                let amount = select(1u, mass_of(value, best), by_mass);
                let before = atomicAdd(&mass_low[digit], amount);
                if before + amount < before {
                    atomicAdd(&mass_high[digit], 1u);
                }
            }
        }
        workgroupBarrier();
        if invocation == 0u {
            var low = remaining_low;
            var high = remaining_high;
            var digit = 255u;
            loop {
                let digit_low = atomicLoad(&mass_low[digit]);
                let digit_high = atomicLoad(&mass_high[digit]);
                let enough = digit_high > high || (digit_high == high && digit_low >= low);
                if enough || digit == 0u {
                    break;
                }
                let borrow = select(0u, 1u, low < digit_low);
                low -= digit_low;
                high -= digit_high + borrow;
                digit -= 1u;
            }
            remaining_low = low;
            remaining_high = high;
            chosen_digit = digit;
        }
        workgroupBarrier();
        prefix |= workgroupUniformLoad(&chosen_digit) << digit_shift;
    }
    return max(prefix, floor_image);
}

// Index of the largest value over the workgroup; the lowest id wins a tie.
fn reduce_best(value: f32, id: u32, invocation: u32) {
    best_value[invocation] = value;
    best_id[invocation] = id;
    workgroupBarrier();
    for (var stride = WORKGROUP / 2u; stride > 0u; stride >>= 1u) {
        if invocation < stride {
            let other = best_value[invocation + stride];
            let other_id = best_id[invocation + stride];
            if other > best_value[invocation] || (other == best_value[invocation] && other_id < best_id[invocation]) {
                best_value[invocation] = other;
                best_id[invocation] = other_id;
            }
        }
        workgroupBarrier();
    }
}

@compute @workgroup_size(256)
fn main(@builtin(local_invocation_index) invocation: u32) {
    var value = LOWEST;
    var best = 0u;
    for (var id = invocation; id < params.vocab_size; id += WORKGROUP) {
        let candidate = adjusted_logit(id);
        if candidate > value {
            value = candidate;
            best = id;
        }
    }
    reduce_best(value, best, invocation);

    if step.temperature > 0.0 {
        let largest = best_value[0];
        var floor_image = 0u;
        if step.top_k > 0u && step.top_k < params.vocab_size {
            workgroupBarrier();
            if invocation == 0u {
                remaining_low = step.top_k;
                remaining_high = 0u;
            }
            floor_image = threshold(false, largest, floor_image, invocation);
        }
        if step.min_p > 0.0 {
            floor_image = max(floor_image, ordered(largest + log(step.min_p)));
        }
        if step.top_p < 1.0 {
            workgroupBarrier();
            atomicStore(&mass_low[0], 0u);
            atomicStore(&mass_high[0], 0u);
            workgroupBarrier();
            for (var id = invocation; id < params.vocab_size; id += WORKGROUP) {
                let candidate = adjusted_logit(id);
                if ordered(candidate) >= floor_image {
                    let amount = mass_of(candidate, largest);
                    let before = atomicAdd(&mass_low[0], amount);
                    if before + amount < before {
                        atomicAdd(&mass_high[0], 1u);
                    }
                }
            }
            workgroupBarrier();
            if invocation == 0u {
                // top_p of the 64-bit total, in 16 fractional bits: (high * 2^32 + low) * p / 2^16.
                let p = u32(step.top_p * 65536.0);
                let total_low = atomicLoad(&mass_low[0]);
                let total_high = atomicLoad(&mass_high[0]);
                let low_low = (total_low & 0xffffu) * p;
                let low_high = (total_low >> 16u) * p;
                let high = total_high * p;
                // low_low >> 16 + low_high + high << 16, carried by hand.
                let first = (low_low >> 16u) + low_high;
                let carry = select(0u, 1u, first < low_high);
                let second = first + (high << 16u);
                let carry_high = select(0u, 1u, second < first);
                remaining_low = max(second, 1u);
                remaining_high = (high >> 16u) + carry + carry_high;
            }
            floor_image = threshold(true, largest, floor_image, invocation);
        }
        workgroupBarrier();
        value = LOWEST;
        best = 0u;
        for (var id = invocation; id < params.vocab_size; id += WORKGROUP) {
            let candidate = adjusted_logit(id);
            if ordered(candidate) >= floor_image {
                let noisy = candidate + gumbel(id);
                if noisy > value {
                    value = noisy;
                    best = id;
                }
            }
        }
        reduce_best(value, best, invocation);
    }

    if invocation == 0u {
        let id = best_id[0];
        next_id[0] = id;
        ring[step.ring_slot] = id;
        if step.count_token == 1u {
            counts[id] += 1u;
        }
    }
}
