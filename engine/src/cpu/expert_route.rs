//! The k most likely experts and their weights (Shazeer et al. 2017), in f64.

use super::Call;
use crate::error::Result;
use crate::kernel::expert_route::ExpertRouteParams;

pub(super) fn run(mut call: Call<'_>) -> Result<()> {
    let params = ExpertRouteParams::from_words(call.params);
    let (experts, chosen) = (
        params.num_experts as usize,
        params.experts_per_token as usize,
    );
    for token in 0..call.step.num_tokens as usize {
        let first = token * params.logits_stride as usize;
        let logits = &call.slots[0].floats()[first..first + experts];
        let largest = logits.iter().copied().fold(f32::MIN, f32::max);
        let exponential = |logit: f32| (f64::from(logit) - f64::from(largest)).exp();
        let mut order: Vec<usize> = (0..experts).collect();
        // Stable: of equal logits the lower number stays first.
        order.sort_by(|&a, &b| logits[b].total_cmp(&logits[a]));
        order.truncate(chosen);
        let weights: Vec<f64> = order.iter().map(|&e| exponential(logits[e])).collect();
        let total: f64 = if params.normalize == 1 {
            weights.iter().sum()
        } else {
            logits.iter().map(|&logit| exponential(logit)).sum()
        };
        for (choice, (expert, weight)) in order.into_iter().zip(weights).enumerate() {
            let at = token * chosen + choice;
            call.slots[1].words_mut()[at] = expert as u32;
            call.slots[2].floats_mut()[at] = (weight / total) as f32;
        }
    }
    Ok(())
}
