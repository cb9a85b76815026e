//! From bytes of files, in whatever pieces they arrive, to packed bytes in GPU buffers.
//!
//! Nobody ever holds a tensor: the loader keeps at most one incomplete row and one batch of packed rows. It
//! takes a file's bytes in increasing order and knows nothing of where they come from. A tensor stored
//! transposed will be another kind of unit beside the row and the whole vector (see [`Sizes::unit_bytes`]).

use std::collections::BTreeMap;
use std::ops::Range;

use super::dtype::dequantize_row;
use super::pack::{PackStats, pack_rows};
use super::placement::{Placement, Shard, Sizes, Target, check};
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
    report: LoadReport,
}

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
            tensor.feed(part, sink, &mut self.report)?;
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
            self.take_units(&carry, sink, report)?;
        }
        let whole = bytes.len() - bytes.len() % unit;
        let (units, rest) = bytes.split_at(whole);
        self.take_units(units, sink, report)?;
        self.carry.extend_from_slice(rest);
        if self.taken_bytes == self.placement.len_bytes {
            self.carry = Vec::new();
            self.packed = Vec::new();
        }
        Ok(())
    }

    /// Takes whole rows, or the whole of a vector.
    fn take_units(
        &mut self,
        units: &[u8],
        sink: &mut dyn WeightSink,
        report: &mut LoadReport,
    ) -> Result<()> {
        if units.is_empty() {
            return Ok(());
        }
        match self.placement.target {
            Target::Vector {
                buffer,
                offset_bytes,
                add,
            } => {
                let packed = vector(&self.placement, units, add).map_err(|e| self.named(e))?;
                report.written_bytes += packed.len() as u64;
                sink.write(buffer, offset_bytes, &packed)
            }
            Target::Matrix { .. } => self.take_rows(units, sink, report),
        }
    }

    /// Packs rows in steps that end with a batch or a shard.
    fn take_rows(
        &mut self,
        mut rows: &[u8],
        sink: &mut dyn WeightSink,
        report: &mut LoadReport,
    ) -> Result<()> {
        let (unit, cols) = (self.sizes.unit_bytes, self.sizes.cols);
        while !rows.is_empty() {
            let Target::Matrix { layout, shards } = &self.placement.target else {
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
mod tests {
    use proptest::prelude::*;

    use super::super::layout::Layout;
    use super::*;

    /// Buffers in memory, and how they were written.
    #[derive(Default)]
    struct Memory {
        buffers: BTreeMap<BufferId, Vec<u8>>,
        num_writes: usize,
        largest_bytes: usize,
    }

    impl WeightSink for Memory {
        fn write(&mut self, buffer: BufferId, offset_bytes: u64, bytes: &[u8]) -> Result<()> {
            assert!(offset_bytes.is_multiple_of(4) && bytes.len().is_multiple_of(4));
            let at = offset_bytes as usize;
            let to = self.buffers.entry(buffer).or_default();
            to.resize(to.len().max(at + bytes.len()), 0xee);
            assert!(to[at..at + bytes.len()].iter().all(|&b| b == 0xee), "twice");
            to[at..at + bytes.len()].copy_from_slice(bytes);
            self.num_writes += 1;
            self.largest_bytes = self.largest_bytes.max(bytes.len());
            Ok(())
        }
    }

    fn f32s(values: impl IntoIterator<Item = f32>) -> Vec<u8> {
        values.into_iter().flat_map(f32::to_le_bytes).collect()
    }

    const COLS: u64 = 33;
    const ROWS: u64 = 10;

    /// A file with junk, a vector, a matrix in two shards, junk, and the same matrix again as Q8.
    fn file() -> (Vec<u8>, Vec<Placement>) {
        let matrix = f32s((0..ROWS * COLS).map(|i| (i as f32 * 0.37).sin()));
        let mut bytes = vec![9; 5];
        bytes.extend(f32s([1.0, 2.0, 3.0]));
        let at = bytes.len() as u64;
        bytes.extend(&matrix);
        bytes.extend([7; 11]);
        let place = |name: &str, offset_bytes, rows, cols, target| Placement {
            name: name.into(),
            file: 0,
            offset_bytes,
            len_bytes: rows * cols * 4,
            dtype: Dtype::F32,
            rows,
            cols,
            target,
        };
        let shard = |first_row, num_rows, planes: &[(u32, u64)]| Shard {
            first_row,
            num_rows,
            planes: planes.iter().map(|&(b, at)| (BufferId(b), at)).collect(),
        };
        let vector = Target::Vector {
            buffer: BufferId(0),
            offset_bytes: 8,
            add: 1.0,
        };
        let split = Target::Matrix {
            layout: Layout::F32,
            shards: vec![shard(0, 7, &[(1, 256)]), shard(7, 3, &[(2, 0)])],
        };
        let q8 = Target::Matrix {
            layout: Layout::Q8,
            shards: vec![shard(0, ROWS, &[(3, 0), (4, 0)])],
        };
        let placements = vec![
            place("matrix", at, ROWS, COLS, split),
            place("again", at, ROWS, COLS, q8),
            place("vector", 5, 1, 3, vector),
        ];
        (bytes, placements)
    }

    fn load(
        bytes: &[u8],
        placements: Vec<Placement>,
        cuts: &[usize],
    ) -> Result<(Memory, LoadReport)> {
        let mut memory = Memory::default();
        let mut loader = Loader::new(placements)?;
        let mut at = 0;
        for &cut in cuts.iter().chain([&bytes.len()]) {
            if cut > at && cut <= bytes.len() {
                loader.push(0, at as u64, &bytes[at..cut], &mut memory)?;
                at = cut;
            }
        }
        Ok((memory, loader.finish()?))
    }

    proptest! {
        #[test]
        fn the_cut_into_chunks_does_not_matter(mut cuts in prop::collection::vec(0usize..1400, 0..40)) {
            cuts.sort_unstable();
            let (bytes, placements) = file();
            let (whole, report) = load(&bytes, placements.clone(), &[]).unwrap();
            let (cut, cut_report) = load(&bytes, placements, &cuts).unwrap();
            prop_assert_eq!(whole.buffers, cut.buffers);
            prop_assert_eq!(report.bytes_by_type, cut_report.bytes_by_type);
            prop_assert_eq!(report.written_bytes, cut_report.written_bytes);
        }
    }

    #[test]
    fn bytes_land_where_the_placements_say() {
        let (bytes, placements) = file();
        let loader = Loader::new(placements.clone()).unwrap();
        let needed = 5..17 + ROWS * COLS * 4;
        assert_eq!(loader.needed_ranges(0), std::slice::from_ref(&needed));
        assert!(loader.needed_ranges(1).is_empty());
        let (memory, report) = load(&bytes, placements, &[100]).unwrap();
        assert_eq!(memory.buffers[&BufferId(0)][8..], f32s([2.0, 3.0, 4.0]));
        let row = 64 * 4;
        assert_eq!(memory.buffers[&BufferId(1)].len(), 256 + 7 * row);
        let last = &memory.buffers[&BufferId(2)][2 * row..];
        assert_eq!(last[..132], bytes[17 + 9 * 132..17 + 10 * 132]);
        assert!(last[132..].iter().all(|&b| b == 0));
        assert_eq!(memory.buffers[&BufferId(3)].len(), 640);
        assert_eq!(report.bytes_by_type[&Dtype::F32], 12 + 2 * ROWS * COLS * 4);
        let error = report.conversion.relative_error();
        assert!(error > 0.0 && error < 0.01, "{error}");
    }

    #[test]
    fn a_large_matrix_costs_few_writes() {
        let (rows, cols) = (3000u64, 1024u64);
        let bytes = f32s((0..rows * cols).map(|i| i as f32));
        let placement = Placement {
            name: "w".into(),
            file: 0,
            offset_bytes: 0,
            len_bytes: bytes.len() as u64,
            dtype: Dtype::F32,
            rows,
            cols,
            target: Target::Matrix {
                layout: Layout::F32,
                shards: vec![Shard {
                    first_row: 0,
                    num_rows: rows,
                    planes: vec![(BufferId(0), 0)],
                }],
            },
        };
        let cuts: Vec<usize> = (0..bytes.len()).step_by(10_007).collect();
        let (memory, _) = load(&bytes, vec![placement], &cuts).unwrap();
        assert_eq!(memory.buffers[&BufferId(0)], bytes);
        assert!(memory.num_writes <= 13, "{}", memory.num_writes);
        assert!(memory.largest_bytes <= BATCH_BYTES);
    }

    #[test]
    fn what_does_not_arrive_is_named() {
        let (bytes, placements) = file();
        let error = load(&bytes[..300], placements.clone(), &[])
            .map(|_| ())
            .unwrap_err();
        assert!(error.to_string().contains("'matrix'"), "{error}");
        let mut memory = Memory::default();
        let mut loader = Loader::new(placements).unwrap();
        loader.push(0, 0, &bytes[..50], &mut memory).unwrap();
        assert!(loader.push(0, 40, &bytes[40..60], &mut memory).is_err());
        assert!(loader.push(0, 60, &bytes[60..90], &mut memory).is_err());
    }

    #[test]
    fn values_that_are_not_numbers_are_named() {
        let (mut bytes, placements) = file();
        bytes[5..9].copy_from_slice(&f32::NAN.to_le_bytes());
        let error = load(&bytes, placements.clone(), &[])
            .map(|_| ())
            .unwrap_err();
        assert!(error.to_string().contains("'vector'"), "{error}");
        let (mut bytes, _) = file();
        bytes[400..404].copy_from_slice(&f32::NAN.to_le_bytes());
        let at = 17 + (400 - 17) / 4 * 4;
        bytes[at..at + 4].copy_from_slice(&f32::INFINITY.to_le_bytes());
        let error = load(&bytes, placements, &[]).map(|_| ()).unwrap_err();
        assert!(matches!(error, Error::Tensor { .. }), "{error}");
    }

    #[test]
    fn impossible_placements_are_refused() {
        let (_, placements) = file();
        let broken = |change: fn(&mut Placement)| {
            let mut placements = placements.clone();
            change(&mut placements[0]);
            Loader::new(placements).is_err()
        };
        assert!(!broken(|_| {}));
        assert!(broken(|p| p.rows += 1));
        assert!(broken(|p| p.cols = u64::MAX));
        assert!(broken(|p| p.offset_bytes = u64::MAX));
        assert!(broken(|p| {
            if let Target::Matrix { shards, .. } = &mut p.target {
                shards.pop();
            }
        }));
        assert!(broken(|p| {
            if let Target::Matrix { layout, .. } = &mut p.target {
                *layout = Layout::Q4;
            }
        }));
    }
}
