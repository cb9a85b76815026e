//! Answers that are JSON as a whole: Llama 3.
//!
//! The first character decides whether an answer can be a call; what cannot is passed on as it comes.

use serde_json::Value;

use super::{Call, Piece, call_from_value, texts};

/// Some templates open a call with the name of this control token; where it is one, it has no text.
const PYTHON_TAG: &str = "<|python_tag|>";

pub struct JsonText {
    names: Vec<String>,
    state: State,
}

enum State {
    /// It may be a call: everything so far.
    Open(String),
    Text,
}

impl JsonText {
    pub fn new(names: Vec<String>) -> Self {
        Self {
            names,
            state: State::Open(String::new()),
        }
    }

    pub fn push(&mut self, text: &str) -> Vec<Piece> {
        match &mut self.state {
            State::Text => texts(text.to_owned()),
            State::Open(so_far) => {
                so_far.push_str(text);
                let begins = so_far.trim_start();
                if PYTHON_TAG.starts_with(begins)
                    || begins.starts_with(PYTHON_TAG)
                    || begins.starts_with('{')
                {
                    return Vec::new();
                }
                let text = std::mem::take(so_far);
                self.state = State::Text;
                texts(text)
            }
        }
    }

    pub fn finish(&mut self) -> Vec<Piece> {
        match std::mem::replace(&mut self.state, State::Text) {
            State::Text => Vec::new(),
            State::Open(text) => match self.calls_from(&text) {
                Some(calls) => calls.into_iter().map(Piece::Call).collect(),
                None => texts(text),
            },
        }
    }

    /// Any object could be meant as an answer; one with the name of a function is a call.
    fn calls_from(&self, text: &str) -> Option<Vec<Call>> {
        let text = text.trim();
        let mut rest = text.strip_prefix(PYTHON_TAG).unwrap_or(text).trim();
        let mut calls = Vec::new();
        while !rest.is_empty() {
            let mut values = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
            let call = call_from_value(&values.next()?.ok()?)?;
            if !self.names.contains(&call.name) {
                return None;
            }
            calls.push(call);
            let after = rest.get(values.byte_offset()..)?.trim_start();
            rest = after.strip_prefix(';').unwrap_or(after).trim_start();
        }
        (!calls.is_empty()).then_some(calls)
    }
}
