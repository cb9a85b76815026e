//! How one pre-tokenized piece of text becomes token ids: the four model types of tokenizer.json.
//!
//! All four share two things: the compact vocabulary, and a list of reserved ids that text must never turn into,
//! because they mean something to the model (`<|im_end|>`). The `tokenizers` library has no such list, and keeps
//! each text several times; so the rules are written here and its own models are what the tests compare with.

use super::bpe::Bpe;
use super::unigram::Unigram;
use super::vocabulary::Vocabulary;
use super::words::{WordLevel, WordPiece};
use crate::{Error, Result};

/// The rule that cuts a piece into tokens.
#[derive(Debug, Clone)]
pub(crate) enum Segmenter {
    Bpe(Bpe),
    Unigram(Unigram),
    WordPiece(WordPiece),
    WordLevel(WordLevel),
}

impl Segmenter {
    /// Says, by id, which tokens text never becomes. Called once, when all tokens are known.
    pub(crate) fn reserve(&mut self, reserved: Vec<bool>, vocabulary: &Vocabulary) {
        match self {
            Self::Bpe(bpe) => bpe.reserved = reserved,
            Self::Unigram(unigram) => unigram.index(&reserved, vocabulary),
            Self::WordPiece(words) => words.reserve(reserved, vocabulary),
            Self::WordLevel(words) => words.reserved = reserved,
        }
    }

    /// Appends the ids of `piece`.
    pub(crate) fn encode(
        &self,
        vocabulary: &Vocabulary,
        piece: &str,
        ids: &mut Vec<u32>,
    ) -> Result<()> {
        match self {
            Self::Bpe(bpe) => {
                bpe.encode(vocabulary, piece, ids);
                Ok(())
            }
            Self::Unigram(unigram) => unigram.encode(vocabulary, piece, ids),
            Self::WordPiece(words) => words.encode(vocabulary, piece, ids),
            Self::WordLevel(words) => words.encode(vocabulary, piece, ids),
        }
    }
}

/// The id for `text`, unless it is reserved.
pub(super) fn plain_id(vocabulary: &Vocabulary, reserved: &[bool], text: &str) -> Option<u32> {
    vocabulary
        .id_of(text)
        .filter(|&id| !reserved.get(id as usize).copied().unwrap_or(false))
}

/// The tokens that spell `text` byte by byte, where the vocabulary has all that are needed.
pub(super) fn byte_ids(vocabulary: &Vocabulary, text: &str) -> Option<Vec<u32>> {
    text.bytes()
        .map(|byte| vocabulary.id_of(&format!("<0x{byte:02X}>")))
        .collect()
}

/// Text that cannot be spelled at all.
pub(super) fn unspellable(text: &str) -> Error {
    let shown: String = text.chars().take(20).collect();
    Error::Tokenizer(format!(
        "its vocabulary cannot spell '{shown}', and it has no token for unknown text"
    ))
}
