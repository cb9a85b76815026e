//! A request for a chat completion.

use serde_json::{Value, json};

use crate::constraint::{Asked, chat_constraint_from};
use crate::fields::Fields;
use crate::messages::{messages_from, required_text};
use crate::sampling::{Delivery, Sampling, delivery_from, is_false, sampling_from};
use crate::tools::{Tools, tools_from};
use crate::{Error, Result};

#[derive(Debug, Clone, PartialEq)]
pub struct ChatRequest {
    pub model: String,
    /// In the form that chat templates read.
    pub messages: Vec<Value>,
    /// The last message is the beginning of an answer, which the model goes on with.
    pub continues: bool,
    pub tools: Tools,
    pub sampling: Sampling,
    pub delivery: Delivery,
    /// What the answer has to be.
    pub asked: Option<Asked>,
}

/// Other tokens whose probabilities a request may have with each.
const MAX_TOP_LOGPROBS: u32 = 20;

impl ChatRequest {
    /// Reads and checks the body of `POST /v1/chat/completions`.
    pub fn from_json(body: &str) -> Result<Self> {
        let mut fields = Fields::from_body(body)?;
        let model = required_text(&mut fields, "model")?;
        let messages = messages_from(&mut fields)?;
        let continues = continues_from(&mut fields, &messages)?;
        let tools = tools_from(&mut fields)?;
        let max_completion_tokens = fields.count("max_completion_tokens", 1..=u32::MAX)?;
        let mut sampling = sampling_from(&mut fields)?;
        if max_completion_tokens.is_some() && sampling.max_tokens.is_some() {
            return Err(Error::request(
                "invalid_parameter_combination",
                "max_tokens",
                "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.",
            ));
        }
        sampling.max_tokens = max_completion_tokens.or(sampling.max_tokens);
        let delivery = Delivery {
            logprobs: logprobs_from(&mut fields)?,
            ..delivery_from(&mut fields)?
        };
        let asked = chat_constraint_from(&mut fields)?;
        // Says who asks; nobody here wants to know.
        fields.text("user")?;
        fields.only("store", is_false)?;
        fields.only("service_tier", |tier| *tier == "auto" || *tier == "default")?;
        fields.only("modalities", |kinds| *kinds == json!(["text"]))?;
        for name in [
            "audio",
            "metadata",
            "prediction",
            "prompt_cache_key",
            "reasoning_effort",
            "safety_identifier",
            "verbosity",
            "web_search_options",
        ] {
            fields.only(name, |_| false)?;
        }
        fields.finish()?;
        Ok(Self {
            model,
            messages,
            continues,
            tools,
            sampling,
            delivery,
            asked,
        })
    }
}

/// Beyond OpenAI's, and as vLLM calls it: whether the last message is the beginning of the answer.
fn continues_from(fields: &mut Fields, messages: &[Value]) -> Result<bool> {
    const NAME: &str = "continue_final_message";
    let continues = fields.flag(NAME)?.unwrap_or(false);
    // That the template opens an answer is the other half of the same choice there.
    fields.only("add_generation_prompt", |opens| {
        *opens == Value::Bool(!continues)
    })?;
    let is_answer = |message: &Value| {
        message.get("role").is_some_and(|role| role == "assistant")
            && message.get("tool_calls").is_none()
    };
    if continues && !messages.last().is_some_and(is_answer) {
        return Err(Error::request(
            "invalid_value",
            NAME,
            format!(
                "Invalid '{NAME}': the last message must be text of the role 'assistant', which the answer goes on with."
            ),
        ));
    }
    Ok(continues)
}

/// How many others are told with each token; `None` where nothing is.
fn logprobs_from(fields: &mut Fields) -> Result<Option<u32>> {
    let wanted = fields.flag("logprobs")?.unwrap_or(false);
    let top = fields.count("top_logprobs", 0..=MAX_TOP_LOGPROBS)?;
    match (wanted, top) {
        (true, top) => Ok(Some(top.unwrap_or(0))),
        (false, None) => Ok(None),
        (false, Some(_)) => Err(Error::request(
            "invalid_parameter_combination",
            "top_logprobs",
            "The 'top_logprobs' parameter is only allowed when 'logprobs' is enabled.",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(name: &str, value: Value) -> String {
        let mut body =
            json!({ "model": "m", "messages": [{ "role": "user", "content": "Hello" }] });
        body[name] = value;
        body.to_string()
    }

    #[test]
    fn the_least_that_a_request_can_be() {
        let request = ChatRequest::from_json(&body("n", Value::Null)).unwrap();
        assert_eq!(request.model, "m");
        assert_eq!(
            request.messages,
            [json!({ "role": "user", "content": "Hello" })]
        );
        assert!(request.tools.is_empty());
        assert_eq!(request.sampling, Sampling::default());
        assert!(!request.delivery.streams);
    }

    #[test]
    fn both_names_of_the_limit_work_and_not_both_at_once() {
        for name in ["max_tokens", "max_completion_tokens"] {
            let request = ChatRequest::from_json(&body(name, json!(7))).unwrap();
            assert_eq!(request.sampling.max_tokens, Some(7));
        }
        let both = r#"{"model": "m", "messages": [{"role": "user", "content": "a"}], "max_tokens": 1, "max_completion_tokens": 1}"#;
        assert!(ChatRequest::from_json(both).is_err());
    }

    #[test]
    fn an_answer_that_has_begun_goes_on() {
        let begun = |last: Value, rest: Value| {
            let mut body = json!({
                "model": "m",
                "messages": [{ "role": "user", "content": "Hello" }, last],
                "continue_final_message": true,
            });
            if let (Some(body), Value::Object(rest)) = (body.as_object_mut(), rest) {
                body.extend(rest);
            }
            ChatRequest::from_json(&body.to_string())
        };
        let answer = json!({ "role": "assistant", "content": "Hi" });
        assert!(begun(answer.clone(), json!({})).unwrap().continues);
        let opens = |opens: bool| json!({ "add_generation_prompt": opens });
        assert!(begun(answer.clone(), opens(false)).unwrap().continues);
        let error = begun(answer, opens(true)).unwrap_err();
        assert_eq!(error.param.as_deref(), Some("add_generation_prompt"));
        let call = json!({ "id": "1", "type": "function", "function": { "name": "f", "arguments": "{}" } });
        for last in [
            json!({ "role": "user", "content": "Hi" }),
            json!({ "role": "assistant", "tool_calls": [call] }),
        ] {
            let error = begun(last, json!({})).unwrap_err();
            assert_eq!(error.param.as_deref(), Some("continue_final_message"));
        }
        let plain = ChatRequest::from_json(&body("add_generation_prompt", json!(true))).unwrap();
        assert!(!plain.continues);
    }

    #[test]
    fn a_value_that_asks_for_nothing_is_accepted() {
        for (name, value) in [
            ("logprobs", json!(false)),
            ("logit_bias", json!({})),
            ("response_format", json!({ "type": "text" })),
            ("service_tier", json!("auto")),
            ("modalities", json!(["text"])),
            ("store", json!(false)),
            ("user", json!("me")),
            ("top_logprobs", Value::Null),
            ("stream", json!(false)),
        ] {
            assert!(ChatRequest::from_json(&body(name, value)).is_ok(), "{name}");
        }
    }

    #[test]
    fn what_the_engine_lacks_is_refused_by_name() {
        for (name, value) in [
            ("logprobs", json!("yes")),
            ("top_logprobs", json!(2)),
            ("structured_outputs", json!({})),
            ("store", json!(true)),
            ("audio", json!({})),
            ("reasoning_effort", json!("low")),
            ("colour", json!("green")),
        ] {
            let error = ChatRequest::from_json(&body(name, value)).unwrap_err();
            assert_eq!((error.status, error.param.as_deref()), (400, Some(name)));
        }
        let error = ChatRequest::from_json("{}").unwrap_err();
        assert_eq!(error.param.as_deref(), Some("model"));
        let error = ChatRequest::from_json(r#"{"model": "m"}"#).unwrap_err();
        assert_eq!(error.param.as_deref(), Some("messages"));
    }

    #[test]
    fn probabilities_are_told_to_who_asks() {
        let logprobs = |top: Value| {
            let mut body: Value = serde_json::from_str(&body("logprobs", json!(true))).unwrap();
            body["top_logprobs"] = top;
            ChatRequest::from_json(&body.to_string()).map(|request| request.delivery.logprobs)
        };
        assert_eq!(logprobs(Value::Null), Ok(Some(0)));
        assert_eq!(logprobs(json!(20)), Ok(Some(20)));
        assert!(logprobs(json!(21)).is_err());
        let without = ChatRequest::from_json(&body("logprobs", json!(false))).unwrap();
        assert_eq!(without.delivery.logprobs, None);
    }

    #[test]
    fn what_the_answer_has_to_be_arrives() {
        let format = json!({ "type": "json_object" });
        let request = ChatRequest::from_json(&body("response_format", format)).unwrap();
        assert_eq!(request.asked.unwrap().param, "response_format");
    }
}
