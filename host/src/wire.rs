//! Every message between the page and the worker, as closed enums.
//!
//! Plain data: the page depends on this module and never on the engine, so a shape here is the whole contract
//! between the two. Messages travel as JSON text; `File` objects ride beside the message they belong to.
//! Both sides match without a wildcard, so that a new message cannot be forgotten.

use serde::{Deserialize, Serialize};

/// Raised whenever a message changes shape; the worker refuses another version (an old tab after an update).
pub const WIRE_VERSION: u32 = 2;

/// Whether a message of that version can be understood.
pub fn speaks(version: u32) -> bool {
    version == WIRE_VERSION
}

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
    /// Generates with the loaded model. Answered by `Memory`, `Prefilled`, `Delta`…, then `Finished` or `Failed`.
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
    /// What the model no longer knows of a conversation that outgrew its context; sent for every request, and again
    /// where the answer changed it. The system's messages are always known.
    Memory {
        id: RequestId,
        forgotten_tokens: u32,
        /// Messages no longer wholly known, counted from the first after the system's. 0 for a text.
        forgotten_messages: u32,
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
    /// Text to continue, begun as the model expects it. Names of control tokens in it are plain text.
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
    /// Tokens now in the context (prompt and answer, without what is forgotten).
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

#[cfg(test)]
mod tests {
    use serde::de::DeserializeOwned;

    use super::*;

    /// Through JSON and back, and the tag that JavaScript matches on.
    fn check<T>(message: T, tag: &str)
    where
        T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug,
    {
        let json = serde_json::to_value(&message).unwrap();
        assert_eq!(json["type"], tag);
        assert_eq!(serde_json::from_value::<T>(json).unwrap(), message);
    }

    fn error() -> WireError {
        WireError::new(ErrorKind::NotFound, "there is no file")
    }

    #[test]
    fn messages_to_the_worker_survive_json() {
        check(
            ToWorker::Start {
                version: WIRE_VERSION,
                power: PowerPreference::LowPower,
            },
            "start",
        );
        for source in [
            ModelSource::Url {
                url: "https://a.example/m.gguf".into(),
            },
            ModelSource::Files {
                names: vec!["m.gguf".into()],
            },
            ModelSource::Stored {
                key: "local:m.gguf".into(),
            },
        ] {
            let options = LoadOptions {
                context_length: Some(2048),
                kv: KvPrecision::F32,
                weights: WeightPolicy::Keep,
                cold: true,
            };
            check(
                ToWorker::Load {
                    id: 1,
                    source,
                    options,
                },
                "load",
            );
        }
        let message = Message {
            role: Role::System,
            content: "\u{1F58B} \"quoted\"\n".into(),
        };
        for input in [
            Input::Messages {
                messages: vec![message],
            },
            Input::Text { text: "x".into() },
            Input::Tokens {
                tokens: vec![0, u32::MAX],
            },
        ] {
            let options = GenerateOptions {
                temperature: Some(0.1),
                seed: Some(7),
                stop: vec!["\n".into()],
                ..GenerateOptions::default()
            };
            check(
                ToWorker::Generate {
                    id: 2,
                    input,
                    options,
                },
                "generate",
            );
        }
        check(ToWorker::Cancel { id: 3 }, "cancel");
        check(ToWorker::ListModels { id: 4 }, "list_models");
        check(
            ToWorker::DeleteModel {
                id: 5,
                key: "k".into(),
            },
            "delete_model",
        );
        check(ToWorker::Unload { id: 6 }, "unload");
    }

    #[test]
    fn messages_from_the_worker_survive_json() {
        check(
            FromWorker::Ready {
                version: WIRE_VERSION,
                engine_version: "0.1.0".into(),
                adapter: AdapterReport {
                    max_binding_bytes: 1 << 40,
                    ..AdapterReport::default()
                },
            },
            "ready",
        );
        check(
            FromWorker::Unsupported {
                reason: UnsupportedReason::NoWebGpu,
                message: "no".into(),
            },
            "unsupported",
        );
        check(
            FromWorker::Progress {
                id: 1,
                progress: Progress {
                    phase: Phase::Weights,
                    bytes_done: 1,
                    bytes_total: None,
                    bytes_from_storage: 0,
                    bytes_per_second: Some(1.5),
                    seconds_left: None,
                },
            },
            "progress",
        );
        check(
            FromWorker::Loaded {
                id: 1,
                model: ModelReport {
                    key: "k".into(),
                    name: "n".into(),
                    architecture: "llama".into(),
                    num_parameters: 7_000_000_000,
                    context_length: 4096,
                    weights_bytes: 1,
                    kv_bytes: 2,
                    total_bytes: 3,
                    has_chat_template: true,
                    conversion_error: Some(0.5),
                    bytes_fetched: 4,
                    bytes_from_storage: 5,
                    not_stored: Some(error()),
                    wasm_heap_bytes: 6,
                },
            },
            "loaded",
        );
        check(
            FromWorker::Memory {
                id: 7,
                forgotten_tokens: 96,
                forgotten_messages: 3,
            },
            "memory",
        );
        check(
            FromWorker::Prefilled {
                id: 1,
                prompt_tokens: 2,
                reused_tokens: 1,
                prefill_ms: 0.25,
            },
            "prefilled",
        );
        check(
            FromWorker::Delta {
                id: 1,
                text: "é".into(),
                tokens: vec![1, 2],
            },
            "delta",
        );
        let usage = Usage {
            prompt_tokens: 1,
            completion_tokens: 2,
            prefill_ms: 3.0,
            decode_ms: 4.0,
            context_tokens: 3,
            wasm_heap_bytes: 5,
        };
        for reason in [
            FinishReason::EndOfTurn,
            FinishReason::StopText,
            FinishReason::Length,
            FinishReason::ContextFull,
            FinishReason::Stopped,
        ] {
            check(
                FromWorker::Finished {
                    id: 1,
                    reason,
                    usage: usage.clone(),
                },
                "finished",
            );
        }
        let stored = StoredModel {
            key: "k".into(),
            name: "n".into(),
            total_bytes: 2,
            stored_bytes: 1,
            complete: false,
            last_used_ms: 1.0e12,
        };
        check(
            FromWorker::Models {
                id: 1,
                models: vec![stored],
            },
            "models",
        );
        check(FromWorker::Unloaded { id: 1 }, "unloaded");
        for id in [None, Some(1)] {
            check(FromWorker::Failed { id, error: error() }, "failed");
        }
    }

    #[test]
    fn options_may_be_left_out_and_unknown_messages_are_refused() {
        let json = r#"{"type":"load","id":1,"source":{"from":"url","url":"u"},"options":{}}"#;
        let message: ToWorker = serde_json::from_str(json).unwrap();
        let ToWorker::Load { options, .. } = message else {
            panic!("another message")
        };
        assert_eq!(options, LoadOptions::default());
        for json in [
            r#"{"type":"dance","id":1}"#,
            r#"{"type":"cancel"}"#,
            r#"{"id":1}"#,
        ] {
            assert!(serde_json::from_str::<ToWorker>(json).is_err(), "{json}");
        }
    }

    #[test]
    fn only_the_same_version_is_spoken() {
        assert!(speaks(WIRE_VERSION));
        assert!(!speaks(WIRE_VERSION + 1));
        assert!(!speaks(0));
    }
}
