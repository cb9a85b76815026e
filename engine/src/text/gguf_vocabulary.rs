//! A tokenizer from the vocabulary that a GGUF file carries.
//!
//! GGUF names its pre-tokenizers instead of describing them; the expressions here are the ones those names stand
//! for, in the form the original tokenizer.json files give them. The caller reads the metadata; the token texts
//! come in as iterators, so that they are copied once, into the vocabulary's own table.

use tokenizers::normalizers::{NFC, Prepend, Replace, Sequence as Normalizers};
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::pre_tokenizers::sequence::Sequence as PreTokenizers;
use tokenizers::pre_tokenizers::split::{Split, SplitPattern};
use tokenizers::{NormalizerWrapper, PreTokenizerWrapper, SplitDelimiterBehavior};

use super::added::AddedToken;
use super::bpe::{Fallback, MergeRule};
use super::bpe_json::MergeList;
use super::decoder::Decoder;
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

/// How a byte-level vocabulary cuts text before merging (`tokenizer.ggml.pre`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PreTokenizer {
    /// Applied one after the other, each to what the one before left.
    patterns: &'static [&'static str],
    ignore_merges: bool,
    nfc: bool,
    /// Where the metadata does not say whether a beginning-of-sequence token is added.
    adds_bos: bool,
}

const GPT2: &str = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";
const LLAMA3: &str = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
const QWEN2: &str = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
const QWEN35: &str = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
const TEKKEN: &str = r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+";
const GPT4O: &str = r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+";
const DEEPSEEK3: &str = r"[!#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
const FALCON_PUNCTUATION: &str = r"[\p{P}\$\+<=>\^~\|`]+";
const CJK: &str = "[\u{4e00}-\u{9fa5}\u{3040}-\u{309f}\u{30a0}-\u{30ff}]+";

impl PreTokenizer {
    /// From the name in the metadata. An unknown name is an error: guessing gives a model that seems to work.
    pub fn from_name(name: &str) -> Result<Self> {
        let plain = |patterns: &'static [&'static str]| Self {
            patterns,
            ignore_merges: false,
            nfc: false,
            adds_bos: false,
        };
        Ok(match name {
            "gpt-2" | "phi-2" | "jina-es" | "jina-de" | "mpt" | "olmo" | "dbrx-gpt2"
            | "roberta-bpe" | "gigachat" | "a.x-4.0" | "mellum" => plain(&[GPT2]),
            "default" => plain(&[r"[\p{P}\$\+<=>\^~\|]+", GPT2, r"\p{N}+", "[0-9][0-9][0-9]"]),
            "llama3" | "llama-v3" | "llama-bpe" | "falcon3" | "pixtral-llama3" => Self {
                ignore_merges: true,
                adds_bos: true,
                ..plain(&[LLAMA3])
            },
            "dbrx" | "smaug-bpe" | "chatglm-bpe" | "glm4" | "olmo2-llama3" => plain(&[LLAMA3]),
            "qwen2" | "deepseek-r1-qwen" | "hunyuan" | "megrez" => Self {
                nfc: true,
                ..plain(&[QWEN2])
            },
            "qwen35" => Self {
                nfc: true,
                ..plain(&[QWEN35])
            },
            "stablelm2" => plain(&[QWEN2]),
            "smollm" | "starcoder" | "refact" | "command-r" | "codeshell" | "exaone"
            | "minerva-7b" => plain(&[r"\p{N}", GPT2]),
            "falcon" => plain(&[FALCON_PUNCTUATION, GPT2, "[0-9][0-9][0-9]"]),
            "tekken" => Self {
                ignore_merges: true,
                adds_bos: true,
                ..plain(&[TEKKEN])
            },
            "gpt-4o" | "llama4" => plain(&[GPT4O]),
            "deepseek-coder" => plain(&[
                r"[\r\n]",
                r"\s?\p{L}+",
                r"\s?\p{P}+",
                "[\u{4e00}-\u{9fa5}\u{0800}-\u{4e00}\u{ac00}-\u{d7ff}]+",
                r"\p{N}",
            ]),
            "deepseek-v3" => plain(&[r"\p{N}{1,3}", CJK, DEEPSEEK3]),
            _ => {
                return Err(Error::Unsupported(format!(
                    "the GGUF pre-tokenizer '{name}' is not supported; a Hugging Face folder of this model has a tokenizer.json that is"
                )));
            }
        })
    }

    fn build(&self) -> Result<PreTokenizerWrapper> {
        let mut steps = Vec::with_capacity(self.patterns.len() + 1);
        for pattern in self.patterns {
            let split = Split::new(
                SplitPattern::Regex((*pattern).into()),
                SplitDelimiterBehavior::Isolated,
                false,
            )
            .map_err(|error| Error::Tokenizer(error.to_string()))?;
            steps.push(PreTokenizerWrapper::Split(split));
        }
        steps.push(PreTokenizerWrapper::ByteLevel(ByteLevel::new(
            false, false, false,
        )));
        Ok(PreTokenizerWrapper::Sequence(PreTokenizers::new(steps)))
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
                Decoder::sentence_pieces(add_space),
            )
        } else {
            let mut merges = MergeList::default();
            for line in source.merges {
                merges.push_line(line).map_err(Error::Tokenizer)?;
            }
            (
                MergeRule::Ranked(merges.resolve(&vocabulary)?),
                Fallback::default(),
                source
                    .pre_tokenizer
                    .nfc
                    .then_some(NormalizerWrapper::NFC(NFC)),
                Some(source.pre_tokenizer.build()?),
                Decoder::ByteLevel,
            )
        };
        Self::from_parts(Parts {
            vocabulary,
            rule,
            fallback,
            ignore_merges: !is_pieces && source.pre_tokenizer.ignore_merges,
            added,
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
