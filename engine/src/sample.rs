//! Logits to the next token: the reference that the GPU's sampler must equal.
//!
//! Everything is f32 in a fixed order, filters are thresholds on values (so that ties stay together whatever the
//! order of summation), and the choice is Gumbel's: the largest of `logit + noise`, where the noise depends only on
//! seed, step and token id. No sort and no running sum decides it, and every thread of a GPU can make its own noise.
//! Knows nothing about text or models.

use crate::model::config::GenerationDefaults;
use crate::plan::Step;
use crate::{Error, Result};

/// How to choose. The default is greedy.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SamplingOptions {
    /// 0 is greedy.
    pub temperature: f32,
    /// Keep the k most likely; 0 keeps all.
    pub top_k: u32,
    /// Keep the fewest most likely tokens that together have this probability; 1 keeps all.
    pub top_p: f32,
    /// Keep tokens at least this likely relative to the most likely; 0 keeps all.
    pub min_p: f32,
    /// Divides the logit of every token seen (multiplies where it is negative); 1 is off.
    pub repetition_penalty: f32,
    /// Taken from a token's logit for every time it was seen.
    pub frequency_penalty: f32,
    /// Taken from a token's logit once it was seen.
    pub presence_penalty: f32,
    pub seed: u64,
}

impl Default for SamplingOptions {
    fn default() -> Self {
        Self {
            temperature: 0.0,
            top_k: 0,
            top_p: 1.0,
            min_p: 0.0,
            repetition_penalty: 1.0,
            frequency_penalty: 0.0,
            presence_penalty: 0.0,
            seed: 0,
        }
    }
}

impl SamplingOptions {
    /// What a model's publisher recommends, as `transformers` reads it: no `do_sample` means greedy.
    pub fn from_defaults(defaults: GenerationDefaults) -> Self {
        let off = Self::default();
        let samples = defaults.do_sample.unwrap_or(false);
        Self {
            temperature: if samples {
                defaults.temperature.unwrap_or(1.0)
            } else {
                0.0
            },
            top_k: defaults.top_k.unwrap_or(off.top_k),
            top_p: defaults.top_p.unwrap_or(off.top_p),
            min_p: defaults.min_p.unwrap_or(off.min_p),
            repetition_penalty: defaults
                .repetition_penalty
                .unwrap_or(off.repetition_penalty),
            ..off
        }
    }

    /// Refuses values that mean nothing, naming the option.
    pub fn validate(&self) -> Result<()> {
        let ranges = [
            ("temperature", self.temperature, 0.0, 100.0),
            ("top_p", self.top_p, 0.0, 1.0),
            ("min_p", self.min_p, 0.0, 1.0),
            ("repetition_penalty", self.repetition_penalty, 0.01, 100.0),
            ("frequency_penalty", self.frequency_penalty, -100.0, 100.0),
            ("presence_penalty", self.presence_penalty, -100.0, 100.0),
        ];
        for (name, value, least, most) in ranges {
            if !(least..=most).contains(&value) {
                return Err(Error::Request(format!(
                    "{name} must be between {least} and {most}, not {value}"
                )));
            }
        }
        Ok(())
    }

    /// Writes the options into a step's uniform.
    pub fn write_step(&self, step: &mut Step) {
        step.seed = seed_words(self.seed);
        step.temperature = self.temperature;
        step.top_k = self.top_k;
        step.top_p = self.top_p;
        step.min_p = self.min_p;
        step.repetition_penalty = self.repetition_penalty;
        step.frequency_penalty = self.frequency_penalty;
        step.presence_penalty = self.presence_penalty;
        step.count_token = u32::from(self.has_penalties());
    }

    /// The options a step carries.
    pub fn from_step(step: &Step) -> Self {
        let [low, high] = step.seed;
        Self {
            temperature: step.temperature,
            top_k: step.top_k,
            top_p: step.top_p,
            min_p: step.min_p,
            repetition_penalty: step.repetition_penalty,
            frequency_penalty: step.frequency_penalty,
            presence_penalty: step.presence_penalty,
            seed: u64::from(low) | u64::from(high) << 32,
        }
    }

    /// Whether logits are used as the model gives them, so that the largest is the answer.
    pub fn is_plain_greedy(&self) -> bool {
        self.temperature == 0.0 && !self.has_penalties()
    }

    /// Whether tokens seen before count.
    pub fn has_penalties(&self) -> bool {
        self.repetition_penalty != 1.0
            || self.frequency_penalty != 0.0
            || self.presence_penalty != 0.0
    }
}

/// Chooses the token after position `step` of an answer.
///
/// `counts` says how often each id was seen (ids beyond its end: never). The logits are changed in place.
/// `None`: there are no logits, or none is a number.
pub fn sample(
    logits: &mut [f32],
    counts: &[u32],
    options: &SamplingOptions,
    step: u32,
) -> Option<u32> {
    apply_penalties(logits, counts, options);
    if options.temperature == 0.0 {
        return argmax(logits.iter().copied());
    }
    for logit in &mut *logits {
        *logit /= options.temperature;
    }
    let threshold = threshold(logits, options);
    let seed = seed_words(options.seed);
    let noisy = logits.iter().zip(0u32..).map(|(&logit, id)| {
        if logit >= threshold {
            logit + gumbel(uniform_from_counter(seed, step, id))
        } else {
            f32::NEG_INFINITY
        }
    });
    argmax(noisy)
}

/// The seed as the two words that [`uniform_from_counter`] takes, low word first.
pub fn seed_words(seed: u64) -> [u32; 2] {
    // Truncation is meant: these are the two halves.
    [seed as u32, (seed >> 32) as u32]
}

/// The largest value's place, the first of equals. NaN is never the largest.
fn argmax(values: impl Iterator<Item = f32>) -> Option<u32> {
    let mut best: Option<(f32, u32)> = None;
    for (value, id) in values.zip(0u32..) {
        let is_better = match best {
            Some((most, _)) => value > most,
            None => !value.is_nan(),
        };
        if is_better {
            best = Some((value, id));
        }
    }
    best.map(|(_, id)| id)
}

fn apply_penalties(logits: &mut [f32], counts: &[u32], options: &SamplingOptions) {
    if !options.has_penalties() {
        return;
    }
    for (logit, &count) in logits
        .iter_mut()
        .zip(counts)
        .filter(|(_, count)| **count > 0)
    {
        if *logit > 0.0 {
            *logit /= options.repetition_penalty;
        } else {
            *logit *= options.repetition_penalty;
        }
        *logit -= options.frequency_penalty * count as f32 + options.presence_penalty;
    }
}

/// The smallest logit that is kept: of top-k, min-p and top-p, in this order.
fn threshold(logits: &[f32], options: &SamplingOptions) -> f32 {
    let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut threshold = f32::NEG_INFINITY;
    let top_k = usize::try_from(options.top_k).unwrap_or(usize::MAX);
    if (1..logits.len()).contains(&top_k) {
        let mut sorted: Vec<f32> = logits
            .iter()
            .copied()
            .filter(|logit| !logit.is_nan())
            .collect();
        if top_k <= sorted.len() {
            let (_, kth, _) =
                sorted.select_nth_unstable_by(top_k - 1, |left, right| right.total_cmp(left));
            threshold = *kth;
        }
    }
    if options.min_p > 0.0 {
        threshold = threshold.max(largest + options.min_p.ln());
    }
    if options.top_p < 1.0 {
        threshold = threshold.max(top_p_threshold(logits, largest, threshold, options.top_p));
    }
    threshold
}

/// The largest value such that the tokens at or above it have at least the wanted share of what is kept so far.
fn top_p_threshold(logits: &[f32], largest: f32, kept_from: f32, top_p: f32) -> f32 {
    let mut kept: Vec<f32> = logits
        .iter()
        .copied()
        .filter(|&logit| logit >= kept_from)
        .collect();
    kept.sort_unstable_by(|left, right| right.total_cmp(left));
    // Fixed-point integers, so that the order of additions cannot matter: 2^-24 of the likeliest token.
    let weight = |logit: f32| u64::from(((logit - largest).exp() * 16_777_216.0) as u32);
    let total: u64 = kept.iter().map(|&logit| weight(logit)).sum();
    let wanted = ((total * u64::from((top_p * 65_536.0) as u32)) >> 16).max(1);
    let mut mass = 0;
    for &logit in &kept {
        mass += weight(logit);
        if mass >= wanted {
            return logit;
        }
    }
    kept_from
}

/// Noise whose maximum over `logit + noise` falls on each token with its softmax probability.
fn gumbel(uniform: f32) -> f32 {
    -(-uniform.ln()).ln()
}

/// A number in (0, 1) that depends on nothing but its arguments: 24 bits, never 0 and never 1.
///
/// Four rounds of PCG's permutation (Jarzynski and Olano, "Hash Functions for GPU Rendering", 2020), one per word,
/// in u32 arithmetic that wraps, so that WGSL computes the same bits.
pub fn uniform_from_counter(seed: [u32; 2], step: u32, id: u32) -> f32 {
    let [low, high] = seed;
    let hash = pcg(id ^ pcg(step ^ pcg(high ^ pcg(low))));
    // Odd multiples of 2^-24: the halves of the 2^23 steps between 0 and 1.
    ((hash >> 9) * 2 + 1) as f32 * (1.0 / 16_777_216.0)
}

fn pcg(input: u32) -> u32 {
    let state = input.wrapping_mul(747_796_405).wrapping_add(2_891_336_453);
    let word = ((state >> ((state >> 28) + 4)) ^ state).wrapping_mul(277_803_737);
    (word >> 22) ^ word
}

#[cfg(test)]
mod tests;
