//! y += Σ weight × W x over a token's experts, summed in f64.

use super::{Call, weights_row};
use crate::error::Result;
use crate::kernel::expert_down::ExpertDownParams;

pub(super) fn run(mut call: Call<'_>) -> Result<()> {
    let params = ExpertDownParams::from_words(call.params);
    let columns = params.blocks_per_row as usize * 32;
    let rows = params.rows as usize;
    let held = params.first_expert..params.first_expert + params.num_experts;
    for token in 0..call.step.num_tokens as usize {
        let mut sums = vec![0.0f64; rows];
        for choice in 0..params.experts_per_token as usize {
            let pair = token * params.experts_per_token as usize + choice;
            let expert = call.slots[4].words()[pair];
            if !held.contains(&expert) {
                continue;
            }
            let first_row = (expert - params.first_expert) as usize * rows;
            let weight = f64::from(call.slots[5].floats()[pair]);
            let from = pair * params.x_stride_blocks as usize * 32;
            let x = call.slots[2].floats()[from..from + columns].to_vec();
            for (row, sum) in sums.iter_mut().enumerate() {
                let weights = weights_row(&call, params.blocks_per_row, first_row + row)?;
                let terms = weights.iter().zip(&x);
                *sum += weight
                    * terms
                        .map(|(&w, &x)| f64::from(w) * f64::from(x))
                        .sum::<f64>();
            }
        }
        let at = token * params.y_stride as usize;
        let y = &mut call.slots[3].floats_mut()[at..at + rows];
        for (y, sum) in y.iter_mut().zip(sums) {
            *y = (f64::from(*y) + sum) as f32;
        }
    }
    Ok(())
}
