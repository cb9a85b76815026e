//! y = activation(gate x) × up x of each chosen expert, summed in f64.

use super::matmul::activate;
use super::{Call, weights_row};
use crate::error::Result;
use crate::kernel::expert_up::ExpertUpParams;

pub(super) fn run(mut call: Call<'_>) -> Result<()> {
    let params = ExpertUpParams::from_words(call.params);
    let columns = params.blocks_per_row as usize * 32;
    let half = params.rows as usize / 2;
    for pair in 0..(call.step.num_tokens * params.experts_per_token) as usize {
        let expert = call.slots[4].words()[pair];
        let held = params.first_expert..params.first_expert + params.num_experts;
        if !held.contains(&expert) {
            continue;
        }
        let first_row = (expert - params.first_expert) as usize * params.rows as usize;
        let token = pair / params.experts_per_token as usize;
        let from = token * params.x_stride_blocks as usize * 32;
        let x = call.slots[2].floats()[from..from + columns].to_vec();
        let product = |row: usize| -> Result<f64> {
            let weights = weights_row(&call, params.blocks_per_row, first_row + row)?;
            let terms = weights.iter().zip(&x);
            Ok(terms.map(|(&w, &x)| f64::from(w) * f64::from(x)).sum())
        };
        let mut result = Vec::with_capacity(half);
        for row in 0..half {
            result.push(activate(params.activation, product(row)?) * product(half + row)?);
        }
        let at = pair * params.y_stride as usize;
        let y = &mut call.slots[3].floats_mut()[at..at + half];
        for (y, value) in y.iter_mut().zip(result) {
            *y = value as f32;
        }
    }
    Ok(())
}
