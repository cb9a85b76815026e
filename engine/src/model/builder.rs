//! Turns tensors into buffers, slots and loader placements.
//!
//! A matrix here is what one kernel call multiplies by: rows of one tensor, or of several that share their input
//! (query, key and value; gate and up), cut into shards where it exceeds what one binding may cover. All of it
//! is arithmetic on shapes; no weight is looked at.

use std::collections::BTreeMap;

use super::description::{Description, Source};
use super::rows::{Rows, matrix_shape, slice_rows};
use super::tensor_names::Role;
use crate::error::{Error, Result};
use crate::executor::Limits;
use crate::plan::{BufferDesc, BufferId, BufferRole, SLOT_ALIGN_BYTES, Slot};
use crate::weights::TensorInfo;
use crate::weights::layout::{Layout, WeightPolicy, WeightUse, num_blocks};
use crate::weights::packed::Part;
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
    /// The input's column for each of the shard's, where it keeps them in an order of its own.
    pub order: Option<Slot>,
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

impl Matrix {
    /// Some of its shards need the input in another order.
    pub fn is_reordered(&self) -> bool {
        self.shards.iter().any(|shard| shard.order.is_some())
    }
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

/// What rows must have in common to be multiplied by one kernel call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Kinship<'a> {
    layout: Layout,
    /// The tensor whose order of columns it is, if that is not the input's.
    order_of: Option<&'a str>,
}

/// Collects buffers and placements.
pub struct Builder<'a> {
    pub description: &'a Description,
    policy: WeightPolicy,
    limits: Limits,
    pub buffers: Vec<BufferDesc>,
    /// Matrices by tensor name: (tensor, layout, shards).
    matrices: BTreeMap<String, (TensorInfo, Layout, Vec<Shard>)>,
    /// Orders of columns by tensor name.
    orders: BTreeMap<String, Slot>,
    vectors: Vec<Placement>,
    /// The buffer that holds all vectors and orders, and how far it is filled.
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
            orders: BTreeMap::new(),
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
    /// Parts of one kind that follow each other share shards, and so one kernel call.
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
            let kinship = self.kinship(first.tensor, used_as);
            let layout = kinship.layout;
            let run = rest
                .iter()
                .take_while(|part| self.kinship(part.tensor, used_as) == kinship)
                .count();
            let (same, others) = rest.split_at(run);
            rest = others;
            let order = self.order(kinship, columns);
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
                    order,
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

    /// Whether gate and up rows can be one matrix.
    pub fn can_gate(&self, gate: &TensorInfo, up: &TensorInfo) -> bool {
        self.kinship(gate, WeightUse::Matrix) == self.kinship(up, WeightUse::Matrix)
    }

    /// A matrix of gate and up rows, whose results are activation(gate) × up. Each shard holds some gate rows and
    /// then the up rows they meet. Only for rows of one kind, see [`Builder::can_gate`].
    pub fn gated_matrix(&mut self, label: &str, gate: Rows<'_>, up: Rows<'_>) -> Result<Matrix> {
        let columns = self.columns_of(&[gate, up])?;
        let kinship = self.kinship(gate.tensor, WeightUse::Matrix);
        let layout = kinship.layout;
        let order = self.order(kinship, columns);
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
                order,
            });
        }
        Ok(Matrix {
            shards,
            columns,
            outputs: gate.rows,
            gated: true,
        })
    }

    fn kinship<'t>(&self, tensor: &'t TensorInfo, used_as: WeightUse) -> Kinship<'t> {
        match self.description.source(&tensor.name) {
            Source::Packed(packed) => Kinship {
                layout: packed.layout,
                order_of: packed.scheme.reordered.then_some(&tensor.name),
            },
            Source::Rows | Source::Columns => Kinship {
                layout: Layout::for_tensor(tensor.dtype, self.policy, used_as),
                order_of: None,
            },
        }
    }

    /// Where the order of a tensor's columns goes.
    fn order(&mut self, kinship: Kinship<'_>, columns: usize) -> Option<Slot> {
        let name = kinship.order_of?;
        if let Some(&slot) = self.orders.get(name) {
            return Some(slot);
        }
        let slot = Slot {
            buffer: self.vector_buffer,
            offset_bytes: self.vector_bytes,
            len_bytes: columns as u64 * 4,
        };
        self.vector_bytes = (slot.offset_bytes + slot.len_bytes).next_multiple_of(SLOT_ALIGN_BYTES);
        self.orders.insert(name.to_owned(), slot);
        Some(slot)
    }

    /// Some matrix keeps its columns in an order of its own.
    pub fn has_orders(&self) -> bool {
        !self.orders.is_empty()
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
        let kinships: Vec<_> = all
            .iter()
            .map(|piece| self.kinship(piece.tensor, WeightUse::Matrix))
            .collect();
        if kinships.iter().any(|kinship| kinship.order_of.is_some()) {
            return Err(Error::Unsupported(format!(
                "the columns of {label} are reordered (desc_act), which is not supported for experts"
            )));
        }
        // One kernel call covers all experts, so they share a layout; f32 holds any exactly.
        let first = kinships.first().map_or(Layout::F32, |first| first.layout);
        let layout = if kinships.iter().all(|kinship| kinship.layout == first) {
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
        for piece in pieces {
            let Source::Packed(packed) = self.description.source(&piece.tensor.name) else {
                continue;
            };
            if packed.layout != layout {
                return Err(Error::Tensor {
                    name: piece.tensor.name.clone(),
                    reason: format!(
                        "is stored in 4 bits and others of {label} are not, which is not supported; use a checkpoint that is quantised throughout or a GGUF file"
                    ),
                });
            }
        }
        let planes = layout.planes(columns);
        let rows: usize = pieces.iter().map(|piece| piece.rows).sum();
        let buffer = BufferId(self.buffers.len() as u32);
        // Plane 0 is one binding, and the planes after it, set one after another, are the other.
        let mut starts = Vec::new();
        let mut offset_bytes = 0;
        let mut codes_bytes = 0;
        for &bytes_per_row in planes.iter() {
            starts.push(offset_bytes);
            offset_bytes += (rows * bytes_per_row) as u64;
            if codes_bytes == 0 {
                codes_bytes = offset_bytes;
                offset_bytes = offset_bytes.next_multiple_of(SLOT_ALIGN_BYTES);
            }
        }
        let codes = Slot {
            buffer,
            offset_bytes: 0,
            len_bytes: codes_bytes,
        };
        let scales = match starts.get(1) {
            Some(&start) => Slot {
                buffer,
                offset_bytes: start,
                len_bytes: offset_bytes - start,
            },
            None => codes,
        };
        self.buffers.push(BufferDesc {
            label: label.into(),
            role: BufferRole::Weights,
            len_bytes: offset_bytes.next_multiple_of(SLOT_ALIGN_BYTES),
        });
        let mut row = 0;
        for piece in pieces {
            let planes = starts
                .iter()
                .zip(planes.iter())
                .map(|(start, &bytes_per_row)| (buffer, start + (row * bytes_per_row) as u64))
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
        Ok((codes, scales))
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
            let place = |tensor: &TensorInfo, target| Placement {
                name: tensor.name.clone(),
                file: tensor.file,
                offset_bytes: tensor.offset_bytes,
                len_bytes: tensor.len_bytes,
                dtype: tensor.dtype,
                rows,
                cols,
                target,
            };
            match self.description.source(&name) {
                Source::Rows => {
                    placements.push(place(&tensor, Target::Matrix { layout, shards }));
                }
                Source::Columns => {
                    placements.push(place(&tensor, Target::Columns { layout, shards }));
                }
                Source::Packed(packed) => {
                    let order = self.orders.get(&name).map(|slot| Shard {
                        first_row: 0,
                        num_rows: 1,
                        planes: vec![(slot.buffer, slot.offset_bytes)],
                    });
                    for (part, tensor) in &packed.parts {
                        let shards = match part {
                            Part::Codes | Part::Scales | Part::Zeros => shards.clone(),
                            Part::Order => order.clone().into_iter().collect(),
                        };
                        let target = Target::Part {
                            part: *part,
                            scheme: packed.scheme,
                            matrix: name.clone(),
                            layout,
                            shards,
                        };
                        placements.push(place(tensor, target));
                    }
                }
            }
        }
        (self.buffers, placements)
    }
}

/// Blocks of a row, as kernels count them.
pub fn blocks(columns: usize) -> u32 {
    num_blocks(columns) as u32
}
