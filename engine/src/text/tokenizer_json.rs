//! The parts of tokenizer.json, read in one pass.
//!
//! Vocabulary and merges go straight from the parser into their compact tables: no map of owned strings and no tree
//! of JSON values for the two large members. The small members are the `tokenizers` library's own types.

use std::fmt;

use serde::Deserialize;
use serde::de::{
    DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use tokenizers::{NormalizerWrapper, PostProcessorWrapper, PreTokenizerWrapper};

use super::added::AddedToken;
use super::bpe::{Bpe, Fallback, MergeRule};
use super::merges::{MergeList, MergesSeed};
use super::segmenter::Segmenter;
use super::unigram::Unigram;
use super::vocabulary::{TextSeed, Vocabulary};
use super::words::{WordLevel, WordPiece};
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
    pub model: ModelJson,
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

/// The `model` of a tokenizer.json: the members of all four types, those that are there.
#[derive(Default)]
pub(crate) struct ModelJson {
    kind: Option<String>,
    vocabulary: Option<Vocabulary>,
    /// By id; only a Unigram vocabulary has scores.
    scores: Option<Vec<f64>>,
    merges: Option<MergeList>,
    unknown_token: Option<String>,
    unknown_id: Option<u32>,
    fuse_unknown: bool,
    byte_fallback: bool,
    ignore_merges: bool,
    continuing_prefix: Option<String>,
    end_suffix: Option<String>,
    max_chars_per_word: Option<usize>,
}

impl ModelJson {
    /// The vocabulary, and how a piece of text becomes its tokens.
    pub(crate) fn into_segmenter(self) -> Result<(Vocabulary, Segmenter)> {
        let missing = |name: &str| Error::Tokenizer(format!("its model lacks '{name}'"));
        // Files from before the type was written are told apart by what they hold, as the library does.
        let kind = match &self.kind {
            Some(kind) => kind.as_str(),
            None if self.scores.is_some() => "Unigram",
            None if self.max_chars_per_word.is_some() => "WordPiece",
            None if self.merges.is_none() && self.unknown_token.is_some() => "WordLevel",
            None => "BPE",
        };
        let vocabulary = self.vocabulary.ok_or_else(|| missing("vocab"))?;
        let unknown = self
            .unknown_token
            .as_deref()
            .and_then(|text| vocabulary.id_of(text));
        let segmenter = match kind {
            "BPE" => {
                if let (Some(text), None) = (&self.unknown_token, unknown) {
                    return Err(Error::Tokenizer(format!(
                        "its unknown token '{text}' is not in the vocabulary"
                    )));
                }
                let merges = self.merges.ok_or_else(|| missing("merges"))?;
                let continuing_prefix = self.continuing_prefix.unwrap_or_default();
                Segmenter::Bpe(Bpe {
                    rule: MergeRule::Ranked(merges.resolve(&vocabulary, &continuing_prefix)?),
                    fallback: Fallback {
                        bytes: self.byte_fallback,
                        unknown,
                        fuse_unknown: self.fuse_unknown,
                    },
                    continuing_prefix,
                    end_suffix: self.end_suffix.unwrap_or_default(),
                    ignore_merges: self.ignore_merges,
                    reserved: Vec::new(),
                })
            }
            "Unigram" => {
                let scores = self.scores.ok_or_else(|| missing("scores"))?;
                Segmenter::Unigram(Unigram::new(scores, self.unknown_id, self.byte_fallback)?)
            }
            "WordPiece" => Segmenter::WordPiece(WordPiece::new(
                unknown,
                self.continuing_prefix.unwrap_or_else(|| "##".into()),
                self.max_chars_per_word.unwrap_or(100),
            )),
            "WordLevel" => Segmenter::WordLevel(WordLevel::new(unknown)),
            other => {
                return Err(Error::Unsupported(format!(
                    "the tokenizer's model type '{other}' is not supported (BPE, Unigram, WordPiece and WordLevel are)"
                )));
            }
        };
        Ok((vocabulary, segmenter))
    }
}

impl<'de> Deserialize<'de> for ModelJson {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ModelVisitor)
    }
}

struct ModelVisitor;

impl<'de> Visitor<'de> for ModelVisitor {
    type Value = ModelJson;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a tokenizer model")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ModelJson, A::Error> {
        let mut model = ModelJson::default();
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "type" => model.kind = map.next_value()?,
                "vocab" => {
                    let (vocabulary, scores) = map.next_value_seed(VocabularySeed)?;
                    model.vocabulary = Some(vocabulary);
                    model.scores = scores;
                }
                "merges" => model.merges = Some(map.next_value_seed(MergesSeed)?),
                "unk_token" => model.unknown_token = map.next_value()?,
                "unk_id" => model.unknown_id = map.next_value()?,
                "fuse_unk" => model.fuse_unknown = flag(&mut map)?,
                "byte_fallback" => model.byte_fallback = flag(&mut map)?,
                "ignore_merges" => model.ignore_merges = flag(&mut map)?,
                "continuing_subword_prefix" => model.continuing_prefix = map.next_value()?,
                "end_of_word_suffix" => model.end_suffix = map.next_value()?,
                "max_input_chars_per_word" => model.max_chars_per_word = map.next_value()?,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(model)
    }
}

fn flag<'de, A: MapAccess<'de>>(map: &mut A) -> Result<bool, A::Error> {
    Ok(map.next_value::<Option<bool>>()?.unwrap_or(false))
}

/// A map from texts to ids, or (Unigram) a list of texts with their scores, the ids being their places.
struct VocabularySeed;

type Scored = (Vocabulary, Option<Vec<f64>>);

impl<'de> DeserializeSeed<'de> for VocabularySeed {
    type Value = Scored;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Scored, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for VocabularySeed {
    type Value = Scored;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a map from token texts to ids, or a list of texts and scores")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Scored, A::Error> {
        let mut vocabulary = Vocabulary::new();
        // One buffer for all keys: the parser hands out texts that need no unescaping, and copies the others.
        let mut text = String::new();
        while map.next_key_seed(TextSeed(&mut text))?.is_some() {
            let id: u32 = map.next_value()?;
            vocabulary.insert(id, &text).map_err(A::Error::custom)?;
        }
        Ok((vocabulary, None))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Scored, A::Error> {
        let mut vocabulary = Vocabulary::new();
        let mut scores = Vec::new();
        let mut text = String::new();
        for id in 0.. {
            let Some(score) = seq.next_element_seed(PieceSeed(&mut text))? else {
                break;
            };
            vocabulary.insert(id, &text).map_err(A::Error::custom)?;
            scores.push(score);
        }
        Ok((vocabulary, Some(scores)))
    }
}

/// `["piece", -1.5]`: the text goes into the buffer, the score comes out.
struct PieceSeed<'a>(&'a mut String);

impl<'de> DeserializeSeed<'de> for PieceSeed<'_> {
    type Value = f64;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<f64, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for PieceSeed<'_> {
    type Value = f64;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a pair of a text and its score")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<f64, A::Error> {
        let text = seq.next_element_seed(TextSeed(self.0))?;
        let score: Option<f64> = seq.next_element()?;
        match (text, score, seq.next_element::<IgnoredAny>()?) {
            (Some(()), Some(score), None) => Ok(score),
            _ => Err(A::Error::custom("a piece is not a pair of text and score")),
        }
    }
}
