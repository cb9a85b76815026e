//! A growing text, cut into its top-level blocks: paragraphs, lists, tables, code.
//!
//! Appended text can change the last block, and the one before it where two lists become one; what stands before those
//! is settled, and neither parsed nor shown again. A block that is longer than [`PIECE_BYTES`] is shown in pieces, so that
//! no step takes long, whatever a model writes: a table goes on below its head, code within its fence, anything else at
//! the next line. Must not know HTML.

use std::borrow::Cow;
use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag};

use super::dialect;

/// A few screens of text; a few milliseconds of work.
const PIECE_BYTES: usize = 8 * 1024;

/// What is parsed at once. More than two pieces, or a step would not come forward.
const WINDOW_PIECES: usize = 4;

/// A table's head or a fence's first line, if it is to be repeated.
const LONGEST_HEAD_BYTES: usize = 1024;

/// A part of a text that is shown by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    pub begin: usize,
    pub end: usize,
    /// Of a block that goes on with one too long: what it begins with, to be understood without the rest.
    pub head: Option<Range<usize>>,
}

impl Block {
    /// The block's own Markdown.
    pub fn source<'text>(&self, text: &'text str) -> Cow<'text, str> {
        let own = text.get(self.begin..self.end).unwrap_or_default();
        match self.head.clone().and_then(|head| text.get(head)) {
            Some(head) if !own.trim().is_empty() => Cow::Owned(format!("{head}{own}")),
            Some(_) | None => Cow::Borrowed(own),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// There is text that has not been looked at.
    More,
    /// The blocks are those of the whole text.
    Done,
}

/// The blocks of a text that is only ever appended to.
#[derive(Debug, Clone)]
pub struct Progressive {
    blocks: Vec<Block>,
    num_settled: usize,
    settled_bytes: usize,
    /// Of the block that begins where the settled ones end.
    head: Option<Range<usize>>,
    piece_bytes: usize,
}

impl Default for Progressive {
    fn default() -> Self {
        Self::with_pieces_of(PIECE_BYTES)
    }
}

impl Progressive {
    fn with_pieces_of(piece_bytes: usize) -> Self {
        Self {
            blocks: Vec::new(),
            num_settled: 0,
            settled_bytes: 0,
            head: None,
            piece_bytes,
        }
    }

    /// The settled blocks, then, after [`Step::Done`], those that may still change.
    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    pub fn num_settled(&self) -> usize {
        self.num_settled
    }

    /// Looks at a window of what is not settled. `text` begins with all that was given before.
    pub fn step(&mut self, text: &str) -> Step {
        self.blocks.truncate(self.num_settled);
        let wanted = self.settled_bytes + WINDOW_PIECES * self.piece_bytes;
        let end = text.floor_char_boundary(wanted);
        let mut found = Found::new(text, self.settled_bytes..end, self.head.clone());
        let mut is_first = true;
        while let Some((begin, next)) = found.next_block() {
            let is_long = next - begin > self.piece_bytes;
            if is_long {
                // What follows settled blocks is looked at from its own beginning first.
                if is_first {
                    self.cut(text, begin..next, &found);
                }
                return Step::More;
            }
            if found.num_left() <= 2 && found.last_len() <= self.piece_bytes {
                break;
            }
            self.settle(next, None);
            found.advance();
            is_first = false;
        }
        if end < text.len() {
            return Step::More;
        }
        let mut head = self.head.clone();
        while let Some((begin, end)) = found.next_block() {
            let head = head.take();
            self.blocks.push(Block { begin, end, head });
            found.advance();
        }
        Step::Done
    }

    fn settle(&mut self, end: usize, next_head: Option<Range<usize>>) {
        self.blocks.push(Block {
            begin: self.settled_bytes,
            end,
            head: self.head.take(),
        });
        self.num_settled = self.blocks.len();
        self.settled_bytes = end;
        self.head = next_head;
    }

    /// Settles a piece of a block that is too long to be one.
    fn cut(&mut self, text: &str, block: Range<usize>, found: &Found) {
        let latest = text.floor_char_boundary(block.start + self.piece_bytes);
        let within = |at: &usize| *at > block.start && *at <= latest;
        let piece = text.get(block.start..latest).unwrap_or_default();
        let at = found
            .seams
            .iter()
            .copied()
            .rfind(within)
            .or_else(|| piece.rfind('\n').map(|at| block.start + at + 1))
            .or_else(|| piece.rfind(' ').map(|at| block.start + at + 1))
            .filter(within)
            .unwrap_or(latest);
        let head = match (self.head.clone(), found.head_end) {
            (Some(head), _) => Some(head),
            (None, Some(end)) => Some(block.start..end),
            (None, None) => None,
        };
        let head = head.filter(|head| head.end <= at && head.len() <= LONGEST_HEAD_BYTES);
        self.settle(at, head);
    }
}

/// All blocks of a text.
pub fn blocks(text: &str) -> Vec<Block> {
    let mut progressive = Progressive::default();
    while progressive.step(text) == Step::More {}
    progressive.blocks
}

/// What one look at a window found.
struct Found {
    /// Where blocks begin, the end of the window last.
    bounds: Vec<usize>,
    next: usize,
    /// Where the first block can be cut: rows of a table, items of a list.
    seams: Vec<usize>,
    /// The end of what has to be repeated if the first block is cut.
    head_end: Option<usize>,
}

impl Found {
    fn new(text: &str, window: Range<usize>, head: Option<Range<usize>>) -> Self {
        let own = text.get(window.clone()).unwrap_or_default();
        let head = head.and_then(|head| text.get(head)).unwrap_or_default();
        let source: Cow<str> = if head.is_empty() {
            Cow::Borrowed(own)
        } else {
            Cow::Owned(format!("{head}{own}"))
        };
        // From a place in what is parsed to one in the text.
        let place = |at: usize| window.start + at.saturating_sub(head.len());
        let mut found = Self {
            bounds: Vec::new(),
            next: 0,
            seams: Vec::new(),
            head_end: None,
        };
        let mut depth = 0_usize;
        for (event, range) in Parser::new_ext(&source, dialect()).into_offset_iter() {
            let is_end = matches!(event, Event::End(_));
            depth -= usize::from(is_end);
            if depth == 0 && !is_end {
                found.begin(place(line_begin(&source, range.start)), window.start);
            }
            let is_in_first = found.bounds.len() == 1;
            match &event {
                Event::Start(Tag::TableRow | Tag::Item) if is_in_first && depth == 1 => {
                    let seam = place(line_begin(&source, range.start));
                    let is_row = matches!(event, Event::Start(Tag::TableRow));
                    if is_row && found.seams.is_empty() {
                        found.head_end = Some(seam);
                    }
                    found.seams.push(seam);
                }
                Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(_)))
                    if is_in_first && depth == 0 =>
                {
                    let line = source.get(range.start..).unwrap_or_default();
                    let line_end = line.find('\n').map(|at| range.start + at + 1);
                    found.head_end = line_end.map(place);
                }
                _ => {}
            }
            depth += usize::from(matches!(event, Event::Start(_)));
        }
        // Blank lines, or definitions of links, which show nothing.
        if found.bounds.is_empty() && !own.is_empty() {
            found.bounds.push(window.start);
        }
        found.bounds.push(window.end);
        found.bounds.dedup();
        found
    }

    fn begin(&mut self, at: usize, window_start: usize) {
        match self.bounds.last() {
            // What stands before the first block belongs to it.
            None => self.bounds.push(window_start),
            Some(last) if at > *last => self.bounds.push(at),
            Some(_) => {}
        }
    }

    fn next_block(&self) -> Option<(usize, usize)> {
        Some((
            *self.bounds.get(self.next)?,
            *self.bounds.get(self.next + 1)?,
        ))
    }

    fn advance(&mut self) {
        self.next += 1;
    }

    fn num_left(&self) -> usize {
        self.bounds.len().saturating_sub(self.next + 1)
    }

    fn last_len(&self) -> usize {
        match self.bounds.as_slice() {
            [.., before, last] => last - before,
            [_] | [] => 0,
        }
    }
}

fn line_begin(text: &str, at: usize) -> usize {
    let before = text.get(..at).unwrap_or_default();
    before.rfind(['\n', '\r']).map_or(0, |at| at + 1)
}

#[cfg(test)]
mod tests;
