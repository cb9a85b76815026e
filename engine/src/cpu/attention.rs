//! Softmax(q kᵀ) v (Vaswani et al. 2017), two passes in f64.
//!
//! Where the recording splits the positions, the parts are written as the kernel writes them, because
//! `attention_merge` reads them.

use super::{Call, cache_value, missing};
use crate::error::Result;
use crate::kernel::attention::AttentionParams;

pub(super) fn run(mut call: Call<'_>) -> Result<()> {
    let params = AttentionParams::from_words(call.params);
    let kv = call.variant.kv.ok_or_else(|| missing("attention"))?;
    let head_dim = params.head_dim as usize;
    let group = (params.num_heads / params.num_kv_heads) as usize;
    for token in 0..call.step.num_tokens as usize {
        let position = call.step.position as usize + token;
        let window = params.window as usize;
        let begin = if window > 0 {
            (position + 1).saturating_sub(window)
        } else {
            0
        };
        let visible = position + 1 - begin;
        let split_tokens = params.split_tokens as usize;
        let splits = if params.max_splits > 1 {
            visible.div_ceil(split_tokens)
        } else {
            1
        };
        for head in 0..params.num_heads as usize {
            let base = (head / group) * params.context_tokens as usize;
            let query = token * params.query_stride as usize + head * head_dim;
            let scores: Vec<f64> = (begin..=position)
                .map(|at| {
                    let dot: f64 = (0..head_dim)
                        .map(|i| {
                            f64::from(call.slots[0].floats()[query + i])
                                * f64::from(cache_value(
                                    &call.slots[2],
                                    kv,
                                    (base + at) * head_dim + i,
                                ))
                        })
                        .sum();
                    let score = dot * f64::from(params.scale);
                    let cap = f64::from(params.softcap);
                    if cap > 0.0 {
                        cap * (score / cap).tanh()
                    } else {
                        score
                    }
                })
                .collect();
            for split in 0..splits {
                let first = split * split_tokens;
                let last = if splits > 1 {
                    visible.min(first + split_tokens)
                } else {
                    visible
                };
                let largest = scores[first..last].iter().copied().fold(f64::MIN, f64::max);
                let weights: Vec<f64> = scores[first..last]
                    .iter()
                    .map(|score| (score - largest).exp())
                    .collect();
                let total: f64 = weights.iter().sum();
                let sums: Vec<f64> = (0..head_dim)
                    .map(|i| {
                        let value = |at: usize| {
                            f64::from(cache_value(
                                &call.slots[3],
                                kv,
                                (base + begin + first + at) * head_dim + i,
                            ))
                        };
                        weights
                            .iter()
                            .enumerate()
                            .map(|(at, weight)| weight * value(at))
                            .sum()
                    })
                    .collect();
                if splits == 1 {
                    let out = token * params.output_stride as usize + head * head_dim;
                    for (i, sum) in sums.iter().enumerate() {
                        call.slots[1].floats_mut()[out + i] = (sum / total) as f32;
                    }
                } else {
                    let part = (head * params.max_splits as usize + split) * (head_dim + 2);
                    let parts = call.slots[4].floats_mut();
                    for (i, sum) in sums.iter().enumerate() {
                        parts[part + i] = *sum as f32;
                    }
                    parts[part + head_dim] = largest as f32;
                    parts[part + head_dim + 1] = total as f32;
                }
            }
        }
    }
    Ok(())
}
