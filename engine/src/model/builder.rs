//! Turns tensors into buffers, slots and loader placements.
//!
//! A matrix here is what one kernel call multiplies by: rows of one tensor, or of several that share their input
//! (query, key and value; gate and up), cut into shards where it exceeds what one binding may cover. All of it
//! is arithmetic on shapes; no weight is looked at.

use std::collections::BTreeMap;

use super::description::Description;
use super::tensor_names::Role;
use crate::error::{Error, Result};
use crate::executor::Limits;
use crate::plan::{BufferDesc, BufferId, BufferRole, SLOT_ALIGN_BYTES, Slot};
use crate::weights::TensorInfo;
use crate::weights::layout::{Layout, WeightPolicy, WeightUse, num_blocks};
use crate::weights::placement::{Placement, Shard, Target};

/// Rows of a matrix that lie in one buffer.
#[derive(Debug, Clone, PartialEq)]
pub struct MatrixShard {
    pub layout: Layout,
    pub codes: Slot,
    /// The plane of scales; the codes again where the layout has none.
    pub scales: Slot,
    /// First row of the shard among the matrix's results.
    pub first_row: usize,
    /// Rows in the shard; of a gated matrix, gate and up rows together.
    pub rows: usize,
}

/// Rows that one input is multiplied by.
#[derive(Debug, Clone, PartialEq)]
pub struct Matrix {
    pub shards: Vec<MatrixShard>,
    pub columns: usize,
    /// Results per token.
    pub outputs: usize,
    pub gated: bool,
}

/// Experts that lie in one buffer.
#[derive(Debug, Clone, PartialEq)]
pub struct ExpertShard {
    pub layout: Layout,
    pub codes: Slot,
    pub scales: Slot,
    pub first_expert: usize,
    pub num_experts: usize,
}

/// One matrix for each expert of a layer, whole experts to a shard.
#[derive(Debug, Clone, PartialEq)]
pub struct ExpertMatrices {
    pub shards: Vec<ExpertShard>,
    pub columns: usize,
    /// Rows of one expert.
    pub rows: usize,
}

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
fn matrix_shape(tensor: &TensorInfo) -> (u64, u64) {
    match tensor.shape.split_last() {
        // A vector taken for a matrix has one column, as it always had.
        Some((&rows, [])) => (rows, 1),
        Some((&columns, rows)) => (rows.iter().product(), columns),
        None => (0, 0),
    }
}

/// Collects buffers and placements.
pub struct Builder<'a> {
    pub description: &'a Description,
    policy: WeightPolicy,
    limits: Limits,
    pub buffers: Vec<BufferDesc>,
    /// Matrices by tensor name: (tensor, layout, shards).
    matrices: BTreeMap<String, (TensorInfo, Layout, Vec<Shard>)>,
    vectors: Vec<Placement>,
    /// The buffer that holds all vectors, and how far it is filled.
    vector_buffer: BufferId,
    vector_bytes: u64,
    zeros: Slot,
}

impl<'a> Builder<'a> {
    pub fn new(description: &'a Description, policy: WeightPolicy, limits: Limits) -> Self {
        let zeros = Slot {
            buffer: BufferId(0),
            offset_bytes: 0,
            len_bytes: SLOT_ALIGN_BYTES,
        };
        let desc = |label: &str, role, len_bytes| BufferDesc {
            label: label.into(),
            role,
            len_bytes,
        };
        Builder {
            description,
            policy,
            limits,
            buffers: vec![
                desc("zeros", BufferRole::Table, SLOT_ALIGN_BYTES),
                desc("norms and biases", BufferRole::Weights, 0),
            ],
            matrices: BTreeMap::new(),
            vectors: Vec::new(),
            vector_buffer: BufferId(1),
            vector_bytes: 0,
            zeros,
        }
    }

    /// A small slot of zeros, for bindings that a command does not use.
    pub fn zeros(&self) -> Slot {
        self.zeros
    }

    /// A buffer of its own, zeroed.
    pub fn buffer(&mut self, label: &str, role: BufferRole, len_bytes: u64) -> Result<Slot> {
        let len_bytes = len_bytes.max(SLOT_ALIGN_BYTES).next_multiple_of(16);
        let most = self
            .limits
            .max_binding_bytes
            .min(self.limits.max_buffer_bytes);
        if len_bytes > most {
            return Err(Error::OutOfMemory(format!(
                "{label} needs {} MiB in one piece and this adapter allows {}; choose a shorter context or a smaller model",
                len_bytes.div_ceil(1 << 20),
                most >> 20
            )));
        }
        let buffer = BufferId(self.buffers.len() as u32);
        self.buffers.push(BufferDesc {
            label: label.into(),
            role,
            len_bytes,
        });
        Ok(Slot {
            buffer,
            offset_bytes: 0,
            len_bytes,
        })
    }

    /// A norm weight or a bias as f32, padded with zeros to whole blocks.
    pub fn vector(&mut self, tensors: &[&TensorInfo], add: f32) -> Slot {
        let offset_bytes = self.vector_bytes;
        let mut at = offset_bytes;
        for tensor in tensors {
            let elements: u64 = tensor.shape.iter().product();
            self.vectors.push(Placement {
                name: tensor.name.clone(),
                file: tensor.file,
                offset_bytes: tensor.offset_bytes,
                len_bytes: tensor.len_bytes,
                dtype: tensor.dtype,
                rows: 1,
                cols: elements,
                target: Target::Vector {
                    buffer: self.vector_buffer,
                    offset_bytes: at,
                    add,
                },
            });
            at += elements * 4;
        }
        // Kernels read gamma by whole blocks of 32 columns.
        let len_bytes = (at - offset_bytes).next_multiple_of(128);
        self.vector_bytes = (offset_bytes + len_bytes).next_multiple_of(SLOT_ALIGN_BYTES);
        Slot {
            buffer: self.vector_buffer,
            offset_bytes,
            len_bytes,
        }
    }

    /// The vector of a role, if the model has it.
    pub fn optional_vector(&mut self, role: Role, add: f32) -> Option<Slot> {
        let description = self.description;
        description
            .tensor(role)
            .map(|tensor| self.vector(&[tensor], add))
    }

    /// A matrix whose results are the rows of `parts`, one part after another.
    ///
    /// Parts of one layout that follow each other share shards, and so one kernel call.
    pub fn matrix(
        &mut self,
        label: &str,
        parts: &[Rows<'_>],
        used_as: WeightUse,
    ) -> Result<Matrix> {
        let columns = self.columns_of(parts)?;
        let mut shards = Vec::new();
        let mut first_output = 0;
        let mut rest = parts;
        while let Some(first) = rest.first() {
            let layout = self.layout(first.tensor, used_as);
            let run = rest
                .iter()
                .take_while(|part| self.layout(part.tensor, used_as) == layout)
                .count();
            let (same, others) = rest.split_at(run);
            rest = others;
            let total: usize = same.iter().map(|part| part.rows).sum();
            let step = self.rows_per_shard(layout, columns);
            for first_row in (0..total).step_by(step) {
                let rows = step.min(total - first_row);
                let pieces = slice_rows(same, first_row, rows);
                let (codes, scales) = self.place(label, layout, columns, &pieces)?;
                shards.push(MatrixShard {
                    layout,
                    codes,
                    scales,
                    first_row: first_output + first_row,
                    rows,
                });
            }
            first_output += total;
        }
        Ok(Matrix {
            shards,
            columns,
            outputs: first_output,
            gated: false,
        })
    }

    /// A matrix of gate and up rows, whose results are activation(gate) × up. Each shard holds some gate rows and
    /// then the up rows they meet. Both are of one layout, as a kernel call reads no two.
    pub fn gated_matrix(&mut self, label: &str, gate: Rows<'_>, up: Rows<'_>) -> Result<Matrix> {
        let columns = self.columns_of(&[gate, up])?;
        let layout = self.layout(gate.tensor, WeightUse::Matrix);
        if !self.same_layout(gate.tensor, up.tensor) {
            return Err(Error::Tensor {
                name: up.tensor.name.clone(),
                reason: "has another layout than its gate".into(),
            });
        }
        let step = (self.rows_per_shard(layout, columns) / 2).max(1);
        let mut shards = Vec::new();
        for first_row in (0..gate.rows).step_by(step) {
            let rows = step.min(gate.rows - first_row);
            let mut pieces = slice_rows(&[gate], first_row, rows);
            pieces.extend(slice_rows(&[up], first_row, rows));
            let (codes, scales) = self.place(label, layout, columns, &pieces)?;
            shards.push(MatrixShard {
                layout,
                codes,
                scales,
                first_row,
                rows: 2 * rows,
            });
        }
        Ok(Matrix {
            shards,
            columns,
            outputs: gate.rows,
            gated: true,
        })
    }

    fn layout(&self, tensor: &TensorInfo, used_as: WeightUse) -> Layout {
        Layout::for_tensor(tensor.dtype, self.policy, used_as)
    }

    /// Whether two tensors could share a matrix.
    pub fn same_layout(&self, a: &TensorInfo, b: &TensorInfo) -> bool {
        self.layout(a, WeightUse::Matrix) == self.layout(b, WeightUse::Matrix)
    }

    /// A matrix per expert, made of the same pieces for each (gate and up rows; or all rows of "down").
    pub fn expert_matrices(
        &mut self,
        label: &str,
        experts: &[Vec<Rows<'_>>],
    ) -> Result<ExpertMatrices> {
        let all: Vec<Rows<'_>> = experts.iter().flatten().copied().collect();
        let columns = self.columns_of(&all)?;
        let rows_of = |expert: &Vec<Rows<'_>>| expert.iter().map(|piece| piece.rows).sum::<usize>();
        let rows = experts.first().map_or(0, rows_of);
        if rows == 0 || experts.iter().any(|expert| rows_of(expert) != rows) {
            return Err(Error::Config(format!(
                "the experts of {label} differ in size"
            )));
        }
        let of = |rows: &Rows<'_>| self.layout(rows.tensor, WeightUse::Matrix);
        // One kernel call covers all experts, so they share a layout; f32 holds any exactly.
        let first = all.first().map_or(Layout::F32, of);
        let layout = if all.iter().all(|piece| of(piece) == first) {
            first
        } else {
            Layout::F32
        };
        let per_shard = self.rows_per_shard(layout, columns) / rows;
        if per_shard == 0 {
            return Err(Error::OutOfMemory(format!(
                "one expert of {label} is larger than this adapter can bind"
            )));
        }
        let mut shards = Vec::new();
        for (index, held) in experts.chunks(per_shard).enumerate() {
            let (codes, scales) = self.place(label, layout, columns, &held.concat())?;
            shards.push(ExpertShard {
                layout,
                codes,
                scales,
                first_expert: index * per_shard,
                num_experts: held.len(),
            });
        }
        Ok(ExpertMatrices {
            shards,
            columns,
            rows,
        })
    }

    fn columns_of(&self, parts: &[Rows<'_>]) -> Result<usize> {
        let columns = |rows: &Rows<'_>| matrix_shape(rows.tensor).1 as usize;
        let first = parts.first().map_or(0, columns);
        match parts
            .iter()
            .find(|part| columns(part) != first || columns(part) == 0)
        {
            Some(part) => Err(Error::Tensor {
                name: part.tensor.name.clone(),
                reason: format!("has {} columns where {first} are expected", columns(part)),
            }),
            None => Ok(first),
        }
    }

    /// Rows whose largest plane still fits a binding, and all of whose planes fit a buffer.
    fn rows_per_shard(&self, layout: Layout, columns: usize) -> usize {
        let planes = layout.planes(columns);
        let largest = planes.iter().copied().max().unwrap_or(1).max(1) as u64;
        let all: u64 = planes.iter().map(|&bytes| bytes as u64).sum();
        let by_binding = self.limits.max_binding_bytes / largest;
        let by_buffer = self
            .limits
            .max_buffer_bytes
            .saturating_sub(2 * SLOT_ALIGN_BYTES)
            / all.max(1);
        // A multiple of what a workgroup computes, so that only the last shard is ragged.
        (by_binding.min(by_buffer) / 64 * 64).clamp(64, 1 << 30) as usize
    }

    /// Makes a shard's buffer and tells the loader which rows go there.
    fn place(
        &mut self,
        label: &str,
        layout: Layout,
        columns: usize,
        pieces: &[Rows<'_>],
    ) -> Result<(Slot, Slot)> {
        let planes = layout.planes(columns);
        let rows: usize = pieces.iter().map(|piece| piece.rows).sum();
        let mut slots = Vec::new();
        let mut offset_bytes = 0;
        let buffer = BufferId(self.buffers.len() as u32);
        for &bytes_per_row in planes.iter() {
            let len_bytes = (rows * bytes_per_row) as u64;
            slots.push(Slot {
                buffer,
                offset_bytes,
                len_bytes: len_bytes.next_multiple_of(16),
            });
            offset_bytes = (offset_bytes + len_bytes).next_multiple_of(SLOT_ALIGN_BYTES);
        }
        self.buffers.push(BufferDesc {
            label: label.into(),
            role: BufferRole::Weights,
            len_bytes: offset_bytes,
        });
        let mut row = 0;
        for piece in pieces {
            let planes = slots
                .iter()
                .zip(planes.iter())
                .map(|(slot, &bytes_per_row)| {
                    (buffer, slot.offset_bytes + (row * bytes_per_row) as u64)
                })
                .collect();
            let shard = Shard {
                first_row: piece.first_row as u64,
                num_rows: piece.rows as u64,
                planes,
            };
            let tensor = piece.tensor;
            self.matrices
                .entry(tensor.name.clone())
                .or_insert_with(|| (tensor.clone(), layout, Vec::new()))
                .2
                .push(shard);
            row += piece.rows;
        }
        match slots.as_slice() {
            [codes] => Ok((*codes, *codes)),
            [codes, scales] => Ok((*codes, *scales)),
            _ => Err(Error::Unsupported(format!(
                "a layout with {} planes",
                slots.len()
            ))),
        }
    }

    /// All buffers and placements. The builder is used up.
    pub fn finish(mut self) -> (Vec<BufferDesc>, Vec<Placement>) {
        if let Some(buffer) = self.buffers.get_mut(self.vector_buffer.0 as usize) {
            buffer.len_bytes = self.vector_bytes.max(SLOT_ALIGN_BYTES);
        }
        let mut placements = self.vectors;
        for (name, (tensor, layout, mut shards)) in self.matrices {
            shards.sort_by_key(|shard| shard.first_row);
            let (rows, cols) = matrix_shape(&tensor);
            placements.push(Placement {
                name,
                file: tensor.file,
                offset_bytes: tensor.offset_bytes,
                len_bytes: tensor.len_bytes,
                dtype: tensor.dtype,
                rows,
                cols,
                target: Target::Matrix { layout, shards },
            });
        }
        (self.buffers, placements)
    }
}

/// The rows `first_row..first_row + rows` of the parts laid one after another.
fn slice_rows<'t>(parts: &[Rows<'t>], first_row: usize, rows: usize) -> Vec<Rows<'t>> {
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

/// Blocks of a row, as kernels count them.
pub fn blocks(columns: usize) -> u32 {
    num_blocks(columns) as u32
}
