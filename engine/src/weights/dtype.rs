//! Element types: how many bytes they take and what numbers they mean.
//!
//! [`dequantize_row`] is the truth on the CPU: it follows the definition of each block format in ggml
//! (`ggml-quants.c`, `dequantize_row_*`), so that every packed layout and every kernel can be checked against
//! it. It knows nothing of files or of the GPU.

use half::{bf16, f16};

use super::Dtype;
use crate::error::{Error, Result};

impl Dtype {
    /// Every type, for tables and tests.
    pub const ALL: [Self; 22] = [
        Self::F32,
        Self::F16,
        Self::BF16,
        Self::Q4_0,
        Self::Q4_1,
        Self::Q5_0,
        Self::Q5_1,
        Self::Q8_0,
        Self::Q2_K,
        Self::Q3_K,
        Self::Q4_K,
        Self::Q5_K,
        Self::Q6_K,
        Self::IQ4_NL,
        Self::IQ4_XS,
        Self::I8,
        Self::I16,
        Self::I32,
        Self::I64,
        Self::U8,
        Self::F64,
        Self::Bool,
    ];

    /// Elements in one block; 1 for types that are not block formats.
    #[must_use]
    pub const fn block_len(self) -> u64 {
        match self {
            Self::Q4_0 | Self::Q4_1 | Self::Q5_0 | Self::Q5_1 | Self::Q8_0 | Self::IQ4_NL => 32,
            Self::Q2_K | Self::Q3_K | Self::Q4_K | Self::Q5_K | Self::Q6_K | Self::IQ4_XS => 256,
            Self::F32
            | Self::F16
            | Self::BF16
            | Self::I8
            | Self::I16
            | Self::I32
            | Self::I64
            | Self::U8
            | Self::F64
            | Self::Bool => 1,
        }
    }

    /// Bytes of one block.
    #[must_use]
    pub const fn block_bytes(self) -> u64 {
        match self {
            Self::F32 | Self::I32 => 4,
            Self::F16 | Self::BF16 | Self::I16 => 2,
            Self::I8 | Self::U8 | Self::Bool => 1,
            Self::I64 | Self::F64 => 8,
            Self::Q4_0 | Self::IQ4_NL => 18,
            Self::Q4_1 => 20,
            Self::Q5_0 => 22,
            Self::Q5_1 => 24,
            Self::Q8_0 => 34,
            Self::Q2_K => 84,
            Self::Q3_K => 110,
            Self::Q4_K => 144,
            Self::Q5_K => 176,
            Self::Q6_K => 210,
            Self::IQ4_XS => 136,
        }
    }

    /// Bytes of `num_elements` in a row; `None` when they are not whole blocks or the size overflows.
    #[must_use]
    pub const fn bytes_of(self, num_elements: u64) -> Option<u64> {
        if !num_elements.is_multiple_of(self.block_len()) {
            return None;
        }
        (num_elements / self.block_len()).checked_mul(self.block_bytes())
    }

    /// Plain floating point: what a norm or a bias must be.
    #[must_use]
    pub const fn is_float(self) -> bool {
        matches!(self, Self::F32 | Self::F16 | Self::BF16 | Self::F64)
    }

    /// One of ggml's block formats.
    #[must_use]
    pub const fn is_quantized(self) -> bool {
        self.block_len() > 1
    }

    /// Can be read as numbers by [`dequantize_row`].
    #[must_use]
    pub const fn is_weight(self) -> bool {
        self.is_float() || self.is_quantized()
    }

    /// The formats' own spelling.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::F32 => "F32",
            Self::F16 => "F16",
            Self::BF16 => "BF16",
            Self::Q4_0 => "Q4_0",
            Self::Q4_1 => "Q4_1",
            Self::Q5_0 => "Q5_0",
            Self::Q5_1 => "Q5_1",
            Self::Q8_0 => "Q8_0",
            Self::Q2_K => "Q2_K",
            Self::Q3_K => "Q3_K",
            Self::Q4_K => "Q4_K",
            Self::Q5_K => "Q5_K",
            Self::Q6_K => "Q6_K",
            Self::IQ4_NL => "IQ4_NL",
            Self::IQ4_XS => "IQ4_XS",
            Self::I8 => "I8",
            Self::I16 => "I16",
            Self::I32 => "I32",
            Self::I64 => "I64",
            Self::U8 => "U8",
            Self::F64 => "F64",
            Self::Bool => "BOOL",
        }
    }
}

impl std::fmt::Display for Dtype {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// Writes the numbers that `bytes` stand for. `out` gives the number of elements; `bytes` must be exactly theirs.
pub fn dequantize_row(dtype: Dtype, bytes: &[u8], out: &mut [f32]) -> Result<()> {
    if dtype.bytes_of(out.len() as u64) != Some(bytes.len() as u64) {
        return Err(Error::Unsupported(format!(
            "{} bytes are not {} values of type {dtype}",
            bytes.len(),
            out.len()
        )));
    }
    match dtype {
        Dtype::F32 => each(bytes, out, f32::from_le_bytes),
        Dtype::F16 => each(bytes, out, |b| f16::from_le_bytes(b).to_f32()),
        Dtype::BF16 => each(bytes, out, |b| bf16::from_le_bytes(b).to_f32()),
        // Checkpoints in double precision are rare; nothing downstream keeps more than single.
        Dtype::F64 => each(bytes, out, |b| f64::from_le_bytes(b) as f32),
        Dtype::Q4_0 => blocks(bytes, out, q4_0),
        Dtype::Q4_1 => blocks(bytes, out, q4_1),
        Dtype::Q5_0 => blocks(bytes, out, q5_0),
        Dtype::Q5_1 => blocks(bytes, out, q5_1),
        Dtype::Q8_0 => blocks(bytes, out, q8_0),
        Dtype::Q2_K => blocks(bytes, out, q2_k),
        Dtype::Q3_K => blocks(bytes, out, q3_k),
        Dtype::Q4_K => blocks(bytes, out, q4_k),
        Dtype::Q5_K => blocks(bytes, out, q5_k),
        Dtype::Q6_K => blocks(bytes, out, q6_k),
        Dtype::IQ4_NL => blocks(bytes, out, iq4_nl),
        Dtype::IQ4_XS => blocks(bytes, out, iq4_xs),
        Dtype::I8 | Dtype::I16 | Dtype::I32 | Dtype::I64 | Dtype::U8 | Dtype::Bool => {
            return Err(Error::Unsupported(format!(
                "values of type {dtype} cannot be used as weights"
            )));
        }
    }
    Ok(())
}

fn each<const N: usize>(bytes: &[u8], out: &mut [f32], value: impl Fn([u8; N]) -> f32) {
    for (&b, y) in bytes.as_chunks::<N>().0.iter().zip(out) {
        *y = value(b);
    }
}

fn blocks<const BYTES: usize, const LEN: usize>(
    bytes: &[u8],
    out: &mut [f32],
    block: impl Fn(&[u8; BYTES], &mut [f32; LEN]),
) {
    for (b, y) in bytes
        .as_chunks::<BYTES>()
        .0
        .iter()
        .zip(out.as_chunks_mut::<LEN>().0)
    {
        block(b, y);
    }
}

/// The half-precision number at byte `at` of a block.
fn half_at(block: &[u8], at: usize) -> f32 {
    f16::from_le_bytes([block[at], block[at + 1]]).to_f32()
}

fn q4_0(b: &[u8; 18], y: &mut [f32; 32]) {
    let d = half_at(b, 0);
    for j in 0..16 {
        y[j] = f32::from((b[2 + j] & 0xf) as i8 - 8) * d;
        y[j + 16] = f32::from((b[2 + j] >> 4) as i8 - 8) * d;
    }
}

fn q4_1(b: &[u8; 20], y: &mut [f32; 32]) {
    let (d, m) = (half_at(b, 0), half_at(b, 2));
    for j in 0..16 {
        y[j] = f32::from(b[4 + j] & 0xf) * d + m;
        y[j + 16] = f32::from(b[4 + j] >> 4) * d + m;
    }
}

/// The five-bit codes of Q5_0 and Q5_1: four bits from `low`, the fifth from the 32 bits of `high`.
fn five_bit_codes(high: [u8; 4], low: &[u8]) -> [u8; 32] {
    let high = u32::from_le_bytes(high);
    let mut codes = [0; 32];
    for j in 0..16 {
        codes[j] = (low[j] & 0xf) | (((high >> j) << 4) & 0x10) as u8;
        codes[j + 16] = (low[j] >> 4) | ((high >> (j + 12)) & 0x10) as u8;
    }
    codes
}

fn q5_0(b: &[u8; 22], y: &mut [f32; 32]) {
    let d = half_at(b, 0);
    for (y, code) in y
        .iter_mut()
        .zip(five_bit_codes([b[2], b[3], b[4], b[5]], &b[6..]))
    {
        *y = f32::from(code as i8 - 16) * d;
    }
}

fn q5_1(b: &[u8; 24], y: &mut [f32; 32]) {
    let (d, m) = (half_at(b, 0), half_at(b, 2));
    for (y, code) in y
        .iter_mut()
        .zip(five_bit_codes([b[4], b[5], b[6], b[7]], &b[8..]))
    {
        *y = f32::from(code) * d + m;
    }
}

fn q8_0(b: &[u8; 34], y: &mut [f32; 32]) {
    let d = half_at(b, 0);
    for (y, &code) in y.iter_mut().zip(&b[2..]) {
        *y = f32::from(code as i8) * d;
    }
}

fn q2_k(b: &[u8; 84], y: &mut [f32; 256]) {
    let (scales, codes) = (&b[..16], &b[16..80]);
    let (d, d_min) = (half_at(b, 80), half_at(b, 82));
    // Sixteen groups of sixteen; a byte holds four groups' codes, 32 elements apart.
    for (group, &scale) in scales.iter().enumerate() {
        let (dl, ml) = (d * f32::from(scale & 0xf), d_min * f32::from(scale >> 4));
        let (half, shift, odd) = (group / 8, (group % 8) / 2 * 2, group % 2);
        for l in 0..16 {
            let code = (codes[half * 32 + odd * 16 + l] >> shift) & 3;
            y[group * 16 + l] = dl * f32::from(code) - ml;
        }
    }
}

fn q3_k(b: &[u8; 110], y: &mut [f32; 256]) {
    let (high, codes, packed, d) = (&b[..32], &b[32..96], &b[96..108], half_at(b, 108));
    for group in 0..16 {
        // Six-bit scales: low nibbles in eight bytes, the top two bits of all sixteen in the last four.
        let low = if group < 8 {
            packed[group] & 0xf
        } else {
            packed[group - 8] >> 4
        };
        let top = (packed[8 + group % 4] >> (group / 4 * 2)) & 3;
        let dl = d * f32::from((low | (top << 4)) as i8 - 32);
        let (half, shift, odd) = (group / 8, (group % 8) / 2 * 2, group % 2);
        let mask = 1u8 << (group / 2);
        for l in 0..16 {
            let code = ((codes[half * 32 + odd * 16 + l] >> shift) & 3) as i8;
            let minus = if high[odd * 16 + l] & mask == 0 { 4 } else { 0 };
            y[group * 16 + l] = dl * f32::from(code - minus);
        }
    }
}

/// The six-bit scale and minimum of group `j` (of eight) of Q4_K and Q5_K.
fn scale_and_min(packed: &[u8], j: usize) -> (f32, f32) {
    let (scale, min) = if j < 4 {
        (packed[j] & 63, packed[j + 4] & 63)
    } else {
        (
            (packed[j + 4] & 0xf) | ((packed[j - 4] >> 6) << 4),
            (packed[j + 4] >> 4) | ((packed[j] >> 6) << 4),
        )
    };
    (f32::from(scale), f32::from(min))
}

fn q4_k(b: &[u8; 144], y: &mut [f32; 256]) {
    let (d, d_min, packed, codes) = (half_at(b, 0), half_at(b, 2), &b[4..16], &b[16..]);
    for group in 0..8 {
        let (scale, min) = scale_and_min(packed, group);
        let (d1, m1) = (d * scale, d_min * min);
        for l in 0..32 {
            let code = (codes[group / 2 * 32 + l] >> (group % 2 * 4)) & 0xf;
            y[group * 32 + l] = d1 * f32::from(code) - m1;
        }
    }
}

fn q5_k(b: &[u8; 176], y: &mut [f32; 256]) {
    let (d, d_min, packed) = (half_at(b, 0), half_at(b, 2), &b[4..16]);
    let (high, codes) = (&b[16..48], &b[48..]);
    for group in 0..8 {
        let (scale, min) = scale_and_min(packed, group);
        let (d1, m1) = (d * scale, d_min * min);
        for l in 0..32 {
            let low = (codes[group / 2 * 32 + l] >> (group % 2 * 4)) & 0xf;
            let code = low | (((high[l] >> group) & 1) << 4);
            y[group * 32 + l] = d1 * f32::from(code) - m1;
        }
    }
}

fn q6_k(b: &[u8; 210], y: &mut [f32; 256]) {
    let (low, high, scales, d) = (&b[..128], &b[128..192], &b[192..208], half_at(b, 208));
    for (i, y) in y.iter_mut().enumerate() {
        let (half, quarter, l) = (i / 128, i % 128 / 32, i % 32);
        let nibble = (low[half * 64 + quarter % 2 * 32 + l] >> (quarter / 2 * 4)) & 0xf;
        let top = (high[half * 32 + l] >> (quarter * 2)) & 3;
        let code = (nibble | (top << 4)) as i8 - 32;
        *y = d * f32::from(scales[i / 16] as i8) * f32::from(code);
    }
}

/// The sixteen levels of the non-linear four-bit formats.
const IQ4_LEVELS: [i8; 16] = [
    -127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113,
];

pub(super) fn iq4_level(code: u8) -> f32 {
    f32::from(IQ4_LEVELS[usize::from(code & 0xf)])
}

fn iq4_nl(b: &[u8; 18], y: &mut [f32; 32]) {
    let d = half_at(b, 0);
    for j in 0..16 {
        y[j] = d * iq4_level(b[2 + j]);
        y[j + 16] = d * iq4_level(b[2 + j] >> 4);
    }
}

fn iq4_xs(b: &[u8; 136], y: &mut [f32; 256]) {
    let (d, high, low, codes) = (
        half_at(b, 0),
        u16::from_le_bytes([b[2], b[3]]),
        &b[4..8],
        &b[8..],
    );
    for group in 0..8 {
        let scale =
            (low[group / 2] >> (group % 2 * 4)) & 0xf | (((high >> (group * 2)) & 3) as u8) << 4;
        let dl = d * f32::from(scale as i8 - 32);
        for j in 0..16 {
            let byte = codes[group * 16 + j];
            y[group * 32 + j] = dl * iq4_level(byte);
            y[group * 32 + j + 16] = dl * iq4_level(byte >> 4);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_agree_with_the_block_functions() {
        for dtype in Dtype::ALL {
            let len = dtype.block_len() as usize;
            let bytes = vec![0; dtype.block_bytes() as usize];
            let mut out = vec![1.0; len];
            assert_eq!(
                dequantize_row(dtype, &bytes, &mut out).is_ok(),
                dtype.is_weight(),
                "{dtype}"
            );
            if dtype.is_weight() {
                assert!(out.iter().all(|&y| y == 0.0), "{dtype}");
                assert!(dequantize_row(dtype, &bytes[1..], &mut out).is_err());
            }
        }
    }

    #[test]
    fn ragged_rows_have_no_size() {
        assert_eq!(Dtype::Q4_0.bytes_of(64), Some(36));
        assert_eq!(Dtype::Q4_0.bytes_of(33), None);
        assert_eq!(Dtype::Q6_K.bytes_of(128), None);
        assert_eq!(Dtype::F64.bytes_of(u64::MAX), None);
    }
}
