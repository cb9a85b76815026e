//! Ids to text while they are generated.
//!
//! A token may end inside a character, so what is shown lags behind what is known; it never shows a broken
//! character that a later token would have completed, and never the name of a special token.

use super::decoder::DecodeState;
use super::tokenizer::Tokenizer;

/// The text of one answer so far. All pieces together are `Tokenizer::decode(ids, true)`, but for a continuation.
#[derive(Debug, Clone, Default)]
pub struct TokenStream {
    state: DecodeState,
}

impl TokenStream {
    pub fn new() -> Self {
        Self::default()
    }

    /// A stream whose text continues that of `prompt`: where the first token begins a word, the space before it shows.
    pub fn after(tokenizer: &Tokenizer, prompt: &[u32]) -> Self {
        let has_text = prompt.iter().any(|&id| !tokenizer.is_special(id));
        Self {
            state: if has_text {
                DecodeState::continuing()
            } else {
                DecodeState::default()
            },
        }
    }

    /// Takes the next token; gives the text that is now certain, if there is any.
    pub fn push(&mut self, tokenizer: &Tokenizer, id: u32) -> Option<String> {
        if tokenizer.is_special(id) {
            return None;
        }
        let token = tokenizer.vocabulary.text_of(id)?;
        let mut text = String::new();
        tokenizer.decoder.push(&mut self.state, token, &mut text);
        (!text.is_empty()).then_some(text)
    }

    /// No more tokens come: gives what was held back.
    pub fn finish(mut self, tokenizer: &Tokenizer) -> Option<String> {
        let mut text = String::new();
        tokenizer.decoder.finish(&mut self.state, &mut text);
        (!text.is_empty()).then_some(text)
    }
}
