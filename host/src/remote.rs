//! Somebody else's machine: any server that speaks OpenAI's API (vLLM, TGI, llama.cpp, Ollama, …), as a page asks it.
//!
//! Pure: what is asked, what an answer means, and what to say where it cannot be had. Who sends the bytes, and whether the
//! person agreed to that, is not known here.

mod answer;
mod request;
mod server;

pub use self::answer::{Answer, Told, events, models_from_json, refusal, whole_answer};
pub use self::request::request_json;
pub use self::server::Server;

#[cfg(test)]
mod tests;
