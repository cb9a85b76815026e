//! OpenAI's API as values: requests are read and checked, answers, streams and errors written.
//!
//! Pure, so that each rule has a test without a model: text and counts go in, JSON comes out. Whatever a request asks for is
//! either done or refused with the parameter's name; nothing is left out in silence. Must not know browsers, the engine,
//! or how a request arrived.

mod answer;
mod calls;
mod chat;
mod completion;
mod constraint;
mod embedding;
mod error;
mod fields;
mod logprobs;
mod messages;
mod models;
mod route;
mod sampling;
mod shapes;
mod tools;

pub use answer::{Answer, AnswerKind, Counts, Ending, Header};
pub use calls::{CallForm, CallFormat};
pub use chat::ChatRequest;
pub use completion::{CompletionRequest, Prompt};
pub use constraint::{Asked, Constraint, Part};
pub use embedding::{EmbeddingRequest, Encoding, VectorForm, embeddings_json};
pub use error::Error;
pub use logprobs::TokenLogprob;
pub use models::{Model, model_json, models_json, tokens_json};
pub use route::{Endpoint, endpoint_from_http};
pub use sampling::{Delivery, Sampling};
pub use tools::{ToolChoice, Tools};

/// What a function of this crate gives: a value, or the error that the caller is to be answered with.
pub type Result<T> = std::result::Result<T, Error>;
