//! The text of a call as a model's template writes it, for whoever has the model write one.
//!
//! Made from the example by which the format was recognised, spaces and all: what the model has been trained on. Must not
//! know which model writes.

use serde_json::Value;

use super::{CallFormat, tagged};
use crate::constraint::Part;

/// What templates write for no arguments.
const NO_ARGUMENTS: &str = "{}";

/// A call with a place for its name and one for its arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallForm {
    example: String,
    /// The name in the example.
    name: String,
    separator: &'static str,
}

impl CallForm {
    /// From what a chat template writes for a message that calls the function `name` without arguments. `None`: the
    /// example does not say where name and arguments stand.
    pub fn from_example(format: CallFormat, example: &str, name: &str) -> Option<Self> {
        let (example, separator) = match format {
            CallFormat::Tagged => {
                let from = example.find(tagged::OPENING)?;
                let len = example.get(from..)?.find(tagged::CLOSING)? + tagged::CLOSING.len();
                (example.get(from..from + len)?, "\n")
            }
            CallFormat::JsonText => {
                let json = example.get(example.find('{')?..)?;
                let mut values = serde_json::Deserializer::from_str(json).into_iter::<Value>();
                values.next()?.ok()?;
                (json.get(..values.byte_offset())?, "; ")
            }
        };
        let is_there_once = |text: &str| example.matches(text).count() == 1;
        // Arguments that are JSON inside a text would have to be written as such.
        let is_quoted = example.contains("\"{}\"");
        (is_there_once(name) && is_there_once(NO_ARGUMENTS) && !is_quoted).then(|| Self {
            example: example.to_owned(),
            name: name.to_owned(),
            separator,
        })
    }

    /// What stands between two calls.
    pub fn separator(&self) -> &'static str {
        self.separator
    }

    /// A call of the function `name` with arguments that fit `schema`.
    pub fn parts(&self, name: &str, schema: Value) -> Vec<Part> {
        let call = self.example.replacen(&self.name, name, 1);
        let (before, after) = call.split_once(NO_ARGUMENTS).unwrap_or((&call, ""));
        let text = |text: &str| Part::Text {
            text: text.to_owned(),
        };
        let parts = [text(before), Part::Json { schema }, text(after)];
        parts
            .into_iter()
            .filter(|part| !matches!(part, Part::Text { text } if text.is_empty()))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn form(example: &str) -> Option<CallForm> {
        let format = CallFormat::from_example(example, "look_up")?;
        CallForm::from_example(format, example, "look_up")
    }

    fn written(example: &str) -> Option<(String, &'static str)> {
        let form = form(example)?;
        let parts = form.parts("add", json!({}));
        let text = parts.iter().map(|part| match part {
            Part::Text { text } => text.as_str(),
            Part::Json { .. } => "#",
        });
        Some((text.collect(), form.separator()))
    }

    #[test]
    fn a_call_is_written_as_the_template_writes_it() {
        let tagged = "<|im_end|>\n<|im_start|>assistant\n<tool_call>\n{\"name\": \"look_up\", \"arguments\": {}}\n</tool_call><|im_end|>\n";
        let expected = "<tool_call>\n{\"name\": \"add\", \"arguments\": #}\n</tool_call>";
        assert_eq!(written(tagged), Some((expected.to_owned(), "\n")));
        let sorted = "<tool_call>{\"arguments\":{},\"name\":\"look_up\"}</tool_call>";
        let expected = "<tool_call>{\"arguments\":#,\"name\":\"add\"}</tool_call>";
        assert_eq!(written(sorted), Some((expected.to_owned(), "\n")));
        let json = "<|eot_id|>assistant\n\n{\"name\": \"look_up\", \"parameters\": {}}<|eot_id|>";
        let expected = "{\"name\": \"add\", \"parameters\": #}";
        assert_eq!(written(json), Some((expected.to_owned(), "; ")));
    }

    #[test]
    fn an_example_without_its_two_places_is_none() {
        for example in [
            "<tool_call>{\"name\": \"look_up\", \"arguments\": \"{}\"}</tool_call>",
            "<tool_call>{\"name\": \"look_up\", \"id\": \"look_up\", \"arguments\": {}}</tool_call>",
            "<tool_call>{\"name\": \"look_up\"}</tool_call>",
            "<tool_call>{\"name\": \"look_up\", \"arguments\": {}}",
        ] {
            assert_eq!(written(example), None, "{example}");
        }
    }
}
