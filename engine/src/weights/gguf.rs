//! The header of a GGUF file (versions 2 and 3, little endian): metadata and where each tensor lies.
//!
//! Files come from anywhere, so every count and length is held against the file's size before anything is
//! allocated for it. What the metadata mean is not decided here.
//! Format: <https://github.com/ggml-org/ggml/blob/master/docs/gguf.md>.

use std::collections::HashSet;

use super::cursor::{Cursor, Step, Stop, ask_for};
use super::metadata::{Metadata, Number, NumberKind, Numbers, Strings, Value};
use super::ranges;
use super::{Dtype, Parsed, TensorInfo};
use crate::error::{Error, Result};

const FORMAT: &str = "GGUF";
const DEFAULT_ALIGNMENT: u64 = 32;
/// The default is 32 and writers use up to a page; more would only serve to waste address space.
const MAX_ALIGNMENT: u64 = 1 << 20;
const MAX_DIMENSIONS: u32 = 4;
/// llama.cpp's own limit is 64 bytes; other writers have been seen to exceed it.
const MAX_NAME_BYTES: u64 = 65_535;
/// Smallest possible records, to bound counts by the file's size: key length + type + value.
const MIN_ENTRY_BYTES: u64 = 8 + 4 + 1;
/// Name length + dimension count + type + offset.
const MIN_TENSOR_BYTES: u64 = 8 + 4 + 4 + 8;

/// Which part of a split model a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Split {
    /// From zero.
    pub index: usize,
    pub count: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub struct GgufHeader {
    pub version: u32,
    pub metadata: Metadata,
    /// In file order; `file` is 0, the description numbers the parts of a split model.
    pub tensors: Vec<TensorInfo>,
    pub alignment: u64,
    pub data_offset_bytes: u64,
    pub split: Option<Split>,
}

/// Reads the header from the first bytes of a file. `file_len_bytes`, where known, also checks that the file is whole.
pub fn header_from_bytes(prefix: &[u8], file_len_bytes: Option<u64>) -> Result<Parsed<GgufHeader>> {
    let mut cursor = Cursor::new(FORMAT, prefix, file_len_bytes);
    match header(&mut cursor, file_len_bytes) {
        Ok(header) => Ok(Parsed::Done(header)),
        Err(Stop::Need(needed)) => Ok(Parsed::NeedBytes(ask_for(
            needed,
            prefix.len(),
            file_len_bytes,
        ))),
        Err(Stop::Bad(error)) => Err(error),
    }
}

fn header(cursor: &mut Cursor<'_>, file_len_bytes: Option<u64>) -> Step<GgufHeader> {
    if cursor.array::<4>("the magic number")? != *b"GGUF" {
        return cursor.bad("it does not begin with 'GGUF'");
    }
    let version = cursor.u32("the version")?;
    match version {
        2 | 3 => {}
        1 => return cursor.bad("version 1 is obsolete; convert the model again"),
        _ if (1..=3).contains(&version.swap_bytes()) => {
            return cursor.bad("it is big-endian; convert the model for a little-endian machine");
        }
        _ => return cursor.bad(format!("version {version} is not known (2 and 3 are)")),
    }
    let num_tensors = cursor.u64("the tensor count")?;
    let num_entries = cursor.u64("the metadata count")?;
    bounded(cursor, num_tensors, MIN_TENSOR_BYTES, "tensors")?;
    bounded(cursor, num_entries, MIN_ENTRY_BYTES, "metadata entries")?;

    let mut metadata = Metadata::default();
    for _ in 0..num_entries {
        let key = name(cursor, "a metadata key")?;
        let value = value(cursor, &key)?;
        if !metadata.insert(key.clone(), value) {
            return cursor.bad(format!("the metadata key '{key}' occurs twice"));
        }
    }
    let alignment = alignment(cursor, &metadata)?;

    let mut tensors = Vec::new();
    let mut names = HashSet::new();
    for _ in 0..num_tensors {
        let tensor = tensor(cursor, alignment)?;
        if !names.insert(tensor.name.clone()) {
            return cursor.bad(format!("the tensor '{}' occurs twice", tensor.name));
        }
        tensors.push(tensor);
    }

    let data_offset_bytes = cursor.position().next_multiple_of(alignment);
    for tensor in &mut tensors {
        tensor.offset_bytes = match tensor.offset_bytes.checked_add(data_offset_bytes) {
            Some(offset) => offset,
            None => {
                return cursor.bad(format!("the offset of tensor '{}' overflows", tensor.name));
            }
        };
    }
    ranges::check_disjoint(FORMAT, &tensors)?;
    if let Some(file) = file_len_bytes {
        ranges::check_within(FORMAT, &tensors, file)?;
    }
    let split = split(cursor, &metadata)?;
    Ok(GgufHeader {
        version,
        metadata,
        tensors,
        alignment,
        data_offset_bytes,
        split,
    })
}

/// Refuses a count whose records could not fit in the rest of the file.
fn bounded(cursor: &Cursor<'_>, count: u64, min_bytes: u64, what: &str) -> Step<()> {
    if count > cursor.most_left_bytes() / min_bytes {
        return cursor.bad(format!(
            "it claims {count} {what}, more than the file can hold"
        ));
    }
    Ok(())
}

/// A key or a tensor name: must be UTF-8, unlike vocabulary entries.
fn name(cursor: &mut Cursor<'_>, what: &str) -> Step<String> {
    let len_bytes = cursor.u64(what)?;
    if len_bytes > MAX_NAME_BYTES {
        return cursor.bad(format!("{what} claims {len_bytes} bytes"));
    }
    let bytes = cursor.take(len_bytes, what)?;
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.to_owned()),
        Err(_) => cursor.bad(format!("{what} is not UTF-8")),
    }
}

enum Kind {
    Number(NumberKind),
    Text,
    Array,
}

fn kind(cursor: &Cursor<'_>, id: u32, key: &str) -> Step<Kind> {
    Ok(Kind::Number(match id {
        0 => NumberKind::U8,
        1 => NumberKind::I8,
        2 => NumberKind::U16,
        3 => NumberKind::I16,
        4 => NumberKind::U32,
        5 => NumberKind::I32,
        6 => NumberKind::F32,
        7 => NumberKind::Bool,
        8 => return Ok(Kind::Text),
        9 => return Ok(Kind::Array),
        10 => NumberKind::U64,
        11 => NumberKind::I64,
        12 => NumberKind::F64,
        _ => {
            return cursor.bad(format!(
                "the metadata key '{key}' has the unknown type {id}"
            ));
        }
    }))
}

fn value(cursor: &mut Cursor<'_>, key: &str) -> Step<Value> {
    let what = format!("the value of '{key}'");
    let id = cursor.u32(&what)?;
    match kind(cursor, id, key)? {
        Kind::Number(number) => {
            let bytes = cursor.take(number.bytes() as u64, &what)?;
            Ok(Value::Number(number.value(bytes)))
        }
        Kind::Text => {
            let len_bytes = cursor.u64(&what)?;
            let bytes = cursor.take(len_bytes, &what)?;
            Ok(Value::Text(String::from_utf8_lossy(bytes).into_owned()))
        }
        Kind::Array => array(cursor, key, &what),
    }
}

fn array(cursor: &mut Cursor<'_>, key: &str, what: &str) -> Step<Value> {
    let id = cursor.u32(what)?;
    let count = cursor.u64(what)?;
    match kind(cursor, id, key)? {
        Kind::Number(kind) => {
            let Some(len_bytes) = count.checked_mul(kind.bytes() as u64) else {
                return cursor.bad(format!("{what} claims {count} numbers"));
            };
            let bytes = cursor.take(len_bytes, what)?.to_vec();
            Ok(Value::Numbers(Numbers { kind, bytes }))
        }
        Kind::Text => {
            bounded(cursor, count, 8, "strings in one array")?;
            let mut strings = Strings::default();
            for _ in 0..count {
                let len_bytes = cursor.u64(what)?;
                let bytes = cursor.take(len_bytes, what)?;
                if !strings.push(bytes) {
                    return cursor.bad(format!("{what} is too long"));
                }
            }
            Ok(Value::Strings(strings))
        }
        // Nothing writes these, and nesting without end is a way to exhaust the stack.
        Kind::Array => cursor.bad(format!("{what} is an array of arrays")),
    }
}

fn alignment(cursor: &Cursor<'_>, metadata: &Metadata) -> Step<u64> {
    const KEY: &str = "general.alignment";
    if metadata.get(KEY).is_none() {
        return Ok(DEFAULT_ALIGNMENT);
    }
    match metadata.number(KEY).and_then(Number::as_u64) {
        Some(alignment) if alignment.is_power_of_two() && alignment <= MAX_ALIGNMENT => {
            Ok(alignment)
        }
        Some(alignment) => cursor.bad(format!(
            "{KEY} is {alignment}; it must be a power of two up to {MAX_ALIGNMENT}"
        )),
        None => cursor.bad(format!("{KEY} is not a whole number")),
    }
}

/// Reads one tensor record; the offset is still relative to the data section.
fn tensor(cursor: &mut Cursor<'_>, alignment: u64) -> Step<TensorInfo> {
    let name = name(cursor, "a tensor name")?;
    let what = format!("the description of tensor '{name}'");
    let num_dimensions = cursor.u32(&what)?;
    if num_dimensions > MAX_DIMENSIONS {
        return cursor.bad(format!(
            "tensor '{name}' has {num_dimensions} dimensions; at most {MAX_DIMENSIONS} are possible"
        ));
    }
    let mut shape = Vec::new();
    for _ in 0..num_dimensions {
        shape.push(cursor.u64(&what)?);
    }
    // GGUF counts from the contiguous dimension, everything else here from the outermost.
    shape.reverse();
    let dtype = dtype(cursor, &name, &what)?;
    let offset_bytes = cursor.u64(&what)?;
    if !offset_bytes.is_multiple_of(alignment) {
        return cursor.bad(format!(
            "tensor '{name}' begins at offset {offset_bytes}, not a multiple of the alignment {alignment}"
        ));
    }
    let cols = shape.last().copied().unwrap_or(1);
    if !cols.is_multiple_of(dtype.block_len()) {
        return cursor.bad(format!(
            "tensor '{name}' has rows of {cols}, not whole blocks of {} as {dtype} needs",
            dtype.block_len()
        ));
    }
    let Some(len_bytes) = ranges::len_bytes(dtype, &shape) else {
        return cursor.bad(format!("the size of tensor '{name}' overflows"));
    };
    Ok(TensorInfo {
        name,
        dtype,
        shape,
        file: 0,
        offset_bytes,
        len_bytes,
    })
}

fn dtype(cursor: &mut Cursor<'_>, name: &str, what: &str) -> Step<Dtype> {
    let id = cursor.u32(what)?;
    let unsupported = match id {
        0 => return Ok(Dtype::F32),
        1 => return Ok(Dtype::F16),
        2 => return Ok(Dtype::Q4_0),
        3 => return Ok(Dtype::Q4_1),
        6 => return Ok(Dtype::Q5_0),
        7 => return Ok(Dtype::Q5_1),
        8 => return Ok(Dtype::Q8_0),
        10 => return Ok(Dtype::Q2_K),
        11 => return Ok(Dtype::Q3_K),
        12 => return Ok(Dtype::Q4_K),
        13 => return Ok(Dtype::Q5_K),
        14 => return Ok(Dtype::Q6_K),
        20 => return Ok(Dtype::IQ4_NL),
        23 => return Ok(Dtype::IQ4_XS),
        24 => return Ok(Dtype::I8),
        25 => return Ok(Dtype::I16),
        26 => return Ok(Dtype::I32),
        27 => return Ok(Dtype::I64),
        28 => return Ok(Dtype::F64),
        30 => return Ok(Dtype::BF16),
        9 => "Q8_1",
        15 => "Q8_K",
        16 => "IQ2_XXS",
        17 => "IQ2_XS",
        18 => "IQ3_XXS",
        19 => "IQ1_S",
        21 => "IQ3_S",
        22 => "IQ2_S",
        29 => "IQ1_M",
        34 => "TQ1_0",
        35 => "TQ2_0",
        39 => "MXFP4",
        _ => return cursor.bad(format!("tensor '{name}' has the unknown type {id}")),
    };
    Err(Stop::Bad(Error::Unsupported(format!(
        "tensor '{name}' is stored as {unsupported}, which is not supported; use a Q4_0, Q4_K_M, Q6_K, Q8_0 or F16 file of the model"
    ))))
}

fn split(cursor: &Cursor<'_>, metadata: &Metadata) -> Step<Option<Split>> {
    let count = metadata.u64("split.count").unwrap_or(0);
    if count <= 1 {
        return Ok(None);
    }
    let index = metadata.u64("split.no");
    match (
        index.and_then(|i| usize::try_from(i).ok()),
        usize::try_from(count),
    ) {
        (Some(index), Ok(count)) if index < count && count <= 65_535 => {
            Ok(Some(Split { index, count }))
        }
        _ => cursor.bad(format!(
            "split.no and split.count do not name a part ({index:?} of {count})"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::weights::fixtures;

    #[test]
    fn a_prefix_of_any_length_asks_for_more_or_agrees_with_the_whole() {
        let Some(path) = fixtures::path("gguf/llama3-tied-gqa-F32.gguf") else {
            return;
        };
        let bytes = std::fs::read(path).unwrap();
        let len = bytes.len() as u64;
        let Ok(Parsed::Done(whole)) = header_from_bytes(&bytes, Some(len)) else {
            panic!("the whole file must parse");
        };
        let end = whole.data_offset_bytes as usize;
        for cut in (0..end + 64).step_by(97) {
            match header_from_bytes(&bytes[..cut], Some(len)).unwrap() {
                Parsed::Done(header) => assert_eq!(header, whole),
                Parsed::NeedBytes(n) => assert!(n > cut as u64, "{n} at {cut}"),
            }
        }
        // Without the file's size the same header comes out, in few requests.
        let (mut have, mut requests) = (0, 0);
        loop {
            match header_from_bytes(&bytes[..have], None).unwrap() {
                Parsed::Done(header) => break assert_eq!(header, whole),
                Parsed::NeedBytes(n) => have = (n as usize).min(bytes.len()),
            }
            requests += 1;
            assert!(requests < 4);
        }
        assert_eq!(whole.tensors[1].shape, [512, 64]);
        assert_eq!(whole.metadata.text("general.architecture"), Some("llama"));
        let tokens = whole.metadata.strings("tokenizer.ggml.tokens").unwrap();
        assert_eq!((tokens.len(), tokens.get(1)), (512, Some("\"")));
        assert_eq!(tokens.get(512), None);
    }

    #[test]
    fn truncated_files_are_told_from_unfinished_prefixes() {
        let Some(path) = fixtures::path("gguf/llama3-tied-gqa-F32.gguf") else {
            return;
        };
        let bytes = std::fs::read(path).unwrap();
        for cut in [0, 3, 8, 20, 1000, 20_000, bytes.len() - 1] {
            assert!(
                header_from_bytes(&bytes[..cut], Some(cut as u64)).is_err(),
                "{cut}"
            );
        }
    }
}
