//! The table between token texts and token ids.
//!
//! A 150,000-token vocabulary held as two maps of owned strings costs tens of megabytes of WASM memory; here all
//! texts share one string, and the index is one `u32` per slot. Knows nothing about merging or special tokens.

use std::fmt;
use std::hash::{BuildHasher, RandomState};

use serde::de::{DeserializeSeed, Deserializer, Visitor};

use crate::{Error, Result};

/// Larger than any published vocabulary (the largest known are around 260,000), small enough that a forged id
/// cannot make the tables swallow the memory.
const MAX_TOKENS: u32 = 1 << 22;

const EMPTY: u32 = u32::MAX;

/// Token texts by id, and ids by text.
#[derive(Debug, Clone)]
pub(crate) struct Vocabulary {
    text: String,
    /// Start and length in `text`, by id; a start of `EMPTY` is an id without a token.
    spans: Vec<(u32, u32)>,
    /// Open addressing, a power of two long, never more than 3/4 full.
    slots: Vec<u32>,
    num_texts: usize,
    hasher: RandomState,
}

impl Vocabulary {
    pub(crate) fn new() -> Self {
        Self {
            text: String::new(),
            spans: Vec::new(),
            slots: vec![EMPTY; 64],
            num_texts: 0,
            hasher: RandomState::new(),
        }
    }

    /// Number of ids, holes included: one more than the largest id.
    pub(crate) fn len(&self) -> usize {
        self.spans.len()
    }

    pub(crate) fn text_of(&self, id: u32) -> Option<&str> {
        let &(start, len) = self.spans.get(id as usize)?;
        if start == EMPTY {
            return None;
        }
        self.text.get(start as usize..start as usize + len as usize)
    }

    pub(crate) fn id_of(&self, text: &str) -> Option<u32> {
        match self.slots.get(self.slot_of(text)) {
            Some(&id) if id != EMPTY => Some(id),
            _ => None,
        }
    }

    /// Adds a token. An id can be given once; of two ids with one text the later is the one the text stands for.
    pub(crate) fn insert(&mut self, id: u32, text: &str) -> Result<()> {
        if id >= MAX_TOKENS {
            return Err(Error::Tokenizer(format!(
                "token id {id} is out of range (at most {MAX_TOKENS} tokens are supported)"
            )));
        }
        let index = id as usize;
        if self.spans.len() <= index {
            self.spans.resize(index + 1, (EMPTY, 0));
        }
        let start = u32::try_from(self.text.len())
            .ok()
            .filter(|&start| start != EMPTY)
            .ok_or_else(|| Error::Tokenizer("the vocabulary is larger than 4 GiB".into()))?;
        let len = u32::try_from(text.len())
            .map_err(|_| Error::Tokenizer("a token is longer than 4 GiB".into()))?;
        match self.spans.get_mut(index) {
            Some(span) if span.0 == EMPTY => *span = (start, len),
            _ => {
                return Err(Error::Tokenizer(format!("two tokens have the id {id}")));
            }
        }
        self.text.push_str(text);
        let slot = self.slot_of(text);
        if let Some(entry) = self.slots.get_mut(slot) {
            if *entry == EMPTY {
                self.num_texts += 1;
            }
            *entry = id;
        }
        if self.num_texts * 4 > self.slots.len() * 3 {
            self.grow();
        }
        Ok(())
    }

    /// The slot that holds `text`, or the empty one where it belongs. There is always an empty slot.
    fn slot_of(&self, text: &str) -> usize {
        let mask = self.slots.len() - 1;
        // Truncation is meant: only the low bits choose the slot.
        let mut slot = self.hasher.hash_one(text) as usize & mask;
        while let Some(&id) = self.slots.get(slot) {
            if id == EMPTY || self.text_of(id) == Some(text) {
                break;
            }
            slot = (slot + 1) & mask;
        }
        slot
    }

    fn grow(&mut self) {
        let old = std::mem::take(&mut self.slots);
        self.slots = vec![EMPTY; old.len() * 2];
        for id in old.into_iter().filter(|&id| id != EMPTY) {
            let slot = self.text_of(id).map(|text| self.slot_of(text));
            if let Some(entry) = slot.and_then(|slot| self.slots.get_mut(slot)) {
                *entry = id;
            }
        }
    }
}

/// Reads a string into an existing buffer: no allocation per token.
pub(super) struct TextSeed<'a>(pub(super) &'a mut String);

impl<'de> DeserializeSeed<'de> for TextSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for TextSeed<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a string")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<(), E> {
        self.0.clear();
        self.0.push_str(text);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_was_put_in_across_growth() {
        let mut vocabulary = Vocabulary::new();
        for id in 0..5000 {
            vocabulary.insert(id * 2, &format!("token {id}")).unwrap();
        }
        for id in 0..5000 {
            let text = format!("token {id}");
            assert_eq!(vocabulary.id_of(&text), Some(id * 2));
            assert_eq!(vocabulary.text_of(id * 2), Some(text.as_str()));
            assert_eq!(vocabulary.text_of(id * 2 + 1), None);
        }
        assert_eq!(vocabulary.id_of("token 5000"), None);
        assert_eq!(vocabulary.text_of(10_000), None);
        assert_eq!(vocabulary.len(), 9999);
    }

    #[test]
    fn refuses_a_second_token_for_an_id_and_forged_ids() {
        let mut vocabulary = Vocabulary::new();
        vocabulary.insert(3, "a").unwrap();
        assert!(vocabulary.insert(3, "b").is_err());
        assert!(vocabulary.insert(u32::MAX, "c").is_err());
        assert!(vocabulary.insert(MAX_TOKENS, "c").is_err());
    }

    #[test]
    fn a_repeated_text_means_the_later_id() {
        let mut vocabulary = Vocabulary::new();
        vocabulary.insert(0, "a").unwrap();
        vocabulary.insert(1, "a").unwrap();
        assert_eq!(vocabulary.id_of("a"), Some(1));
        assert_eq!(vocabulary.text_of(0), Some("a"));
    }
}
