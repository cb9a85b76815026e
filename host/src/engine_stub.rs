//! Stands in for the engine's session until it is there: same names, same shapes, no computation.

use std::ops::ControlFlow;

pub use inkling_engine::weights::Parsed;
pub use inkling_engine::{Error, Result};

pub struct GpuOptions {
    pub high_performance: bool,
    pub f16: Option<bool>,
    pub subgroups: Option<bool>,
}

#[derive(Clone)]
pub struct AdapterInfo {
    pub name: String,
    pub vendor: String,
    pub backend: String,
    pub is_fallback: bool,
    pub f16: bool,
    pub subgroups: bool,
    pub max_binding_bytes: u64,
}

pub struct Gpu {
    info: AdapterInfo,
}

impl Gpu {
    pub async fn open(options: &GpuOptions) -> Result<Self> {
        Ok(Self {
            info: AdapterInfo {
                name: "none".into(),
                vendor: String::new(),
                backend: "stub".into(),
                is_fallback: !options.high_performance,
                f16: options.f16.unwrap_or(false),
                subgroups: options.subgroups.unwrap_or(false),
                max_binding_bytes: 0,
            },
        })
    }

    pub fn report(&self) -> AdapterInfo {
        self.info.clone()
    }
}

#[derive(Clone)]
pub struct GgufHeader;
#[derive(Clone)]
pub struct SafetensorsHeader;

pub fn gguf_header_from_bytes(prefix: &[u8], _len: Option<u64>) -> Result<Parsed<GgufHeader>> {
    match prefix {
        [b'G', b'G', b'U', b'F', ..] => Ok(Parsed::Done(GgufHeader)),
        [] => Ok(Parsed::NeedBytes(4)),
        _ => Err(Error::Malformed {
            format: "GGUF",
            reason: "it does not start with GGUF".into(),
        }),
    }
}

pub fn safetensors_header_from_bytes(
    prefix: &[u8],
    _len: Option<u64>,
) -> Result<Parsed<SafetensorsHeader>> {
    Ok(if prefix.len() < 8 {
        Parsed::NeedBytes(8)
    } else {
        Parsed::Done(SafetensorsHeader)
    })
}

pub struct Description;

impl Description {
    pub fn from_gguf(_headers: Vec<(String, GgufHeader)>) -> Result<Self> {
        Ok(Self)
    }

    pub fn from_hf(
        config: &[u8],
        _generation_config: Option<&[u8]>,
        _headers: Vec<(String, SafetensorsHeader)>,
    ) -> Result<Self> {
        serde_json::from_slice::<serde_json::Value>(config)
            .map(|_| Self)
            .map_err(|error| Error::Config(error.to_string()))
    }
}

pub struct Loading {
    num_bytes: u64,
}

impl Loading {
    pub fn new(_gpu: Gpu, _description: Description) -> Result<Self> {
        Ok(Self { num_bytes: 0 })
    }

    pub fn push(&mut self, _file: usize, _offset_bytes: u64, bytes: &[u8]) -> Result<()> {
        self.num_bytes += bytes.len() as u64;
        Ok(())
    }

    pub async fn finish(self) -> Result<Session> {
        Ok(Session {
            num_bytes: self.num_bytes,
        })
    }
}

pub struct Session {
    pub num_bytes: u64,
}

pub struct Generated;

impl Session {
    /// Repeats the prompt, each token after a pause, as a GPU would let the worker's messages through.
    pub async fn generate(
        &mut self,
        prompt: &[u32],
        max_tokens: usize,
        mut on_token: impl FnMut(u32) -> ControlFlow<()>,
    ) -> Result<Generated> {
        for token in prompt.iter().cycle().take(max_tokens) {
            crate::fetch::sleep_ms(5)
                .await
                .map_err(|error| Error::Gpu(error.message))?;
            if on_token(*token).is_break() {
                break;
            }
        }
        Ok(Generated)
    }
}

pub struct Tokenizer;

impl Tokenizer {
    pub fn encode(&self, text: &str) -> Vec<u32> {
        text.bytes().map(u32::from).collect()
    }
}

#[derive(Default)]
pub struct TokenStream {
    bytes: Vec<u8>,
}

impl TokenStream {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn push(&mut self, _tokenizer: &Tokenizer, id: u32) -> Option<String> {
        self.bytes.push(id as u8);
        let text = String::from_utf8(self.bytes.clone()).ok()?;
        self.bytes.clear();
        Some(text)
    }

    pub fn finish(self, _tokenizer: &Tokenizer) -> Option<String> {
        (!self.bytes.is_empty()).then(|| String::from_utf8_lossy(&self.bytes).into_owned())
    }
}

pub struct StopMatcher {
    stops: Vec<String>,
    stopped: bool,
}

impl StopMatcher {
    pub fn new(stops: impl IntoIterator<Item = String>) -> Self {
        Self {
            stops: stops.into_iter().collect(),
            stopped: false,
        }
    }

    pub fn push(&mut self, text: &str) -> String {
        self.stopped |= self.stops.iter().any(|stop| text.contains(stop.as_str()));
        if self.stopped {
            String::new()
        } else {
            text.to_owned()
        }
    }

    pub fn has_stopped(&self) -> bool {
        self.stopped
    }

    pub fn finish(self) -> String {
        String::new()
    }
}
