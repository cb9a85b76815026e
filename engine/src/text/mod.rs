//! Text in, token ids out, and back: tokenizer, chat template, streaming detokenizer.
//!
//! Everything here is pure: bytes and strings come in, values go out. It must not know about files, the network,
//! the clock (a template's "now" is handed in) or the model that will read the ids.

mod added;
mod bpe;
mod bpe_json;
mod decoder;
mod detokenize;
mod gguf_vocabulary;
mod provenance;
mod stop;
mod template;
mod template_json;
mod template_python;
mod template_source;
mod tokenizer;
mod vocabulary;

pub use detokenize::TokenStream;
pub use gguf_vocabulary::{GgufVocabulary, PreTokenizer, TokenType, VocabularyKind};
pub use provenance::RenderedChat;
pub use stop::StopMatcher;
pub use template::{ChatInput, ChatTemplate, Now, TemplateConfig};
pub use tokenizer::{SpecialTokens, Tokenizer};

#[cfg(test)]
pub(crate) mod fixtures;
