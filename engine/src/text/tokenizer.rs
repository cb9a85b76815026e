//! Text to token ids and back, from tokenizer.json or from the vocabulary inside a GGUF file.
//!
//! Normalising, pre-tokenizing and post-processing are the `tokenizers` library's; the vocabulary, the cutting into
//! tokens and the search for special tokens are ours, because the library keeps every token text three times and
//! cannot be told which parts of a text came from outside.

use std::ops::Range;

use serde::Deserialize as _;
use tokenizers::{
    Encoding, NormalizedString, Normalizer as _, NormalizerWrapper, OffsetReferential, OffsetType,
    PostProcessor as _, PostProcessorWrapper, PreTokenizedString, PreTokenizer as _,
    PreTokenizerWrapper, Token, normalizer::Range as SliceRange,
};

use super::added::{AddedToken, AddedTokens};
use super::decoder::{DecodeState, Decoder};
use super::provenance::RenderedChat;
use super::segmenter::Segmenter;
use super::tokenizer_json::TokenizerJson;
use super::vocabulary::Vocabulary;
use crate::{Error, Result};

/// Whether encoding puts the model's own special tokens around the text (a beginning-of-sequence token, say).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpecialTokens {
    Add,
    Skip,
}

/// A vocabulary with everything needed to use it.
#[derive(Debug)]
pub struct Tokenizer {
    pub(super) vocabulary: Vocabulary,
    pub(super) decoder: Decoder,
    normalizer: Option<NormalizerWrapper>,
    pre_tokenizer: Option<PreTokenizerWrapper>,
    segmenter: Segmenter,
    /// Added tokens that are found in text as given.
    raw_added: AddedTokens,
    /// Added tokens that are found in normalised text.
    normalized_added: AddedTokens,
    /// All added tokens by their own text: what text from outside must not smuggle in.
    all_added: AddedTokens,
    /// By id.
    special: Vec<bool>,
    before: Vec<u32>,
    after: Vec<u32>,
}

/// What a tokenizer is made of, whichever file it came from.
pub(super) struct Parts {
    pub vocabulary: Vocabulary,
    pub segmenter: Segmenter,
    pub added: Vec<AddedToken>,
    /// Ids of added tokens that the model's own vocabulary does not have: they exist only for the search.
    pub only_added: Vec<u32>,
    pub normalizer: Option<NormalizerWrapper>,
    pub pre_tokenizer: Option<PreTokenizerWrapper>,
    pub decoder: Decoder,
    /// Ids put before and after a text when special tokens are asked for.
    pub before: Vec<u32>,
    pub after: Vec<u32>,
}

/// Stands for the text while the post-processor shows what it puts around it.
const TEXT_MARK: u32 = u32::MAX;

impl Tokenizer {
    /// Reads a tokenizer.json. The bytes can be dropped afterwards.
    pub fn from_json(json: &[u8]) -> Result<Self> {
        let malformed = |error: serde_json::Error| Error::Tokenizer(error.to_string());
        let mut deserializer = serde_json::Deserializer::from_slice(json);
        let file = TokenizerJson::deserialize(&mut deserializer).map_err(malformed)?;
        deserializer.end().map_err(malformed)?;
        let (mut vocabulary, segmenter) = file.model.into_segmenter()?;
        let mut added = Vec::with_capacity(file.added_tokens.len());
        let mut only_added = Vec::new();
        for token in file.added_tokens {
            let token = token.into_token(&vocabulary);
            if vocabulary.id_of(&token.content).is_none() {
                vocabulary.insert(token.id, &token.content)?;
                only_added.push(token.id);
            }
            added.push(token);
        }
        let (before, after) = match &file.post_processor {
            Some(post_processor) => surroundings(post_processor)?,
            None => Default::default(),
        };
        if let Some(id) = before
            .iter()
            .chain(&after)
            .find(|&&id| vocabulary.text_of(id).is_none())
        {
            return Err(Error::Tokenizer(format!(
                "its post-processor adds token {id}, which does not exist"
            )));
        }
        Self::from_parts(Parts {
            segmenter,
            added,
            only_added,
            normalizer: file.normalizer,
            pre_tokenizer: file.pre_tokenizer,
            decoder: Decoder::from_json(&file.decoder)?,
            before,
            after,
            vocabulary,
        })
    }

    pub(super) fn from_parts(parts: Parts) -> Result<Self> {
        let mut special = vec![false; parts.vocabulary.len()];
        for token in parts.added.iter().filter(|token| token.special) {
            if let Some(entry) = special.get_mut(token.id as usize) {
                *entry = true;
            }
        }
        let mut reserved = special.clone();
        for id in parts.only_added {
            if let Some(entry) = reserved.get_mut(id as usize) {
                *entry = true;
            }
        }
        let mut segmenter = parts.segmenter;
        segmenter.reserve(reserved, &parts.vocabulary);
        let mut raw = Vec::new();
        let mut normalized = Vec::new();
        for token in &parts.added {
            if !token.normalized {
                raw.push((token.content.clone(), token.clone()));
                continue;
            }
            let mut pattern = NormalizedString::from(token.content.as_str());
            if let Some(normalizer) = &parts.normalizer {
                normalizer.normalize(&mut pattern).map_err(library)?;
            }
            normalized.push((pattern.get().to_owned(), token.clone()));
        }
        Ok(Self {
            segmenter,
            raw_added: AddedTokens::new(raw.into_iter()),
            normalized_added: AddedTokens::new(normalized.into_iter()),
            all_added: AddedTokens::new(
                parts
                    .added
                    .into_iter()
                    .map(|token| (token.content.clone(), token)),
            ),
            special,
            vocabulary: parts.vocabulary,
            decoder: parts.decoder,
            normalizer: parts.normalizer,
            pre_tokenizer: parts.pre_tokenizer,
            before: parts.before,
            after: parts.after,
        })
    }

    /// Encodes text in which the names of special tokens mean these tokens, as the `tokenizers` library does.
    pub fn encode(&self, text: &str, special_tokens: SpecialTokens) -> Result<Vec<u32>> {
        match special_tokens {
            SpecialTokens::Add => {
                let mut ids = self.before.clone();
                self.encode_into(text, &[], &mut ids)?;
                ids.extend_from_slice(&self.after);
                Ok(ids)
            }
            SpecialTokens::Skip => self.encode_rendered(text),
        }
    }

    /// Encodes text from outside: whatever it contains, no special or added token comes of it.
    pub fn encode_user_text(&self, text: &str) -> Result<Vec<u32>> {
        let mut ids = Vec::new();
        // One range over all of it; not a slip for a list of its positions.
        let all = 0..text.len();
        self.encode_into(text, std::slice::from_ref(&all), &mut ids)?;
        Ok(ids)
    }

    /// Encodes text from outside for a model to continue: the beginning that the model expects, and no end.
    pub fn encode_to_continue(&self, text: &str) -> Result<Vec<u32>> {
        let mut ids = self.before.clone();
        ids.extend(self.encode_user_text(text)?);
        Ok(ids)
    }

    /// Encodes a chat template's output that holds no text from outside, or whose text is trusted.
    pub fn encode_rendered(&self, text: &str) -> Result<Vec<u32>> {
        let mut ids = Vec::new();
        self.encode_into(text, &[], &mut ids)?;
        Ok(ids)
    }

    /// Encodes a rendered conversation: the template's special tokens are recognised, those in messages are not.
    pub fn encode_chat(&self, chat: &RenderedChat) -> Result<Vec<u32>> {
        let mut ids = Vec::new();
        self.encode_into(&chat.text, &chat.untrusted, &mut ids)?;
        Ok(ids)
    }

    /// The text that ids spell. Ids without a token (padding of the embedding table) spell nothing.
    pub fn decode(&self, ids: &[u32], skip_special: bool) -> String {
        let mut state = DecodeState::default();
        let mut text = String::new();
        for &id in ids {
            if skip_special && self.is_special(id) {
                continue;
            }
            if let Some(token) = self.vocabulary.text_of(id) {
                self.decoder.push(&mut state, token, &mut text);
            }
        }
        self.decoder.finish(&mut state, &mut text);
        text
    }

    /// Follows what tokenizer_config.json says of the tokens around a text, as `transformers` does: `Some(true)` puts
    /// the token there, `Some(false)` takes it away, `None` leaves what the post-processor of tokenizer.json does.
    pub fn set_surroundings(
        &mut self,
        beginning: (Option<bool>, Option<&str>),
        end: (Option<bool>, Option<&str>),
    ) {
        let id = |text: Option<&str>| text.and_then(|text| self.vocabulary.id_of(text));
        if let (Some(wanted), Some(bos)) = (beginning.0, id(beginning.1)) {
            match (wanted, self.before.first() == Some(&bos)) {
                (true, false) => self.before.insert(0, bos),
                (false, true) => drop(self.before.remove(0)),
                (true, true) | (false, false) => {}
            }
        }
        if let (Some(wanted), Some(eos)) = (end.0, id(end.1)) {
            match (wanted, self.after.last() == Some(&eos)) {
                (true, false) => self.after.push(eos),
                (false, true) => drop(self.after.pop()),
                (true, true) | (false, false) => {}
            }
        }
    }

    /// The id whose token is exactly `text`, in the vocabulary's own spelling.
    pub fn token_id(&self, text: &str) -> Option<u32> {
        self.vocabulary.id_of(text)
    }

    /// A token in the vocabulary's own spelling (`Ġworld`, `▁world`).
    pub fn token_text(&self, id: u32) -> Option<&str> {
        self.vocabulary.text_of(id)
    }

    /// The bytes that a token adds in the middle of a text; none for a token without text: one that controls, or an id that
    /// stands for nothing.
    pub fn token_bytes(&self, id: u32) -> Vec<u8> {
        match self.token_text(id).filter(|_| !self.is_special(id)) {
            Some(token) => self.decoder.token_bytes(token),
            None => Vec::new(),
        }
    }

    pub fn is_special(&self, id: u32) -> bool {
        self.special.get(id as usize).copied().unwrap_or(false)
    }

    /// One more than the largest id that has a token.
    pub fn vocab_size(&self) -> usize {
        self.vocabulary.len()
    }

    pub(super) fn added_tokens(&self) -> &AddedTokens {
        &self.all_added
    }

    /// Appends the ids of `text`; nothing inside the `untrusted` ranges is taken for an added token.
    fn encode_into(
        &self,
        text: &str,
        untrusted: &[Range<usize>],
        ids: &mut Vec<u32>,
    ) -> Result<()> {
        let mut pieces = PreTokenizedString::from(text);
        pieces
            .split(|_, piece| split_added(&piece, &self.raw_added, untrusted))
            .map_err(library)?;
        pieces
            .split(|_, mut piece| {
                if let Some(normalizer) = &self.normalizer {
                    normalizer.normalize(&mut piece)?;
                }
                let untrusted = normalized_ranges(&piece, untrusted);
                split_added(&piece, &self.normalized_added, &untrusted)
            })
            .map_err(library)?;
        if let Some(pre_tokenizer) = &self.pre_tokenizer {
            pre_tokenizer.pre_tokenize(&mut pieces).map_err(library)?;
        }
        for (piece, _, tokens) in pieces.get_splits(OffsetReferential::Normalized, OffsetType::Byte)
        {
            match tokens {
                Some(tokens) => ids.extend(tokens.iter().map(|token| token.id)),
                None => self.segmenter.encode(&self.vocabulary, piece, ids)?,
            }
        }
        Ok(())
    }
}

/// A piece of text, and the token it stands for if it is an added one.
type Split = (NormalizedString, Option<Vec<Token>>);

fn split_added(
    piece: &NormalizedString,
    added: &AddedTokens,
    untrusted: &[Range<usize>],
) -> tokenizers::Result<Vec<Split>> {
    added
        .segments(piece.get(), untrusted)
        .into_iter()
        .map(|segment| {
            let slice = piece
                .slice(SliceRange::Normalized(segment.start..segment.end))
                .ok_or("a special token is cut out inside a character")?;
            let tokens = segment.token.map(|id| {
                vec![Token::new(
                    id,
                    String::new(),
                    (0, segment.end - segment.start),
                )]
            });
            Ok((slice, tokens))
        })
        .collect()
}

/// Ranges of the original text, as ranges of this normalised piece of it.
fn normalized_ranges(piece: &NormalizedString, ranges: &[Range<usize>]) -> Vec<Range<usize>> {
    if ranges.is_empty() {
        return Vec::new();
    }
    let (start, end) = piece.offsets_original();
    let converted: Option<Vec<_>> = ranges
        .iter()
        .filter(|range| range.start < end && start < range.end)
        .map(|range| {
            let from = range.start.max(start) - start;
            let to = range.end.min(end) - start;
            piece.convert_offsets(SliceRange::Original(from..to))
        })
        .collect();
    // A range the normaliser dissolved cannot be followed: then nothing in the piece is trusted.
    converted.unwrap_or_else(|| std::iter::once(0..piece.get().len()).collect())
}

/// What a post-processor puts before and after a text: seen once, on a text of one token.
fn surroundings(post_processor: &PostProcessorWrapper) -> Result<(Vec<u32>, Vec<u32>)> {
    let text = Encoding::from_tokens(vec![Token::new(TEXT_MARK, "x".into(), (0, 1))], 0);
    let encoding = post_processor.process(text, None, true).map_err(library)?;
    let ids = encoding.get_ids();
    let mut parts = ids.split(|&id| id == TEXT_MARK);
    match (parts.next(), parts.next(), parts.next()) {
        (Some(before), Some(after), None) => Ok((before.to_vec(), after.to_vec())),
        _ => Err(Error::Unsupported(
            "the tokenizer's post-processor does not use the text exactly once".into(),
        )),
    }
}

fn library(error: tokenizers::Error) -> Error {
    Error::Tokenizer(error.to_string())
}

#[cfg(test)]
mod model_types;
#[cfg(test)]
mod tests;
