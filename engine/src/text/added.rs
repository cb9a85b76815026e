//! Finding added tokens (`<|im_end|>`, `<think>`) in text before it is tokenized.
//!
//! The rules are those of the `tokenizers` library: the longest match that starts first wins; a token can ask to
//! stand alone as a word, or to swallow the white space beside it. One thing is ours: spans of text that came from
//! outside can be marked as untrusted, and nothing in them is ever taken for a token.

use std::ops::Range;

/// One added token, as tokenizer.json describes it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct AddedToken {
    pub id: u32,
    pub content: String,
    pub single_word: bool,
    pub lstrip: bool,
    pub rstrip: bool,
    /// Matched in the normalised text and not in the text as given.
    pub normalized: bool,
    pub special: bool,
}

/// Added tokens, ordered for search.
#[derive(Debug, Clone, Default)]
pub(crate) struct AddedTokens {
    /// Sorted by pattern, so that the longest match at a place is found by narrowing a range.
    tokens: Vec<(String, AddedToken)>,
    /// First bytes of all patterns: most places in a text are dismissed by one look.
    first_bytes: Vec<bool>,
}

/// A match, or the text between two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Segment {
    pub start: usize,
    pub end: usize,
    pub token: Option<u32>,
}

struct Match<'a> {
    start: usize,
    end: usize,
    token: &'a AddedToken,
}

impl AddedTokens {
    /// `patterns` are what to look for (the content, or its normalised form), each with its token.
    pub(crate) fn new(patterns: impl Iterator<Item = (String, AddedToken)>) -> Self {
        let mut tokens: Vec<_> = patterns
            .filter(|(pattern, _)| !pattern.is_empty())
            .collect();
        tokens.sort_by(|left, right| left.0.cmp(&right.0));
        tokens.dedup_by(|left, right| left.0 == right.0);
        let mut first_bytes = vec![false; 256];
        for (pattern, _) in &tokens {
            if let Some(seen) = pattern
                .bytes()
                .next()
                .and_then(|byte| first_bytes.get_mut(usize::from(byte)))
            {
                *seen = true;
            }
        }
        Self {
            tokens,
            first_bytes,
        }
    }

    /// Cuts `text` into matches and the text between them; together they cover it.
    ///
    /// A match that touches one of `untrusted` (sorted, disjoint) is not taken.
    pub(crate) fn segments(&self, text: &str, untrusted: &[Range<usize>]) -> Vec<Segment> {
        let mut segments = Vec::new();
        let mut covered = 0;
        let mut position = 0;
        while let Some(found) = self.find(text, position, |_| true) {
            let Match {
                mut start,
                mut end,
                token,
            } = found;
            if touches(untrusted, start, end) {
                // One byte on: what begins inside text from outside may still be followed by the template's own.
                position = start + 1;
                continue;
            }
            position = end;
            if token.single_word && !is_word(text, start, end) {
                continue;
            }
            if token.lstrip {
                let before = text.get(covered..start).unwrap_or_default();
                start = covered + before.trim_end().len();
            }
            if token.rstrip {
                let after = text.get(end..).unwrap_or_default();
                end += after.len() - after.trim_start().len();
            }
            if covered < start {
                segments.push(Segment {
                    start: covered,
                    end: start,
                    token: None,
                });
            }
            segments.push(Segment {
                start,
                end,
                token: Some(token.id),
            });
            covered = end;
            position = position.max(end);
        }
        if covered < text.len() {
            segments.push(Segment {
                start: covered,
                end: text.len(),
                token: None,
            });
        }
        segments
    }

    /// Byte ranges of every token text in `text` that `wanted` accepts.
    pub(crate) fn occurrences(
        &self,
        text: &str,
        wanted: impl Fn(&AddedToken) -> bool,
    ) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        let mut position = 0;
        while let Some(next) = self.find(text, position, &wanted) {
            found.push(next.start..next.end);
            position = next.end;
        }
        found
    }

    /// The first special token in `text`; a token that is only added counts where nothing stands before it (files
    /// exist in which `<end_of_turn>` is not marked as special).
    pub(crate) fn first_control(&self, text: &str) -> Option<u32> {
        let is_first = |start: usize| text.get(..start).is_some_and(|text| text.trim().is_empty());
        let mut position = 0;
        while let Some(next) = self.find(text, position, |_| true) {
            if next.token.special || is_first(next.start) {
                return Some(next.token.id);
            }
            position = next.end;
        }
        None
    }

    fn find(
        &self,
        text: &str,
        from: usize,
        wanted: impl Fn(&AddedToken) -> bool,
    ) -> Option<Match<'_>> {
        if self.tokens.is_empty() {
            return None;
        }
        let bytes = text.as_bytes();
        (from..bytes.len())
            .filter(|&at| {
                bytes
                    .get(at)
                    .and_then(|&byte| self.first_bytes.get(usize::from(byte)))
                    .copied()
                    .unwrap_or(false)
            })
            .find_map(|at| self.longest_at(text, at, &wanted))
    }

    /// The longest pattern that `text` continues with at `at`.
    fn longest_at(
        &self,
        text: &str,
        at: usize,
        wanted: impl Fn(&AddedToken) -> bool,
    ) -> Option<Match<'_>> {
        let rest = text.as_bytes().get(at..)?;
        let mut candidates = self.tokens.as_slice();
        let mut longest = None;
        for depth in 0.. {
            if let Some((pattern, token)) = candidates.first()
                && pattern.len() == depth
                && depth > 0
            {
                if wanted(token) {
                    longest = Some(Match {
                        start: at,
                        end: at + depth,
                        token,
                    });
                }
                candidates = candidates.get(1..).unwrap_or_default();
            }
            let Some(&byte) = rest.get(depth) else { break };
            let key = |entry: &(String, AddedToken)| entry.0.as_bytes().get(depth).copied();
            let first = candidates.partition_point(|entry| key(entry) < Some(byte));
            let last = candidates.partition_point(|entry| key(entry) <= Some(byte));
            candidates = candidates.get(first..last).unwrap_or_default();
            if candidates.is_empty() {
                break;
            }
        }
        longest
    }
}

fn touches(ranges: &[Range<usize>], start: usize, end: usize) -> bool {
    let first = ranges.partition_point(|range| range.end <= start);
    ranges.get(first).is_some_and(|range| range.start < end)
}

/// Neither neighbour of `start..end` continues a word.
fn is_word(text: &str, start: usize, end: usize) -> bool {
    let in_word = |character: char| character.is_alphanumeric() || character == '_';
    let before = text.get(..start).and_then(|text| text.chars().next_back());
    let after = text.get(end..).and_then(|text| text.chars().next());
    !before.is_some_and(in_word) && !after.is_some_and(in_word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(id: u32, content: &str) -> AddedToken {
        AddedToken {
            id,
            content: content.into(),
            single_word: false,
            lstrip: false,
            rstrip: false,
            normalized: false,
            special: true,
        }
    }

    fn set(tokens: &[AddedToken]) -> AddedTokens {
        AddedTokens::new(
            tokens
                .iter()
                .map(|token| (token.content.clone(), token.clone())),
        )
    }

    fn show<'a>(
        set: &AddedTokens,
        text: &'a str,
        untrusted: &[Range<usize>],
    ) -> Vec<(&'a str, Option<u32>)> {
        set.segments(text, untrusted)
            .into_iter()
            .map(|segment| (&text[segment.start..segment.end], segment.token))
            .collect()
    }

    #[test]
    fn the_longest_match_that_starts_first_wins() {
        let set = set(&[token(0, "<a>"), token(1, "<a><b>"), token(2, "<b>")]);
        assert_eq!(
            show(&set, "x<a><b>y<b>", &[]),
            [
                ("x", None),
                ("<a><b>", Some(1)),
                ("y", None),
                ("<b>", Some(2))
            ]
        );
        assert_eq!(show(&set, "<a><c", &[]), [("<a>", Some(0)), ("<c", None)]);
        assert_eq!(show(&set, "", &[]), []);
    }

    #[test]
    fn strips_and_whole_words() {
        let set = set(&[
            AddedToken {
                lstrip: true,
                rstrip: true,
                ..token(0, "<m>")
            },
            AddedToken {
                single_word: true,
                ..token(1, "word")
            },
        ]);
        assert_eq!(
            show(&set, "a \n<m>\t b", &[]),
            [("a", None), (" \n<m>\t ", Some(0)), ("b", None)]
        );
        assert_eq!(
            show(&set, "a word, swords", &[]),
            [("a ", None), ("word", Some(1)), (", swords", None)]
        );
    }

    #[test]
    fn untrusted_spans_hold_no_tokens() {
        let set = set(&[token(0, "<a>")]);
        assert_eq!(
            show(&set, "<a><a><a>", &[3..4, 4..6]),
            [("<a>", Some(0)), ("<a>", None), ("<a>", Some(0))]
        );
        assert_eq!(
            show(&set, "<a><a>", &[1..2, 9..9]),
            [("<a>", None), ("<a>", Some(0))]
        );
    }
}
