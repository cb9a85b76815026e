//! Safetensors files taken apart and put together again, for tests that change a fixture.

use std::collections::BTreeMap;
use std::path::Path;

use inkling_engine::weights::{Parsed, safetensors};
use serde_json::json;

/// One tensor: its type as the header names it, its shape, its bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredTensor {
    pub dtype: String,
    pub shape: Vec<u64>,
    pub bytes: Vec<u8>,
}

/// A file's tensors by name.
pub type Tensors = BTreeMap<String, StoredTensor>;

/// The tensors of a file.
///
/// # Panics
/// Where the file is not there or not valid.
#[allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a fixture is valid"
)]
pub fn read_tensors(path: &Path) -> Tensors {
    let bytes = std::fs::read(path).unwrap();
    let parsed = safetensors::header_from_bytes(&bytes, Some(bytes.len() as u64)).unwrap();
    let Parsed::Done(header) = parsed else {
        return Tensors::new();
    };
    let stored = |tensor: inkling_engine::weights::TensorInfo| {
        let from = tensor.offset_bytes as usize;
        let part = bytes[from..from + tensor.len_bytes as usize].to_vec();
        let stored = StoredTensor {
            dtype: tensor.dtype.name().to_owned(),
            shape: tensor.shape,
            bytes: part,
        };
        (tensor.name, stored)
    };
    header.tensors.into_iter().map(stored).collect()
}

/// A file that holds these tensors.
pub fn file_of(tensors: &Tensors) -> Vec<u8> {
    let (mut header, mut data) = (serde_json::Map::new(), Vec::new());
    for (name, tensor) in tensors {
        let offsets = [data.len(), data.len() + tensor.bytes.len()];
        let entry =
            json!({ "dtype": tensor.dtype, "shape": tensor.shape, "data_offsets": offsets });
        header.insert(name.clone(), entry);
        data.extend_from_slice(&tensor.bytes);
    }
    let header = serde_json::Value::Object(header).to_string();
    let mut file = (header.len() as u64).to_le_bytes().to_vec();
    file.extend(header.as_bytes());
    file.extend(data);
    file
}
