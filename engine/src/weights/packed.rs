//! GPTQ and AWQ matrices, from the tensors of their checkpoints to the planes of a grouped [`Layout`].
//!
//! Such a matrix is several tensors: codes of four bits, and for each group of columns a scale and a zero, all of
//! them column by column where kernels want rows. GPTQ (Frantar et al. 2022; AutoGPTQ's `QuantLinear`) packs
//! eight columns of a row into a word, AWQ (Lin et al. 2023; AutoAWQ's `WQLinear_GEMM`) eight rows of a column.
//! Every value stays what it was: scale × (code − zero). Pure functions; which tensors make a matrix is the
//! model's to say.

use std::ops::Range;

use half::f16;

use super::layout::{BLOCK_LEN, Layout};
use crate::error::{Error, Result};

/// The tensors of one matrix, by what they hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// `qweight`.
    Codes,
    /// `scales`.
    Scales,
    /// `qzeros`.
    Zeros,
    /// `g_idx`: the group of each column.
    Order,
}

impl Part {
    /// The plane that a part fills; none for the order of columns.
    #[must_use]
    pub const fn plane(self) -> Option<usize> {
        match self {
            Self::Codes => Some(0),
            Self::Scales => Some(1),
            Self::Zeros => Some(2),
            Self::Order => None,
        }
    }
}

/// Which eight codes share a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    Gptq,
    Awq,
}

/// How a checkpoint stores its matrices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scheme {
    pub packing: Packing,
    /// What is added to a stored zero: GPTQ's first format stores one less.
    pub zero_offset: u8,
    /// Columns that share a scale in the file.
    pub group_len: u64,
    /// The groups' columns are scattered over the row (`desc_act`), as `g_idx` says.
    pub reordered: bool,
}

/// Where in an AWQ word row `i` of eight stands. AutoAWQ packs them in the order 0, 2, 4, 6, 1, 3, 5, 7.
const AWQ_PLACES: [u32; 8] = [0, 4, 1, 5, 2, 6, 3, 7];

/// The layout of a matrix with groups of this length; groups longer than a layout has are cut, their scale and
/// zero repeated.
#[must_use]
pub const fn layout_for(group_len: u64, cols: u64) -> Option<Layout> {
    if group_len == 0 || !cols.is_multiple_of(group_len) {
        return None;
    }
    match group_len {
        32 => Some(Layout::Q4Group32),
        64 => Some(Layout::Q4Group64),
        _ if group_len.is_multiple_of(128) => Some(Layout::Q4Group128),
        // Only whole rows have other lengths.
        _ if group_len == cols && group_len.is_multiple_of(64) => Some(Layout::Q4Group64),
        _ if group_len == cols && group_len.is_multiple_of(32) => Some(Layout::Q4Group32),
        _ => None,
    }
}

/// Bytes of a part of a matrix; `None` where there is no such matrix.
pub(super) fn part_bytes(part: Part, scheme: Scheme, rows: u64, cols: u64) -> Option<u64> {
    layout_for(scheme.group_len, cols)?;
    if !rows.is_multiple_of(8) {
        return None;
    }
    let per_group = (cols / scheme.group_len).checked_mul(rows)?;
    match part {
        Part::Codes => Some(rows.checked_mul(cols)? / 2),
        Part::Scales => per_group.checked_mul(2),
        Part::Zeros => Some(per_group / 2),
        Part::Order => cols.checked_mul(4),
    }
}

/// A matrix whose parts are at hand.
#[derive(Clone, Copy)]
pub(super) struct Packed<'a> {
    pub scheme: Scheme,
    pub layout: Layout,
    pub rows: usize,
    pub cols: usize,
    /// The file's column for each of the layout's.
    pub order: Option<&'a [u32]>,
}

impl Packed<'_> {
    /// Some rows of the plane that comes from a part. `bytes` is the whole part.
    pub fn plane_rows(&self, part: Part, bytes: &[u8], rows: Range<usize>) -> Result<Vec<u8>> {
        match part {
            Part::Codes => self.codes(bytes.as_chunks::<4>().0, rows),
            Part::Scales => self.scales(bytes.as_chunks::<2>().0, rows),
            Part::Zeros => self.zeros(bytes.as_chunks::<4>().0, rows),
            Part::Order => short("g_idx"),
        }
    }

    fn codes(&self, words: &[[u8; 4]], rows: Range<usize>) -> Result<Vec<u8>> {
        let words_per_row = self.cols / 8;
        let mut plane = vec![0; rows.len() * words_per_row * 4];
        for index in 0..words_per_row {
            let targets = plane
                .as_chunks_mut::<4>()
                .0
                .iter_mut()
                .skip(index)
                .step_by(words_per_row);
            match (self.scheme.packing, self.order) {
                // The word is there as it is, but for the order within it.
                (Packing::Gptq, None) => {
                    let first = index * self.rows;
                    let Some(words) = words.get(first + rows.start..first + rows.end) else {
                        return short("qweight");
                    };
                    for (target, &word) in targets.zip(words) {
                        *target = in_kernel_order(u32::from_le_bytes(word)).to_le_bytes();
                    }
                }
                (Packing::Gptq, Some(_)) => {
                    let mut sources: [(&[[u8; 4]], u32); 8] = Default::default();
                    for (i, source) in sources.iter_mut().enumerate() {
                        let column = self.column(index * 8 + i)?;
                        let first = column / 8 * self.rows;
                        let Some(words) = words.get(first + rows.start..first + rows.end) else {
                            return short("qweight");
                        };
                        *source = (words, 4 * (column % 8) as u32);
                    }
                    for (row, target) in targets.enumerate() {
                        let mut word = 0;
                        for (i, (words, shift)) in sources.iter().enumerate() {
                            let code =
                                words.get(row).map_or(0, |&w| u32::from_le_bytes(w)) >> shift;
                            word |= (code & 0xf) << (4 * i);
                        }
                        *target = in_kernel_order(word).to_le_bytes();
                    }
                }
                (Packing::Awq, _) => {
                    let words_per_column = self.rows / 8;
                    let mut sources: [&[[u8; 4]]; 8] = Default::default();
                    for (i, source) in sources.iter_mut().enumerate() {
                        let first = self.column(index * 8 + i)? * words_per_column;
                        let Some(words) = words.get(first..first + words_per_column) else {
                            return short("qweight");
                        };
                        *source = words;
                    }
                    for (row, target) in rows.clone().zip(targets) {
                        let shift = awq_shift(row);
                        let mut word = 0;
                        for (i, words) in sources.iter().enumerate() {
                            let code =
                                words.get(row / 8).map_or(0, |&w| u32::from_le_bytes(w)) >> shift;
                            word |= (code & 0xf) << (4 * i);
                        }
                        *target = in_kernel_order(word).to_le_bytes();
                    }
                }
            }
        }
        Ok(plane)
    }

    fn scales(&self, scales: &[[u8; 2]], rows: Range<usize>) -> Result<Vec<u8>> {
        let mut plane = Vec::new();
        for row in rows {
            for group in self.source_groups() {
                let Some(&scale) = scales.get(group * self.rows + row) else {
                    return short("scales");
                };
                if !f16::from_le_bytes(scale).is_finite() {
                    return Err(Error::Unsupported(
                        "holds values that are not numbers (NaN or infinity); the file is damaged"
                            .into(),
                    ));
                }
                plane.extend_from_slice(&scale);
            }
            plane.resize(plane.len().next_multiple_of(4), 0);
        }
        Ok(plane)
    }

    fn zeros(&self, words: &[[u8; 4]], rows: Range<usize>) -> Result<Vec<u8>> {
        let mut plane = Vec::new();
        for row in rows {
            let shift = match self.scheme.packing {
                Packing::Gptq => 4 * (row % 8) as u32,
                Packing::Awq => awq_shift(row),
            };
            let mut packed = 0;
            let mut count = 0;
            for group in self.source_groups() {
                let Some(&word) = words.get(group * (self.rows / 8) + row / 8) else {
                    return short("qzeros");
                };
                // A stored 15 stands for the zero 0, as in AutoGPTQ, which adds and then masks.
                let stored = u32::from_le_bytes(word) >> shift;
                let zero = (stored & 0xf) + u32::from(self.scheme.zero_offset);
                packed |= (zero & 0xf) << (4 * (count % 8));
                count += 1;
                if count % 8 == 0 {
                    plane.extend_from_slice(&u32::to_le_bytes(packed));
                    packed = 0;
                }
            }
            if count % 8 != 0 {
                plane.extend_from_slice(&packed.to_le_bytes());
            }
        }
        Ok(plane)
    }

    /// The file's group for each group of the layout.
    fn source_groups(&self) -> impl Iterator<Item = usize> {
        let group_len = self.layout.group_len().unwrap_or(BLOCK_LEN);
        let source_len = (self.scheme.group_len as usize).max(1);
        (0..self.cols / group_len).map(move |group| group * group_len / source_len)
    }

    /// The file's column for a column of the layout.
    fn column(&self, column: usize) -> Result<usize> {
        match self.order {
            None => Ok(column),
            Some(order) => match order.get(column) {
                Some(&column) => Ok(column as usize),
                None => short("g_idx"),
            },
        }
    }
}

/// The numbers of one row: the reference for the kernels.
pub(super) fn unpack_row(
    layout: Layout,
    codes: &[u8],
    scales: &[u8],
    zeros: &[u8],
    out: &mut [f32],
) {
    for (i, out) in out.iter_mut().enumerate() {
        let group = i / layout.group_len().unwrap_or(BLOCK_LEN);
        let scale = scales.as_chunks::<2>().0.get(group);
        let scale = scale.map_or(0.0, |&scale| f16::from_le_bytes(scale).to_f32());
        let zero = zeros.get(group / 2).copied().unwrap_or(0) >> (4 * (group % 2)) & 0xf;
        let byte = codes.get(i / 8 * 4 + i % 4).copied().unwrap_or(0);
        let code = if i % 8 < 4 { byte & 0xf } else { byte >> 4 };
        *out = scale * (f32::from(code) - f32::from(zero));
    }
}

/// The order that sets the columns of each group side by side, each group's in the order of the file; checked
/// against the scheme. `bytes` is `g_idx`: the group of each column.
pub(super) fn order_from_groups(bytes: &[u8], scheme: Scheme) -> Result<Vec<u32>> {
    let groups = bytes.as_chunks::<4>().0;
    let group_len = (scheme.group_len as usize).max(1);
    let num_groups = groups.len() / group_len;
    let mut members = vec![Vec::with_capacity(group_len); num_groups];
    for (column, &group) in groups.iter().enumerate() {
        let group = i32::from_le_bytes(group);
        let known = usize::try_from(group).ok().and_then(|g| members.get_mut(g));
        let Some(members) = known else {
            return Err(Error::Unsupported(format!(
                "puts column {column} into group {group}, and there are {num_groups} groups"
            )));
        };
        members.push(column as u32);
    }
    if let Some(group) = members.iter().position(|group| group.len() != group_len) {
        return Err(Error::Unsupported(format!(
            "puts {} columns into group {group}; groups of {group_len} are described",
            members.get(group).map_or(0, Vec::len)
        )));
    }
    let order = members.concat();
    if !scheme.reordered && order.iter().enumerate().any(|(i, &c)| i as u32 != c) {
        return Err(Error::Unsupported(
            "orders the columns, and the configuration says that they are in order (desc_act is false)".into(),
        ));
    }
    Ok(order)
}

/// Bits of row `row` in an AWQ word.
fn awq_shift(row: usize) -> u32 {
    4 * AWQ_PLACES.get(row % 8).copied().unwrap_or(0)
}

/// Eight codes, the first in the lowest bits, as [`Layout::Q4`] has them: byte j holds codes j and j + 4.
const fn in_kernel_order(word: u32) -> u32 {
    spread(word & 0xffff) | spread(word >> 16) << 4
}

/// Four codes of four bits into the low halves of four bytes.
const fn spread(codes: u32) -> u32 {
    let pairs = (codes | codes << 8) & 0x00ff_00ff;
    (pairs | pairs << 4) & 0x0f0f_0f0f
}

fn short<T>(what: &str) -> Result<T> {
    Err(Error::Unsupported(format!(
        "{what} does not have the size of its matrix"
    )))
}

#[cfg(test)]
mod tests;
