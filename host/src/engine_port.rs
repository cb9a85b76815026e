//! The one door to the engine: everything the worker asks of it, in wire types.
//!
//! The engine knows no browser and the rest of this crate knows no engine, so a change of either stays on its
//! side. Holds no logic beyond translating.

use std::ops::ControlFlow;

use crate::engine_stub as engine;
use crate::wire::{
    AdapterReport, ErrorKind, GenerateOptions, Input, LoadOptions, ModelReport, PowerPreference,
    WireError,
};

pub use engine::{GgufHeader, Parsed, SafetensorsHeader, StopMatcher, TokenStream, Tokenizer};

/// An open graphics device.
pub struct Device {
    gpu: engine::Gpu,
}

impl Device {
    /// `subgroups` says whether the device will have them: wgpu's web backend cannot ask.
    pub async fn open(power: PowerPreference, subgroups: bool) -> Result<Self, WireError> {
        let options = engine::GpuOptions {
            high_performance: matches!(power, PowerPreference::HighPerformance),
            f16: None,
            subgroups: Some(subgroups),
        };
        let gpu = engine::Gpu::open(&options).await.map_err(wire_error_from)?;
        Ok(Self { gpu })
    }

    pub fn report(&self) -> AdapterReport {
        let info = self.gpu.report();
        AdapterReport {
            name: info.name,
            vendor: info.vendor,
            backend: info.backend,
            is_fallback: info.is_fallback,
            f16: info.f16,
            subgroups: info.subgroups,
            max_binding_bytes: info.max_binding_bytes,
        }
    }
}

pub fn gguf_header(
    prefix: &[u8],
    file_bytes: Option<u64>,
) -> Result<Parsed<GgufHeader>, WireError> {
    engine::gguf_header_from_bytes(prefix, file_bytes).map_err(wire_error_from)
}

pub fn safetensors_header(
    prefix: &[u8],
    file_bytes: Option<u64>,
) -> Result<Parsed<SafetensorsHeader>, WireError> {
    engine::safetensors_header_from_bytes(prefix, file_bytes).map_err(wire_error_from)
}

/// The small files of a model folder.
pub struct FolderFiles {
    pub config: Vec<u8>,
    pub generation_config: Option<Vec<u8>>,
    pub tokenizer: Vec<u8>,
    pub tokenizer_config: Option<Vec<u8>>,
    pub chat_template: Option<Vec<u8>>,
}

/// A model as its headers and small files describe it: checked, but without weights.
pub struct Described {
    description: engine::Description,
    tokenizer: Tokenizer,
}

impl Described {
    pub fn from_gguf(headers: Vec<(String, GgufHeader)>) -> Result<Self, WireError> {
        Ok(Self {
            description: engine::Description::from_gguf(headers).map_err(wire_error_from)?,
            tokenizer: Tokenizer,
        })
    }

    pub fn from_folder(
        files: FolderFiles,
        headers: Vec<(String, SafetensorsHeader)>,
    ) -> Result<Self, WireError> {
        Ok(Self {
            description: engine::Description::from_hf(
                &files.config,
                files.generation_config.as_deref(),
                headers,
            )
            .map_err(wire_error_from)?,
            tokenizer: Tokenizer,
        })
    }
}

/// A model on its way to the GPU.
pub struct Loader {
    loading: engine::Loading,
    tokenizer: Tokenizer,
}

impl Loader {
    pub fn begin(
        device: Device,
        described: Described,
        _options: &LoadOptions,
    ) -> Result<Self, WireError> {
        Ok(Self {
            loading: engine::Loading::new(device.gpu, described.description)
                .map_err(wire_error_from)?,
            tokenizer: described.tokenizer,
        })
    }

    /// Takes the next bytes of a weight file.
    pub fn push(&mut self, file: usize, offset_bytes: u64, bytes: &[u8]) -> Result<(), WireError> {
        self.loading
            .push(file, offset_bytes, bytes)
            .map_err(wire_error_from)
    }

    pub async fn finish(self) -> Result<Model, WireError> {
        Ok(Model {
            session: self.loading.finish().await.map_err(wire_error_from)?,
            tokenizer: self.tokenizer,
        })
    }
}

/// A model that is ready to generate.
pub struct Model {
    session: engine::Session,
    tokenizer: Tokenizer,
}

impl Model {
    /// What the engine knows of the model; the loader fills in where its bytes came from.
    pub fn report(&self) -> ModelReport {
        ModelReport {
            key: String::new(),
            name: String::new(),
            architecture: "stub".to_owned(),
            num_parameters: 0,
            context_length: 4096,
            weights_bytes: self.session.num_bytes,
            kv_bytes: 0,
            total_bytes: self.session.num_bytes,
            has_chat_template: true,
            conversion_error: None,
            bytes_fetched: 0,
            bytes_from_storage: 0,
            not_stored: None,
            wasm_heap_bytes: 0,
        }
    }

    pub fn tokenizer(&self) -> &Tokenizer {
        &self.tokenizer
    }

    pub fn context_length(&self) -> usize {
        4096
    }

    pub fn stop_ids(&self) -> Vec<u32> {
        Vec::new()
    }

    /// The tokens of a request: a conversation goes through the model's chat template.
    pub fn tokens_from_input(&self, input: &Input) -> Result<Vec<u32>, WireError> {
        let tokens = match input {
            Input::Messages { messages } => messages
                .iter()
                .flat_map(|message| self.tokenizer.encode(&message.content))
                .collect(),
            Input::Text { text } => self.tokenizer.encode(text),
            Input::Tokens { tokens } => tokens.clone(),
        };
        Ok(tokens)
    }

    /// How many tokens at the start of `prompt` are still in the KV cache.
    pub fn reusable_tokens(&self, _prompt: &[u32]) -> usize {
        0
    }

    /// Forgets the KV cache.
    pub fn clear_context(&mut self) {}

    /// Generates up to `max_tokens`; `on_token` hears of each and may break off.
    pub async fn generate(
        &mut self,
        prompt: &[u32],
        _options: &GenerateOptions,
        max_tokens: usize,
        on_token: impl FnMut(&Tokenizer, u32) -> ControlFlow<()>,
    ) -> Result<(), WireError> {
        let mut on_token = on_token;
        let tokenizer = &self.tokenizer;
        self.session
            .generate(prompt, max_tokens, |token| on_token(tokenizer, token))
            .await
            .map(drop)
            .map_err(wire_error_from)
    }
}

/// The engine's sentences are written for the reader; only the kind is added.
fn wire_error_from(error: engine::Error) -> WireError {
    use engine::Error;
    let kind = match &error {
        Error::Malformed { .. }
        | Error::Truncated { .. }
        | Error::Config(_)
        | Error::Tensor { .. }
        | Error::Tokenizer(_) => ErrorKind::BadFile,
        Error::UnsupportedArchitecture { .. } | Error::Unsupported(_) | Error::NoAdapter(_) => {
            ErrorKind::Unsupported
        }
        Error::Template(_) | Error::Request(_) => ErrorKind::BadRequest,
        Error::ContextFull { .. } => ErrorKind::ContextFull,
        Error::OutOfMemory(_) => ErrorKind::OutOfMemory,
        Error::DeviceLost(_) => ErrorKind::DeviceLost,
        // The engine's enum may grow; what is new is a bug until it is listed here.
        _ => ErrorKind::Internal,
    };
    WireError::new(kind, error.to_string())
}
