//! Every message between the page and the worker, as closed enums.
//!
//! Plain data: the page depends on this module and never on the engine, so a shape here is the whole contract
//! between the two. Messages travel as JSON text; `File` objects ride beside the message they belong to.
//! Both sides match without a wildcard, so that a new message cannot be forgotten.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::chats::Sampling;

/// Raised whenever a message changes shape; the worker refuses another version (an old tab after an update).
pub const WIRE_VERSION: u32 = 6;

/// Whether a message of that version can be understood.
pub fn speaks(version: u32) -> bool {
    version == WIRE_VERSION
}

/// Chosen by the client, unique among its own; every answer carries the id of its request.
pub type RequestId = u64;

/// Page to worker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ToWorker {
    /// The first message. Answered by `Ready` or `Unsupported`; where the engine has a model, or is being given one, `Model`
    /// or `LoadingElsewhere` follows.
    Start {
        version: u32,
        /// Absent: whichever adapter is open. Another one than that is opened anew, for all clients, without a model.
        power: Option<PowerPreference>,
    },
    /// A `MessagePort` rides beside: another client, which speaks these messages on it. No answer.
    Connect {
        /// The name of a Web Lock that the client holds: when it is free, nobody is there any more.
        life: String,
    },
    /// Where repository names point to and what opens them; holds until the next one. No answer.
    Hub { base: String, token: Option<String> },
    /// Loads a model, replacing the one that is loaded. Answered by `Progress`… then `Loaded` or `Failed`; at once where
    /// just that model is there.
    Load {
        id: RequestId,
        source: ModelSource,
        options: LoadOptions,
        #[serde(default)]
        claim: Claim,
    },
    /// Generates with the loaded model. Answered by `Memory`, `Prefilled`, `Delta`…, then `Finished` or `Failed`.
    Generate {
        id: RequestId,
        input: Input,
        options: GenerateOptions,
    },
    /// How many tokens a text is for the loaded model. Answered by `Counted` or `Failed`.
    CountTokens { id: RequestId, text: String },
    /// Stores a model without loading it. Answered by `Progress`… then `Downloaded` or `Failed`.
    Download { id: RequestId, source: ModelSource },
    /// Reads a model's headers and says whether it would run here. Answered by `Inspected` or `Failed`.
    Inspect { id: RequestId, source: ModelSource },
    /// Measures for up to a second how fast this adapter reads 4-bit weights. Answered by `Measured` or `Failed`.
    Measure { id: RequestId },
    /// Measures for seconds what this adapter reads and multiplies at most, and tells what the loaded model asks of it for
    /// each of `decode_tokens` tokens after `prompt_tokens`. Answered by `Roofline` or `Failed`.
    MeasureRoofline {
        id: RequestId,
        prompt_tokens: u32,
        decode_tokens: u32,
    },
    /// Stops a load, a download, a check or a generation; it ends with `Failed { Cancelled }` or
    /// `Finished { Stopped }`. Chunks that have arrived stay stored.
    Cancel { id: RequestId },
    /// Lists what is stored. Answered by `Models`.
    ListModels { id: RequestId },
    /// Reads every stored chunk of a model against its digest. Answered by `Progress`… then `Verified`.
    VerifyModel { id: RequestId, key: String },
    /// One stored file, whole. Answered by `Exported`, with a `Blob` riding beside it.
    ExportFile {
        id: RequestId,
        key: String,
        file: String,
    },
    /// Removes a stored model (whole or partial). Answered by `Models`.
    DeleteModel { id: RequestId, key: String },
    /// Removes what is kept of conversations so that they go on sooner: one of them was deleted. No answer.
    ForgetConversations,
    /// Frees the loaded model's GPU memory. Answered by `Unloaded`.
    Unload { id: RequestId },
    /// A `MessagePort` rides beside: requests of OpenAI's API come and are answered on it (`crate::api`), whoever has its
    /// other end. No answer.
    Serve { asker: Asker },
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
    Counted {
        id: RequestId,
        num_tokens: u32,
    },
    /// The model is stored whole.
    Downloaded {
        id: RequestId,
        key: String,
        name: String,
        bytes_fetched: u64,
        /// Stored chunks that were damaged and fetched again.
        chunks_repaired: u32,
    },
    Inspected {
        id: RequestId,
        inspection: Inspection,
    },
    Measured {
        id: RequestId,
        /// Of 4-bit weights multiplied with one vector: what bounds decoding.
        weight_bytes_per_second: f64,
    },
    Roofline {
        id: RequestId,
        read_bytes_per_second: f64,
        /// Multiplications and additions, each one operation.
        operations_per_second: f64,
        /// Weights, keys and values that one token reads while decoding, on average.
        bytes_per_token: f64,
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
        space: Space,
    },
    /// A damaged chunk is forgotten, so that the next load fetches it again.
    Verified {
        id: RequestId,
        key: String,
        chunks_checked: u32,
        chunks_damaged: u32,
    },
    Exported {
        id: RequestId,
        file: String,
    },
    Unloaded {
        id: RequestId,
    },
    /// What answers from now on, because of another client, or because this one is new.
    Model {
        model: Option<ModelReport>,
        options: LoadOptions,
    },
    /// Another client has the engine load a model, which `Model` ends.
    LoadingElsewhere {
        source: ModelSource,
        /// Absent before the first byte.
        progress: Option<Progress>,
    },
    /// Not said by a worker: the engine is gone with the tab that had it, and another one waits for `Start`. What was asked
    /// before stays without an answer.
    Moved,
    /// `id` is absent where the failure belongs to no request (the engine has stopped).
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

/// What a load may do to the clients that use another model.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Claim {
    /// Takes it from them: a person chose.
    #[default]
    Replace,
    /// Nothing: such a load fails (`Occupied`). A model that is there serves, whatever it was loaded with, as long as its context
    /// is not shorter than asked for.
    Share,
}

/// Whose requests come on a port.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asker {
    /// The client's own: they end with it.
    Client,
    /// Somebody else's, for whom the client only passed the port on.
    Another,
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
    /// A model that is stored whole; the network is asked only for a part that turns out to be damaged.
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
    /// Loads without storing anything: where space has run out and nothing may be deleted.
    pub without_storing: bool,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KvPrecision {
    F32,
    #[default]
    F16,
    Q8,
    Q4,
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
    /// A conversation, rendered by the model's chat template. A system message that the template refuses becomes the
    /// beginning of the first question.
    Messages {
        messages: Vec<Message>,
        /// The last message is the beginning of an answer, which the model goes on with.
        #[serde(default)]
        continues: bool,
    },
    /// A conversation in the form that chat templates read, with calls of tools and what came of them.
    Chat {
        messages: Vec<Value>,
        /// What the model may call.
        tools: Vec<Value>,
        /// The last message is the beginning of an answer, which the model goes on with.
        #[serde(default)]
        continues: bool,
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
    pub frequency_penalty: Option<f32>,
    pub presence_penalty: Option<f32>,
    pub seed: Option<u64>,
    pub stop: Vec<String>,
    pub ignore_eos: bool,
    pub when_full: WhenFull,
    /// Starts from an empty KV cache even where a prefix could be reused.
    pub fresh_context: bool,
    /// What the model computed of the conversation may be kept in this browser, so that after a reload it goes on without
    /// being read again.
    pub keeps: bool,
}

/// What becomes of an answer that outgrows the context.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhenFull {
    /// The oldest is forgotten and the answer goes on, where the model can; tokens given as such end there.
    #[default]
    Forget,
    /// The answer ends, and a prompt that does not fit is an error.
    End,
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
    /// Files of the model, and how many of them have arrived whole.
    pub files_done: u32,
    pub files_total: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Another tab downloads this model; the numbers are of its download.
    OtherTab,
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
    /// What a conversation is sampled with where a request says nothing.
    pub sampling: Sampling,
    /// Mean relative error of the 4-bit conversion, where one was made.
    pub conversion_error: Option<f32>,
    pub bytes_fetched: u64,
    pub bytes_from_storage: u64,
    /// Why the model, though loaded, could not be kept for the next visit.
    pub not_stored: Option<WireError>,
    /// Stored chunks that were damaged and fetched again.
    pub chunks_repaired: u32,
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
    pub files: Vec<StoredFile>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredFile {
    pub name: String,
    /// Absent until the server has said it or the last byte has come.
    pub len_bytes: Option<u64>,
}

/// What this browser grants this site; absent where it does not say.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Space {
    pub used_bytes: Option<u64>,
    pub quota_bytes: Option<u64>,
    /// The browser has promised not to clear it by itself.
    pub is_persistent: bool,
}

impl Space {
    pub fn free_bytes(&self) -> Option<u64> {
        Some(self.quota_bytes?.saturating_sub(self.used_bytes?))
    }
}

/// A model judged by its headers, before its weights are fetched.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Inspection {
    pub key: String,
    pub name: String,
    pub architecture: String,
    pub num_parameters: u64,
    /// Of all its files; absent where the server does not tell.
    pub download_bytes: Option<u64>,
    /// Of those, how many are stored already.
    pub stored_bytes: u64,
    pub space: Space,
    pub fit: Fit,
}

/// Whether a model runs on this adapter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "fit", rename_all = "snake_case")]
pub enum Fit {
    Runs {
        /// Chosen from the memory plan.
        context_length: u32,
        /// Weights, cache and intermediate results together.
        total_bytes: u64,
        /// Weights read for one token while decoding: all of them, or of a mixture the chosen experts.
        weight_bytes_per_token: u64,
    },
    TooLarge {
        /// What is too large for what, in a sentence.
        message: String,
    },
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
    /// The server wants a permission that this page does not have: a token, a licence to be accepted.
    Forbidden,
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
    /// Another machine, which the person had chosen, does not answer as it should; the message says what to do.
    Server,
    /// Another client uses the engine for something else.
    Occupied,
    Internal,
}

#[cfg(test)]
mod tests;
