//! Cases for masks and biases: what is forbidden exactly, what is biased by one addition.

use super::{Case, Noise, Tolerance};
use crate::kernel::constrain::{
    BIAS_WORDS, CONSTRAIN, ConstrainParams, MASKED, MAX_BIASES, TOKENS_PER_WORKGROUP,
};
use crate::plan::{Count, Step, Variant};

/// Which tokens may come.
#[derive(Debug, Clone, Copy)]
enum Allowed {
    All,
    One,
    Some,
}

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for vocab in [1u32, 31, 32, 33, 1000, 4099, 33_000] {
        for allowed in [Allowed::All, Allowed::One, Allowed::Some] {
            for num_biases in [0, 1, 300, MAX_BIASES as u32] {
                cases.push(case(vocab, allowed, num_biases.min(vocab)));
            }
        }
    }
    cases
}

fn case(vocab: u32, allowed: Allowed, num_biases: u32) -> Case {
    let mut noise = Noise(u64::from(vocab) << 8 | u64::from(num_biases));
    let logits = (0..vocab)
        .map(|_| (noise.float() * 8.0).to_bits())
        .collect();
    let mut mask = vec![0u32; vocab.div_ceil(32) as usize];
    for id in 0..vocab {
        let may_come = match allowed {
            Allowed::All => true,
            Allowed::One => id == vocab / 2,
            Allowed::Some => id % 3 != 1,
        };
        mask[id as usize / 32] |= u32::from(may_come) << (id % 32);
    }
    // Each token once, in an order that is not theirs; the last of a full list lies beyond the vocabulary.
    let mut biases = vec![0u32; BIAS_WORDS];
    biases[0] = num_biases;
    for index in 0..num_biases {
        // A prime that divides none of the vocabularies.
        let id = if index as usize + 1 == MAX_BIASES {
            vocab
        } else {
            (index * 7919 + vocab / 2) % vocab
        };
        biases[1 + 2 * index as usize] = id;
        biases[2 + 2 * index as usize] = (noise.float() * 100.0).to_bits();
    }
    Case {
        kernel: &CONSTRAIN,
        variant: Variant::default(),
        shape: format!("{vocab} tokens, {allowed:?} allowed, {num_biases} biased"),
        params: ConstrainParams {
            vocab_size: vocab,
            masked: MASKED,
        }
        .words(),
        step: Step::greedy(1, 0),
        grid: [
            Count::Fixed(vocab.max(MAX_BIASES as u32).div_ceil(TOKENS_PER_WORKGROUP)),
            Count::Fixed(1),
        ],
        slots: vec![logits, mask, biases],
        tolerances: vec![Tolerance::Exact],
    }
}
