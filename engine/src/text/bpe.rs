//! Byte-pair encoding of one pre-tokenized piece of text.
//!
//! Two published rules decide which neighbours join first: a ranked list of merges (tokenizer.json, and GGUF files
//! with `model = gpt2`), or the score of the joined token (SentencePiece, GGUF files with `model = llama`). Both
//! take the best pair again and again, the leftmost of equals. Pieces can be whole documents, so the queue keeps
//! the work at n log n.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::{BinaryHeap, HashMap};

use super::segmenter::{byte_ids, plain_id};
use super::vocabulary::Vocabulary;

/// What a pair of neighbouring tokens becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Merge {
    pub rank: u32,
    pub merged: u32,
}

#[derive(Debug, Clone)]
pub(crate) enum MergeRule {
    /// By pair of ids.
    Ranked(HashMap<(u32, u32), Merge>),
    /// Score by id; the higher joins first.
    Scored(Vec<f32>),
}

/// What stands in for characters the vocabulary lacks.
#[derive(Debug, Clone, Default)]
pub(crate) struct Fallback {
    /// Use the `<0x41>` tokens, where the vocabulary has all that are needed.
    pub bytes: bool,
    pub unknown: Option<u32>,
    /// One unknown token for a run of unknown characters.
    pub fuse_unknown: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct Bpe {
    pub rule: MergeRule,
    pub fallback: Fallback,
    /// What a character inside a word has in front of it in the vocabulary (empty in all but a few old models).
    pub continuing_prefix: String,
    /// What the last character of a word has behind it in the vocabulary (`</w>`; empty in newer models).
    pub end_suffix: String,
    /// A piece that is a token as it stands needs no merging (Llama 3).
    pub ignore_merges: bool,
    /// By id: tokens that text must never turn into, because they mean something to the model (`<|im_end|>`).
    pub reserved: Vec<bool>,
}

impl Bpe {
    pub(crate) fn encode(&self, vocabulary: &Vocabulary, piece: &str, ids: &mut Vec<u32>) {
        if piece.is_empty() {
            return;
        }
        if self.ignore_merges
            && let Some(id) = self.plain_id(vocabulary, piece)
        {
            ids.push(id);
            return;
        }
        match &self.rule {
            MergeRule::Ranked(merges) => self.encode_ranked(vocabulary, merges, piece, ids),
            MergeRule::Scored(scores) => self.encode_scored(vocabulary, scores, piece, ids),
        }
    }

    fn is_reserved(&self, id: u32) -> bool {
        self.reserved.get(id as usize).copied().unwrap_or(false)
    }

    fn plain_id(&self, vocabulary: &Vocabulary, text: &str) -> Option<u32> {
        plain_id(vocabulary, &self.reserved, text)
    }

    /// A character of a word as the vocabulary writes it there.
    fn affixed<'a>(&self, character: &'a str, is_first: bool, is_last: bool) -> Cow<'a, str> {
        let prefix = if is_first {
            ""
        } else {
            &self.continuing_prefix
        };
        let suffix = if is_last { &self.end_suffix } else { "" };
        if prefix.is_empty() && suffix.is_empty() {
            return Cow::Borrowed(character);
        }
        Cow::Owned(format!("{prefix}{character}{suffix}"))
    }

    fn encode_ranked(
        &self,
        vocabulary: &Vocabulary,
        merges: &HashMap<(u32, u32), Merge>,
        piece: &str,
        ids: &mut Vec<u32>,
    ) {
        let mut symbols = Symbols::default();
        let mut previous_unknown = false;
        for (start, character) in piece.char_indices() {
            let end = start + character.len_utf8();
            let text = piece.get(start..end).unwrap_or_default();
            let text = self.affixed(text, start == 0, end == piece.len());
            if let Some(id) = self.plain_id(vocabulary, &text) {
                symbols.push(Some(id), start, end);
                previous_unknown = false;
            } else {
                self.push_fallback(vocabulary, &text, &mut previous_unknown, |id| {
                    symbols.push(Some(id), start, end);
                });
            }
        }
        // The smallest rank first: negated, because the queue gives the largest.
        let candidate = |left: &Symbol, right: &Symbol| {
            let merge = merges.get(&(left.id?, right.id?))?;
            (!self.is_reserved(merge.merged)).then_some((-f64::from(merge.rank), merge.merged))
        };
        symbols.merge_all(candidate);
        ids.extend(symbols.alive().filter_map(|symbol| symbol.id));
    }

    fn encode_scored(
        &self,
        vocabulary: &Vocabulary,
        scores: &[f32],
        piece: &str,
        ids: &mut Vec<u32>,
    ) {
        let mut symbols = Symbols::default();
        for (start, character) in piece.char_indices() {
            let end = start + character.len_utf8();
            let id = self.plain_id(vocabulary, piece.get(start..end).unwrap_or_default());
            symbols.push(id, start, end);
        }
        let candidate = |left: &Symbol, right: &Symbol| {
            let id = self.plain_id(vocabulary, piece.get(left.start..right.end)?)?;
            let score = scores.get(id as usize).copied().unwrap_or(0.0);
            Some((f64::from(score), id))
        };
        symbols.merge_all(candidate);
        let mut previous_unknown = false;
        for symbol in symbols.alive() {
            if let Some(id) = symbol.id {
                ids.push(id);
                previous_unknown = false;
            } else {
                let text = piece.get(symbol.start..symbol.end).unwrap_or_default();
                self.push_fallback(vocabulary, text, &mut previous_unknown, |id| ids.push(id));
            }
        }
    }

    /// Spells one character the vocabulary lacks: as bytes, as the unknown token, or not at all.
    fn push_fallback(
        &self,
        vocabulary: &Vocabulary,
        character: &str,
        previous_unknown: &mut bool,
        mut push: impl FnMut(u32),
    ) {
        if self.fallback.bytes
            && let Some(bytes) = byte_ids(vocabulary, character)
        {
            *previous_unknown = false;
            bytes.into_iter().for_each(push);
            return;
        }
        if let Some(unknown) = self.fallback.unknown {
            if !(*previous_unknown && self.fallback.fuse_unknown) {
                push(unknown);
            }
            *previous_unknown = true;
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Symbol {
    /// `None`: the vocabulary has no such token (yet).
    id: Option<u32>,
    start: usize,
    end: usize,
    previous: Option<usize>,
    next: Option<usize>,
    alive: bool,
}

/// A piece as a doubly linked list of symbols that melt into each other.
#[derive(Debug, Default)]
struct Symbols {
    list: Vec<Symbol>,
}

/// A possible merge. Ordered so that the largest is the best priority, leftmost first.
#[derive(Debug, Clone, Copy)]
struct Candidate {
    priority: f64,
    left: usize,
    right: usize,
    /// Ends of the two symbols when this was found: it is out of date when they have moved.
    left_end: usize,
    right_end: usize,
    merged: u32,
}

impl Ord for Candidate {
    fn cmp(&self, other: &Self) -> Ordering {
        self.priority
            .total_cmp(&other.priority)
            .then_with(|| other.left.cmp(&self.left))
    }
}

impl PartialOrd for Candidate {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Candidate {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Candidate {}

impl Symbols {
    fn push(&mut self, id: Option<u32>, start: usize, end: usize) {
        let index = self.list.len();
        let previous = index.checked_sub(1);
        if let Some(last) = self.list.last_mut() {
            last.next = Some(index);
        }
        self.list.push(Symbol {
            id,
            start,
            end,
            previous,
            next: None,
            alive: true,
        });
    }

    fn alive(&self) -> impl Iterator<Item = &Symbol> {
        self.list.iter().filter(|symbol| symbol.alive)
    }

    /// Joins the best pair until no pair can be joined. `candidate` gives the priority and the joined id.
    fn merge_all(&mut self, candidate: impl Fn(&Symbol, &Symbol) -> Option<(f64, u32)>) {
        let mut queue = BinaryHeap::with_capacity(self.list.len());
        for left in 0..self.list.len() {
            queue.extend(self.candidate_at(left, &candidate));
        }
        while let Some(best) = queue.pop() {
            let (Some(&left), Some(&right)) = (self.list.get(best.left), self.list.get(best.right))
            else {
                continue;
            };
            let current = left.alive
                && right.alive
                && left.next == Some(best.right)
                && left.end == best.left_end
                && right.end == best.right_end
                // Byte tokens of one character share their span, so the ids decide.
                && candidate(&left, &right).map(|found| found.1) == Some(best.merged);
            if !current {
                continue;
            }
            if let Some(symbol) = self.list.get_mut(best.left) {
                symbol.id = Some(best.merged);
                symbol.end = right.end;
                symbol.next = right.next;
            }
            if let Some(symbol) = self.list.get_mut(best.right) {
                symbol.alive = false;
            }
            if let Some(after) = right.next.and_then(|next| self.list.get_mut(next)) {
                after.previous = Some(best.left);
            }
            if let Some(previous) = left.previous {
                queue.extend(self.candidate_at(previous, &candidate));
            }
            queue.extend(self.candidate_at(best.left, &candidate));
        }
    }

    fn candidate_at(
        &self,
        left: usize,
        candidate: impl Fn(&Symbol, &Symbol) -> Option<(f64, u32)>,
    ) -> Option<Candidate> {
        let left_symbol = self.list.get(left)?;
        let right = left_symbol.next?;
        let right_symbol = self.list.get(right)?;
        let (priority, merged) = candidate(left_symbol, right_symbol)?;
        Some(Candidate {
            priority,
            left,
            right,
            left_end: left_symbol.end,
            right_end: right_symbol.end,
            merged,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vocabulary(texts: &[&str]) -> Vocabulary {
        let mut vocabulary = Vocabulary::new();
        for (id, text) in texts.iter().enumerate() {
            vocabulary.insert(id as u32, text).unwrap();
        }
        vocabulary
    }

    fn encode(bpe: &Bpe, vocabulary: &Vocabulary, text: &str) -> Vec<u32> {
        let mut ids = Vec::new();
        bpe.encode(vocabulary, text, &mut ids);
        ids
    }

    fn ranked(pairs: &[(u32, u32, u32)]) -> Bpe {
        let merges = pairs
            .iter()
            .zip(0..)
            .map(|(&(left, right, merged), rank)| ((left, right), Merge { rank, merged }))
            .collect();
        Bpe {
            rule: MergeRule::Ranked(merges),
            fallback: Fallback::default(),
            continuing_prefix: String::new(),
            end_suffix: String::new(),
            ignore_merges: false,
            reserved: Vec::new(),
        }
    }

    #[test]
    fn the_lower_rank_joins_first() {
        let vocabulary = vocabulary(&["a", "b", "c", "ab", "bc"]);
        assert_eq!(
            encode(&ranked(&[(0, 1, 3), (1, 2, 4)]), &vocabulary, "abc"),
            [3, 2]
        );
        assert_eq!(
            encode(&ranked(&[(1, 2, 4), (0, 1, 3)]), &vocabulary, "abc"),
            [0, 4]
        );
    }

    #[test]
    fn equals_join_from_the_left() {
        let vocabulary = vocabulary(&["a", "aa"]);
        assert_eq!(
            encode(&ranked(&[(0, 0, 1)]), &vocabulary, "aaaaa"),
            [1, 1, 0]
        );
    }

    #[test]
    fn the_higher_score_joins_first_and_rare_characters_become_bytes() {
        let vocabulary = vocabulary(&["a", "b", "ab", "ba", "<0xC3>", "<0xA9>", "<unk>"]);
        let bpe = Bpe {
            rule: MergeRule::Scored(vec![0.0, 0.0, -2.0, -1.0, 0.0, 0.0, 0.0]),
            fallback: Fallback {
                bytes: true,
                unknown: Some(6),
                fuse_unknown: true,
            },
            continuing_prefix: String::new(),
            end_suffix: String::new(),
            ignore_merges: false,
            reserved: Vec::new(),
        };
        assert_eq!(encode(&bpe, &vocabulary, "aba"), [0, 3]);
        assert_eq!(encode(&bpe, &vocabulary, "é"), [4, 5]);
        assert_eq!(encode(&bpe, &vocabulary, "zz"), [6]);
    }

    #[test]
    fn text_never_becomes_a_reserved_token() {
        let vocabulary = vocabulary(&["a", "b", "ab"]);
        let mut bpe = ranked(&[(0, 1, 2)]);
        assert_eq!(encode(&bpe, &vocabulary, "ab"), [2]);
        bpe.reserved = vec![false, false, true];
        assert_eq!(encode(&bpe, &vocabulary, "ab"), [0, 1]);
        bpe.ignore_merges = true;
        assert_eq!(encode(&bpe, &vocabulary, "ab"), [0, 1]);
    }

    #[test]
    fn a_long_piece_stays_fast() {
        let vocabulary = vocabulary(&["a", "aa", "aaaa"]);
        let text = "a".repeat(400_000);
        assert_eq!(
            encode(&ranked(&[(0, 0, 1), (1, 1, 2)]), &vocabulary, &text).len(),
            100_000
        );
    }
}
