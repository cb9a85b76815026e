//! Cases for kernels that work row by row: embed, norm, gather, rope_cache.

use super::{Case, Noise, Tolerance, linear_cases::is_thorough, linear_cases::packed_matrix};
use crate::cpu::kv_blocks::CacheRows;
use crate::kernel::KvPrecision;
use crate::kernel::embed::{EMBED, EmbedParams};
use crate::kernel::gather::{COLUMNS_PER_WORKGROUP, GATHER, GatherParams};
use crate::kernel::norm::{NORM, NormParams};
use crate::kernel::rope_cache::{ROPE_CACHE, RopeCacheParams};
use crate::plan::{Count, Step, Variant};

pub(super) fn cases() -> Vec<Case> {
    let mut cases = embed_cases();
    cases.extend(norm_cases());
    cases.extend(gather_cases());
    cases.extend(rope_cases());
    cases
}

fn embed_cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for variant in EMBED.variants() {
        for (blocks, tokens, flags) in [
            (1u32, 1u32, 0u32),
            (3, 5, 0),
            (71, 2, 0),
            (3, 4, 1),
            (2, 3, 2),
        ] {
            // What the flags do is the same whatever the layout.
            if !variant.weights.is_some_and(is_thorough) && (flags != 0 || blocks == 1) {
                continue;
            }
            let mut noise = Noise(u64::from(blocks * 100 + tokens));
            let (rows, first_row) = (37, 5);
            let Some((codes, scales)) = packed_matrix(&mut noise, variant, rows, blocks) else {
                continue;
            };
            let params = EmbedParams {
                blocks_per_row: blocks,
                first_row,
                num_rows: rows,
                scale: 1.5,
                from_position: u32::from(flags == 1),
                accumulate: u32::from(flags == 2),
            };
            // Ids below, inside and above the part that this dispatch holds.
            let ids: Vec<u32> = (0..tokens)
                .map(|t| [first_row, 2, first_row + rows - 1, 60, 11][t as usize % 5])
                .collect();
            let x = noise.floats((tokens * blocks * 32) as usize);
            cases.push(Case {
                kernel: &EMBED,
                variant,
                shape: format!("{tokens} tokens of {} columns, flags {flags}", blocks * 32),
                params: params.words(),
                step: Step::greedy(tokens, 3),
                grid: [Count::Fixed(tokens), Count::Fixed(1)],
                slots: vec![codes, scales, ids, x],
                tolerances: vec![Tolerance::F32Sum],
            });
        }
    }
    cases
}

fn norm_cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (columns, tokens) in [
        (1u32, 1u32),
        (24, 3),
        (96, 2),
        (200, 5),
        (896, 1),
        (2048, 2),
    ] {
        for (subtract_mean, accumulate, use_head_row) in
            [(0, 0, 0), (0, 1, 0), (1, 0, 0), (1, 1, 0), (0, 0, 1)]
        {
            let mut noise = Noise(u64::from(columns * 10 + tokens));
            let stride = columns.next_multiple_of(32) + 32;
            let params = NormParams {
                columns,
                x_stride: stride,
                x_offset: 7,
                y_stride: stride,
                y_offset: 3,
                epsilon: 1e-5,
                subtract_mean,
                accumulate,
                use_head_row,
            };
            let len = (stride * tokens) as usize;
            let rows = if use_head_row == 1 { 1 } else { tokens };
            cases.push(Case {
                kernel: &NORM,
                variant: Variant::default(),
                shape: format!("{tokens} rows of {columns}, mean {subtract_mean} add {accumulate} head {use_head_row}"),
                params: params.words(),
                step: Step::greedy(tokens, 0),
                grid: [Count::Fixed(rows), Count::Fixed(1)],
                slots: vec![
                    noise.floats(len),
                    noise.floats(columns as usize),
                    noise.floats(columns as usize),
                    noise.floats(len),
                ],
                tolerances: vec![Tolerance::F32Sum],
            });
        }
    }
    cases
}

fn gather_cases() -> Vec<Case> {
    [(1u32, 1u32), (32, 3), (96, 2), (200, 5), (896, 1)]
        .into_iter()
        .map(|(columns, tokens)| {
            let mut noise = Noise(u64::from(columns * 10 + tokens));
            let params = GatherParams {
                columns,
                x_stride: columns + 5,
                y_stride: columns + 3,
            };
            Case {
                kernel: &GATHER,
                variant: Variant::default(),
                shape: format!("{tokens} rows of {columns}"),
                params: params.words(),
                step: Step::greedy(tokens, 0),
                grid: [
                    Count::Fixed(columns.div_ceil(COLUMNS_PER_WORKGROUP)),
                    Count::Fixed(tokens),
                ],
                slots: vec![
                    noise.floats((params.x_stride * tokens) as usize),
                    (0..columns).map(|_| noise.word() % columns).collect(),
                    noise.floats((params.y_stride * tokens) as usize),
                ],
                tolerances: vec![Tolerance::Exact],
            }
        })
        .collect()
}

fn rope_cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for kv in KvPrecision::ALL {
        for (head_dim, rotary_dim, heads, kv_heads, tokens) in [
            (16u32, 16u32, 4u32, 2u32, 3u32),
            (24, 24, 4, 4, 2),
            (32, 24, 2, 1, 5),
            (80, 80, 3, 1, 1),
            (96, 48, 2, 2, 2),
            (128, 128, 8, 2, 1),
            (256, 256, 4, 1, 2),
            (64, 0, 3, 3, 2),
        ] {
            for (interleaved, qk_norm) in [(0, 0), (1, 0), (0, 1)] {
                let mut noise = Noise(u64::from(head_dim * 100 + heads * 10 + tokens));
                let (context, position) = (12u32, 4u32);
                let stride = (heads + 2 * kv_heads) * head_dim;
                let params = RopeCacheParams {
                    num_heads: heads,
                    num_kv_heads: kv_heads,
                    head_dim,
                    rotary_dim,
                    interleaved,
                    context_tokens: context,
                    qk_norm,
                    epsilon: 1e-6,
                    row_stride: stride,
                };
                let pairs = (rotary_dim / 2).max(1);
                let table = (0..context * pairs)
                    .flat_map(|i| {
                        let angle = (i as f32) * 0.37;
                        [angle.cos().to_bits(), angle.sin().to_bits()]
                    })
                    .collect();
                let (keys, values) = CacheRows::of(kv, head_dim as usize);
                let empty = |rows: CacheRows| {
                    vec![0; (kv_heads * context) as usize * rows.format.row_words(rows.head_dim)]
                };
                cases.push(Case {
                    kernel: &ROPE_CACHE,
                    variant: Variant {
                        kv: Some(kv),
                        ..Variant::default()
                    },
                    shape: format!(
                        "{tokens} tokens, {heads}/{kv_heads} heads of {head_dim}, {rotary_dim} rotate, interleaved {interleaved}, norm {qk_norm}"
                    ),
                    params: params.words(),
                    step: Step::greedy(tokens, position),
                    grid: [Count::Fixed(heads + 2 * kv_heads), Count::Fixed(tokens)],
                    slots: vec![
                        noise.floats((stride * tokens) as usize),
                        table,
                        empty(keys),
                        empty(values),
                        noise.floats(head_dim as usize),
                        noise.floats(head_dim as usize),
                    ],
                    tolerances: vec![
                        Tolerance::F32Sum,
                        Tolerance::of_stored(keys),
                        Tolerance::of_stored(values),
                    ],
                });
            }
        }
    }
    cases
}
