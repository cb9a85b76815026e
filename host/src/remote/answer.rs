//! What a server says: its list of models, the pieces of an answer, a refusal.
//!
//! Servers differ in what they add and leave out; whatever is not understood is passed over, and what is missing is said.

use std::fmt::Display;

use eventsource_stream::{EventStreamError, Eventsource};
use futures_util::{Stream, StreamExt};
use serde_json::Value;

use super::Server;
use crate::wire::{ErrorKind, FinishReason, WireError};

/// Ends a stream.
const DONE: &str = "[DONE]";
const THOUGHT_BEGINS: &str = "<think>\n";
const THOUGHT_ENDS: &str = "\n</think>\n\n";
/// More of a server's own words than this is its page, not its reason.
const REASON_CHARS: usize = 300;

/// The texts of server-sent events, from the bytes of an answer in pieces of any size.
pub fn events<Bytes, Broken>(
    bytes: impl Stream<Item = Result<Bytes, Broken>>,
) -> impl Stream<Item = Result<String, WireError>>
where
    Bytes: AsRef<[u8]>,
    Broken: Display,
{
    bytes.eventsource().map(|event| match event {
        Ok(event) => Ok(event.data),
        Err(EventStreamError::Transport(broken)) => Err(broken_off(&broken.to_string())),
        Err(EventStreamError::Utf8(_) | EventStreamError::Parser(_)) => {
            Err(not_this_api("its stream cannot be read"))
        }
    })
}

/// An answer while it grows.
#[derive(Debug, Default)]
pub struct Answer {
    /// In a thought, which a server tells apart from the answer.
    is_thinking: bool,
    is_done: bool,
    told: Told,
}

/// What a server tells of an answer at its end, as far as it does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    pub reason: Option<FinishReason>,
    pub prompt_tokens: u32,
    pub completion_tokens: u32,
}

impl Answer {
    /// Takes an event; gives the text that it adds.
    ///
    /// # Errors
    /// The server's own, told in the middle of an answer.
    pub fn hear(&mut self, event: &str) -> Result<String, WireError> {
        if event.trim() == DONE {
            self.is_done = true;
            return Ok(String::new());
        }
        let chunk: Value = serde_json::from_str(event)
            .map_err(|_| not_this_api("a part of its answer is no JSON"))?;
        if let Some(reason) = reason_in(&chunk) {
            return Err(failure(format!(
                "the server broke off its answer: {reason}"
            )));
        }
        self.note_usage(&chunk);
        let choice = &chunk["choices"][0];
        if let Some(reason) = choice["finish_reason"].as_str() {
            self.told.reason = Some(reason_from(reason));
        }
        Ok(self.text_of(&choice["delta"]))
    }

    /// # Errors
    /// Where the answer has no end: the connection was lost on the way.
    pub fn finish(self) -> Result<Told, WireError> {
        if self.is_done || self.told.reason.is_some() {
            Ok(self.told)
        } else {
            Err(broken_off("it ended in the middle"))
        }
    }

    fn text_of(&mut self, message: &Value) -> String {
        let mut text = String::new();
        let thought = [&message["reasoning_content"], &message["reasoning"]];
        if let Some(thought) = thought.into_iter().find_map(said) {
            if !self.is_thinking {
                self.is_thinking = true;
                text.push_str(THOUGHT_BEGINS);
            }
            text.push_str(thought);
        }
        if let Some(content) = said(&message["content"]) {
            if self.is_thinking {
                self.is_thinking = false;
                text.push_str(THOUGHT_ENDS);
            }
            text.push_str(content);
        }
        text
    }

    fn note_usage(&mut self, chunk: &Value) {
        let count = |name: &str| {
            let count = chunk["usage"][name].as_u64()?;
            u32::try_from(count).ok()
        };
        if let (Some(prompt), Some(completion)) =
            (count("prompt_tokens"), count("completion_tokens"))
        {
            self.told.prompt_tokens = prompt;
            self.told.completion_tokens = completion;
        }
    }
}

/// The answer of a server that does not stream.
///
/// # Errors
/// Where it is no answer.
pub fn whole_answer(body: &str) -> Result<(String, Told), WireError> {
    let json: Value = serde_json::from_str(body).map_err(|_| not_this_api("it is no JSON"))?;
    let choice = &json["choices"][0];
    if !choice["message"].is_object() {
        return Err(not_this_api("it holds no message"));
    }
    let mut answer = Answer::default();
    answer.note_usage(&json);
    let text = answer.text_of(&choice["message"]);
    answer.told.reason = Some(reason_from(
        choice["finish_reason"].as_str().unwrap_or("stop"),
    ));
    Ok((text, answer.told))
}

/// The names in a server's list.
///
/// # Errors
/// Where it is no list, or an empty one.
pub fn models_from_json(body: &str) -> Result<Vec<String>, WireError> {
    let json: Value =
        serde_json::from_str(body).map_err(|_| not_this_api("its list of models is no JSON"))?;
    let list = json["data"]
        .as_array()
        .ok_or_else(|| not_this_api("it has no list of models"))?;
    let mut names: Vec<String> = list
        .iter()
        .filter_map(|model| model["id"].as_str().map(str::to_owned))
        .collect();
    names.sort();
    names.dedup();
    if names.is_empty() {
        return Err(failure("the server has no model; load one there first"));
    }
    Ok(names)
}

/// An answer with an error status, in words that say what to do.
pub fn refusal(server: &Server, status: u16, body: &str) -> WireError {
    let host = server.host();
    let reason = serde_json::from_str(body)
        .ok()
        .and_then(|json| reason_in(&json));
    let says = reason
        .map(|reason| format!(" It says: {reason}"))
        .unwrap_or_default();
    match status {
        401 | 403 if server.key().is_some() => failure(format!(
            "the server {host} does not accept the key; check it (status {status}).{says}"
        )),
        401 | 403 => failure(format!(
            "the server {host} asks for a key; enter it (status {status}).{says}"
        )),
        404 | 405 => failure(format!(
            "the server {host} has no such API or model here; the address of an API usually ends in /v1 (status {status}).{says}"
        )),
        429 => failure(format!(
            "the server {host} is asked too much at the moment; try again later (status 429).{says}"
        )),
        400..=499 => failure(format!(
            "the server {host} refuses the request (status {status}).{says}"
        )),
        _ => failure(format!(
            "the server {host} failed; try again, or look there (status {status}).{says}"
        )),
    }
}

/// The server's own words: `{"error": {"message": …}}`, `{"error": …}`, `{"message": …}` or `{"detail": …}`.
fn reason_in(json: &Value) -> Option<String> {
    let error = &json["error"];
    let words = [&error["message"], error, &json["message"], &json["detail"]];
    let words = words.into_iter().find_map(said)?;
    Some(words.chars().take(REASON_CHARS).collect())
}

fn said(value: &Value) -> Option<&str> {
    value.as_str().filter(|text| !text.is_empty())
}

fn reason_from(name: &str) -> FinishReason {
    match name {
        "length" => FinishReason::Length,
        _ => FinishReason::EndOfTurn,
    }
}

fn broken_off(reason: &str) -> WireError {
    failure(format!(
        "the connection to the server was lost during the answer; try again ({reason})"
    ))
}

fn not_this_api(reason: &str) -> WireError {
    failure(format!(
        "the server does not speak OpenAI's API; check the address ({reason})"
    ))
}

fn failure(message: impl Into<String>) -> WireError {
    WireError::new(ErrorKind::Server, message)
}
