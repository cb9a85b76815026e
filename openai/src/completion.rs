//! A request for a completion: text goes on where a prompt ends.

use serde_json::Value;

use crate::constraint::{Asked, structured_outputs_from};
use crate::fields::{Fields, article};
use crate::messages::required_text;
use crate::sampling::{Delivery, Sampling, delivery_from, is_false, sampling_from};
use crate::{Error, Result};

/// What OpenAI's API writes at most where a request does not say.
const DEFAULT_MAX_TOKENS: u32 = 16;

/// Other tokens whose probabilities a request may have with each.
const MAX_LOGPROBS: u32 = 5;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Prompt {
    Text(String),
    Tokens(Vec<u32>),
}

#[derive(Debug, Clone, PartialEq)]
pub struct CompletionRequest {
    pub model: String,
    /// Each is answered by itself.
    pub prompts: Vec<Prompt>,
    pub sampling: Sampling,
    pub delivery: Delivery,
    /// What the text has to be.
    pub asked: Option<Asked>,
}

impl CompletionRequest {
    /// Reads and checks the body of `POST /v1/completions`.
    pub fn from_json(body: &str) -> Result<Self> {
        let mut fields = Fields::from_body(body)?;
        let model = required_text(&mut fields, "model")?;
        let prompts = match fields.take("prompt") {
            Some(value) => prompts_from(value, "prompt")?,
            None => return Err(Error::missing("prompt")),
        };
        let mut sampling = sampling_from(&mut fields)?;
        sampling.max_tokens = sampling.max_tokens.or(Some(DEFAULT_MAX_TOKENS));
        let delivery = Delivery {
            logprobs: fields.count("logprobs", 0..=MAX_LOGPROBS)?,
            ..delivery_from(&mut fields)?
        };
        let asked = structured_outputs_from(&mut fields)?;
        // Says who asks; nobody here wants to know.
        fields.text("user")?;
        let num_choices = delivery.num_choices;
        fields.only("best_of", |best| *best == num_choices)?;
        fields.only("echo", is_false)?;
        fields.only("suffix", |suffix| *suffix == "")?;
        fields.finish()?;
        Ok(Self {
            model,
            prompts,
            sampling,
            delivery,
            asked,
        })
    }
}

/// A text, texts, ids of tokens, or lists of them; `param` is what they are called.
pub fn prompts_from(value: Value, param: &str) -> Result<Vec<Prompt>> {
    let expected = "a string, an array of strings, an array of tokens or an array of token arrays";
    match value {
        Value::String(text) => Ok(vec![Prompt::Text(text)]),
        Value::Array(items) if items.is_empty() => Err(Error::request(
            "empty_array",
            param,
            format!("Invalid '{param}': empty array. Expected at least one."),
        )),
        Value::Array(items) if items.iter().all(Value::is_number) => {
            Ok(vec![Prompt::Tokens(tokens_from(items, param)?)])
        }
        Value::Array(items) => items
            .into_iter()
            .map(|item| match item {
                Value::String(text) => Ok(Prompt::Text(text)),
                Value::Array(tokens) => Ok(Prompt::Tokens(tokens_from(tokens, param)?)),
                other => Err(Error::wrong_type(param, expected, article(&other))),
            })
            .collect(),
        other => Err(Error::wrong_type(param, expected, article(&other))),
    }
}

fn tokens_from(items: Vec<Value>, param: &str) -> Result<Vec<u32>> {
    let tokens: Option<Vec<u32>> = items
        .iter()
        .map(|item| u32::try_from(item.as_u64()?).ok())
        .collect();
    tokens.filter(|tokens| !tokens.is_empty()).ok_or_else(|| {
        Error::request(
            "invalid_value",
            param,
            format!(
                "Invalid '{param}': tokens are whole numbers from 0, and at least one of them."
            ),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn request(prompt: Value) -> Result<CompletionRequest> {
        CompletionRequest::from_json(&json!({ "model": "m", "prompt": prompt }).to_string())
    }

    #[test]
    fn a_prompt_has_four_forms() {
        let text = |text: &str| Prompt::Text(text.to_owned());
        for (given, expected) in [
            (json!("a"), vec![text("a")]),
            (json!(["a", "b"]), vec![text("a"), text("b")]),
            (json!([1, 2]), vec![Prompt::Tokens(vec![1, 2])]),
            (
                json!([[1], [2, 3]]),
                vec![Prompt::Tokens(vec![1]), Prompt::Tokens(vec![2, 3])],
            ),
        ] {
            assert_eq!(request(given).unwrap().prompts, expected);
        }
        for bad in [
            Value::Null,
            json!([]),
            json!([[]]),
            json!([-1]),
            json!({}),
            json!(["a", 1]),
        ] {
            let error = request(bad).unwrap_err();
            assert_eq!(error.param.as_deref(), Some("prompt"));
        }
    }

    #[test]
    fn sixteen_tokens_are_what_nobody_asked_for() {
        assert_eq!(request(json!("a")).unwrap().sampling.max_tokens, Some(16));
    }

    #[test]
    fn what_the_engine_lacks_is_refused_by_name() {
        for (name, value) in [
            ("echo", json!(true)),
            ("logprobs", json!(6)),
            ("response_format", json!({ "type": "json_object" })),
            ("suffix", json!("end")),
            ("best_of", json!(2)),
            ("messages", json!([])),
        ] {
            let mut body = json!({ "model": "m", "prompt": "a" });
            body[name] = value;
            let error = CompletionRequest::from_json(&body.to_string()).unwrap_err();
            assert_eq!(error.param.as_deref(), Some(name));
        }
        let body = json!({ "model": "m", "prompt": "a", "best_of": 1, "echo": false, "logprobs": 0,
            "structured_outputs": { "regex": "a" } });
        let request = CompletionRequest::from_json(&body.to_string()).unwrap();
        assert_eq!(request.delivery.logprobs, Some(0));
        assert!(request.asked.is_some());
    }
}
