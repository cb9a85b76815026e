//! Telling a template's own control tokens from those that a message merely spells.
//!
//! A message that contains `<|im_end|>` must stay a message. After rendering, the two look alike; so a conversation
//! with such text in it is rendered a second time with a mark inside every suspicious spot, and the marks show
//! where in the output the spots ended up. Text without them is rendered once, and encodes as `transformers` would.

use std::ops::Range;

use serde_json::Value;

use super::added::AddedToken;
use super::template::{ChatInput, ChatTemplate};
use super::tokenizer::Tokenizer;
use crate::{Error, Result};

/// A conversation as text, and where it spells control tokens without meaning them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderedChat {
    pub text: String,
    /// Byte ranges of `text`, in order, in which no special token is recognised.
    pub untrusted: Vec<Range<usize>>,
}

/// Private-use characters: one that the conversation does not contain becomes the mark.
const MARKS: Range<u32> = 0x10_FF00..0x10_FFFD;

/// Which of the texts that look like added tokens are marked; tried in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Marking {
    /// Special tokens everywhere, other added tokens outside the assistant's messages: templates look for
    /// `</think>` in those, and must find it.
    AllAdded,
    /// Special tokens only: some templates look for `<tool_response>` in user messages.
    Special,
    /// Special tokens outside the assistant's messages.
    SpecialFromOthers,
}

impl Marking {
    fn wants(self, token: &AddedToken, from_assistant: bool) -> bool {
        match self {
            Self::AllAdded => token.special || !from_assistant,
            Self::Special => token.special,
            Self::SpecialFromOthers => token.special && !from_assistant,
        }
    }
}

impl ChatTemplate {
    /// Renders a conversation so that [`Tokenizer::encode_chat`] takes no message's text for a control token.
    pub fn render_for(&self, input: &ChatInput, tokenizer: &Tokenizer) -> Result<RenderedChat> {
        let text = self.render(input)?;
        let mut marked_before = None;
        for marking in [
            Marking::AllAdded,
            Marking::Special,
            Marking::SpecialFromOthers,
        ] {
            let mark = unused_mark(&text, input)?;
            let marked = marked_input(input, tokenizer, marking, mark);
            if marked == *input {
                return Ok(RenderedChat {
                    text,
                    untrusted: Vec::new(),
                });
            }
            // The same marks would end the same way.
            if marked_before.as_ref() == Some(&marked) {
                continue;
            }
            // A template that refuses the marked conversation is one that looked at the marked text.
            if let Ok(rendered) = self.render(&marked) {
                let chat = unmarked(&rendered, mark);
                if chat.text == text {
                    return Ok(chat);
                }
            }
            marked_before = Some(marked);
        }
        Err(Error::Request(
            "a message contains the name of a control token in a place where the chat template gives it a meaning; remove it from the message"
                .into(),
        ))
    }
}

fn unused_mark(text: &str, input: &ChatInput) -> Result<char> {
    MARKS
        .filter_map(char::from_u32)
        .find(|&mark| {
            !text.contains(mark)
                && !contains(&input.messages, mark)
                && !input
                    .tools
                    .as_ref()
                    .is_some_and(|tools| contains(tools, mark))
        })
        .ok_or_else(|| Error::Request("the conversation uses every private-use character".into()))
}

fn contains(value: &Value, mark: char) -> bool {
    match value {
        Value::String(text) => text.contains(mark),
        Value::Array(values) => values.iter().any(|value| contains(value, mark)),
        Value::Object(map) => map
            .iter()
            .any(|(key, value)| key.contains(mark) || contains(value, mark)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

fn marked_input(
    input: &ChatInput,
    tokenizer: &Tokenizer,
    marking: Marking,
    mark: char,
) -> ChatInput {
    let mut marked = input.clone();
    let mark_all = |value: &mut Value, from_assistant: bool| {
        mark_value(value, tokenizer, mark, &|token| {
            marking.wants(token, from_assistant)
        });
    };
    if let Value::Array(messages) = &mut marked.messages {
        for message in messages {
            let role = message.get("role").and_then(Value::as_str);
            let from_assistant = role == Some("assistant");
            mark_all(message, from_assistant);
        }
    }
    if let Some(tools) = &mut marked.tools {
        mark_all(tools, false);
    }
    marked
}

fn mark_value(
    value: &mut Value,
    tokenizer: &Tokenizer,
    mark: char,
    wanted: &dyn Fn(&AddedToken) -> bool,
) {
    match value {
        Value::String(text) => {
            let found = tokenizer.added_tokens().occurrences(text, wanted);
            // From the end, so that earlier positions stay valid. Behind the first character: neither `trim` nor a
            // test of the first character sees the mark.
            for range in found.into_iter().rev() {
                let first = text.get(range.start..).and_then(|rest| rest.chars().next());
                text.insert(range.start + first.map_or(0, char::len_utf8), mark);
            }
        }
        Value::Array(values) => {
            for value in values {
                mark_value(value, tokenizer, mark, wanted);
            }
        }
        Value::Object(map) => {
            for (_, value) in map.iter_mut() {
                mark_value(value, tokenizer, mark, wanted);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Takes the marks out; the character before each is where an untrusted spot is.
fn unmarked(rendered: &str, mark: char) -> RenderedChat {
    let mut text = String::with_capacity(rendered.len());
    let mut untrusted = Vec::new();
    let mut parts = rendered.split(mark);
    text.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let before = text.chars().next_back().map_or(0, char::len_utf8);
        let after = part.chars().next().map_or(0, char::len_utf8);
        let position = text.len();
        // Both neighbours of the mark: a token of one character is all in the first.
        let range = position - before..position + after.min(1);
        untrusted.push(range);
        text.push_str(part);
    }
    RenderedChat { text, untrusted }
}

impl RenderedChat {
    /// With the beginning of the answer behind it, which the model goes on with. What the template itself opened the
    /// answer with is not said twice. Control tokens that the answer spells are text; other added tokens (`</think>`)
    /// are what they were when the model wrote them.
    pub(crate) fn with_answer_begun(mut self, answer: &str, tokenizer: &Tokenizer) -> Self {
        let opening = answer_opening(&self.text);
        let answer = answer.strip_prefix(opening).unwrap_or(answer);
        let begin = self.text.len();
        let spelled = tokenizer
            .added_tokens()
            .occurrences(answer, |token: &AddedToken| token.special);
        self.untrusted.extend(
            spelled
                .into_iter()
                .map(|range| begin + range.start..begin + range.end),
        );
        self.text.push_str(answer);
        self
    }
}

/// Where a prompt ends within the model's reasoning, what it opened that with: `<think>` and the white space behind.
/// Templates of reasoning models do so, and the answer would begin in the middle of a thought.
pub(crate) fn answer_opening(prompt: &str) -> &str {
    const OPENS: &str = "<think>";
    let opening = prompt.rfind(OPENS).and_then(|at| prompt.get(at..));
    opening
        .filter(|opening| opening.trim() == OPENS)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests;
