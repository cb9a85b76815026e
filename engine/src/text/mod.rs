//! Text in, token ids out, and back: tokenizer, chat template, streaming detokenizer.
//!
//! Everything here is pure: bytes and strings come in, values go out. It must not know about files, the network,
//! the clock (a template's "now" is handed in) or the model that will read the ids.

mod added;
mod bpe;
mod byte_alphabet;
mod call_example;
mod decoder;
mod decoder_stage;
mod detokenize;
mod gguf_pre_tokenizer;
mod gguf_vocabulary;
mod merges;
mod provenance;
mod segmenter;
mod stop;
mod template;
mod template_filters;
mod template_json;
mod template_python;
mod template_source;
mod tokenizer;
mod tokenizer_json;
mod turn_end;
mod unigram;
mod vocabulary;
mod words;

pub use detokenize::TokenStream;
pub use gguf_pre_tokenizer::PreTokenizer;
pub use gguf_vocabulary::{GgufVocabulary, TokenType, VocabularyKind};
pub use provenance::RenderedChat;
pub(crate) use provenance::answer_opening;
pub use stop::StopMatcher;
pub use template::{ChatInput, ChatTemplate, Now, TemplateConfig};
pub use tokenizer::{SpecialTokens, Tokenizer};

#[cfg(test)]
pub(crate) mod fixtures;
