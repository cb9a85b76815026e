//! Calls of tools in what a model writes, found while it writes.
//!
//! What a reader gives, put together, depends on the text alone and not on the pieces in which it came. A text that looks
//! like a call and is none is given as what it is: text. Must not know which model writes.

mod form;
mod json_text;
mod tagged;

use serde_json::Value;

pub use self::form::CallForm;
use self::json_text::JsonText;
use self::tagged::Tagged;

/// How a family of models writes calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallFormat {
    /// `<tool_call>{"name": …, "arguments": …}</tool_call>` anywhere in the answer: Hermes, Qwen and those like them.
    Tagged,
    /// The whole answer is `{"name": …, "parameters": …}`, or several with semicolons between them: Llama 3.
    JsonText,
}

impl CallFormat {
    /// Recognises the format in what a chat template writes for a message that calls the function `name`.
    pub fn from_example(example: &str, name: &str) -> Option<Self> {
        if let Some((_, inside)) = example.split_once(tagged::OPENING) {
            // Others write XML between the same tags.
            return inside.trim_start().starts_with('{').then_some(Self::Tagged);
        }
        let json = example.get(example.find('{')?..)?;
        let first = serde_json::Deserializer::from_str(json)
            .into_iter::<Value>()
            .next()?
            .ok()?;
        let is_call = first.get("name")?.as_str()? == name && first.get("parameters").is_some();
        is_call.then_some(Self::JsonText)
    }
}

impl CallFormat {
    /// The text that ends a call where there is one.
    pub fn ending(self) -> Option<&'static str> {
        match self {
            Self::Tagged => Some(tagged::CLOSING),
            Self::JsonText => None,
        }
    }
}

/// A function that the model wants called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    pub name: String,
    /// JSON text, as OpenAI's API gives it.
    pub arguments: String,
}

/// Something of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    Text(String),
    Call(Call),
}

/// Reads an answer as it grows.
pub enum CallReader {
    /// No tools were offered: everything is text.
    Off,
    Tagged(Tagged),
    JsonText(JsonText),
}

impl CallReader {
    /// `names` are the functions that may be called.
    pub fn new(format: Option<CallFormat>, names: &[String]) -> Self {
        match format {
            None => Self::Off,
            Some(CallFormat::Tagged) => Self::Tagged(Tagged::default()),
            Some(CallFormat::JsonText) => Self::JsonText(JsonText::new(names.to_vec())),
        }
    }

    pub fn push(&mut self, text: &str) -> Vec<Piece> {
        match self {
            Self::Off => texts(text.to_owned()),
            Self::Tagged(reader) => reader.push(text),
            Self::JsonText(reader) => reader.push(text),
        }
    }

    /// What was held back.
    pub fn finish(&mut self) -> Vec<Piece> {
        match self {
            Self::Off => Vec::new(),
            Self::Tagged(reader) => reader.finish(),
            Self::JsonText(reader) => reader.finish(),
        }
    }
}

fn texts(text: String) -> Vec<Piece> {
    if text.is_empty() {
        Vec::new()
    } else {
        vec![Piece::Text(text)]
    }
}

/// Families name the arguments differently, and models mix the two names up: either is read.
fn call_from_value(value: &Value) -> Option<Call> {
    let name = value.get("name")?.as_str()?.to_owned();
    let arguments = value.get("arguments").or_else(|| value.get("parameters"));
    let arguments = match arguments {
        None | Some(Value::Null) => "{}".to_owned(),
        // Some models write the arguments as OpenAI's API has them: JSON inside a text.
        Some(Value::String(text)) if serde_json::from_str::<Value>(text).is_ok() => text.clone(),
        Some(arguments) => arguments.to_string(),
    };
    Some(Call { name, arguments })
}

/// How much of the end of `text` may be the beginning of `marker`, in bytes.
fn held_back(text: &str, marker: &str) -> usize {
    (1..marker.len())
        .rev()
        .find(|&length| {
            marker
                .get(..length)
                .is_some_and(|beginning| text.ends_with(beginning))
        })
        .unwrap_or(0)
}

#[cfg(test)]
mod tests;
