//! Rows of tensors: the pieces that matrices are put together from.
//!
//! Arithmetic on shapes; no weight is looked at, and no buffer is known.

use crate::weights::TensorInfo;

/// Some rows of a tensor.
#[derive(Debug, Clone, Copy)]
pub struct Rows<'a> {
    pub tensor: &'a TensorInfo,
    pub first_row: usize,
    pub rows: usize,
}

impl<'a> Rows<'a> {
    /// All rows of a tensor. Of one with three axes (all experts of a layer) those of the first, then of the second.
    pub fn all(tensor: &'a TensorInfo) -> Self {
        Rows {
            tensor,
            first_row: 0,
            rows: matrix_shape(tensor).0 as usize,
        }
    }

    /// Part `index` of `count` equal ones.
    pub fn part(self, index: usize, count: usize) -> Self {
        let rows = self.rows / count.max(1);
        Rows {
            first_row: self.first_row + index * rows,
            rows,
            ..self
        }
    }
}

/// Rows and columns of a tensor: what lies behind the last axis is columns, all others count rows.
pub(super) fn matrix_shape(tensor: &TensorInfo) -> (u64, u64) {
    match tensor.shape.split_last() {
        // A vector taken for a matrix has one column, as it always had.
        Some((&rows, [])) => (rows, 1),
        Some((&columns, rows)) => (rows.iter().product(), columns),
        None => (0, 0),
    }
}

/// The rows `first_row..first_row + rows` of the parts laid one after another.
pub(super) fn slice_rows<'t>(parts: &[Rows<'t>], first_row: usize, rows: usize) -> Vec<Rows<'t>> {
    let mut pieces = Vec::new();
    let mut start = 0;
    for part in parts {
        let from = first_row.max(start);
        let to = (first_row + rows).min(start + part.rows);
        if from < to {
            let piece = Rows {
                tensor: part.tensor,
                first_row: part.first_row + from - start,
                rows: to - from,
            };
            pieces.push(piece);
        }
        start += part.rows;
    }
    pieces
}
