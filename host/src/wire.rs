//! Every message between the page and the worker, as closed enums.
//!
//! Plain data: the page depends on this module and never on the engine, so a shape here is the whole contract
//! between the two. Messages travel as JSON text; `File` objects ride beside the message they belong to.
//! Both sides match without a wildcard, so that a new message cannot be forgotten.

use serde::{Deserialize, Serialize};

/// Raised whenever a message changes shape; the worker refuses another version (an old tab after an update).
pub const WIRE_VERSION: u32 = 1;

/// Chosen by the page, unique per worker; every answer carries the id of its request.
pub type RequestId = u64;

/// Page to worker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ToWorker {
    /// The first message. Answered by `Ready` or `Unsupported`.
    Start {
        version: u32,
        power: PowerPreference,
    },
    /// Loads a model, replacing the one that is loaded. Answered by `Progress`… then `Loaded` or `Failed`.
    Load {
        id: RequestId,
        source: ModelSource,
        options: LoadOptions,
    },
    /// Generates with the loaded model. Answered by `Prefilled`, `Delta`…, then `Finished` or `Failed`.
    Generate {
        id: RequestId,
        input: Input,
        options: GenerateOptions,
    },
    /// Stops a load or a generation; it ends with `Failed { Cancelled }` or `Finished { Stopped }`.
    Cancel { id: RequestId },
    /// Lists what is stored. Answered by `Models`.
    ListModels { id: RequestId },
    /// Removes a stored model (whole or partial). Answered by `Models`.
    DeleteModel { id: RequestId, key: String },
    /// Frees the loaded model's GPU memory. Answered by `Unloaded`.
    Unload { id: RequestId },
}

/// Worker to page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum FromWorker {
    Ready {
        version: u32,
        /// The release of the engine, for people.
        engine_version: String,
        adapter: AdapterReport,
    },
    Unsupported {
        reason: UnsupportedReason,
        message: String,
    },
    Progress {
        id: RequestId,
        progress: Progress,
    },
    Loaded {
        id: RequestId,
        model: ModelReport,
    },
    Prefilled {
        id: RequestId,
        prompt_tokens: u32,
        reused_tokens: u32,
        prefill_ms: f64,
    },
    /// `text` is complete UTF-8; `tokens` are the ids it came from (special tokens have no text).
    Delta {
        id: RequestId,
        text: String,
        tokens: Vec<u32>,
    },
    Finished {
        id: RequestId,
        reason: FinishReason,
        usage: Usage,
    },
    Models {
        id: RequestId,
        models: Vec<StoredModel>,
    },
    Unloaded {
        id: RequestId,
    },
    /// `id` is absent where the failure belongs to no request (the device was lost).
    Failed {
        id: Option<RequestId>,
        error: WireError,
    },
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PowerPreference {
    #[default]
    HighPerformance,
    LowPower,
}

/// Where a model comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "from", rename_all = "snake_case")]
pub enum ModelSource {
    /// A GGUF file (of a split one, the first part), or a folder with a config.json.
    /// A key of `StoredModel` is such a URL or `local:NAME`.
    Url { url: String },
    /// Local files; the `File` objects ride beside the message in the same order.
    Files { names: Vec<String> },
    /// A model that is stored whole; never touches the network.
    Stored { key: String },
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LoadOptions {
    /// Tokens of context; absent: chosen from the memory plan.
    pub context_length: Option<u32>,
    pub kv: KvPrecision,
    pub weights: WeightPolicy,
    /// Empties this model's stored bytes first.
    pub cold: bool,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KvPrecision {
    F32,
    #[default]
    F16,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WeightPolicy {
    Keep,
    #[default]
    Q4,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Input {
    /// A conversation, rendered by the model's chat template.
    Messages {
        messages: Vec<Message>,
    },
    /// Text to continue, encoded with the tokenizer's special tokens.
    Text {
        text: String,
    },
    Tokens {
        tokens: Vec<u32>,
    },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Message {
    pub role: Role,
    pub content: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    System,
    User,
    Assistant,
}

/// Absent values come from the model's generation_config, then from the engine's defaults.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct GenerateOptions {
    pub max_tokens: Option<u32>,
    /// 0 is greedy.
    pub temperature: Option<f32>,
    pub top_k: Option<u32>,
    pub top_p: Option<f32>,
    pub min_p: Option<f32>,
    pub repetition_penalty: Option<f32>,
    pub seed: Option<u64>,
    pub stop: Vec<String>,
    pub ignore_eos: bool,
    /// Starts from an empty KV cache even where a prefix could be reused.
    pub fresh_context: bool,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct AdapterReport {
    pub name: String,
    pub vendor: String,
    pub backend: String,
    pub is_fallback: bool,
    pub f16: bool,
    pub subgroups: bool,
    pub max_binding_bytes: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnsupportedReason {
    NoWebGpu,
    NoAdapter,
    NoStorage,
    OldVersion,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    pub phase: Phase,
    pub bytes_done: u64,
    /// Absent while the size is unknown.
    pub bytes_total: Option<u64>,
    /// Of `bytes_done`, how many came from this browser's storage.
    pub bytes_from_storage: u64,
    pub bytes_per_second: Option<f64>,
    pub seconds_left: Option<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    ReadingHeader,
    Weights,
    Warming,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelReport {
    pub key: String,
    pub name: String,
    pub architecture: String,
    pub num_parameters: u64,
    pub context_length: u32,
    pub weights_bytes: u64,
    pub kv_bytes: u64,
    pub total_bytes: u64,
    /// False for a base model: the page offers plain completion and says so.
    pub has_chat_template: bool,
    /// Mean relative error of the 4-bit conversion, where one was made.
    pub conversion_error: Option<f32>,
    pub bytes_fetched: u64,
    pub bytes_from_storage: u64,
    /// Why the model, though loaded, could not be kept for the next visit.
    pub not_stored: Option<WireError>,
    pub wasm_heap_bytes: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FinishReason {
    EndOfTurn,
    StopText,
    Length,
    ContextFull,
    Stopped,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Usage {
    pub prompt_tokens: u32,
    pub completion_tokens: u32,
    pub prefill_ms: f64,
    pub decode_ms: f64,
    /// Tokens now in the context (prompt and answer).
    pub context_tokens: u32,
    pub wasm_heap_bytes: u64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredModel {
    pub key: String,
    pub name: String,
    pub total_bytes: u64,
    pub stored_bytes: u64,
    /// Every chunk is there: it can be loaded without the network.
    pub complete: bool,
    /// Milliseconds since the epoch.
    pub last_used_ms: f64,
}

/// A failure with a sentence for the reader and a kind for the program.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct WireError {
    pub kind: ErrorKind,
    pub message: String,
}

impl WireError {
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorKind {
    /// The address does not answer, or answers with an error status.
    Network,
    NotFound,
    /// The bytes are not a model, or are damaged.
    BadFile,
    Unsupported,
    OutOfMemory,
    StorageFull,
    Storage,
    DeviceLost,
    BadRequest,
    ContextFull,
    Cancelled,
    Internal,
}
