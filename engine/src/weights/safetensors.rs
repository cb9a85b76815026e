//! The header of a safetensors file, and the index of a model in several of them.
//!
//! Format: <https://huggingface.co/docs/safetensors>: eight bytes of length, a JSON object, then the tensors
//! without gap or overlap.

use std::collections::HashSet;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::cursor::{Cursor, Step, Stop, ask_for};
use super::ranges;
use super::{Dtype, Parsed, TensorInfo};
use crate::error::{Error, Result};

const FORMAT: &str = "safetensors";
/// The reference implementation's limit.
const MAX_JSON_BYTES: u64 = 100_000_000;

#[derive(Debug, Clone, PartialEq)]
pub struct SafetensorsHeader {
    /// The strings of `__metadata__`, in file order.
    pub metadata: Vec<(String, String)>,
    /// In file order; `file` is 0, the description numbers the shards.
    pub tensors: Vec<TensorInfo>,
    pub data_offset_bytes: u64,
}

/// Reads the header from the first bytes of a file. `file_len_bytes`, where known, also checks that the file is whole.
pub fn header_from_bytes(
    prefix: &[u8],
    file_len_bytes: Option<u64>,
) -> Result<Parsed<SafetensorsHeader>> {
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

fn header(cursor: &mut Cursor<'_>, file_len_bytes: Option<u64>) -> Step<SafetensorsHeader> {
    let len_bytes = cursor.u64("the header length")?;
    if len_bytes > MAX_JSON_BYTES {
        return cursor.bad(format!(
            "the header claims {len_bytes} bytes; at most {MAX_JSON_BYTES} are allowed"
        ));
    }
    let json = cursor.take(len_bytes, "the header")?;
    let data_offset_bytes = cursor.position();
    let raw: RawHeader = match serde_json::from_slice(json) {
        Ok(raw) => raw,
        Err(error) => return cursor.bad(format!("the header: {error}")),
    };
    let mut names = HashSet::new();
    let mut tensors = Vec::new();
    for (name, raw) in raw.tensors {
        if !names.insert(name.clone()) {
            return cursor.bad(format!("the tensor '{name}' occurs twice"));
        }
        tensors.push(tensor(cursor, name, raw, data_offset_bytes)?);
    }
    ranges::check_disjoint(FORMAT, &tensors)?;
    if let Some(file) = file_len_bytes {
        ranges::check_within(FORMAT, &tensors, file)?;
    }
    ranges::check_gapless(FORMAT, &tensors, data_offset_bytes, file_len_bytes)?;
    Ok(SafetensorsHeader {
        metadata: raw.metadata,
        tensors,
        data_offset_bytes,
    })
}

fn tensor(cursor: &Cursor<'_>, name: String, raw: RawTensor, data: u64) -> Step<TensorInfo> {
    let dtype = dtype(cursor, &name, &raw.dtype)?;
    let [begin, end] = raw.data_offsets;
    let Some(given) = end.checked_sub(begin) else {
        return cursor.bad(format!("tensor '{name}' ends before it begins"));
    };
    let Some(len_bytes) = ranges::len_bytes(dtype, &raw.shape) else {
        return cursor.bad(format!("the size of tensor '{name}' overflows"));
    };
    if given != len_bytes {
        return cursor.bad(format!(
            "tensor '{name}' of shape {:?} and type {dtype} needs {len_bytes} bytes and has {given}",
            raw.shape
        ));
    }
    let Some(offset_bytes) = begin.checked_add(data) else {
        return cursor.bad(format!("the offset of tensor '{name}' overflows"));
    };
    Ok(TensorInfo {
        name,
        dtype,
        shape: raw.shape,
        file: 0,
        offset_bytes,
        len_bytes,
    })
}

fn dtype(cursor: &Cursor<'_>, name: &str, text: &str) -> Step<Dtype> {
    Ok(match text {
        "F32" => Dtype::F32,
        "F16" => Dtype::F16,
        "BF16" => Dtype::BF16,
        "F64" => Dtype::F64,
        "I8" => Dtype::I8,
        "I16" => Dtype::I16,
        "I32" => Dtype::I32,
        "I64" => Dtype::I64,
        "U8" => Dtype::U8,
        "BOOL" => Dtype::Bool,
        "F8_E4M3" | "F8_E5M2" | "F8_E8M0" | "F6_E2M3" | "F6_E3M2" | "F4" | "U16" | "U32"
        | "U64" | "C64" => {
            return Err(Stop::Bad(Error::Unsupported(format!(
                "tensor '{name}' is stored as {text}, which is not supported; use a BF16, F16 or F32 version of the model"
            ))));
        }
        _ => return cursor.bad(format!("tensor '{name}' has the unknown type '{text}'")),
    })
}

#[derive(Deserialize)]
struct RawTensor {
    dtype: String,
    shape: Vec<u64>,
    data_offsets: [u64; 2],
}

/// Keeps repeated names, which a JSON map would silently merge.
struct RawHeader {
    metadata: Vec<(String, String)>,
    tensors: Vec<(String, RawTensor)>,
}

impl<'de> Deserialize<'de> for RawHeader {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct Entries;
        impl<'de> Visitor<'de> for Entries {
            type Value = RawHeader;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object of tensors")
            }

            fn visit_map<A: MapAccess<'de>>(
                self,
                mut map: A,
            ) -> std::result::Result<RawHeader, A::Error> {
                let mut header = RawHeader {
                    metadata: Vec::new(),
                    tensors: Vec::new(),
                };
                while let Some(name) = map.next_key::<String>()? {
                    if name == "__metadata__" {
                        let Pairs(pairs) = map.next_value()?;
                        header.metadata = pairs;
                    } else {
                        header.tensors.push((name, map.next_value()?));
                    }
                }
                Ok(header)
            }
        }
        deserializer.deserialize_map(Entries)
    }
}

/// An object from strings to strings, in file order.
struct Pairs(Vec<(String, String)>);

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct Entries;
        impl<'de> Visitor<'de> for Entries {
            type Value = Pairs;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object from names to strings")
            }

            fn visit_map<A: MapAccess<'de>>(
                self,
                mut map: A,
            ) -> std::result::Result<Pairs, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(Entries)
    }
}

/// `model.safetensors.index.json`: which shard holds which tensor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShardIndex {
    /// Names relative to the model's folder, sorted, without repeats.
    pub files: Vec<String>,
    /// Tensor name and index into `files`.
    pub tensors: Vec<(String, usize)>,
}

impl ShardIndex {
    /// Parses the index and refuses file names that lead out of the model's folder.
    pub fn from_json(json: &[u8]) -> Result<Self> {
        #[derive(Deserialize)]
        struct Raw {
            weight_map: Pairs,
        }
        const FORMAT: &str = "safetensors index";
        let raw: Raw = serde_json::from_slice(json).map_err(|error| Error::Malformed {
            format: FORMAT,
            reason: error.to_string(),
        })?;
        let Pairs(pairs) = raw.weight_map;
        let mut files: Vec<String> = pairs.iter().map(|(_, file)| file.clone()).collect();
        files.sort_unstable();
        files.dedup();
        if let Some(file) = files.iter().find(|file| !is_inside_folder(file)) {
            return Err(Error::Malformed {
                format: FORMAT,
                reason: format!("'{file}' is not the name of a file in the model's folder"),
            });
        }
        let mut tensors = Vec::new();
        for (name, file) in pairs {
            if let Ok(index) = files.binary_search(&file) {
                tensors.push((name, index));
            }
        }
        Ok(Self { files, tensors })
    }

    /// Checks that the shards, in the order of `files`, hold what the index says they do.
    pub fn check(&self, shards: &[(String, SafetensorsHeader)]) -> Result<()> {
        let held: HashSet<(&str, &str)> = shards
            .iter()
            .flat_map(|(file, header)| {
                header
                    .tensors
                    .iter()
                    .map(move |tensor| (tensor.name.as_str(), file.as_str()))
            })
            .collect();
        for (name, index) in &self.tensors {
            let file = self.files.get(*index).map_or("", String::as_str);
            if !held.contains(&(name.as_str(), file)) {
                return Err(Error::Tensor {
                    name: name.clone(),
                    reason: format!("the index says it is in '{file}', and it is not"),
                });
            }
        }
        Ok(())
    }
}

/// A plain relative path: no scheme, drive, root, empty part or step upwards.
fn is_inside_folder(name: &str) -> bool {
    !name.contains(['\\', ':', '?', '#', '%', '\0'])
        && name
            .split('/')
            .all(|part| !part.is_empty() && part != "." && part != "..")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shard_names_stay_in_the_folder() {
        assert!(is_inside_folder("model-00001-of-00002.safetensors"));
        assert!(is_inside_folder("sub/model.safetensors"));
        for bad in [
            "",
            "../x",
            "a/../../x",
            "/etc/passwd",
            "C:\\x",
            "https://e.org/x",
            "a//b",
            "..%2fx",
        ] {
            assert!(!is_inside_folder(bad), "{bad}");
        }
    }

    #[test]
    fn an_index_is_held_against_its_shards() {
        let index =
            ShardIndex::from_json(br#"{"weight_map":{"a":"1.safetensors","b":"2.safetensors"}}"#)
                .unwrap();
        assert_eq!(index.files, ["1.safetensors", "2.safetensors"]);
        let shard = |file: &str, name: &str| {
            let tensor = TensorInfo {
                name: name.into(),
                dtype: Dtype::F32,
                shape: vec![],
                file: 0,
                offset_bytes: 8,
                len_bytes: 4,
            };
            let header = SafetensorsHeader {
                metadata: vec![],
                tensors: vec![tensor],
                data_offset_bytes: 8,
            };
            (file.to_owned(), header)
        };
        let good = [shard("1.safetensors", "a"), shard("2.safetensors", "b")];
        assert_eq!(index.check(&good), Ok(()));
        let bad = [shard("1.safetensors", "b"), shard("2.safetensors", "a")];
        assert!(index.check(&bad).is_err());
        assert!(index.check(&good[..1]).is_err());
    }

    #[test]
    fn a_header_arrives_in_two_requests() {
        let json = br#"{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#;
        let mut file = (json.len() as u64).to_le_bytes().to_vec();
        file.extend_from_slice(json);
        file.extend_from_slice(&[0; 8]);
        let len = file.len() as u64;
        assert!(matches!(
            header_from_bytes(&file[..4], Some(len)),
            Ok(Parsed::NeedBytes(n)) if n == len
        ));
        let Ok(Parsed::Done(header)) = header_from_bytes(&file[..file.len() - 8], Some(len)) else {
            panic!("the data are not needed for the header");
        };
        assert_eq!(header.tensors[0].offset_bytes, 8 + json.len() as u64);
        assert!(header_from_bytes(&file, Some(len - 1)).is_err());
        assert!(header_from_bytes(&file, Some(len + 1)).is_err());
    }
}
