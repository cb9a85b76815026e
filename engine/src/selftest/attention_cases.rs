//! Cases for attention and for merging its splits.

use super::{Case, Noise, Tolerance};
use crate::cpu::kv_blocks::CacheRows;
use crate::kernel::KvPrecision;
use crate::kernel::attention::{ATTENTION, AttentionParams, rows_variant};
use crate::kernel::attention_merge::{ATTENTION_MERGE, AttentionMergeParams};
use crate::plan::{Count, Step, Variant};

struct Shape {
    heads: u32,
    kv_heads: u32,
    head_dim: u32,
    tokens: u32,
    position: u32,
    window: u32,
    softcap: f32,
    max_splits: u32,
    split_tokens: u32,
}

pub(super) fn cases() -> Vec<Case> {
    let plain = Shape {
        heads: 4,
        kv_heads: 2,
        head_dim: 16,
        tokens: 1,
        position: 0,
        window: 0,
        softcap: 0.0,
        max_splits: 1,
        split_tokens: 256,
    };
    let shapes = [
        Shape { ..plain },
        Shape {
            tokens: 17,
            ..plain
        },
        Shape {
            heads: 4,
            kv_heads: 4,
            head_dim: 24,
            tokens: 3,
            position: 5,
            ..plain
        },
        Shape {
            heads: 3,
            kv_heads: 1,
            head_dim: 80,
            tokens: 2,
            position: 126,
            ..plain
        },
        Shape {
            heads: 14,
            kv_heads: 2,
            head_dim: 64,
            position: 300,
            ..plain
        },
        Shape {
            heads: 8,
            kv_heads: 1,
            head_dim: 128,
            tokens: 5,
            position: 200,
            ..plain
        },
        Shape {
            heads: 4,
            kv_heads: 1,
            head_dim: 256,
            tokens: 2,
            position: 20,
            ..plain
        },
        Shape {
            heads: 9,
            kv_heads: 3,
            head_dim: 96,
            tokens: 40,
            position: 0,
            ..plain
        },
        Shape {
            tokens: 6,
            position: 140,
            window: 24,
            ..plain
        },
        Shape {
            position: 140,
            window: 300,
            ..plain
        },
        Shape {
            tokens: 4,
            position: 9,
            softcap: 5.0,
            ..plain
        },
        Shape {
            position: 299,
            max_splits: 5,
            split_tokens: 64,
            ..plain
        },
        Shape {
            position: 63,
            max_splits: 5,
            split_tokens: 64,
            ..plain
        },
        Shape {
            position: 299,
            max_splits: 3,
            split_tokens: 64,
            window: 130,
            head_dim: 32,
            ..plain
        },
    ];
    let mut cases = Vec::new();
    for shape in &shapes {
        for kv in KvPrecision::ALL {
            let natural = rows_variant(shape.heads / shape.kv_heads * shape.tokens);
            // The natural number of rows, and one that does not divide them.
            for rows in [natural, if natural == 8 { 4 } else { 8 }] {
                cases.push(attention_case(shape, kv, rows));
            }
        }
    }
    for (splits, max_splits, head_dim) in [(2, 2, 16), (3, 5, 80), (4, 4, 256)] {
        cases.push(merge_case(splits, max_splits, head_dim));
    }
    cases
}

fn attention_case(shape: &Shape, kv: KvPrecision, rows: u32) -> Case {
    let mut noise = Noise(u64::from(
        shape.heads * 1000 + shape.head_dim * 10 + shape.tokens,
    ));
    let context = shape.position + shape.tokens + 3;
    let params = AttentionParams {
        num_heads: shape.heads,
        num_kv_heads: shape.kv_heads,
        head_dim: shape.head_dim,
        context_tokens: context,
        scale: 1.7 / (shape.head_dim as f32).sqrt(),
        softcap: shape.softcap,
        window: shape.window,
        split_tokens: shape.split_tokens,
        max_splits: shape.max_splits,
        query_stride: (shape.heads + 2 * shape.kv_heads) * shape.head_dim,
        output_stride: shape.heads * shape.head_dim + 32,
    };
    let (keys, values) = CacheRows::of(kv, shape.head_dim as usize);
    let num_rows = (shape.kv_heads * context) as usize;
    let (keys, values) = (noise.cache(keys, num_rows), noise.cache(values, num_rows));
    let parts = (shape.heads * shape.max_splits * (shape.head_dim + 2)) as usize;
    let group = shape.heads / shape.kv_heads;
    let splits = if shape.max_splits > 1 {
        Count::Splits {
            window: shape.window,
            split_tokens: shape.split_tokens,
        }
    } else {
        Count::Fixed(1)
    };
    Case {
        kernel: &ATTENTION,
        variant: Variant {
            kv: Some(kv),
            rows: Some(rows),
            weights: None,
        },
        shape: format!(
            "{} tokens at {}, {}/{} heads of {}, window {}, softcap {}, {} splits of {}, {rows} rows, {kv:?}",
            shape.tokens,
            shape.position,
            shape.heads,
            shape.kv_heads,
            shape.head_dim,
            shape.window,
            shape.softcap,
            shape.max_splits,
            shape.split_tokens,
        ),
        params: params.words(),
        step: Step::greedy(shape.tokens, shape.position),
        grid: [
            Count::TokenBlocks {
                per_token: group,
                group: rows,
                heads: shape.kv_heads,
            },
            splits,
        ],
        slots: vec![
            noise.floats((params.query_stride * shape.tokens) as usize),
            vec![0; (params.output_stride * shape.tokens) as usize],
            keys,
            values,
            vec![0; parts],
        ],
        tolerances: vec![Tolerance::F32Sum, Tolerance::F32Sum],
    }
}

fn merge_case(splits: u32, max_splits: u32, head_dim: u32) -> Case {
    let heads = 3;
    let mut noise = Noise(u64::from(splits * 100 + head_dim));
    let mut parts = noise.floats((heads * max_splits * (head_dim + 2)) as usize);
    for part in parts.chunks_mut(head_dim as usize + 2) {
        // A sum of exponentials is positive.
        if let Some(sum) = part.last_mut() {
            *sum = (1.0 + noise.float().abs()).to_bits();
        }
    }
    let params = AttentionMergeParams {
        head_dim,
        window: 0,
        split_tokens: 64,
        max_splits,
    };
    Case {
        kernel: &ATTENTION_MERGE,
        variant: Variant::default(),
        shape: format!("{heads} heads of {head_dim}, {splits} of {max_splits} splits"),
        params: params.words(),
        step: Step::greedy(1, splits * 64 - 1),
        grid: [Count::Fixed(heads), Count::Fixed(1)],
        slots: vec![parts, vec![0; (heads * head_dim) as usize]],
        tolerances: vec![Tolerance::F32Sum],
    }
}
