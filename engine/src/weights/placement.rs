//! Where each tensor goes: the loader's instructions, as data.
//!
//! A plan makes these from a description; [`check`] refuses what could not be carried out, so that the loader
//! itself has nothing to doubt.

use super::Dtype;
use super::layout::Layout;
use super::packed::{self, Part, Scheme};
use crate::error::{Error, Result};
use crate::plan::BufferId;

/// One tensor, from a range of a file to GPU buffers. The same tensor may be placed more than once.
#[derive(Debug, Clone, PartialEq)]
pub struct Placement {
    /// For messages.
    pub name: String,
    pub file: usize,
    pub offset_bytes: u64,
    pub len_bytes: u64,
    pub dtype: Dtype,
    /// Of the matrix as it is used: results, and what each is a sum over.
    pub rows: u64,
    pub cols: u64,
    pub target: Target,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Target {
    /// Rows of the file, packed. A matrix too large for one binding is split by rows into several shards.
    Matrix { layout: Layout, shards: Vec<Shard> },
    /// The same for a matrix that the file keeps column by column (GPT-2's Conv1D).
    Columns { layout: Layout, shards: Vec<Shard> },
    /// One of the tensors that a GPTQ or AWQ matrix is made of.
    Part {
        part: Part,
        scheme: Scheme,
        /// What the parts of one matrix have in common.
        matrix: String,
        layout: Layout,
        /// Of the whole matrix; for the order of columns, the one slot in which it goes.
        shards: Vec<Shard>,
    },
    /// All elements as f32, one after another, `add` added to each (Gemma's norms store w for 1 + w).
    Vector {
        buffer: BufferId,
        offset_bytes: u64,
        add: f32,
    },
}

/// Consecutive rows of a matrix in one set of planes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shard {
    /// Of the tensor; shards follow each other without gap.
    pub first_row: u64,
    pub num_rows: u64,
    /// For each plane of the layout: its buffer, and where `first_row` goes in it. Rows of several tensors can
    /// share a plane (fused q, k and v), hence no row number here but bytes.
    pub planes: Vec<(BufferId, u64)>,
}

/// Sizes of a placement that has passed [`check`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sizes {
    pub cols: usize,
    /// Bytes that make a unit of work: a row of a matrix, the whole of anything else.
    pub unit_bytes: usize,
}

/// The most that is held of tensors whose last byte is needed for their first row: half of what the worker may
/// use, and enough for the largest matrix of GPT-2 XL in f32 and of 14-billion-parameter models in 4 bits.
pub(super) const MAX_HELD_BYTES: u64 = 40 << 20;

pub(super) fn check(placement: &Placement) -> Result<Sizes> {
    let error = |reason: String| Error::Tensor {
        name: placement.name.clone(),
        reason,
    };
    let wrong = |reason: String| Err(error(reason));
    let Placement {
        rows, cols, dtype, ..
    } = *placement;
    let size = match &placement.target {
        Target::Part { part, scheme, .. } => {
            packed::part_bytes(*part, *scheme, rows, cols).map(|total| (total, total))
        }
        Target::Matrix { .. } | Target::Columns { .. } | Target::Vector { .. } => dtype
            .bytes_of(cols)
            .and_then(|row| Some((row, row.checked_mul(rows)?))),
    };
    let size = size.filter(|&(row_bytes, _)| row_bytes > 0);
    let (Some((row_bytes, total)), Ok(cols)) = (size, usize::try_from(cols)) else {
        return wrong(format!("{rows} rows of {cols} {dtype} cannot be placed"));
    };
    if total != placement.len_bytes || placement.offset_bytes.checked_add(total).is_none() {
        return wrong(format!(
            "{rows} rows of {cols} {dtype} are {total} bytes, not {}",
            placement.len_bytes
        ));
    }
    let unit = match &placement.target {
        Target::Matrix { layout, shards } => {
            check_shards(shards, layout.planes(cols).len(), rows).map_err(error)?;
            row_bytes
        }
        Target::Columns { layout, shards } => {
            check_shards(shards, layout.planes(cols).len(), rows).map_err(error)?;
            if dtype.block_len() != 1 {
                return wrong(format!("columns of {dtype} cannot be turned into rows"));
            }
            total
        }
        Target::Part {
            part,
            scheme,
            layout,
            shards,
            ..
        } => {
            let (num_planes, rows) = match part {
                Part::Codes | Part::Scales | Part::Zeros => (layout.planes(cols).len(), rows),
                // Only an order that is used goes anywhere.
                Part::Order => (1, u64::from(scheme.reordered)),
            };
            check_shards(shards, num_planes, rows).map_err(error)?;
            total
        }
        Target::Vector { offset_bytes, .. } => {
            if !offset_bytes.is_multiple_of(4) || !dtype.is_weight() {
                return wrong("cannot be placed as a vector".into());
            }
            total
        }
    };
    let is_held = matches!(
        placement.target,
        Target::Columns { .. } | Target::Part { .. }
    );
    if is_held && unit > MAX_HELD_BYTES {
        return wrong(format!(
            "is stored column by column, and its {} MiB are more than the {} MiB that are turned round at once; use a GGUF file of this model",
            unit.div_ceil(1 << 20),
            MAX_HELD_BYTES >> 20
        ));
    }
    match usize::try_from(unit) {
        Ok(unit_bytes) => Ok(Sizes { cols, unit_bytes }),
        Err(_) => wrong("is too large for this machine".into()),
    }
}

/// Shards must follow each other without gap and end with the last row.
fn check_shards(shards: &[Shard], num_planes: usize, rows: u64) -> Result<(), String> {
    let mut next_row = 0;
    for shard in shards {
        let aligned = shard.planes.iter().all(|(_, at)| at.is_multiple_of(4));
        if shard.first_row != next_row || shard.planes.len() != num_planes || !aligned {
            return Err(format!("the shard {shard:?} does not fit"));
        }
        next_row = next_row.saturating_add(shard.num_rows);
    }
    if next_row == rows {
        Ok(())
    } else {
        Err(format!("the shards take {next_row} of {rows} rows"))
    }
}
