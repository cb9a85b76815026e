//! Calls between tags: Hermes, Qwen and those like them.
//!
//! White space around a call is the template's and belongs to nobody's text.

use serde_json::Value;

use super::{Call, Piece, call_from_value, held_back, texts};

pub const OPENING: &str = "<tool_call>";
pub const CLOSING: &str = "</tool_call>";

#[derive(Default)]
pub struct Tagged {
    /// What has been read and not been given: the beginning of a tag or white space, or a call from behind its tag.
    pending: String,
    is_inside: bool,
    /// Bytes of `pending` behind the tag in which the end of the call was looked for.
    searched: usize,
    /// White space that follows is dropped: a call came before.
    is_after_call: bool,
}

impl Tagged {
    pub fn push(&mut self, text: &str) -> Vec<Piece> {
        self.pending.push_str(text);
        let mut pieces = Vec::new();
        loop {
            let has_moved = if self.is_inside {
                self.read_inside(&mut pieces)
            } else {
                self.read_outside(&mut pieces)
            };
            if !has_moved {
                return pieces;
            }
        }
    }

    pub fn finish(&mut self) -> Vec<Piece> {
        let rest = std::mem::take(&mut self.pending);
        if !self.is_inside {
            // What is held back outside is the beginning of a tag, or white space.
            return if self.is_after_call && rest.trim().is_empty() {
                Vec::new()
            } else {
                texts(rest)
            };
        }
        self.is_inside = false;
        // A model may end its turn instead of closing the tag.
        match call_from_text(&rest) {
            Reading::Call(call) => vec![Piece::Call(call)],
            Reading::Unfinished | Reading::NoCall => texts(format!("{OPENING}{rest}")),
        }
    }

    /// Gives the text before the next tag. Whether there was one.
    fn read_outside(&mut self, pieces: &mut Vec<Piece>) -> bool {
        if self.is_after_call {
            let blank = self.pending.len() - self.pending.trim_start().len();
            self.pending.drain(..blank);
            self.is_after_call = self.pending.is_empty();
        }
        if let Some(at) = self.pending.find(OPENING) {
            let before: String = self.pending.drain(..at).collect();
            self.pending.drain(..OPENING.len());
            pieces.extend(texts(before.trim_end().to_owned()));
            self.is_inside = true;
            self.searched = 0;
            return true;
        }
        let kept = held_back(&self.pending, OPENING);
        let sure = self.pending.len() - kept;
        // White space before a tag is dropped, so it waits for what follows.
        let sure = self.pending.get(..sure).map_or(0, |it| it.trim_end().len());
        let text: String = self.pending.drain(..sure).collect();
        pieces.extend(texts(text));
        false
    }

    /// Gives the call once its tag is closed. Whether it was.
    fn read_inside(&mut self, pieces: &mut Vec<Piece>) -> bool {
        let from = self.searched.saturating_sub(CLOSING.len());
        let from = self.pending.floor_char_boundary(from);
        let found = self.pending.get(from..).and_then(|it| it.find(CLOSING));
        let Some(at) = found.map(|at| from + at) else {
            self.searched = self.searched.max(self.pending.len());
            return false;
        };
        match call_from_text(self.pending.get(..at).unwrap_or_default()) {
            Reading::Call(call) => {
                pieces.push(Piece::Call(call));
                self.pending.drain(..at + CLOSING.len());
                self.is_after_call = true;
            }
            // Names of tags may stand in an argument.
            Reading::Unfinished => {
                self.searched = at + 2 * CLOSING.len();
                return self.pending.len() >= self.searched;
            }
            Reading::NoCall => {
                let inside: String = self.pending.drain(..at + CLOSING.len()).collect();
                pieces.push(Piece::Text(format!("{OPENING}{inside}")));
            }
        }
        self.is_inside = false;
        true
    }
}

enum Reading {
    Call(Call),
    /// The beginning of a call.
    Unfinished,
    NoCall,
}

fn call_from_text(text: &str) -> Reading {
    match serde_json::from_str::<Value>(text) {
        Ok(value) => call_from_value(&value).map_or(Reading::NoCall, Reading::Call),
        Err(error) if error.is_eof() => Reading::Unfinished,
        Err(_) => Reading::NoCall,
    }
}
