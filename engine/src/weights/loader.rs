//! From bytes of files, in whatever pieces they arrive, to packed bytes in GPU buffers.
//!
//! Rows pass through: the loader keeps at most one incomplete row and one batch of packed rows. A tensor that is
//! stored column by column (GPT-2, GPTQ, AWQ) has a part of its first row in its last bytes and is held until it is
//! whole; how much may be held at once is bounded, and more is refused before anything is read. The loader takes
//! a file's bytes in increasing order and knows nothing of where they come from.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use super::dtype::dequantize_row;
use super::pack::{PackStats, pack_rows};
use super::packed::{Packed, Part, order_from_groups};
use super::placement::{MAX_HELD_BYTES, Placement, Shard, Sizes, Target, check};
use super::{Dtype, WeightSink};
use crate::error::{Error, Result};
use crate::plan::BufferId;

/// Packed bytes per write: large enough that writes do not matter, small beside any model.
const BATCH_BYTES: usize = 1 << 20;

/// What has been loaded.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LoadReport {
    /// Bytes read from files, by the type they have there.
    pub bytes_by_type: BTreeMap<Dtype, u64>,
    /// Bytes written to the GPU.
    pub written_bytes: u64,
    /// What rounding to fewer bits changed, over all tensors that were rounded.
    pub conversion: PackStats,
}

/// Turns file bytes into writes. See the module's text.
pub struct Loader {
    /// By file and offset.
    tensors: Vec<Tensor>,
    /// How far each file has been read.
    positions: BTreeMap<usize, u64>,
    /// Orders of columns whose codes have not arrived, by matrix.
    orders: Orders,
    report: LoadReport,
}

type Orders = BTreeMap<String, Vec<u32>>;

impl Loader {
    /// Checks all placements.
    pub fn new(placements: Vec<Placement>) -> Result<Self> {
        let mut tensors = placements
            .into_iter()
            .map(|placement| {
                let sizes = check(&placement)?;
                Ok(Tensor {
                    placement,
                    sizes,
                    taken_bytes: 0,
                    carry: Vec::new(),
                    waiting: Vec::new(),
                    packed: Vec::new(),
                    packed_from_row: 0,
                    next_row: 0,
                })
            })
            .collect::<Result<Vec<_>>>()?;
        tensors.sort_by_key(|tensor| (tensor.placement.file, tensor.placement.offset_bytes));
        Ok(Self {
            tensors,
            positions: BTreeMap::new(),
            orders: Orders::new(),
            report: LoadReport::default(),
        })
    }

    /// The parts of a file that are needed, sorted and merged where they touch.
    #[must_use]
    pub fn needed_ranges(&self, file: usize) -> Vec<Range<u64>> {
        let mut ranges: Vec<Range<u64>> = Vec::new();
        for tensor in self.tensors.iter().filter(|t| t.placement.file == file) {
            let range = tensor.range();
            match ranges.last_mut() {
                Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
                _ if range.is_empty() => {}
                _ => ranges.push(range),
            }
        }
        ranges
    }

    /// Takes the bytes of `file` that begin at `offset_bytes`. Bytes of no tensor may be given or left out.
    pub fn push(
        &mut self,
        file: usize,
        offset_bytes: u64,
        bytes: &[u8],
        sink: &mut dyn WeightSink,
    ) -> Result<()> {
        let end_bytes = offset_bytes.saturating_add(bytes.len() as u64);
        let position = self.positions.entry(file).or_insert(0);
        if offset_bytes < *position {
            return Err(Error::Request(format!(
                "the bytes of file {file} from {offset_bytes} came after those up to {position}"
            )));
        }
        *position = end_bytes;
        let mut waiting_bytes: u64 = self.tensors.iter().map(|t| t.waiting.len() as u64).sum();
        // Tensors are sorted, and those of this file that end before the chunk are finished.
        let first = self
            .tensors
            .partition_point(|t| (t.placement.file, t.placement.offset_bytes) < (file, 0));
        for tensor in self.tensors.iter_mut().skip(first) {
            let range = tensor.range();
            if tensor.placement.file != file || range.start >= end_bytes {
                break;
            }
            let from = range.start.max(offset_bytes);
            let to = range.end.min(end_bytes);
            if from >= to {
                continue;
            }
            if from != range.start + tensor.taken_bytes {
                return Err(tensor.error(format!(
                    "the bytes from {} of its file were left out",
                    range.start + tensor.taken_bytes
                )));
            }
            // Both lie within the chunk, whose length is a usize.
            let part = bytes
                .get((from - offset_bytes) as usize..(to - offset_bytes) as usize)
                .unwrap_or_default();
            let held_bytes = waiting_bytes + tensor.held_bytes();
            if waiting_bytes > 0 && tensor.held_bytes() > 0 && held_bytes > MAX_HELD_BYTES {
                return Err(tensor.error(
                    "comes before the order of columns (g_idx) that other tensors wait for, and they are more than can be held; use a GGUF file of this model",
                ));
            }
            tensor.feed(part, sink, &mut self.orders, &mut self.report)?;
            waiting_bytes += tensor.waiting.len() as u64;
        }
        if waiting_bytes > 0 {
            for tensor in &mut self.tensors {
                let waiting = std::mem::take(&mut tensor.waiting);
                tensor.take_units(waiting.into(), sink, &mut self.orders, &mut self.report)?;
            }
        }
        Ok(())
    }

    /// Ends the loading; every tensor must have arrived.
    pub fn finish(self) -> Result<LoadReport> {
        for tensor in &self.tensors {
            if tensor.taken_bytes != tensor.placement.len_bytes {
                return Err(tensor.error(format!(
                    "only {} of its {} bytes arrived",
                    tensor.taken_bytes, tensor.placement.len_bytes
                )));
            }
            if !tensor.waiting.is_empty() {
                return Err(tensor.error("has columns in an order (g_idx) that did not arrive"));
            }
        }
        Ok(self.report)
    }
}

/// A placement and how far it has come.
struct Tensor {
    placement: Placement,
    sizes: Sizes,
    taken_bytes: u64,
    /// The beginning of a row that is not complete.
    carry: Vec<u8>,
    /// The whole of it, while the order of its columns is not known.
    waiting: Vec<u8>,
    /// Rows from `packed_from_row` to `next_row`, one vector per plane.
    packed: Vec<Vec<u8>>,
    packed_from_row: u64,
    next_row: u64,
}

impl Tensor {
    fn range(&self) -> Range<u64> {
        let start = self.placement.offset_bytes;
        start..start.saturating_add(self.placement.len_bytes)
    }

    /// What is held of it before its first row is known.
    fn held_bytes(&self) -> u64 {
        match &self.placement.target {
            Target::Columns { .. } => self.placement.len_bytes,
            Target::Part { part, .. } if *part != Part::Order => self.placement.len_bytes,
            Target::Part { .. } | Target::Matrix { .. } | Target::Vector { .. } => 0,
        }
    }

    fn error(&self, reason: impl Into<String>) -> Error {
        Error::Tensor {
            name: self.placement.name.clone(),
            reason: reason.into(),
        }
    }

    /// Puts the tensor's name to an error of the pure functions below.
    fn named(&self, error: Error) -> Error {
        match error {
            Error::Unsupported(reason) => self.error(reason),
            other => other,
        }
    }

    fn feed(
        &mut self,
        mut bytes: &[u8],
        sink: &mut dyn WeightSink,
        orders: &mut Orders,
        report: &mut LoadReport,
    ) -> Result<()> {
        let unit = self.sizes.unit_bytes;
        self.taken_bytes += bytes.len() as u64;
        *report
            .bytes_by_type
            .entry(self.placement.dtype)
            .or_default() += bytes.len() as u64;
        if !self.carry.is_empty() {
            let (head, rest) = bytes.split_at(bytes.len().min(unit - self.carry.len()));
            self.carry.extend_from_slice(head);
            bytes = rest;
            if self.carry.len() < unit {
                return Ok(());
            }
            let carry = std::mem::take(&mut self.carry);
            self.take_units(carry.into(), sink, orders, report)?;
        }
        let whole = bytes.len() - bytes.len() % unit;
        let (units, rest) = bytes.split_at(whole);
        self.take_units(units.into(), sink, orders, report)?;
        if !rest.is_empty() {
            // Growing by doubling would hold a whole tensor twice.
            self.carry.reserve_exact(unit);
            self.carry.extend_from_slice(rest);
        }
        if self.taken_bytes == self.placement.len_bytes {
            self.carry = Vec::new();
            self.packed = Vec::new();
        }
        Ok(())
    }

    /// Takes whole rows, or the whole of anything else.
    fn take_units(
        &mut self,
        units: Cow<'_, [u8]>,
        sink: &mut dyn WeightSink,
        orders: &mut Orders,
        report: &mut LoadReport,
    ) -> Result<()> {
        if units.is_empty() {
            return Ok(());
        }
        match &self.placement.target {
            Target::Vector {
                buffer,
                offset_bytes,
                add,
            } => {
                let packed = vector(&self.placement, &units, *add).map_err(|e| self.named(e))?;
                report.written_bytes += packed.len() as u64;
                sink.write(*buffer, *offset_bytes, &packed)
            }
            Target::Matrix { .. } => self.take_rows(&units, sink, report),
            Target::Columns { .. } => self.take_columns(&units, sink, report),
            Target::Part {
                part,
                scheme,
                matrix,
                shards,
                ..
            } => {
                if *part == Part::Order {
                    let order = order_from_groups(&units, *scheme).map_err(|e| self.named(e))?;
                    let bytes: Vec<u8> = order.iter().flat_map(|i| i.to_le_bytes()).collect();
                    for &(buffer, offset_bytes) in shards.iter().flat_map(|s| &s.planes) {
                        report.written_bytes += bytes.len() as u64;
                        sink.write(buffer, offset_bytes, &bytes)?;
                    }
                    if scheme.reordered {
                        orders.insert(matrix.clone(), order);
                    }
                    return Ok(());
                }
                let order = match part {
                    Part::Codes if scheme.reordered => match orders.remove(matrix) {
                        Some(order) => Some(order),
                        None => {
                            self.waiting = units.into_owned();
                            return Ok(());
                        }
                    },
                    Part::Codes | Part::Scales | Part::Zeros | Part::Order => None,
                };
                report.written_bytes += self.write_part(*part, &units, order.as_deref(), sink)?;
                Ok(())
            }
        }
    }

    /// Writes the plane that a part of a packed matrix makes. Returns how many bytes it has.
    fn write_part(
        &self,
        part: Part,
        bytes: &[u8],
        order: Option<&[u32]>,
        sink: &mut dyn WeightSink,
    ) -> Result<u64> {
        let Target::Part {
            scheme,
            layout,
            shards,
            ..
        } = &self.placement.target
        else {
            return Ok(0);
        };
        let cols = self.sizes.cols;
        let packed = Packed {
            scheme: *scheme,
            layout: *layout,
            rows: usize::try_from(self.placement.rows).unwrap_or(usize::MAX),
            cols,
            order,
        };
        let Some(index) = part.plane() else {
            return Ok(0);
        };
        let row_bytes = layout.planes(cols).get(index).copied().unwrap_or(4);
        let step = (BATCH_BYTES / row_bytes.max(1)).max(1);
        let mut written = 0;
        for shard in shards {
            let Some(&(buffer, base)) = shard.planes.get(index) else {
                continue;
            };
            // Sizes were checked to fit the tensor, which is in memory.
            let first = shard.first_row as usize;
            let num_rows = shard.num_rows as usize;
            for row in (0..num_rows).step_by(step) {
                let rows = first + row..first + num_rows.min(row + step);
                let plane = packed.plane_rows(part, bytes, rows);
                let plane = plane.map_err(|error| self.named(error))?;
                write(buffer, base + (row * row_bytes) as u64, &plane, sink)?;
                written += plane.len() as u64;
            }
        }
        Ok(written)
    }

    /// Turns columns into rows, a batch at a time.
    fn take_columns(
        &mut self,
        columns: &[u8],
        sink: &mut dyn WeightSink,
        report: &mut LoadReport,
    ) -> Result<()> {
        let element = self.placement.dtype.block_bytes() as usize;
        let row_bytes = self.sizes.cols * element;
        let column_bytes = columns.len() / self.sizes.cols.max(1);
        let step = (BATCH_BYTES / row_bytes.max(1)).max(1);
        for first in (0..column_bytes / element).step_by(step) {
            let from = first * element;
            let to = column_bytes.min(from + step * element);
            let mut rows = vec![0; (to - from) / element * row_bytes];
            for (index, column) in columns.chunks_exact(column_bytes).enumerate() {
                let values = column.get(from..to).unwrap_or_default();
                let places = rows.chunks_exact_mut(element).skip(index);
                for (place, value) in places
                    .step_by(self.sizes.cols)
                    .zip(values.chunks_exact(element))
                {
                    place.copy_from_slice(value);
                }
            }
            self.take_rows(&rows, sink, report)?;
        }
        Ok(())
    }

    /// Packs rows in steps that end with a batch or a shard.
    fn take_rows(
        &mut self,
        mut rows: &[u8],
        sink: &mut dyn WeightSink,
        report: &mut LoadReport,
    ) -> Result<()> {
        let cols = self.sizes.cols;
        let unit = self.placement.dtype.bytes_of(cols as u64).unwrap_or(1) as usize;
        while !rows.is_empty() {
            let (Target::Matrix { layout, shards } | Target::Columns { layout, shards }) =
                &self.placement.target
            else {
                return Ok(());
            };
            let shard = shards
                .iter()
                .find(|shard| self.next_row < shard.first_row + shard.num_rows);
            let Some(shard) = shard else {
                return Err(self.error("has more rows than shards"));
            };
            let planes = layout.planes(cols);
            let packed_row_bytes: usize = planes.iter().sum();
            let held_bytes: usize = self.packed.iter().map(Vec::len).sum();
            let room_rows = (BATCH_BYTES.saturating_sub(held_bytes) / packed_row_bytes).max(1);
            let shard_rows = shard.first_row + shard.num_rows - self.next_row;
            let num_rows = (rows.len() / unit)
                .min(room_rows)
                .min(usize::try_from(shard_rows).unwrap_or(usize::MAX));
            let (now, rest) = rows.split_at(num_rows * unit);
            if self.packed.len() != planes.len() {
                self.packed = vec![Vec::new(); planes.len()];
            }
            let stats = pack_rows(self.placement.dtype, *layout, cols, now, &mut self.packed)
                .map_err(|error| self.named(error))?;
            report.conversion += stats;
            rows = rest;
            self.next_row += num_rows as u64;

            let is_full = held_bytes + (num_rows + 1) * packed_row_bytes > BATCH_BYTES;
            if is_full || self.next_row == shard.first_row + shard.num_rows {
                let from = self.packed_from_row;
                report.written_bytes += flush(shard, from, &planes, &mut self.packed, sink)?;
                self.packed_from_row = self.next_row;
            }
        }
        Ok(())
    }
}

/// Writes the packed rows from `from_row` on to their shard and empties them.
fn flush(
    shard: &Shard,
    from_row: u64,
    row_bytes: &[usize],
    packed: &mut [Vec<u8>],
    sink: &mut dyn WeightSink,
) -> Result<u64> {
    let mut written = 0;
    for ((plane, &(buffer, base)), &row) in packed.iter_mut().zip(&shard.planes).zip(row_bytes) {
        let offset_bytes = base + (from_row - shard.first_row) * row as u64;
        write(buffer, offset_bytes, plane, sink)?;
        written += plane.len() as u64;
        plane.clear();
    }
    Ok(written)
}

fn write(
    buffer: BufferId,
    offset_bytes: u64,
    bytes: &[u8],
    sink: &mut dyn WeightSink,
) -> Result<()> {
    if bytes.is_empty() {
        return Ok(());
    }
    sink.write(buffer, offset_bytes, bytes)
}

fn vector(placement: &Placement, bytes: &[u8], add: f32) -> Result<Vec<u8>> {
    let num_values =
        bytes.len() as u64 / placement.dtype.block_bytes() * placement.dtype.block_len();
    let mut values = vec![0.0; usize::try_from(num_values).unwrap_or(0)];
    dequantize_row(placement.dtype, bytes, &mut values)?;
    if values.iter().any(|y| !y.is_finite()) {
        return Err(Error::Unsupported(
            "holds values that are not numbers (NaN or infinity); the file is damaged".into(),
        ));
    }
    Ok(values
        .iter()
        .flat_map(|y| (y + add).to_le_bytes())
        .collect())
}

#[cfg(test)]
mod tests;
