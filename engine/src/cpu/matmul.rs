//! Y = X Wᵀ with the epilogue of `shaders/lib/linear.wgsl`, summed in f64.

use super::{Call, missing, weights_row};
use crate::error::Result;
use crate::kernel::linear::{
    ACCUMULATE_PRODUCT, ACCUMULATE_SUM, ACTIVATION_GELU, ACTIVATION_GELU_TANH, ACTIVATION_SILU,
    LinearParams,
};

pub(super) fn run(call: Call<'_>) -> Result<()> {
    let tokens = call.step.num_tokens as usize;
    product(call, tokens)
}

/// The product for the first `tokens` rows of x (or for `step.head_row`).
pub(super) fn product(mut call: Call<'_>, tokens: usize) -> Result<()> {
    let params = LinearParams::from_words(call.params);
    if call.slots.len() < 6 {
        return Err(missing("matmul"));
    }
    let columns = params.blocks_per_row as usize * 32;
    let stride = params.x_stride_blocks as usize * 32;
    let inputs: Vec<Vec<f64>> = (0..tokens)
        .map(|token| {
            let row = if params.use_head_row == 1 {
                call.step.head_row as usize
            } else {
                token
            };
            let x: Vec<f64> = call.slots[2].floats()[row * stride..][..columns]
                .iter()
                .map(|&x| f64::from(x))
                .collect();
            if params.normalize == 0 {
                return x;
            }
            let mean_square = x.iter().map(|x| x * x).sum::<f64>() / f64::from(params.columns);
            let scale = 1.0 / (mean_square + f64::from(params.epsilon)).sqrt();
            let gamma = call.slots[4].floats();
            x.iter()
                .zip(gamma)
                .map(|(x, &gamma)| x * scale * f64::from(gamma))
                .collect()
        })
        .collect();

    let rows = params.rows as usize;
    let mut sums = vec![vec![0.0f64; rows]; tokens];
    for row in 0..rows {
        let weights = weights_row(&call, params.blocks_per_row, row)?;
        for (input, sums) in inputs.iter().zip(&mut sums) {
            sums[row] = input
                .iter()
                .zip(&weights)
                .map(|(x, &w)| x * f64::from(w))
                .sum();
        }
    }

    let bias = |index: usize| -> f64 {
        if params.has_bias == 1 {
            f64::from(call.slots[5].floats()[index])
        } else {
            0.0
        }
    };
    let mut results = Vec::with_capacity(tokens);
    for sums in &sums {
        let mut result = Vec::with_capacity(rows);
        if params.gated == 1 {
            for row in 0..rows / 2 {
                let gate = sums[row] + bias(params.bias_offset as usize + row);
                let up = sums[rows / 2 + row] + bias(params.up_bias_offset as usize + row);
                result.push(activate(params.activation, gate) * up);
            }
        } else {
            for (row, sum) in sums.iter().enumerate() {
                let mut value =
                    (sum + bias(params.bias_offset as usize + row)) * f64::from(params.scale);
                value = activate(params.activation, value);
                if params.softcap > 0.0 {
                    let cap = f64::from(params.softcap);
                    value = cap * (value / cap).tanh();
                }
                result.push(value);
            }
        }
        results.push(result);
    }
    let y = call.slots[3].floats_mut();
    for (token, result) in results.into_iter().enumerate() {
        let first = token * params.y_stride as usize + params.y_offset as usize;
        for (y, value) in y[first..].iter_mut().zip(result) {
            let before = f64::from(*y);
            let value = match params.accumulate {
                ACCUMULATE_SUM if params.gated == 0 => before + value,
                ACCUMULATE_PRODUCT if params.gated == 0 => before * value,
                _ => value,
            };
            *y = value as f32;
        }
    }
    Ok(())
}

/// The activation that the shader knows by this number.
pub(super) fn activate(kind: u32, x: f64) -> f64 {
    match kind {
        ACTIVATION_SILU => x / (1.0 + (-x).exp()),
        ACTIVATION_GELU_TANH => {
            let inner = (2.0 / std::f64::consts::PI).sqrt() * (x + 0.044715 * x * x * x);
            0.5 * x * (1.0 + inner.tanh())
        }
        ACTIVATION_GELU => 0.5 * x * (1.0 + erf(x / std::f64::consts::SQRT_2)),
        _ => x,
    }
}

/// erf by its Maclaurin series below 3 and the continued fraction of erfc above (Abramowitz and Stegun 7.1.5,
/// 7.1.14): exact to f64 rounding where it matters here, and independent of the shader's fit.
fn erf(x: f64) -> f64 {
    let a = x.abs();
    let value = if a < 3.0 {
        let mut term = a;
        let mut sum = a;
        for n in 1..200 {
            let n = f64::from(n);
            term *= -a * a / n;
            sum += term / (2.0 * n + 1.0);
        }
        sum * std::f64::consts::FRAC_2_SQRT_PI
    } else {
        let mut fraction = a;
        for n in (1..60).rev() {
            fraction = a + f64::from(n) / 2.0 / fraction;
        }
        1.0 - (-a * a).exp() / fraction / std::f64::consts::PI.sqrt()
    };
    value.copysign(x)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn erf_matches_published_values() {
        // Abramowitz and Stegun, table 7.1.
        for (x, want) in [
            (0.0, 0.0),
            (0.5, 0.5204998778),
            (1.0, 0.8427007929),
            (2.0, 0.9953222650),
            (3.5, 0.9999992569),
        ] {
            assert!((erf(x) - want).abs() < 1e-9, "erf({x}) = {}", erf(x));
            assert!((erf(-x) + want).abs() < 1e-9);
        }
    }
}
