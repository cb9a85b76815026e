//! A tokenizer from the vocabulary that a GGUF file carries.
//!
//! The caller reads the metadata; the token texts come in as iterators, so that they are copied once, into the
//! vocabulary's own table. What the names of pre-tokenizers stand for is not known here.
//!
//! Checked against the ids that llama.cpp's test vocabularies come with (`models/ggml-vocab-*.gguf`, as in
//! llama-cpp-python 0.3.36; 46 texts each, equal except where `gguf_pre_tokenizer` says): command-r, deepseek-coder,
//! deepseek-llm, falcon, gpt-2, llama-bpe, llama-spm, mpt, phi-3, qwen2, qwen35, refact, starcoder.

use tokenizers::NormalizerWrapper;
use tokenizers::normalizers::{NFC, Prepend, Replace, Sequence as Normalizers};

use super::added::AddedToken;
use super::bpe::{Bpe, Fallback, MergeRule};
use super::decoder::Decoder;
use super::gguf_pre_tokenizer::PreTokenizer;
use super::merges::MergeList;
use super::segmenter::Segmenter;
use super::tokenizer::{Parts, Tokenizer};
use super::vocabulary::Vocabulary;
use crate::{Error, Result};

/// `tokenizer.ggml.model`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VocabularyKind {
    /// `gpt2`: byte-level, ranked merges.
    ByteLevelBpe,
    /// `llama`: SentencePiece's BPE, scores, byte fallback.
    SentencePiece,
}

impl VocabularyKind {
    /// From the name in the metadata.
    pub fn from_name(name: &str) -> Result<Self> {
        match name {
            "gpt2" => Ok(Self::ByteLevelBpe),
            "llama" => Ok(Self::SentencePiece),
            "bert" | "t5" => Err(Error::Unsupported(format!(
                "the GGUF tokenizer model '{name}' belongs to encoder models, which do not write text (gpt2 and llama are supported)"
            ))),
            _ => Err(Error::Unsupported(format!(
                "the GGUF tokenizer model '{name}' is not supported (gpt2 and llama are)"
            ))),
        }
    }
}

/// `tokenizer.ggml.token_type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenType {
    Normal,
    Unknown,
    Control,
    UserDefined,
    Unused,
    Byte,
}

impl TokenType {
    /// From the number in the metadata; numbers that mean nothing count as normal, as in llama.cpp.
    pub fn from_number(number: i64) -> Self {
        match number {
            2 => Self::Unknown,
            3 => Self::Control,
            4 => Self::UserDefined,
            5 => Self::Unused,
            6 => Self::Byte,
            _ => Self::Normal,
        }
    }
}

/// The tokenizer metadata of a GGUF file (`tokenizer.ggml.*`). `None` is a key the file does not have.
#[derive(Debug, Clone)]
pub struct GgufVocabulary<T, S, K, M> {
    pub kind: VocabularyKind,
    /// Used by byte-level vocabularies only.
    pub pre_tokenizer: PreTokenizer,
    /// Token texts in the order of their ids.
    pub tokens: T,
    /// Scores by id; SentencePiece needs them.
    pub scores: S,
    pub token_types: K,
    /// `left right`, best first; byte-level vocabularies need them.
    pub merges: M,
    pub bos_id: Option<u32>,
    pub eos_id: Option<u32>,
    pub unknown_id: Option<u32>,
    pub add_bos: Option<bool>,
    pub add_eos: Option<bool>,
    pub add_space_prefix: Option<bool>,
}

impl Tokenizer {
    /// Builds the tokenizer that the file's model was trained with.
    pub fn from_gguf<'a, T, S, K, M>(source: GgufVocabulary<T, S, K, M>) -> Result<Self>
    where
        T: IntoIterator<Item = &'a str>,
        S: IntoIterator<Item = f32>,
        K: IntoIterator<Item = TokenType>,
        M: IntoIterator<Item = &'a str>,
    {
        let mut vocabulary = Vocabulary::new();
        for (token, id) in source.tokens.into_iter().zip(0..) {
            vocabulary.insert(id, token)?;
        }
        if vocabulary.len() == 0 {
            return Err(Error::Tokenizer("the GGUF file has no tokens".into()));
        }
        let types: Vec<TokenType> = source.token_types.into_iter().collect();
        check_len("token types", types.len(), vocabulary.len())?;
        let is_pieces = source.kind == VocabularyKind::SentencePiece;
        let added = added_tokens(&vocabulary, &types, is_pieces);
        let adds_bos = source
            .add_bos
            .unwrap_or(is_pieces || source.pre_tokenizer.adds_bos);
        let surrounding = |wanted: bool, id: Option<u32>, name: &str| match id.filter(|_| wanted) {
            Some(id) if vocabulary.text_of(id).is_none() => Err(Error::Tokenizer(format!(
                "the {name} token {id} is not in the vocabulary"
            ))),
            id => Ok(id.into_iter().collect()),
        };
        let before = surrounding(adds_bos, source.bos_id, "beginning-of-sequence")?;
        let after = surrounding(
            source.add_eos.unwrap_or(false),
            source.eos_id,
            "end-of-sequence",
        )?;
        let library = |error: tokenizers::Error| Error::Tokenizer(error.to_string());
        let (rule, fallback, normalizer, pre_tokenizer, decoder) = if is_pieces {
            let scores: Vec<f32> = source.scores.into_iter().collect();
            check_len("scores", scores.len(), vocabulary.len())?;
            let add_space = source.add_space_prefix.unwrap_or(true);
            let mut steps = Vec::new();
            if add_space {
                steps.push(NormalizerWrapper::Prepend(Prepend::new("▁".into())));
            }
            steps.push(NormalizerWrapper::Replace(
                Replace::new(" ", "▁").map_err(library)?,
            ));
            let fallback = Fallback {
                bytes: true,
                unknown: source.unknown_id,
                fuse_unknown: true,
            };
            (
                MergeRule::Scored(scores),
                fallback,
                Some(NormalizerWrapper::Sequence(Normalizers::new(steps))),
                None,
                Decoder::sentence_pieces(add_space)?,
            )
        } else {
            let mut merges = MergeList::default();
            for line in source.merges {
                merges.push_line(line).map_err(Error::Tokenizer)?;
            }
            (
                MergeRule::Ranked(merges.resolve(&vocabulary, "")?),
                Fallback::default(),
                source
                    .pre_tokenizer
                    .nfc
                    .then_some(NormalizerWrapper::NFC(NFC)),
                Some(source.pre_tokenizer.build()?),
                Decoder::byte_level()?,
            )
        };
        Self::from_parts(Parts {
            vocabulary,
            segmenter: Segmenter::Bpe(Bpe {
                rule,
                fallback,
                continuing_prefix: String::new(),
                end_suffix: String::new(),
                ignore_merges: !is_pieces && source.pre_tokenizer.ignore_merges,
                reserved: Vec::new(),
            }),
            added,
            only_added: Vec::new(),
            normalizer,
            pre_tokenizer,
            decoder,
            before,
            after,
        })
    }
}

fn check_len(what: &str, actual: usize, expected: usize) -> Result<()> {
    if actual == expected {
        return Ok(());
    }
    Err(Error::Tokenizer(format!(
        "the GGUF file has {expected} tokens and {actual} {what}"
    )))
}

fn added_tokens(vocabulary: &Vocabulary, types: &[TokenType], is_pieces: bool) -> Vec<AddedToken> {
    let control = |text: &str| {
        vocabulary
            .id_of(text)
            .and_then(|id| types.get(id as usize))
            .is_some_and(|kind| *kind == TokenType::Control)
    };
    // Phi-3's tokens swallow the white space after them. GGUF has no key for that; llama.cpp too knows it by name.
    let phi3 = is_pieces && control("<|end|>") && control("<|assistant|>");
    types
        .iter()
        .zip(0..)
        .filter_map(|(kind, id)| {
            let special = match kind {
                TokenType::Control | TokenType::Unknown => true,
                TokenType::UserDefined => false,
                TokenType::Normal | TokenType::Unused | TokenType::Byte => return None,
            };
            let content = vocabulary.text_of(id)?.to_owned();
            let plain = matches!(content.as_str(), "<unk>" | "<s>" | "<|endoftext|>");
            Some(AddedToken {
                id,
                single_word: false,
                lstrip: false,
                rstrip: phi3 && special && !plain,
                normalized: false,
                special,
                content,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests;
