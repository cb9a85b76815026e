//! What `inkling inspect` reports: a header as data, after all checks that need no weights.

use serde_json::{Value as Json, json};

use super::description::Description;
use super::from_gguf;
use crate::error::Result;
use crate::weights::TensorInfo;
use crate::weights::gguf::GgufHeader;
use crate::weights::safetensors::SafetensorsHeader;

/// Array items shown before an array is shortened.
const MAX_ITEMS: usize = 8;

/// The parts of a GGUF file or model. A file that holds no model (no layers described) is only checked as a file.
pub fn gguf(parts: &[(String, GgufHeader)]) -> Result<Json> {
    let mut metadata = serde_json::Map::new();
    let mut tensors = Vec::new();
    for (_, header) in parts {
        for (key, value) in header.metadata.iter() {
            metadata
                .entry(key)
                .or_insert_with(|| value.to_json(MAX_ITEMS));
        }
        tensors.extend(header.tensors.iter().map(tensor_json));
    }
    if let Some((_, first)) = parts.first() {
        let architecture = from_gguf::architecture(&first.metadata)?;
        let is_model = first
            .metadata
            .get(&format!("{architecture}.block_count"))
            .is_some();
        if is_model {
            Description::from_gguf(parts.to_vec())?;
        }
    }
    Ok(json!({ "format": "gguf", "metadata": metadata, "tensors": tensors }))
}

/// A safetensors file by itself.
#[must_use]
pub fn safetensors(header: &SafetensorsHeader) -> Json {
    shards(std::slice::from_ref(header))
}

/// The weight files of a Hugging Face folder; [`Description::from_hf`] checks that they make a model.
#[must_use]
pub fn shards(headers: &[SafetensorsHeader]) -> Json {
    let metadata: serde_json::Map<String, Json> = headers
        .iter()
        .flat_map(|header| &header.metadata)
        .map(|(key, value)| (key.clone(), value.as_str().into()))
        .collect();
    let tensors: Vec<Json> = headers
        .iter()
        .flat_map(|header| &header.tensors)
        .map(tensor_json)
        .collect();
    json!({ "format": "safetensors", "metadata": metadata, "tensors": tensors })
}

fn tensor_json(tensor: &TensorInfo) -> Json {
    json!({
        "name": tensor.name,
        "dtype": tensor.dtype.name(),
        "shape": tensor.shape,
        "bytes": tensor.len_bytes,
    })
}
