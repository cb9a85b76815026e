//! The merges of a BPE tokenizer while its file is being read.
//!
//! Pairs of token texts are kept in one string: which ids they mean is known only when the vocabulary has been read
//! too. Knows both notations (`"a b"` and `["a", "b"]`), and nothing about how merges are used.

use std::collections::HashMap;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, SeqAccess, Visitor};

use super::bpe::Merge;
use super::vocabulary::{TextSeed, Vocabulary};
use crate::{Error, Result};

/// Pairs of token texts in rank order.
#[derive(Debug, Default)]
pub(crate) struct MergeList {
    text: String,
    /// Where the left and the right text of each pair end; the left begins where the last right ended.
    ends: Vec<(u32, u32)>,
}

impl MergeList {
    fn push(&mut self, left: &str, right: &str) -> Result<(), &'static str> {
        self.text.push_str(left);
        let middle =
            u32::try_from(self.text.len()).map_err(|_| "the merges are larger than 4 GiB")?;
        self.text.push_str(right);
        let end = u32::try_from(self.text.len()).map_err(|_| "the merges are larger than 4 GiB")?;
        self.ends.push((middle, end));
        Ok(())
    }

    /// A merge in the older notation: two texts with a space between them.
    pub(crate) fn push_line(&mut self, line: &str) -> Result<(), String> {
        let mut parts = line.split(' ');
        match (parts.next(), parts.next(), parts.next()) {
            (Some(left), Some(right), None) => self.push(left, right).map_err(str::to_owned),
            _ => Err(format!(
                "the merge '{line}' is not two tokens with a space between them"
            )),
        }
    }

    /// `prefix` marks tokens that continue a word; where a pair joins, the right token loses it.
    pub(crate) fn resolve(
        self,
        vocabulary: &Vocabulary,
        prefix: &str,
    ) -> Result<HashMap<(u32, u32), Merge>> {
        let id = |text: &str| {
            vocabulary.id_of(text).ok_or_else(|| {
                Error::Tokenizer(format!(
                    "a merge names '{text}', which is not in the vocabulary"
                ))
            })
        };
        let mut merges = HashMap::with_capacity(self.ends.len());
        let mut start = 0;
        for (&(middle, end), rank) in self.ends.iter().zip(0..) {
            let (middle, end) = (middle as usize, end as usize);
            let text = |from: usize, to: usize| self.text.get(from..to).unwrap_or_default();
            let (left, right) = (text(start, middle), text(middle, end));
            let merged = match right.strip_prefix(prefix) {
                Some(rest) if !prefix.is_empty() => id(&format!("{left}{rest}"))?,
                Some(_) | None => id(text(start, end))?,
            };
            merges.insert((id(left)?, id(right)?), Merge { rank, merged });
            start = end;
        }
        Ok(merges)
    }
}

/// Reads a JSON list of merges.
pub(super) struct MergesSeed;

impl<'de> DeserializeSeed<'de> for MergesSeed {
    type Value = MergeList;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<MergeList, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for MergesSeed {
    type Value = MergeList;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list of merges")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<MergeList, A::Error> {
        let mut merges = MergeList::default();
        let mut buffers = (String::new(), String::new());
        while seq
            .next_element_seed(MergeSeed {
                merges: &mut merges,
                left: &mut buffers.0,
                right: &mut buffers.1,
            })?
            .is_some()
        {}
        Ok(merges)
    }
}

/// One merge: `"a b"` or `["a", "b"]`.
struct MergeSeed<'a> {
    merges: &'a mut MergeList,
    left: &'a mut String,
    right: &'a mut String,
}

impl<'de> DeserializeSeed<'de> for MergeSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for MergeSeed<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a merge: two tokens")
    }

    fn visit_str<E: serde::de::Error>(self, line: &str) -> Result<(), E> {
        if line.starts_with("#version") {
            return Ok(());
        }
        self.merges.push_line(line).map_err(E::custom)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let left = seq.next_element_seed(TextSeed(self.left))?;
        let right = seq.next_element_seed(TextSeed(self.right))?;
        if left.is_none() || right.is_none() || seq.next_element::<IgnoredAny>()?.is_some() {
            return Err(A::Error::custom("a merge is not a pair of tokens"));
        }
        self.merges
            .push(self.left, self.right)
            .map_err(A::Error::custom)
    }
}
