//! Softmax(q kᵀ) v (Vaswani et al. 2017), two passes in f64.
//!
//! Where the recording splits the positions, the parts are written as the kernel writes them, because
//! `attention_merge` reads them.

use super::kv_blocks::CacheRows;
use super::{Call, missing};
use crate::error::Result;
use crate::kernel::attention::AttentionParams;

pub(super) fn run(mut call: Call<'_>) -> Result<()> {
    let params = AttentionParams::from_words(call.params);
    let head_dim = params.head_dim as usize;
    let kv = call.variant.kv.ok_or_else(|| missing("attention"))?;
    let (keys, values) = CacheRows::of(kv, head_dim);
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
                    let key = keys.read(&call.slots[2], base + at);
                    let query = &call.slots[0].floats()[query..query + head_dim];
                    let dot: f64 = query
                        .iter()
                        .zip(&key)
                        .map(|(&query, &key)| f64::from(query) * f64::from(key))
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
                let mut sums = vec![0f64; head_dim];
                for (at, weight) in weights.iter().enumerate() {
                    let value = values.read(&call.slots[3], base + begin + first + at);
                    for (sum, &value) in sums.iter_mut().zip(&value) {
                        *sum += weight * f64::from(value);
                    }
                }
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
