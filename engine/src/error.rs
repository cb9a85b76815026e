//! The one error type of the engine.
//!
//! Every variant carries a sentence for the person who supplied the input: what is wrong, and where it
//! helps, what to do. Bad input is the common case here (files come from anywhere), so nothing panics on it.

/// Why the engine could not do what was asked.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The bytes are not a well-formed file of the format they claim to be.
    #[error("this is not a valid {format} file: {reason}")]
    Malformed {
        format: &'static str,
        reason: String,
    },
    /// The file ends before its own header says it does.
    #[error(
        "the file is cut off: it should have {expected_bytes} bytes and has {actual_bytes}; download it again"
    )]
    Truncated {
        expected_bytes: u64,
        actual_bytes: u64,
    },
    /// The model's architecture is not one this engine implements.
    #[error("the architecture '{name}' is not supported; supported are {supported}")]
    UnsupportedArchitecture { name: String, supported: String },
    /// The file is well formed but uses something the engine does not implement.
    #[error("{0}")]
    Unsupported(String),
    /// config.json (or the GGUF metadata) is missing something, or contradicts itself or the tensors.
    #[error("the model's configuration is not usable: {0}")]
    Config(String),
    /// A tensor is missing, has another shape than the configuration says, or holds values that are not numbers.
    #[error("tensor '{name}': {reason}")]
    Tensor { name: String, reason: String },
    /// tokenizer.json or the GGUF vocabulary cannot be used.
    #[error("the tokenizer cannot be used: {0}")]
    Tokenizer(String),
    /// The chat template does not compile, or refuses this conversation.
    #[error("the chat template failed: {0}")]
    Template(String),
    /// An option or a prompt that cannot be honoured.
    #[error("{0}")]
    Request(String),
    /// More tokens than the context that was planned.
    #[error(
        "the text needs {needed_tokens} tokens and the context holds {context_tokens}; shorten it or load the model with a longer context"
    )]
    ContextFull {
        needed_tokens: usize,
        context_tokens: usize,
    },
    /// What must stay at the beginning takes so much of the context that nothing could follow it.
    #[error(
        "the system message takes {kept_tokens} tokens of a context of {context_tokens}, which leaves too little for the conversation; shorten it or load the model with a longer context"
    )]
    NothingToForget {
        kept_tokens: usize,
        context_tokens: usize,
    },
    /// No usable graphics adapter.
    #[error("{0}")]
    NoAdapter(String),
    /// The plan is larger than the adapter allows, or an allocation failed.
    #[error("not enough GPU memory: {0}")]
    OutOfMemory(String),
    /// The device went away (driver reset, tab in the background, adapter unplugged).
    #[error("the GPU was lost ({0}); load the model again")]
    DeviceLost(String),
    /// The GPU refused something that should have been valid: a bug here or in the driver.
    #[error("the GPU reported an error: {0}")]
    Gpu(String),
}

/// Shorthand used throughout the engine.
pub type Result<T, E = Error> = std::result::Result<T, E>;
