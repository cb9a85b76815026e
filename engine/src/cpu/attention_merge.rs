//! Adds the parts of a split attention, in f64.

use super::Call;
use crate::error::Result;
use crate::kernel::attention_merge::AttentionMergeParams;

pub(super) fn run(mut call: Call<'_>) -> Result<()> {
    let params = AttentionMergeParams::from_words(call.params);
    let head_dim = params.head_dim as usize;
    let mut visible = call.step.position + 1;
    if params.window > 0 {
        visible = visible.min(params.window);
    }
    let splits = visible.div_ceil(params.split_tokens) as usize;
    let stride = head_dim + 2;
    let parts = call.slots[0].floats().to_vec();
    let heads = parts.len() / (params.max_splits as usize * stride);
    let output = call.slots[1].floats_mut();
    for head in 0..heads.min(output.len() / head_dim) {
        let part =
            |split: usize| &parts[(head * params.max_splits as usize + split) * stride..][..stride];
        let largest = (0..splits)
            .map(|split| f64::from(part(split)[head_dim]))
            .fold(f64::MIN, f64::max);
        let weight = |split: usize| (f64::from(part(split)[head_dim]) - largest).exp();
        let total: f64 = (0..splits)
            .map(|split| f64::from(part(split)[head_dim + 1]) * weight(split))
            .sum();
        for i in 0..head_dim {
            let sum: f64 = (0..splits)
                .map(|split| f64::from(part(split)[i]) * weight(split))
                .sum();
            output[head * head_dim + i] = (sum / total) as f32;
        }
    }
    Ok(())
}
