//! Cases for rope_shift: every way to rotate, as many positions as the distance allows and fewer.

use super::{Case, Noise, Tolerance};
use crate::cpu::kv_blocks::CacheRows;
use crate::kernel::KvPrecision;
use crate::kernel::rope_shift::{ROPE_SHIFT, RopeShiftParams};
use crate::plan::{Count, Step, Variant};

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for kv in KvPrecision::ALL {
        for (head_dim, rotary_dim, kv_heads, interleaved, position, tokens, shift) in [
            (16u32, 16u32, 2u32, 0u32, 4u32, 5u32, 5u32),
            (24, 24, 3, 1, 1, 3, 7),
            (32, 12, 1, 0, 0, 6, 6),
            (96, 48, 2, 1, 2, 1, 1),
            (256, 256, 2, 0, 3, 2, 4),
            (64, 0, 2, 0, 4, 3, 5),
        ] {
            let mut noise = Noise(u64::from(head_dim * 100 + shift * 10 + tokens));
            let context = 15u32;
            let params = RopeShiftParams {
                head_dim,
                rotary_dim,
                interleaved,
                context_tokens: context,
            };
            // With a magnitude, as YaRN's tables have it.
            let magnitude = 1.25f32;
            let pairs = (rotary_dim / 2).max(1);
            let table = (0..context * pairs)
                .flat_map(|i| {
                    let angle = (i / pairs) as f32 * 0.37 / (1 + i % pairs) as f32;
                    [
                        (magnitude * angle.cos()).to_bits(),
                        (magnitude * angle.sin()).to_bits(),
                    ]
                })
                .collect();
            let (keys, values) = CacheRows::of(kv, head_dim as usize);
            let stored = Tolerance::of_stored(keys);
            let num_rows = (kv_heads * context) as usize;
            let (keys, values) = (noise.cache(keys, num_rows), noise.cache(values, num_rows));
            cases.push(Case {
                kernel: &ROPE_SHIFT,
                variant: Variant {
                    kv: Some(kv),
                    ..Variant::default()
                },
                shape: format!(
                    "{tokens} positions by {shift}, {kv_heads} heads of {head_dim}, {rotary_dim} rotate, interleaved {interleaved}"
                ),
                params: params.words(),
                step: Step {
                    shift_tokens: shift,
                    ..Step::greedy(tokens, position)
                },
                grid: [Count::Fixed(kv_heads), Count::Fixed(tokens)],
                slots: vec![table, keys, values],
                // Values only move.
                tolerances: vec![stored, Tolerance::Exact],
            });
        }
    }
    cases
}
