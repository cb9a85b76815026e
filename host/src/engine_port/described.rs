//! A model as its headers and small files describe it, before any weight is there.

use inkling_engine::model::description::{Description, HfConfigs};
use inkling_engine::model_text::{ModelText, TextFiles};

use super::{GgufHeader, SafetensorsHeader, wire_error_from};
use crate::wire::WireError;

/// The small files of a model folder.
pub struct FolderFiles {
    pub config: Vec<u8>,
    pub generation_config: Option<Vec<u8>>,
    pub quantize_config: Option<Vec<u8>>,
    pub tokenizer: Vec<u8>,
    pub tokenizer_config: Option<Vec<u8>>,
    pub chat_template: Option<Vec<u8>>,
}

/// A model as its headers and small files describe it: checked, but without weights.
pub struct Described {
    pub(super) description: Description,
    pub(super) text: ModelText,
}

impl Described {
    pub fn from_gguf(headers: Vec<(String, GgufHeader)>) -> Result<Self, WireError> {
        let mut description = Description::from_gguf(headers).map_err(wire_error_from)?;
        // The vocabulary is read out and the metadata dropped: they are most of what the heap holds.
        let metadata = description.metadata.take().unwrap_or_default();
        let text = ModelText::from_gguf(&metadata, &description.config).map_err(wire_error_from)?;
        Ok(Self { description, text })
    }

    pub fn from_folder(
        files: FolderFiles,
        headers: Vec<(String, SafetensorsHeader)>,
    ) -> Result<Self, WireError> {
        let configs = HfConfigs {
            config: &files.config,
            generation_config: files.generation_config.as_deref(),
            quantize_config: files.quantize_config.as_deref(),
        };
        let description = Description::from_hf(configs, headers).map_err(wire_error_from)?;
        let text_files = TextFiles {
            tokenizer_json: &files.tokenizer,
            tokenizer_config_json: files.tokenizer_config.as_deref(),
            chat_template_jinja: files.chat_template.as_deref(),
        };
        let text =
            ModelText::from_files(text_files, &description.config).map_err(wire_error_from)?;
        Ok(Self { description, text })
    }
}
