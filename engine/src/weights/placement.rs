//! Where each tensor goes: the loader's instructions, as data.
//!
//! A plan makes these from a description; [`check`] refuses what could not be carried out, so that the loader
//! itself has nothing to doubt.

use super::Dtype;
use super::layout::Layout;
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
    pub rows: u64,
    /// Contiguous in the file.
    pub cols: u64,
    pub target: Target,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Target {
    /// Packed rows. A matrix too large for one binding is split by rows into several shards.
    Matrix { layout: Layout, shards: Vec<Shard> },
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
    /// Bytes that make a unit of work: a row of a matrix, the whole of a vector.
    pub unit_bytes: usize,
}

pub(super) fn check(placement: &Placement) -> Result<Sizes> {
    let wrong = |reason: String| {
        Err(Error::Tensor {
            name: placement.name.clone(),
            reason,
        })
    };
    let Placement {
        rows, cols, dtype, ..
    } = *placement;
    let row_bytes = dtype.bytes_of(cols).filter(|&bytes| bytes > 0);
    let total = row_bytes.and_then(|bytes| bytes.checked_mul(rows));
    let (Some(row_bytes), Some(total), Ok(cols)) = (row_bytes, total, usize::try_from(cols)) else {
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
            let num_planes = layout.planes(cols).len();
            let mut next_row = 0;
            for shard in shards {
                let aligned = shard.planes.iter().all(|(_, at)| at.is_multiple_of(4));
                if shard.first_row != next_row || shard.planes.len() != num_planes || !aligned {
                    return wrong(format!("the shard {shard:?} does not fit"));
                }
                next_row = next_row.saturating_add(shard.num_rows);
            }
            if next_row != rows {
                return wrong(format!("the shards take {next_row} of {rows} rows"));
            }
            row_bytes
        }
        Target::Vector { offset_bytes, .. } => {
            if !offset_bytes.is_multiple_of(4) || !dtype.is_weight() {
                return wrong("cannot be placed as a vector".into());
            }
            total
        }
    };
    match usize::try_from(unit) {
        Ok(unit_bytes) => Ok(Sizes { cols, unit_bytes }),
        Err(_) => wrong("is too large for this machine".into()),
    }
}
