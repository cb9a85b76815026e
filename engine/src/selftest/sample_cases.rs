//! Cases for the sampler: the chosen id must be the same, not merely likely.

use super::{Case, Noise, Tolerance};
use crate::kernel::sample::{SAMPLE, SampleParams};
use crate::plan::{Count, Step, Variant};

pub(super) fn cases() -> Vec<Case> {
    let greedy = Step {
        ring_slot: 3,
        count_token: 1,
        ..Step::greedy(1, 0)
    };
    let warm = Step {
        temperature: 0.8,
        seed: [7, 9],
        draw: 5,
        ..greedy
    };
    let named = [
        ("greedy", greedy),
        (
            "greedy, penalties",
            Step {
                repetition_penalty: 1.3,
                frequency_penalty: 0.4,
                presence_penalty: 0.2,
                ..greedy
            },
        ),
        ("temperature", warm),
        ("top-k", Step { top_k: 3, ..warm }),
        ("top-k 1", Step { top_k: 1, ..warm }),
        ("top-p", Step { top_p: 0.7, ..warm }),
        ("min-p", Step { min_p: 0.2, ..warm }),
        (
            "everything",
            Step {
                top_k: 40,
                top_p: 0.9,
                min_p: 0.05,
                repetition_penalty: 1.1,
                ..warm
            },
        ),
    ];
    let mut cases = Vec::new();
    for vocab in [1u32, 5, 255, 256, 1000, 33_000] {
        for (name, step) in named {
            // Several draws, so that agreement by luck is unlikely.
            for draw in 0..if step.temperature > 0.0 { 6 } else { 1 } {
                cases.push(sample_case(vocab, name, Step { draw, ..step }));
            }
        }
    }
    cases
}

fn sample_case(vocab: u32, name: &str, step: Step) -> Case {
    let mut noise = Noise(u64::from(vocab));
    let mut logits: Vec<u32> = (0..vocab)
        .map(|_| (noise.float() * 8.0).to_bits())
        .collect();
    if vocab >= 5 {
        // A tie for the largest: the lower id must win when greedy.
        logits[2] = 9.0f32.to_bits();
        logits[4] = 9.0f32.to_bits();
    }
    let counts = (0..vocab).map(|id| u32::from(id % 7 == 2) * 2).collect();
    Case {
        kernel: &SAMPLE,
        variant: Variant::default(),
        shape: format!("{vocab} tokens, {name}, draw {}", step.draw),
        params: SampleParams { vocab_size: vocab }.words(),
        step,
        grid: [Count::Fixed(1), Count::Fixed(1)],
        slots: vec![logits, counts, vec![0], vec![0; 8]],
        tolerances: vec![Tolerance::Exact; 3],
    }
}
