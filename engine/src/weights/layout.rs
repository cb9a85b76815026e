//! How a matrix lies in GPU memory.
//!
//! Every row is padded with zeros to whole blocks of 32 columns, so that kernels read aligned words and never
//! ask where a row ends. A layout has one or more planes; within a plane all rows have the same size, a multiple
//! of four bytes, so any range of rows is one range of bytes. A kernel has two bindings for a matrix: plane 0 is
//! one, and the planes after it lie one after another, whole, in the other. A new format is a new [`Layout`] with
//! its planes, its packing and its unpacking; nothing else knows more than [`Layout::planes`].
//!
//! A block format of ggml is taken apart, bit for bit: plane 0 holds the codes, where the kernels read aligned
//! vectors; plane 1 the scales, as the file packs them, and what codes have beyond four (or two) bits. `blocks`
//! moves the bits, `shaders/lib/weights_*.wgsl` reads them. On the GPU they are as large as in the file, but for
//! a few bytes of padding in Q3_K, Q5_0 and Q6_K.

use super::Dtype;

/// Columns of one block.
pub const BLOCK_LEN: usize = 32;
/// The most planes any layout has.
const MAX_PLANES: usize = 3;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(non_camel_case_types, reason = "the names are the formats' own")]
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
    /// From here on plane 0 is as in `Q4`, but for `Q2_K` and `Q3_K`: there it is 8 bytes per block, a
    /// `vec2<u32>`, with elements 16w + 4k + j of a block in bits 2k of byte j of word w. Further bits of codes
    /// lie in plane 1 in the same manner: byte j of a word (two words for two bits) has those of elements 4k + j.
    Q4_1,
    Q5_0,
    Q5_1,
    Q2_K,
    Q3_K,
    Q4_K,
    Q5_K,
    Q6_K,
    IQ4_NL,
    IQ4_XS,
    /// GPTQ and AWQ: codes as in `Q4`, a scale and a zero for every 32 columns. A value is
    /// scale × (code − zero). Plane 1: an f16 scale per group, two to a word. Plane 2: four bits of zero per
    /// group, eight to a word, the first in the lowest bits. The two are planes of their own because they come
    /// from different tensors, which may be far apart in a file.
    Q4Group32,
    /// The same for every 64 columns.
    Q4Group64,
    /// The same for every 128 columns.
    Q4Group128,
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

/// Sizes of a layout's parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shape {
    /// Of one block, in plane 0.
    pub code_bytes: usize,
    /// Of as many blocks as share them, in plane 1.
    pub scale_words: usize,
    pub shared_by: usize,
}

impl std::ops::Deref for Planes {
    type Target = [usize];

    fn deref(&self) -> &[usize] {
        self.sizes.get(..self.count).unwrap_or(&self.sizes)
    }
}

impl Layout {
    pub const ALL: [Self; 18] = [
        Self::F32,
        Self::F16,
        Self::Bf16,
        Self::Q8,
        Self::Q4,
        Self::Q4_1,
        Self::Q5_0,
        Self::Q5_1,
        Self::Q2_K,
        Self::Q3_K,
        Self::Q4_K,
        Self::Q5_K,
        Self::Q6_K,
        Self::IQ4_NL,
        Self::IQ4_XS,
        Self::Q4Group32,
        Self::Q4Group64,
        Self::Q4Group128,
    ];

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
            Dtype::Q4_1 => Self::Q4_1,
            Dtype::Q5_0 => Self::Q5_0,
            Dtype::Q5_1 => Self::Q5_1,
            Dtype::Q2_K => Self::Q2_K,
            Dtype::Q3_K => Self::Q3_K,
            Dtype::Q4_K => Self::Q4_K,
            Dtype::Q5_K => Self::Q5_K,
            Dtype::Q6_K => Self::Q6_K,
            Dtype::IQ4_NL => Self::IQ4_NL,
            Dtype::IQ4_XS => Self::IQ4_XS,
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

    /// The block format that this layout holds bit for bit.
    #[must_use]
    pub const fn block_format(self) -> Option<Dtype> {
        Some(match self {
            Self::F32
            | Self::F16
            | Self::Bf16
            | Self::Q4Group32
            | Self::Q4Group64
            | Self::Q4Group128 => return None,
            Self::Q8 => Dtype::Q8_0,
            Self::Q4 => Dtype::Q4_0,
            Self::Q4_1 => Dtype::Q4_1,
            Self::Q5_0 => Dtype::Q5_0,
            Self::Q5_1 => Dtype::Q5_1,
            Self::Q2_K => Dtype::Q2_K,
            Self::Q3_K => Dtype::Q3_K,
            Self::Q4_K => Dtype::Q4_K,
            Self::Q5_K => Dtype::Q5_K,
            Self::Q6_K => Dtype::Q6_K,
            Self::IQ4_NL => Dtype::IQ4_NL,
            Self::IQ4_XS => Dtype::IQ4_XS,
        })
    }

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::F32 => "f32",
            Self::F16 => "f16",
            Self::Bf16 => "bf16",
            Self::Q8 => "q8",
            Self::Q4 => "q4",
            Self::Q4_1 => "q4_1",
            Self::Q5_0 => "q5_0",
            Self::Q5_1 => "q5_1",
            Self::Q2_K => "q2_k",
            Self::Q3_K => "q3_k",
            Self::Q4_K => "q4_k",
            Self::Q5_K => "q5_k",
            Self::Q6_K => "q6_k",
            Self::IQ4_NL => "iq4_nl",
            Self::IQ4_XS => "iq4_xs",
            Self::Q4Group32 => "q4 in groups of 32",
            Self::Q4Group64 => "q4 in groups of 64",
            Self::Q4Group128 => "q4 in groups of 128",
        }
    }

    /// Columns that share a scale and a zero, in the layouts that have zeros.
    #[must_use]
    pub const fn group_len(self) -> Option<usize> {
        match self {
            Self::Q4Group32 => Some(32),
            Self::Q4Group64 => Some(64),
            Self::Q4Group128 => Some(128),
            Self::F32
            | Self::F16
            | Self::Bf16
            | Self::Q8
            | Self::Q4
            | Self::Q4_1
            | Self::Q5_0
            | Self::Q5_1
            | Self::Q2_K
            | Self::Q3_K
            | Self::Q4_K
            | Self::Q5_K
            | Self::Q6_K
            | Self::IQ4_NL
            | Self::IQ4_XS => None,
        }
    }

    /// What a block takes in either plane. Where there are halves in plane 1, its first word holds them.
    pub(crate) const fn shape(self) -> Shape {
        let (code_bytes, scale_words, shared_by) = match self {
            Self::F32 => (BLOCK_LEN * 4, 0, 1),
            Self::F16 | Self::Bf16 => (BLOCK_LEN * 2, 0, 1),
            Self::Q8 => (BLOCK_LEN, 1, 2),
            Self::Q4 | Self::IQ4_NL => (16, 1, 2),
            // The halves d and m.
            Self::Q4_1 => (16, 1, 1),
            // Two halves d; two words of fifth bits.
            Self::Q5_0 => (16, 3, 2),
            // d and m; fifth bits.
            Self::Q5_1 => (16, 2, 1),
            // d and d_min; 16 bytes of scales and minima.
            Self::Q2_K => (8, 5, 8),
            // d (padded); 12 bytes of scales; eight words of third bits.
            Self::Q3_K => (8, 12, 8),
            // d and d_min; 12 bytes of scales and minima.
            Self::Q4_K => (16, 4, 8),
            // As Q4_K; eight words of fifth bits.
            Self::Q5_K => (16, 12, 8),
            // d (padded); 16 scales; sixteen words of the high two bits.
            Self::Q6_K => (16, 21, 8),
            // d and 6 bytes of scales.
            Self::IQ4_XS => (16, 2, 8),
            // Scales and zeros are not by block; see `planes`.
            Self::Q4Group32 | Self::Q4Group64 | Self::Q4Group128 => (16, 0, 1),
        };
        Shape {
            code_bytes,
            scale_words,
            shared_by,
        }
    }

    /// Bytes per row of each plane of a matrix with `cols` columns.
    #[must_use]
    pub const fn planes(self, cols: usize) -> Planes {
        let blocks = num_blocks(cols);
        if let Some(group_len) = self.group_len() {
            let groups = blocks.div_ceil(group_len / BLOCK_LEN);
            let sizes = [blocks * 16, groups.div_ceil(2) * 4, groups.div_ceil(8) * 4];
            return Planes { sizes, count: 3 };
        }
        let Shape {
            code_bytes,
            scale_words,
            shared_by,
        } = self.shape();
        let scales = blocks.div_ceil(shared_by) * scale_words * 4;
        let sizes = [blocks * code_bytes, scales, 0];
        let count = if scale_words > 0 { 2 } else { 1 };
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
        // Bits of a GPTQ file: 4 for the code, and 16 + 4 for each group's scale and zero.
        assert_eq!(*Layout::Q4Group32.planes(4096), [2048, 256, 64]);
        assert_eq!(*Layout::Q4Group64.planes(4096), [2048, 128, 32]);
        assert_eq!(*Layout::Q4Group128.planes(4096), [2048, 64, 16]);
        assert_eq!(*Layout::Q4Group128.planes(896), [448, 16, 4]);
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
        assert_eq!(of(Dtype::Q6_K, P::Q4, U::Matrix), Layout::Q6_K);
        assert_eq!(of(Dtype::Q4_K, P::Keep, U::Vector), Layout::F32);
    }

    #[test]
    fn a_block_format_is_hardly_larger_than_in_its_file() {
        // A width that real models have, and one with an odd number of blocks.
        for cols in [2048u64, 2048 + 32] {
            for dtype in Dtype::ALL.into_iter().filter(|dtype| dtype.is_quantized()) {
                let Some(file) = dtype.bytes_of(cols) else {
                    continue;
                };
                let layout = Layout::for_tensor(dtype, WeightPolicy::Keep, WeightUse::Matrix);
                let gpu = layout.bytes(1, cols as usize);
                assert!(gpu * 100 <= file * 105, "{dtype}: {gpu} for {file}");
            }
        }
    }
}
