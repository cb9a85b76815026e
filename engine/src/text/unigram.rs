//! Unigram segmentation (SentencePiece's other algorithm): of all ways to cut a piece into tokens, the one with the
//! highest sum of scores (Kudo 2018, "Subword Regularization", equation 1 with the best segmentation for x*).
//!
//! A table over the byte positions holds the best way to get to each (Viterbi). Where no token of one character fits,
//! the unknown token stands in, at a score below every other; a run of unknown characters is one unknown.

use super::segmenter::{byte_ids, plain_id, unspellable};
use super::vocabulary::Vocabulary;
use crate::{Error, Result};

/// How far an unknown character's score lies below the lowest of the vocabulary; SentencePiece's `kUnkPenalty`.
const UNKNOWN_PENALTY: f64 = 10.0;

#[derive(Debug, Clone)]
pub(crate) struct Unigram {
    /// By id.
    scores: Vec<f64>,
    unknown: Option<u32>,
    byte_fallback: bool,
    unknown_score: f64,
    /// Ids in the order of their texts, so that all tokens a text begins with are found by narrowing a range.
    sorted: Vec<u32>,
    reserved: Vec<bool>,
}

/// The best way to a position.
#[derive(Clone, Copy)]
struct Arrival {
    score: f64,
    from: usize,
    id: Option<u32>,
}

impl Unigram {
    pub(crate) fn new(scores: Vec<f64>, unknown: Option<u32>, byte_fallback: bool) -> Result<Self> {
        if let Some(id) = unknown.filter(|&id| id as usize >= scores.len()) {
            return Err(Error::Tokenizer(format!(
                "its unknown token {id} is not in the vocabulary"
            )));
        }
        let lowest = scores.iter().copied().fold(f64::INFINITY, f64::min);
        Ok(Self {
            unknown_score: lowest - UNKNOWN_PENALTY,
            scores,
            unknown,
            byte_fallback,
            sorted: Vec::new(),
            reserved: Vec::new(),
        })
    }

    /// Puts the tokens that text may become in order.
    pub(super) fn index(&mut self, reserved: &[bool], vocabulary: &Vocabulary) {
        self.reserved = reserved.to_vec();
        // Of two tokens with one text, only the one that the text stands for.
        self.sorted = (0..)
            .take(self.scores.len())
            .filter(|&id| {
                vocabulary
                    .text_of(id)
                    .is_some_and(|text| plain_id(vocabulary, reserved, text) == Some(id))
            })
            .collect();
        self.sorted
            .sort_by(|&left, &right| vocabulary.text_of(left).cmp(&vocabulary.text_of(right)));
    }

    pub(super) fn encode(
        &self,
        vocabulary: &Vocabulary,
        piece: &str,
        ids: &mut Vec<u32>,
    ) -> Result<()> {
        let arrivals = self.best_arrivals(vocabulary, piece);
        let mut spans = Vec::new();
        let mut end = piece.len();
        while end > 0 {
            let Some(&Some(Arrival { from, id, .. })) = arrivals.get(end) else {
                return Err(unspellable(piece));
            };
            let id = id.ok_or_else(|| unspellable(piece))?;
            match spans.last_mut() {
                Some((start, _, last)) if *last == id && self.unknown == Some(id) => *start = from,
                _ => spans.push((from, end, id)),
            }
            end = from;
        }
        for (start, end, id) in spans.into_iter().rev() {
            if self.unknown != Some(id) {
                ids.push(id);
                continue;
            }
            let text = piece.get(start..end).unwrap_or_default();
            if let Some(id) = plain_id(vocabulary, &self.reserved, text) {
                ids.push(id);
            } else if let Some(bytes) = byte_ids(vocabulary, text).filter(|_| self.byte_fallback) {
                ids.extend(bytes);
            } else {
                ids.push(id);
            }
        }
        Ok(())
    }

    /// The best way to every position of `piece` that can be reached.
    fn best_arrivals(&self, vocabulary: &Vocabulary, piece: &str) -> Vec<Option<Arrival>> {
        let mut arrivals: Vec<Option<Arrival>> = vec![None; piece.len() + 1];
        for (from, character) in piece.char_indices() {
            let so_far = match arrivals.get(from) {
                Some(Some(arrival)) => arrival.score,
                _ => 0.0,
            };
            let mut arrive = |end: usize, score: f64, id: Option<u32>| {
                if let Some(arrival) = arrivals.get_mut(end)
                    && arrival.is_none_or(|best| so_far + score > best.score)
                {
                    *arrival = Some(Arrival {
                        score: so_far + score,
                        from,
                        id,
                    });
                }
            };
            let rest = piece.as_bytes().get(from..).unwrap_or_default();
            let mut has_character = false;
            for (id, len_bytes) in self.beginnings(vocabulary, rest) {
                let score = self.scores.get(id as usize).copied().unwrap_or(0.0);
                arrive(from + len_bytes, score, Some(id));
                has_character |= len_bytes == character.len_utf8();
            }
            if !has_character {
                arrive(
                    from + character.len_utf8(),
                    self.unknown_score,
                    self.unknown,
                );
            }
        }
        arrivals
    }

    /// All tokens that `rest` begins with, shortest first, with their lengths.
    fn beginnings(
        &self,
        vocabulary: &Vocabulary,
        rest: &[u8],
    ) -> impl Iterator<Item = (u32, usize)> {
        let text = |id: u32| vocabulary.text_of(id).unwrap_or_default().as_bytes();
        let mut candidates = self.sorted.as_slice();
        let mut found = Vec::new();
        for (depth, &byte) in rest.iter().enumerate() {
            let first = candidates.partition_point(|&id| text(id).get(depth) < Some(&byte));
            let last = candidates.partition_point(|&id| text(id).get(depth) <= Some(&byte));
            candidates = candidates.get(first..last).unwrap_or_default();
            match candidates.first() {
                Some(&id) if text(id).len() == depth + 1 => found.push((id, depth + 1)),
                Some(_) => {}
                None => break,
            }
        }
        found.into_iter()
    }
}
