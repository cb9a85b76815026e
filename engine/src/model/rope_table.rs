//! Cosines and sines of the rotary embedding, in f64, as the kernels' table.
//!
//! The frequencies follow transformers' `modeling_rope_utils` (default, linear, dynamic NTK, Llama 3, YaRN,
//! LongRoPE), so that a model behaves beyond its training length as its publisher measured it.

use std::f64::consts::PI;

use super::config::{Rope, RopeScaling};

/// Numbers that some files keep in tensors instead of metadata.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RopeTensors {
    /// Divisors of the frequencies (`rope_freqs.weight`), or LongRoPE's factors for the planned context.
    pub factors: Vec<f32>,
}

/// Angular frequency per pair, and the factor on every cosine and sine.
fn frequencies(rope: &Rope, context_tokens: usize, tensors: &RopeTensors) -> (Vec<f64>, f64) {
    let dim = rope.rotary_dim as f64;
    let pairs = rope.rotary_dim / 2;
    let base = |theta: f64, pair: usize| theta.powf(-2.0 * pair as f64 / dim);
    let plain = || {
        (0..pairs)
            .map(|pair| base(rope.theta, pair))
            .collect::<Vec<_>>()
    };
    let divided = |factors: &[f64], scale: f64| {
        let divided = plain()
            .iter()
            .zip(factors)
            .map(|(frequency, factor)| frequency / factor)
            .collect();
        (divided, scale)
    };
    match &rope.scaling {
        RopeScaling::None => (plain(), 1.0),
        RopeScaling::Linear { factor } => (
            plain().iter().map(|frequency| frequency / factor).collect(),
            1.0,
        ),
        RopeScaling::Dynamic {
            factor,
            original_context,
        } => {
            let original = *original_context as f64;
            let length = (context_tokens as f64).max(original);
            let stretch = factor * length / original - (factor - 1.0);
            let theta = rope.theta * stretch.powf(dim / (dim - 2.0));
            ((0..pairs).map(|pair| base(theta, pair)).collect(), 1.0)
        }
        RopeScaling::Llama3 {
            factor,
            low_freq_factor,
            high_freq_factor,
            original_context,
        } => {
            let original = *original_context as f64;
            let scaled = plain()
                .into_iter()
                .map(|frequency| {
                    let wavelength = 2.0 * PI / frequency;
                    if wavelength < original / high_freq_factor {
                        frequency
                    } else if wavelength > original / low_freq_factor {
                        frequency / factor
                    } else {
                        let smooth = (original / wavelength - low_freq_factor)
                            / (high_freq_factor - low_freq_factor);
                        (1.0 - smooth) * frequency / factor + smooth * frequency
                    }
                })
                .collect();
            (scaled, 1.0)
        }
        RopeScaling::Yarn {
            factor,
            original_context,
            beta_fast,
            beta_slow,
            attention_factor,
            truncate,
        } => {
            let correction = |rotations: f64| {
                dim * (*original_context as f64 / (rotations * 2.0 * PI)).ln()
                    / (2.0 * rope.theta.ln())
            };
            let (mut low, mut high) = (correction(*beta_fast), correction(*beta_slow));
            if *truncate {
                low = low.floor();
                high = high.ceil();
            }
            let low = low.max(0.0);
            let mut high = high.min(dim - 1.0);
            if low == high {
                high += 0.001;
            }
            let scaled = plain()
                .into_iter()
                .enumerate()
                .map(|(pair, frequency)| {
                    let ramp = ((pair as f64 - low) / (high - low)).clamp(0.0, 1.0);
                    frequency / factor * ramp + frequency * (1.0 - ramp)
                })
                .collect();
            (scaled, *attention_factor)
        }
        RopeScaling::LongRope {
            short_factor,
            long_factor,
            original_context,
            attention_factor,
        } => {
            let factors = if context_tokens > *original_context {
                long_factor
            } else {
                short_factor
            };
            divided(factors, *attention_factor)
        }
        RopeScaling::Divisors { .. } => {
            let factors: Vec<f64> = tensors
                .factors
                .iter()
                .map(|&factor| f64::from(factor))
                .collect();
            divided(&factors, 1.0)
        }
        RopeScaling::LongRopeTensors {
            attention_factor, ..
        } => {
            let factors: Vec<f64> = tensors
                .factors
                .iter()
                .map(|&factor| f64::from(factor))
                .collect();
            divided(&factors, *attention_factor)
        }
    }
}

impl Rope {
    /// Name of the tensor that holds this rope's factors in a context of this length, if one does.
    pub fn factors_tensor(&self, context_tokens: usize) -> Option<&str> {
        match &self.scaling {
            RopeScaling::Divisors { tensor } => Some(tensor),
            RopeScaling::LongRopeTensors {
                short,
                long,
                original_context,
                ..
            } => Some(if context_tokens > *original_context {
                long
            } else {
                short
            }),
            RopeScaling::None
            | RopeScaling::Linear { .. }
            | RopeScaling::Dynamic { .. }
            | RopeScaling::Llama3 { .. }
            | RopeScaling::Yarn { .. }
            | RopeScaling::LongRope { .. } => None,
        }
    }

    /// Context up to which the model runs as it was trained: beyond it, some scalings change every frequency.
    pub fn unscaled_context(&self) -> Option<usize> {
        match &self.scaling {
            RopeScaling::Dynamic {
                original_context, ..
            }
            | RopeScaling::LongRope {
                original_context, ..
            }
            | RopeScaling::LongRopeTensors {
                original_context, ..
            } => Some(*original_context),
            RopeScaling::None
            | RopeScaling::Linear { .. }
            | RopeScaling::Llama3 { .. }
            | RopeScaling::Yarn { .. }
            | RopeScaling::Divisors { .. } => None,
        }
    }
}

/// `[position][pair]` of (cos, sin) for positions `0..context_tokens`.
pub fn rope_table(rope: &Rope, context_tokens: usize, tensors: &RopeTensors) -> Vec<[f32; 2]> {
    let (frequencies, scale) = frequencies(rope, context_tokens, tensors);
    (0..context_tokens)
        .flat_map(|position| {
            frequencies.iter().map(move |frequency| {
                let (sin, cos) = (position as f64 * frequency).sin_cos();
                [(cos * scale) as f32, (sin * scale) as f32]
            })
        })
        .collect()
}
