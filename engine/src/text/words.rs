//! The two tokenizer models whose pieces are words: WordLevel, and WordPiece (BERT's).
//!
//! WordLevel looks a word up. WordPiece takes the longest beginning that is a token, then the longest beginning of
//! the rest that is one behind the prefix `##`, and so on; a word that does not come out even is unknown as a whole.
//! Knows nothing of where words begin: that is the pre-tokenizer's.

use super::segmenter::{plain_id, unspellable};
use super::vocabulary::Vocabulary;
use crate::Result;

/// One token per word.
#[derive(Debug, Clone)]
pub(crate) struct WordLevel {
    unknown: Option<u32>,
    pub(super) reserved: Vec<bool>,
}

impl WordLevel {
    pub(crate) fn new(unknown: Option<u32>) -> Self {
        Self {
            unknown,
            reserved: Vec::new(),
        }
    }

    pub(super) fn encode(
        &self,
        vocabulary: &Vocabulary,
        word: &str,
        ids: &mut Vec<u32>,
    ) -> Result<()> {
        let id = plain_id(vocabulary, &self.reserved, word).or(self.unknown);
        ids.push(id.ok_or_else(|| unspellable(word))?);
        Ok(())
    }
}

/// Longest beginnings first.
#[derive(Debug, Clone)]
pub(crate) struct WordPiece {
    unknown: Option<u32>,
    continuing_prefix: String,
    max_chars_per_word: usize,
    reserved: Vec<bool>,
    /// No token is longer: where to begin looking for the longest.
    longest_token_bytes: usize,
}

impl WordPiece {
    pub(crate) fn new(
        unknown: Option<u32>,
        continuing_prefix: String,
        max_chars_per_word: usize,
    ) -> Self {
        Self {
            unknown,
            continuing_prefix,
            max_chars_per_word,
            reserved: Vec::new(),
            longest_token_bytes: 0,
        }
    }

    pub(super) fn reserve(&mut self, reserved: Vec<bool>, vocabulary: &Vocabulary) {
        self.reserved = reserved;
        self.longest_token_bytes = (0..)
            .take(vocabulary.len())
            .filter_map(|id| vocabulary.text_of(id))
            .map(str::len)
            .max()
            .unwrap_or(0);
    }

    pub(super) fn encode(
        &self,
        vocabulary: &Vocabulary,
        word: &str,
        ids: &mut Vec<u32>,
    ) -> Result<()> {
        let num_before = ids.len();
        let mut rest = word;
        let is_long = word.chars().nth(self.max_chars_per_word).is_some();
        while !rest.is_empty() && !is_long {
            let Some((id, len_bytes)) = self.longest(vocabulary, rest, rest.len() < word.len())
            else {
                break;
            };
            ids.push(id);
            rest = rest.get(len_bytes..).unwrap_or_default();
        }
        if !rest.is_empty() {
            ids.truncate(num_before);
            ids.push(self.unknown.ok_or_else(|| unspellable(word))?);
        }
        Ok(())
    }

    /// The longest token that `rest` begins with, and how much of `rest` it covers.
    fn longest(
        &self,
        vocabulary: &Vocabulary,
        rest: &str,
        continues: bool,
    ) -> Option<(u32, usize)> {
        let mut text = String::new();
        if continues {
            text.push_str(&self.continuing_prefix);
        }
        let prefix_len = text.len();
        let most = self.longest_token_bytes.saturating_sub(prefix_len);
        let mut end = rest.floor_char_boundary(most.min(rest.len()));
        text.push_str(rest.get(..end)?);
        while end > 0 {
            if let Some(id) = plain_id(vocabulary, &self.reserved, &text) {
                return Some((id, end));
            }
            end -= text.pop().map_or(end, char::len_utf8);
        }
        None
    }
}
