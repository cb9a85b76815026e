//! Weight files as bytes: headers, element types, and the layouts the kernels read.
//!
//! Pure functions over byte slices: no files, no network, no GPU. A header parser is given the first bytes of
//! a file and either finishes or says how many bytes it needs; packing works on whole rows, so a loader holds
//! one row plus one batch and never a tensor.

pub mod dtype;
pub mod gguf;
pub mod layout;
pub mod loader;
pub mod metadata;
pub mod pack;
pub mod packed;
pub mod placement;
pub mod safetensors;

mod blocks;
mod cursor;
mod quantize;
mod ranges;

#[cfg(test)]
pub(crate) mod fixtures;
#[cfg(test)]
mod tests;

use crate::error::Result;

/// Element type of a tensor as its file stores it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(non_camel_case_types, reason = "the names are the formats' own")]
pub enum Dtype {
    F32,
    F16,
    BF16,
    Q4_0,
    Q4_1,
    Q5_0,
    Q5_1,
    Q8_0,
    Q2_K,
    Q3_K,
    Q4_K,
    Q5_K,
    Q6_K,
    IQ4_NL,
    IQ4_XS,
    /// Integer types appear in GPTQ/AWQ checkpoints and in tensors that are not weights.
    I8,
    I16,
    I32,
    I64,
    U8,
    F64,
    Bool,
}

/// One tensor as the header describes it.
#[derive(Debug, Clone, PartialEq)]
pub struct TensorInfo {
    pub name: String,
    pub dtype: Dtype,
    /// Row-major, outermost first (a GGUF header's order reversed): a matrix is `[rows, cols]`.
    pub shape: Vec<u64>,
    /// Index of the file that holds it, for split and sharded models.
    pub file: usize,
    /// Absolute offset in that file.
    pub offset_bytes: u64,
    pub len_bytes: u64,
}

/// What a header parser found in the bytes given so far.
#[derive(Debug, Clone, PartialEq)]
pub enum Parsed<T> {
    Done(T),
    /// Call again with at least this many bytes from the start of the file.
    NeedBytes(u64),
}

/// Receives packed bytes; implemented by both executors.
pub trait WeightSink {
    /// Writes `bytes` at `offset_bytes` of the buffer `buffer` of the plan. Both are multiples of four.
    fn write(
        &mut self,
        buffer: crate::plan::BufferId,
        offset_bytes: u64,
        bytes: &[u8],
    ) -> Result<()>;
}
