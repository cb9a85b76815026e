//! Rows as a file has them into rows as a [`Layout`] has them, and back.
//!
//! Block formats that have a layout of their own move bit for bit; everything else goes through numbers. A
//! value that is not a number is refused here, since one of them would silence a whole model.

use half::f16;

use super::dtype::dequantize_row;
use super::layout::{BLOCK_LEN, Layout, cols_padded};
use super::{Dtype, blocks, packed, quantize};
use crate::error::{Error, Result};

/// How much a conversion changed the values.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct PackStats {
    pub sum_squared_error: f64,
    /// Of the values that were converted with loss.
    pub sum_squared_value: f64,
}

impl PackStats {
    /// Root of the error's share in the values; 0 where nothing was lost.
    #[must_use]
    pub fn relative_error(&self) -> f64 {
        if self.sum_squared_value > 0.0 {
            (self.sum_squared_error / self.sum_squared_value).sqrt()
        } else {
            0.0
        }
    }
}

impl std::ops::AddAssign for PackStats {
    fn add_assign(&mut self, other: Self) {
        self.sum_squared_error += other.sum_squared_error;
        self.sum_squared_value += other.sum_squared_value;
    }
}

/// Appends the rows in `src` to `planes`, one vector per plane of the layout.
pub fn pack_rows(
    from: Dtype,
    to: Layout,
    cols: usize,
    src: &[u8],
    planes: &mut [Vec<u8>],
) -> Result<PackStats> {
    let sizes = to.planes(cols);
    let row_bytes = from
        .bytes_of(cols as u64)
        .and_then(|bytes| usize::try_from(bytes).ok())
        .filter(|&bytes| bytes > 0 && src.len().is_multiple_of(bytes));
    let Some(row_bytes) = row_bytes else {
        return refuse(format!("{} bytes are not rows of {cols} {from}", src.len()));
    };
    if planes.len() != sizes.len() {
        return refuse(format!(
            "{} has {} planes, not {}",
            to.name(),
            sizes.len(),
            planes.len()
        ));
    }
    let mut stats = PackStats::default();
    let mut row = Vec::new();
    for src in src.chunks_exact(row_bytes) {
        match (from, to, &mut *planes) {
            (Dtype::F32, Layout::F32, [plane]) => {
                copy::<4>(src, plane, |b| f32::from_le_bytes(b).is_finite())?
            }
            (Dtype::F16, Layout::F16, [plane]) => {
                copy::<2>(src, plane, |b| f16::from_le_bytes(b).is_finite())?
            }
            (Dtype::BF16, Layout::Bf16, [plane]) => {
                copy::<2>(src, plane, |b| half::bf16::from_le_bytes(b).is_finite())?
            }
            (_, _, [codes, scales]) if to.block_format() == Some(from) => {
                blocks::pack_row(to, src, codes, scales)?;
            }
            (_, Layout::F32, [plane]) => {
                numbers(from, cols, src, &mut row)?;
                for y in &row {
                    plane.extend_from_slice(&y.to_le_bytes());
                }
            }
            (_, Layout::Q8 | Layout::Q4, [codes, scales]) => {
                numbers(from, cols, src, &mut row)?;
                quantize_row(to, &row, codes, scales, &mut stats)?;
            }
            _ => return refuse(format!("{from} cannot be stored as {}", to.name())),
        }
        for (plane, &size) in planes.iter_mut().zip(sizes.iter()) {
            // Zero bytes are the number zero wherever a type without blocks can leave a row ragged, but for Q4's
            // codes: those are written with their padding. Block formats leave at most a scale of no block.
            plane.resize(plane.len().next_multiple_of(size), 0);
        }
    }
    Ok(stats)
}

fn refuse<T>(reason: String) -> Result<T> {
    Err(Error::Unsupported(reason))
}

pub(super) fn not_finite<T>() -> Result<T> {
    refuse("holds values that are not numbers (NaN or infinity); the file is damaged".into())
}

fn copy<const N: usize>(
    src: &[u8],
    plane: &mut Vec<u8>,
    is_finite: impl Fn([u8; N]) -> bool,
) -> Result<()> {
    if !src.as_chunks::<N>().0.iter().all(|&b| is_finite(b)) {
        return not_finite();
    }
    plane.extend_from_slice(src);
    Ok(())
}

/// One row as numbers, padded with zeros.
fn numbers(from: Dtype, cols: usize, src: &[u8], row: &mut Vec<f32>) -> Result<()> {
    row.clear();
    row.resize(cols_padded(cols), 0.0);
    if let Some(values) = row.get_mut(..cols) {
        dequantize_row(from, src, values)?;
    }
    if row.iter().all(|y| y.is_finite()) {
        Ok(())
    } else {
        not_finite()
    }
}

fn quantize_row(
    to: Layout,
    row: &[f32],
    codes: &mut Vec<u8>,
    scales: &mut Vec<u8>,
    stats: &mut PackStats,
) -> Result<()> {
    for block in row.as_chunks::<BLOCK_LEN>().0 {
        let rounded = if to == Layout::Q4 {
            quantize::q4(block)
        } else {
            quantize::q8(block)
        };
        let Some(rounded) = rounded else {
            return refuse("holds values too large to quantise".into());
        };
        blocks::push_halves(scales, &rounded.scale.to_le_bytes())?;
        if to == Layout::Q4 {
            push_q4(codes, &rounded.codes);
        } else {
            codes.extend_from_slice(&rounded.codes);
        }
        stats.sum_squared_error += rounded.squared_error;
        stats.sum_squared_value += f64::from(block.iter().map(|x| x * x).sum::<f32>());
    }
    Ok(())
}

fn push_q4(plane: &mut Vec<u8>, codes: &[u8; BLOCK_LEN]) {
    for word in codes.as_chunks::<8>().0 {
        let [a0, a1, a2, a3, b0, b1, b2, b3] = *word;
        plane.extend_from_slice(&[a0 | b0 << 4, a1 | b1 << 4, a2 | b2 << 4, a3 | b3 << 4]);
    }
}

/// The numbers that one packed row stands for: the reference for every kernel that reads a layout.
pub fn unpack_row(layout: Layout, cols: usize, planes: &[&[u8]], out: &mut [f32]) -> Result<()> {
    let sizes = layout.planes(cols);
    let fits = planes.len() == sizes.len()
        && planes.iter().zip(sizes.iter()).all(|(p, &s)| p.len() == s)
        && out.len() == cols;
    if !fits {
        return refuse(format!(
            "the planes are not one row of {cols} columns as {}",
            layout.name()
        ));
    }
    match (layout, planes) {
        (Layout::F32, [plane]) => each::<4>(plane, out, f32::from_le_bytes),
        (Layout::F16, [plane]) => each::<2>(plane, out, |b| f16::from_le_bytes(b).to_f32()),
        (Layout::Bf16, [plane]) => {
            each::<2>(plane, out, |b| half::bf16::from_le_bytes(b).to_f32());
        }
        (Layout::Q4Group32 | Layout::Q4Group64 | Layout::Q4Group128, [codes, scales, zeros]) => {
            packed::unpack_row(layout, codes, scales, zeros, out);
        }
        (_, [codes, scales]) => blocks::unpack_row(layout, codes, scales, out),
        _ => return refuse(format!("{} has other planes", layout.name())),
    }
    Ok(())
}

fn each<const N: usize>(bytes: &[u8], out: &mut [f32], value: impl Fn([u8; N]) -> f32) {
    for (&b, y) in bytes.as_chunks::<N>().0.iter().zip(out) {
        *y = value(b);
    }
}

#[cfg(test)]
mod tests {
    use half::bf16;
    use proptest::prelude::*;

    use super::*;
    use crate::weights::layout::{WeightPolicy, WeightUse};

    /// Packs rows and unpacks them again.
    fn round_trip(
        from: Dtype,
        to: Layout,
        cols: usize,
        src: &[u8],
    ) -> Result<(Vec<f32>, PackStats)> {
        let sizes = to.planes(cols);
        let mut planes = vec![Vec::new(); sizes.len()];
        let stats = pack_rows(from, to, cols, src, &mut planes)?;
        let rows = src.len() / from.bytes_of(cols as u64).unwrap() as usize;
        let mut out = vec![0.0; rows * cols];
        for (r, out) in out.chunks_exact_mut(cols).enumerate() {
            let row: Vec<&[u8]> = planes
                .iter()
                .zip(sizes.iter())
                .map(|(plane, &size)| &plane[r * size..(r + 1) * size])
                .collect();
            unpack_row(to, cols, &row, out)?;
        }
        for (plane, &size) in planes.iter().zip(sizes.iter()) {
            assert_eq!(plane.len(), rows * size);
        }
        Ok((out, stats))
    }

    fn dequantized(from: Dtype, cols: usize, src: &[u8]) -> Vec<f32> {
        let row = from.bytes_of(cols as u64).unwrap() as usize;
        let mut out = vec![0.0; src.len() / row * cols];
        for (src, out) in src.chunks_exact(row).zip(out.chunks_exact_mut(cols)) {
            dequantize_row(from, src, out).unwrap();
        }
        out
    }

    fn bytes_of(values: &[f32], dtype: Dtype) -> Vec<u8> {
        values
            .iter()
            .flat_map(|&x| match dtype {
                Dtype::F32 => x.to_le_bytes().to_vec(),
                Dtype::F64 => f64::from(x).to_le_bytes().to_vec(),
                Dtype::F16 => f16::from_f32(x).to_le_bytes().to_vec(),
                Dtype::BF16 => bf16::from_f32(x).to_le_bytes().to_vec(),
                other => panic!("{other}"),
            })
            .collect()
    }

    /// Where a block has its halves.
    fn halves_of(dtype: Dtype) -> &'static [usize] {
        match dtype {
            Dtype::Q4_0 | Dtype::Q8_0 | Dtype::Q5_0 | Dtype::IQ4_NL | Dtype::IQ4_XS => &[0],
            Dtype::Q4_1 | Dtype::Q5_1 | Dtype::Q4_K | Dtype::Q5_K => &[0, 2],
            Dtype::Q2_K => &[80, 82],
            Dtype::Q3_K => &[108],
            Dtype::Q6_K => &[208],
            other => panic!("{other}"),
        }
    }

    /// Arbitrary codes with finite scales.
    fn block_bytes(dtype: Dtype, seed: u64, num_blocks: usize) -> Vec<u8> {
        let mut state = seed | 1;
        let mut bytes: Vec<u8> = (0..num_blocks * dtype.block_bytes() as usize)
            .map(|_| {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1);
                (state >> 33) as u8
            })
            .collect();
        for block in bytes.chunks_exact_mut(dtype.block_bytes() as usize) {
            for &at in halves_of(dtype) {
                block[at + 1] &= 0xbb;
            }
        }
        bytes
    }

    const QUANTIZED: [Dtype; 12] = [
        Dtype::Q4_0,
        Dtype::Q4_1,
        Dtype::Q5_0,
        Dtype::Q5_1,
        Dtype::Q8_0,
        Dtype::Q2_K,
        Dtype::Q3_K,
        Dtype::Q4_K,
        Dtype::Q5_K,
        Dtype::Q6_K,
        Dtype::IQ4_NL,
        Dtype::IQ4_XS,
    ];

    proptest! {
        #[test]
        fn what_keeps_its_type_keeps_its_values(
            cols in prop_oneof![Just(24usize), Just(200), Just(896), 1usize..100],
            values in prop::collection::vec(-1e4f32..1e4, 896 * 2),
        ) {
            for dtype in [Dtype::F32, Dtype::F16, Dtype::BF16, Dtype::F64] {
                let src = bytes_of(&values[..cols * 2], dtype);
                let to = Layout::for_tensor(
                    dtype,
                    WeightPolicy::Keep,
                    WeightUse::Matrix,
                );
                let (got, stats) = round_trip(dtype, to, cols, &src).unwrap();
                prop_assert_eq!(got, dequantized(dtype, cols, &src));
                prop_assert_eq!(stats, PackStats::default());
            }
        }

        #[test]
        fn block_formats_keep_their_values(seed: u64, blocks in 1usize..5) {
            for dtype in QUANTIZED {
                let src = block_bytes(dtype, seed, blocks * 2);
                let cols = blocks * dtype.block_len() as usize;
                let to = Layout::for_tensor(
                    dtype,
                    WeightPolicy::Q4,
                    WeightUse::Matrix,
                );
                let (got, stats) = round_trip(dtype, to, cols, &src).unwrap();
                let bits = |values: Vec<f32>| -> Vec<u32> {
                    values.into_iter().map(f32::to_bits).collect()
                };
                prop_assert_eq!(bits(got), bits(dequantized(dtype, cols, &src)), "{}", dtype);
                prop_assert_eq!(stats, PackStats::default());
            }
        }

        #[test]
        fn quantising_errs_by_no_more_than_it_says(
            cols in prop_oneof![Just(24usize), Just(200), Just(896), 1usize..100],
            values in prop::collection::vec(-1f32..1.0, 896),
        ) {
            for (to, steps) in [(Layout::Q8, 127.0), (Layout::Q4, 6.5f32)] {
                let src = bytes_of(&values[..cols], Dtype::F32);
                let (got, stats) = round_trip(Dtype::F32, to, cols, &src).unwrap();
                let mut error = 0.0;
                for (want, got) in values.iter().zip(&got) {
                    error += f64::from(want - got).powi(2);
                    // Half a step of the block's largest value, or what clipping to a better scale costs.
                    prop_assert!((want - got).abs() <= 1.05 / steps, "{} {}", want, got);
                }
                prop_assert!((error - stats.sum_squared_error).abs() <= 1e-4 * error + 1e-9);
            }
        }
    }

    #[test]
    fn q4_words_hold_what_the_kernels_expect() {
        // Codes 0 to 15 twice, in ggml's order: byte j holds elements j and j + 16.
        let mut block = f16::from_f32(1.0).to_le_bytes().to_vec();
        block.extend((0..16u8).map(|j| j | (15 - j) << 4));
        let mut planes = vec![Vec::new(); 2];
        pack_rows(Dtype::Q4_0, Layout::Q4, 32, &block, &mut planes).unwrap();
        assert_eq!(
            planes[0][..8],
            [0x40, 0x51, 0x62, 0x73, 0xc8, 0xd9, 0xea, 0xfb]
        );
        assert_eq!(planes[1], [0x00, 0x3c, 0, 0]);
    }

    #[test]
    fn further_bits_of_codes_lie_beside_the_scales() {
        // Q5_1 with d 1 and m 0: the fifth bits of codes 1 and 6, then low bits 3 and 4 for codes 0 and 16.
        let mut block = vec![0, 0x3c, 0, 0, 0x42, 0, 0, 0, 0x43];
        block.resize(24, 0);
        let mut planes = vec![Vec::new(); 2];
        pack_rows(Dtype::Q5_1, Layout::Q5_1, 32, &block, &mut planes).unwrap();
        let mut codes = [0; 16];
        (codes[0], codes[8]) = (3, 4);
        assert_eq!(planes[0], codes);
        // Code 4k + j: bit k of byte j.
        assert_eq!(planes[1], [0, 0x3c, 0, 0, 0, 1, 2, 0]);
    }

    #[test]
    fn values_that_are_not_numbers_are_refused() {
        for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            for dtype in [Dtype::F32, Dtype::F16, Dtype::BF16, Dtype::F64] {
                for to in Layout::ALL {
                    let src = bytes_of(&[1.0, bad, 2.0], dtype);
                    assert!(round_trip(dtype, to, 3, &src).is_err(), "{dtype} {to:?}");
                }
            }
        }
        for dtype in QUANTIZED {
            let to = Layout::for_tensor(dtype, WeightPolicy::Keep, WeightUse::Matrix);
            let cols = dtype.block_len() as usize;
            for &at in halves_of(dtype) {
                for bad in [0x7c, 0xfc, 0x7e] {
                    let mut block = vec![0u8; dtype.block_bytes() as usize];
                    assert!(round_trip(dtype, to, cols, &block).is_ok());
                    block[at + 1] = bad;
                    assert!(round_trip(dtype, to, cols, &block).is_err(), "{dtype} {at}");
                }
            }
        }
    }

    #[test]
    fn mismatched_arguments_are_errors() {
        let mut one = [Vec::new()];
        assert!(pack_rows(Dtype::F32, Layout::Q8, 32, &[0; 128], &mut one).is_err());
        assert!(pack_rows(Dtype::F32, Layout::F32, 32, &[0; 127], &mut one).is_err());
        assert!(pack_rows(Dtype::F32, Layout::F16, 32, &[0; 128], &mut one).is_err());
        assert!(pack_rows(Dtype::I32, Layout::F32, 32, &[0; 128], &mut one).is_err());
        assert!(unpack_row(Layout::F32, 32, &[&[0; 127]], &mut [0.0; 32]).is_err());
    }
}
