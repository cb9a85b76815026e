//! Rows of a key/value cache in any precision, with the kernels' rounding.
//!
//! See `shaders/lib/kv_blocks.wgsl` for how a quantised row lies. A row is one position of one key/value head.

use super::Bound;
use crate::kernel::KvPrecision;
use crate::kernel::kv_blocks::{BLOCK_VALUES, RowFormat};

/// The largest finite f16.
const F16_MAX: f32 = 65504.0;
/// Blocks whose scale would be smaller are taken for zero, as in the shader.
const SMALLEST_SCALE: f32 = 1e-30;

/// How the rows of a cache lie.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct CacheRows {
    pub format: RowFormat,
    pub head_dim: usize,
}

impl CacheRows {
    /// Those of keys and those of values.
    pub(crate) fn of(kv: KvPrecision, head_dim: usize) -> (Self, Self) {
        let rows = |format| CacheRows { format, head_dim };
        (rows(kv.keys()), rows(kv.values()))
    }

    /// The values of row `row`.
    pub(super) fn read(self, cache: &Bound<'_>, row: usize) -> Vec<f32> {
        let len = self.format.row_words(self.head_dim);
        self.values(&cache.words()[row * len..(row + 1) * len])
    }

    /// Rounds values into row `row`.
    pub(super) fn write(self, cache: &mut Bound<'_>, row: usize, values: &[f32]) {
        let words = self.words(values);
        let first = row * words.len();
        cache.words_mut()[first..first + words.len()].copy_from_slice(&words);
    }

    /// Copies row `from` to row `to` as it is.
    pub(super) fn copy(self, cache: &mut Bound<'_>, from: usize, to: usize) {
        let len = self.format.row_words(self.head_dim);
        cache
            .words_mut()
            .copy_within(from * len..(from + 1) * len, to * len);
    }

    /// The values that a row's words stand for.
    pub(crate) fn values(self, words: &[u32]) -> Vec<f32> {
        let (codes, blocks) = words.split_at(self.format.code_words(self.head_dim));
        (0..self.head_dim)
            .map(|i| match self.format {
                RowFormat::F32 => f32::from_bits(codes[i]),
                RowFormat::F16 => bytemuck::cast_slice::<u32, half::f16>(codes)[i].to_f32(),
                RowFormat::Q8 => {
                    let code = bytemuck::cast_slice::<u32, i8>(codes)[i];
                    self.scale(blocks, i) * f32::from(code)
                }
                RowFormat::Q4 => {
                    // Byte j of a word: value j in the low nibble, value 4 + j in the high one.
                    let byte = codes[i / 8].to_le_bytes()[i % 4];
                    let code = byte >> (4 * (i / 4 % 2)) & 15;
                    let minimum = f32::from_bits(blocks[i / BLOCK_VALUES] & 0xffff_0000);
                    self.scale(blocks, i) * f32::from(code) + minimum
                }
            })
            .collect()
    }

    /// What one code more adds to each of a quantised row's values.
    pub(crate) fn steps(self, words: &[u32]) -> Vec<f32> {
        let (_, blocks) = words.split_at(self.format.code_words(self.head_dim));
        (0..self.head_dim)
            .map(|i| self.scale(blocks, i).abs())
            .collect()
    }

    /// The scale of value `i`, from the words after the codes.
    fn scale(self, blocks: &[u32], i: usize) -> f32 {
        let block = i / BLOCK_VALUES;
        match self.format {
            RowFormat::Q8 => f32::from_bits(blocks[block / 2] >> (16 * (block % 2)) << 16),
            RowFormat::Q4 => f32::from_bits(blocks[block] << 16),
            RowFormat::F32 | RowFormat::F16 => 0.0,
        }
    }

    /// A row of `values`.
    fn words(self, values: &[f32]) -> Vec<u32> {
        match self.format {
            RowFormat::F32 => values.iter().map(|value| value.to_bits()).collect(),
            RowFormat::F16 => {
                let half = |value: f32| {
                    u32::from(half::f16::from_f32(value.clamp(-F16_MAX, F16_MAX)).to_bits())
                };
                values
                    .chunks(2)
                    .map(|pair| half(pair[0]) | half(pair[1]) << 16)
                    .collect()
            }
            RowFormat::Q8 => self.q8(values),
            RowFormat::Q4 => self.q4(values),
        }
    }

    fn q8(self, values: &[f32]) -> Vec<u32> {
        let mut words = vec![0; self.format.row_words(self.head_dim)];
        let (codes, scales) = words.split_at_mut(self.format.code_words(self.head_dim));
        let codes: &mut [i8] = bytemuck::cast_slice_mut(codes);
        for (block, values) in values.chunks(BLOCK_VALUES).enumerate() {
            let largest = values.iter().fold(0f32, |largest, v| largest.max(v.abs()));
            let scale = stored_scale(largest / 127.0);
            scales[block / 2] |= (scale.to_bits() >> 16) << (16 * (block % 2));
            for (code, value) in codes[block * BLOCK_VALUES..].iter_mut().zip(values) {
                *code = in_units(*value, scale).clamp(-127.0, 127.0) as i8;
            }
        }
        words
    }

    fn q4(self, values: &[f32]) -> Vec<u32> {
        let mut words = vec![0; self.format.row_words(self.head_dim)];
        let (codes, blocks) = words.split_at_mut(self.format.code_words(self.head_dim));
        let codes: &mut [u8] = bytemuck::cast_slice_mut(codes);
        for (block, values) in values.chunks(BLOCK_VALUES).enumerate() {
            let lowest = values.iter().copied().fold(f32::INFINITY, f32::min);
            let largest = values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            // Down to the upper half of an f32: away from zero where it is negative.
            let down = if lowest < 0.0 { 0xffff } else { 0 };
            let minimum = f32::from_bits((lowest.to_bits() + down) & 0xffff_0000);
            let scale = stored_scale((largest - minimum) / 15.0);
            blocks[block] = minimum.to_bits() | scale.to_bits() >> 16;
            for (i, value) in values.iter().enumerate() {
                let code = in_units(value - minimum, scale).clamp(0.0, 15.0) as u8;
                let i = block * BLOCK_VALUES + i;
                codes[i / 8 * 4 + i % 4] |= code << (4 * (i / 4 % 2));
            }
        }
        words
    }
}

/// A scale as it is stored: rounded up to the upper half of an f32, or zero.
fn stored_scale(exact: f32) -> f32 {
    if exact >= SMALLEST_SCALE {
        f32::from_bits((exact.to_bits() + 0xffff) & 0xffff_0000)
    } else {
        0.0
    }
}

/// The nearest whole number of scales.
fn in_units(value: f32, scale: f32) -> f32 {
    if scale == 0.0 {
        0.0
    } else {
        (value / scale).round()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(format: RowFormat, head_dim: usize) -> CacheRows {
        CacheRows { format, head_dim }
    }

    fn round_trip(format: RowFormat, values: &[f32]) -> Vec<f32> {
        let rows = rows(format, values.len());
        rows.values(&rows.words(values))
    }

    /// A ramp whose blocks differ in size by powers of ten, and in their middle: each has its own scale.
    fn ramp(len: usize) -> Vec<f32> {
        (0..len)
            .map(|i| {
                let block = (i / 32) as i32;
                ((i * 37 % 64) as f32 / 32.0 - 1.0 + block as f32 / 4.0) * 10f32.powi(block)
            })
            .collect()
    }

    #[test]
    fn no_value_is_further_from_its_own_than_half_a_step() {
        for len in [4, 12, 32, 80, 128, 256] {
            let values = ramp(len);
            for (format, num_steps) in [(RowFormat::Q8, 127.0), (RowFormat::Q4, 15.0)] {
                let got = round_trip(format, &values);
                for (values, got) in values.chunks(32).zip(got.chunks(32)) {
                    let lowest = values.iter().copied().fold(f32::INFINITY, f32::min);
                    let largest = values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
                    let most = largest.abs().max(lowest.abs());
                    // Minimum and scale are rounded by 2^-7 of their size at most, each to the side that costs.
                    let range = match format {
                        RowFormat::Q4 => largest - lowest + most / 128.0,
                        _ => most,
                    };
                    let step = range / num_steps * (1.0 + 1.0 / 128.0);
                    for (value, got) in values.iter().zip(got) {
                        assert!(
                            (value - got).abs() <= 0.5001 * step,
                            "{format:?} {value} {got}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn codes_by_hand() {
        // 127 is code 127 of scale 1.
        assert_eq!(
            rows(RowFormat::Q8, 4).words(&[127.0, -1.0, 0.0, 2.4]),
            [0x0200_ff7f, 0x0000_3f80]
        );
        // From -8 to 7 in steps of 1.
        assert_eq!(
            rows(RowFormat::Q4, 8).words(&[-8.0, 7.0, 0.0, 1.0, 2.0, 3.0, -1.0, -2.0]),
            [0x6978_bfa0, 0xc100_3f80]
        );
    }

    #[test]
    fn blocks_of_equals_and_of_extremes_stay_numbers() {
        for format in [RowFormat::Q8, RowFormat::Q4] {
            assert_eq!(round_trip(format, &[0.0; 40]), [0.0; 40]);
            assert!(round_trip(format, &[1e-38; 8])[7].abs() <= 1e-38);
            for size in [1e-20f32, 1e-6, 1e6, 1e30] {
                let got = round_trip(format, &[size, -size, size, size / 2.0]);
                assert!((got[1] / -size - 1.0).abs() < 0.01, "{format:?} {got:?}");
                let got = round_trip(format, &[size; 8]);
                assert!((got[3] / size - 1.0).abs() < 0.01, "{format:?} {got:?}");
            }
        }
    }
}
