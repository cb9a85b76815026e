//! Rounding a block of 32 numbers to 8 or 4 bits.
//!
//! The scale is rounded to half precision first and the codes are chosen for the rounded scale, because that is
//! the one that will multiply them.

use half::f16;

use super::layout::BLOCK_LEN;

/// A block of codes with their scale. Q8 codes are signed bytes; Q4 codes are 0 to 15 around 8.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rounded {
    pub scale: f16,
    pub codes: [u8; BLOCK_LEN],
    pub squared_error: f64,
}

/// Where Q4 places the value of largest magnitude, in steps from zero: ggml's choice first (it uses the code
/// −8), then a little past either end of the codes, which clips or coarsens all others to suit the block.
const Q4_STEPS: [f32; 4] = [-8.0, -8.7, -7.3, 7.3];

/// `None` when the block's scale is too large for half precision.
pub fn q8(x: &[f32; BLOCK_LEN]) -> Option<Rounded> {
    let largest = x.iter().fold(0f32, |m, v| m.max(v.abs()));
    let rounded = with_scale(x, largest / 127.0, -127.0, 127.0)?;
    Some(Rounded {
        codes: rounded.codes.map(|code| code as u8),
        scale: rounded.scale,
        squared_error: rounded.squared_error,
    })
}

/// `None` when the block's scale is too large for half precision.
pub fn q4(x: &[f32; BLOCK_LEN]) -> Option<Rounded> {
    let largest = x
        .iter()
        .fold(0f32, |m, &v| if v.abs() > m.abs() { v } else { m });
    let mut best: Option<Signed> = None;
    for steps in Q4_STEPS {
        best = better(best, with_scale(x, largest / steps, -8.0, 7.0));
    }
    // For given codes the best scale has a closed form; codes and scale then fit each other once more.
    if let Some(found) = best {
        let (mut xq, mut qq) = (0f32, 0f32);
        for (x, &code) in x.iter().zip(&found.codes) {
            xq += x * f32::from(code);
            qq += f32::from(code) * f32::from(code);
        }
        if qq > 0.0 {
            best = better(best, with_scale(x, xq / qq, -8.0, 7.0));
        }
    }
    best.map(|found| Rounded {
        scale: found.scale,
        codes: found.codes.map(|code| (code + 8) as u8),
        squared_error: found.squared_error,
    })
}

#[derive(Clone, Copy)]
struct Signed {
    scale: f16,
    codes: [i8; BLOCK_LEN],
    squared_error: f64,
}

fn better(a: Option<Signed>, b: Option<Signed>) -> Option<Signed> {
    match (a, b) {
        (Some(a), Some(b)) if b.squared_error < a.squared_error => Some(b),
        (Some(a), _) => Some(a),
        (None, b) => b,
    }
}

fn with_scale(x: &[f32; BLOCK_LEN], scale: f32, min: f32, max: f32) -> Option<Signed> {
    let scale = f16::from_f32(scale);
    if !scale.is_finite() {
        return None;
    }
    let step = scale.to_f32();
    // A block too small for half precision becomes zeros.
    let inverse = if step == 0.0 { 0.0 } else { 1.0 / step };
    let mut codes = [0i8; BLOCK_LEN];
    let mut squared_error = 0f32;
    for (code, &x) in codes.iter_mut().zip(x) {
        let rounded = (x * inverse).round_ties_even().clamp(min, max);
        *code = rounded as i8;
        let error = rounded * step - x;
        squared_error += error * error;
    }
    Some(Signed {
        scale,
        codes,
        squared_error: f64::from(squared_error),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(seed: u32) -> [f32; BLOCK_LEN] {
        let mut state = seed.wrapping_mul(2_654_435_761) | 1;
        std::array::from_fn(|_| {
            // A sum of uniform numbers: near enough to the bell curve of trained weights.
            (0..6)
                .map(|_| {
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    (state >> 8) as f32 / (1 << 24) as f32 - 0.5
                })
                .sum::<f32>()
                * 0.05
        })
    }

    #[test]
    fn searching_beats_ggmls_scale() {
        let (mut ours, mut ggml) = (0.0, 0.0);
        for seed in 0..500 {
            let x = noise(seed);
            let largest = x
                .iter()
                .fold(0f32, |m, &v| if v.abs() > m.abs() { v } else { m });
            let plain = with_scale(&x, largest / -8.0, -8.0, 7.0).unwrap();
            let found = q4(&x).unwrap();
            assert!(found.squared_error <= plain.squared_error);
            ours += found.squared_error;
            ggml += plain.squared_error;
        }
        assert!(ours < 0.92 * ggml, "{ours} of {ggml}");
    }

    #[test]
    fn extremes() {
        assert_eq!(q4(&[0.0; 32]).unwrap().codes, [8; 32]);
        assert_eq!(q8(&[0.0; 32]).unwrap().codes, [0; 32]);
        assert_eq!(q4(&[1e-12; 32]).unwrap().codes, [8; 32]);
        assert!(q8(&[1e30; 32]).is_none());
        assert!(q4(&[1e30; 32]).is_none());
        // Values that are exactly representable stay exact.
        let exact: [f32; 32] = std::array::from_fn(|i| (i as f32 % 16.0 - 8.0) * 0.25);
        assert_eq!(q4(&exact).unwrap().squared_error, 0.0);
    }
}
