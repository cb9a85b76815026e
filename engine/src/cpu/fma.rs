//! Sums of sequences a ← a·m + x that begin at x, x + 1, …; in f64.

use super::Call;
use crate::error::Result;
use crate::kernel::fma::{FmaParams, SEQUENCES};

pub(super) fn run(mut call: Call<'_>) -> Result<()> {
    let params = FmaParams::from_words(call.params);
    let multiplier = f64::from(params.multiplier);
    let sum_of = |x: f32| -> f64 {
        let x = f64::from(x);
        (0..SEQUENCES)
            .map(|k| (0..params.num_steps).fold(x + f64::from(k), |a, _| a * multiplier + x))
            .sum()
    };
    let sums: Vec<f32> = call.slots[0]
        .floats()
        .chunks_exact(4)
        .map(|x| x.iter().map(|&x| sum_of(x)).sum::<f64>() as f32)
        .collect();
    let results = call.slots[1].floats_mut();
    let count = sums.len().min(results.len());
    results[..count].copy_from_slice(&sums[..count]);
    Ok(())
}
