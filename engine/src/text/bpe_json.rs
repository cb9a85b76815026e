//! The parts of tokenizer.json, read in one pass.
//!
//! Vocabulary and merges go straight from the parser into their compact tables: no map of owned strings and no tree
//! of JSON values for the two large members. The small members are the `tokenizers` library's own types.

use std::collections::HashMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{
    DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use tokenizers::{NormalizerWrapper, PostProcessorWrapper, PreTokenizerWrapper};

use super::added::AddedToken;
use super::bpe::Merge;
use super::vocabulary::Vocabulary;
use crate::{Error, Result};

#[derive(Deserialize)]
pub(crate) struct TokenizerJson {
    #[serde(default)]
    pub added_tokens: Vec<AddedTokenJson>,
    #[serde(default)]
    pub normalizer: Option<NormalizerWrapper>,
    #[serde(default)]
    pub pre_tokenizer: Option<PreTokenizerWrapper>,
    #[serde(default)]
    pub post_processor: Option<PostProcessorWrapper>,
    #[serde(default)]
    pub decoder: serde_json::Value,
    pub model: BpeJson,
}

#[derive(Deserialize)]
pub(crate) struct AddedTokenJson {
    id: u32,
    content: String,
    #[serde(default)]
    single_word: bool,
    #[serde(default)]
    lstrip: bool,
    #[serde(default)]
    rstrip: bool,
    #[serde(default)]
    normalized: bool,
    #[serde(default)]
    special: bool,
}

impl AddedTokenJson {
    /// `id`: what the vocabulary says wins over what the entry says, as in the library.
    pub(crate) fn into_token(self, vocabulary: &Vocabulary) -> AddedToken {
        AddedToken {
            id: vocabulary.id_of(&self.content).unwrap_or(self.id),
            content: self.content,
            single_word: self.single_word,
            lstrip: self.lstrip,
            rstrip: self.rstrip,
            normalized: self.normalized,
            special: self.special,
        }
    }
}

/// The `model` of a tokenizer.json, of type BPE.
pub(crate) struct BpeJson {
    pub vocabulary: Vocabulary,
    pub merges: MergeList,
    pub unknown_token: Option<String>,
    pub fuse_unknown: bool,
    pub byte_fallback: bool,
    pub ignore_merges: bool,
}

/// Pairs of token texts in rank order, all in one string: ids are known only when the whole model has been read.
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

    pub(crate) fn resolve(self, vocabulary: &Vocabulary) -> Result<HashMap<(u32, u32), Merge>> {
        let mut merges = HashMap::with_capacity(self.ends.len());
        let mut start = 0;
        for (&(middle, end), rank) in self.ends.iter().zip(0..) {
            let (middle, end) = (middle as usize, end as usize);
            let id = |from: usize, to: usize| {
                let text = self.text.get(from..to).unwrap_or_default();
                vocabulary.id_of(text).ok_or_else(|| {
                    Error::Tokenizer(format!(
                        "a merge names '{text}', which is not in the vocabulary"
                    ))
                })
            };
            let merge = Merge {
                rank,
                merged: id(start, end)?,
            };
            merges.insert((id(start, middle)?, id(middle, end)?), merge);
            start = end;
        }
        Ok(merges)
    }
}

impl<'de> Deserialize<'de> for BpeJson {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(BpeVisitor)
    }
}

struct BpeVisitor;

impl<'de> Visitor<'de> for BpeVisitor {
    type Value = BpeJson;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a tokenizer model")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<BpeJson, A::Error> {
        let mut vocabulary = None;
        let mut merges = None;
        let mut unknown_token = None;
        let mut flags = [None; 3];
        let [fuse_unknown, byte_fallback, ignore_merges] = &mut flags;
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "type" => {
                    let kind: Option<String> = map.next_value()?;
                    if let Some(kind) = kind.filter(|kind| kind != "BPE") {
                        return Err(A::Error::custom(format!(
                            "its model type '{kind}' is not supported (only BPE is)"
                        )));
                    }
                }
                "vocab" => vocabulary = Some(map.next_value_seed(VocabularySeed)?),
                "merges" => merges = Some(map.next_value_seed(MergesSeed)?),
                "unk_token" => unknown_token = map.next_value()?,
                "fuse_unk" => *fuse_unknown = map.next_value()?,
                "byte_fallback" => *byte_fallback = map.next_value()?,
                "ignore_merges" => *ignore_merges = map.next_value()?,
                "continuing_subword_prefix" | "end_of_word_suffix" => {
                    let affix: Option<String> = map.next_value()?;
                    if affix.is_some_and(|affix| !affix.is_empty()) {
                        return Err(A::Error::custom(format!(
                            "its model has a {key}, which is not supported"
                        )));
                    }
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        let [fuse_unknown, byte_fallback, ignore_merges] = flags.map(Option::unwrap_or_default);
        Ok(BpeJson {
            vocabulary: vocabulary.ok_or_else(|| A::Error::missing_field("vocab"))?,
            merges: merges.ok_or_else(|| A::Error::missing_field("merges"))?,
            unknown_token,
            fuse_unknown,
            byte_fallback,
            ignore_merges,
        })
    }
}

struct VocabularySeed;

impl<'de> DeserializeSeed<'de> for VocabularySeed {
    type Value = Vocabulary;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Vocabulary, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for VocabularySeed {
    type Value = Vocabulary;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a map from token texts to ids")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Vocabulary, A::Error> {
        let mut vocabulary = Vocabulary::new();
        // One buffer for all keys: the parser hands out texts that need no unescaping, and copies the others.
        let mut text = String::new();
        while map.next_key_seed(TextSeed(&mut text))?.is_some() {
            let id: u32 = map.next_value()?;
            vocabulary.insert(id, &text).map_err(A::Error::custom)?;
        }
        Ok(vocabulary)
    }
}

/// Reads a string into an existing buffer.
struct TextSeed<'a>(&'a mut String);

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

struct MergesSeed;

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
