//! How a matrix lies in GPU memory.
//!
//! Every row is padded with zeros to whole blocks of 32 columns, so that kernels read aligned words and never
//! ask where a row ends. A layout has one or more planes; within a plane all rows have the same size, a multiple
//! of four bytes, so any range of rows is one range of bytes. A new format is a new [`Layout`] with its planes,
//! its packing and its unpacking; nothing else knows more than [`Layout::planes`].

use super::Dtype;

/// Columns of one block.
pub const BLOCK_LEN: usize = 32;
/// The most planes any layout has.
const MAX_PLANES: usize = 2;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Layout {
    F32,
    F16,
    Bf16,
    /// Plane 0: a signed byte per element. Plane 1: an f16 scale per block, two to a word.
    Q8,
    /// Plane 0: 16 bytes per block, a `vec4<u32>`. Word w covers elements 8w to 8w+7; its byte j holds element
    /// 8w+j in the low and 8w+4+j in the high four bits, so that masking yields four consecutive elements.
    /// A value is scale × (code − 8). Plane 1: scales as in `Q8`.
    Q4,
}

/// What a tensor is used for, as far as its precision goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WeightUse {
    Matrix,
    Embedding,
    LmHead,
    /// Small, and a rounding there sends tokens to other experts: never made less precise.
    Router,
    /// Norm weights and biases.
    Vector,
}

/// What becomes of the weights on the way to the GPU.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WeightPolicy {
    /// Everything keeps its values exactly.
    Keep,
    /// Float matrices become 4-bit, float embeddings and heads 8-bit, to fit consumer GPUs.
    Q4,
}

/// Bytes per row of each plane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Planes {
    sizes: [usize; MAX_PLANES],
    count: usize,
}

impl std::ops::Deref for Planes {
    type Target = [usize];

    fn deref(&self) -> &[usize] {
        self.sizes.get(..self.count).unwrap_or(&self.sizes)
    }
}

impl Layout {
    pub const ALL: [Self; 5] = [Self::F32, Self::F16, Self::Bf16, Self::Q8, Self::Q4];

    /// The layout of a tensor of this type and use.
    #[must_use]
    pub const fn for_tensor(dtype: Dtype, policy: WeightPolicy, used_as: WeightUse) -> Self {
        match (used_as, policy) {
            (WeightUse::Vector, _) => return Self::F32,
            (WeightUse::Matrix, WeightPolicy::Q4) if dtype.is_float() => return Self::Q4,
            (WeightUse::Embedding | WeightUse::LmHead, WeightPolicy::Q4) if dtype.is_float() => {
                return Self::Q8;
            }
            (
                WeightUse::Matrix | WeightUse::Embedding | WeightUse::LmHead | WeightUse::Router,
                _,
            ) => {}
        }
        match dtype {
            Dtype::F16 => Self::F16,
            Dtype::BF16 => Self::Bf16,
            Dtype::Q4_0 => Self::Q4,
            Dtype::Q8_0 => Self::Q8,
            // No layout of their own: their values need up to 24 bits, so only f32 holds them exactly.
            Dtype::Q4_1
            | Dtype::Q5_0
            | Dtype::Q5_1
            | Dtype::Q2_K
            | Dtype::Q3_K
            | Dtype::Q4_K
            | Dtype::Q5_K
            | Dtype::Q6_K
            | Dtype::IQ4_NL
            | Dtype::IQ4_XS => Self::F32,
            Dtype::F32
            | Dtype::F64
            | Dtype::I8
            | Dtype::I16
            | Dtype::I32
            | Dtype::I64
            | Dtype::U8
            | Dtype::Bool => Self::F32,
        }
    }

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::F32 => "f32",
            Self::F16 => "f16",
            Self::Bf16 => "bf16",
            Self::Q8 => "q8",
            Self::Q4 => "q4",
        }
    }

    /// Bytes per row of each plane of a matrix with `cols` columns.
    #[must_use]
    pub const fn planes(self, cols: usize) -> Planes {
        let blocks = num_blocks(cols);
        let scales = blocks.div_ceil(2) * 4;
        let (sizes, count) = match self {
            Self::F32 => ([blocks * BLOCK_LEN * 4, 0], 1),
            Self::F16 | Self::Bf16 => ([blocks * BLOCK_LEN * 2, 0], 1),
            Self::Q8 => ([blocks * BLOCK_LEN, scales], 2),
            Self::Q4 => ([blocks * BLOCK_LEN / 2, scales], 2),
        };
        Planes { sizes, count }
    }

    /// Bytes of a whole matrix in all planes.
    #[must_use]
    pub fn bytes(self, rows: usize, cols: usize) -> u64 {
        self.planes(cols)
            .iter()
            .map(|&row| row as u64 * rows as u64)
            .sum()
    }
}

/// Blocks of a row, the last one padded.
#[must_use]
pub const fn num_blocks(cols: usize) -> usize {
    cols.div_ceil(BLOCK_LEN)
}

/// Columns of a row with its padding.
#[must_use]
pub const fn cols_padded(cols: usize) -> usize {
    num_blocks(cols) * BLOCK_LEN
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_whole_words_and_known_sizes() {
        assert_eq!(*Layout::Q4.planes(896), [448, 56]);
        assert_eq!(*Layout::Q8.planes(24), [32, 4]);
        assert_eq!(*Layout::F16.planes(200), [448]);
        assert_eq!(Layout::F32.bytes(3, 33), 3 * 256);
        for layout in Layout::ALL {
            for cols in 1..300 {
                let planes = layout.planes(cols);
                assert!(planes.iter().all(|size| size % 4 == 0 && *size > 0));
            }
        }
    }

    #[test]
    fn policies() {
        use {WeightPolicy as P, WeightUse as U};
        let of = Layout::for_tensor;
        assert_eq!(of(Dtype::BF16, P::Keep, U::Matrix), Layout::Bf16);
        assert_eq!(of(Dtype::BF16, P::Q4, U::Matrix), Layout::Q4);
        assert_eq!(of(Dtype::F16, P::Q4, U::Embedding), Layout::Q8);
        assert_eq!(of(Dtype::F32, P::Q4, U::LmHead), Layout::Q8);
        assert_eq!(of(Dtype::F16, P::Q4, U::Vector), Layout::F32);
        assert_eq!(of(Dtype::BF16, P::Q4, U::Router), Layout::Bf16);
        assert_eq!(of(Dtype::Q8_0, P::Q4, U::Matrix), Layout::Q8);
        assert_eq!(of(Dtype::Q4_0, P::Keep, U::Embedding), Layout::Q4);
        assert_eq!(of(Dtype::Q6_K, P::Keep, U::Matrix), Layout::F32);
    }
}
