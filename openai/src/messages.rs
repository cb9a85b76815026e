//! The messages of a chat, checked, and in the form that chat templates read.
//!
//! Templates were written against what `transformers` gives them, which differs from what OpenAI's API says in three
//! things: a text in parts is one text, arguments of a call are an object, and who OpenAI calls the developer is the system.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::fields::{Fields, article};
use crate::{Error, Result};

/// Reads `messages`; what comes out goes into a template as it is.
pub fn messages_from(fields: &mut Fields) -> Result<Vec<Value>> {
    let items = fields
        .list("messages")?
        .ok_or_else(|| Error::missing("messages"))?;
    if items.is_empty() {
        return Err(Error::request(
            "empty_array",
            "messages",
            "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty array instead.",
        ));
    }
    let mut called = BTreeMap::new();
    items
        .into_iter()
        .enumerate()
        .map(|(index, item)| message_from(item, &format!("messages[{index}]"), &mut called))
        .collect()
}

/// `called` are the calls so far: which function belongs to which id.
fn message_from(item: Value, path: &str, called: &mut BTreeMap<String, String>) -> Result<Value> {
    let mut fields = Fields::from_value(item, path)?;
    let role = required_text(&mut fields, "role")?;
    let mut message = Map::new();
    let name = fields.text("name")?;
    match role.as_str() {
        "system" | "developer" => {
            message.insert("role".to_owned(), "system".into());
            message.insert("content".to_owned(), required_content(&mut fields)?.into());
        }
        "user" => {
            message.insert("role".to_owned(), "user".into());
            message.insert("content".to_owned(), required_content(&mut fields)?.into());
        }
        "assistant" => {
            let content = content_from(&mut fields)?;
            let calls = calls_from(&mut fields, called)?;
            if content.is_none() && calls.is_empty() {
                return Err(Error::missing(&fields.path("content")));
            }
            message.insert("role".to_owned(), "assistant".into());
            // Templates ask for its length or trim it; none of them expects it to be absent.
            message.insert("content".to_owned(), content.unwrap_or_default().into());
            if !calls.is_empty() {
                message.insert("tool_calls".to_owned(), calls.into());
            }
            fields.only("refusal", |_| false)?;
            fields.only("audio", |_| false)?;
            fields.only("function_call", |_| false)?;
            // Answers are given back as they came, and SDKs write these into them.
            fields.only("annotations", |value| {
                value.as_array().is_some_and(Vec::is_empty)
            })?;
        }
        "tool" => {
            let id = required_text(&mut fields, "tool_call_id")?;
            message.insert("role".to_owned(), "tool".into());
            message.insert("content".to_owned(), required_content(&mut fields)?.into());
            if let Some(function) = called.get(&id) {
                message.insert("name".to_owned(), function.clone().into());
            }
            message.insert("tool_call_id".to_owned(), id.into());
        }
        _ => {
            return Err(Error::request(
                "invalid_value",
                &fields.path("role"),
                format!(
                    "Invalid value: '{role}'. Supported values are: 'system', 'developer', 'assistant', 'user', and 'tool'."
                ),
            ));
        }
    }
    if let Some(name) = name {
        message.insert("name".to_owned(), name.into());
    }
    fields.finish()?;
    Ok(Value::Object(message))
}

pub fn required_text(fields: &mut Fields, name: &str) -> Result<String> {
    fields
        .text(name)?
        .ok_or_else(|| Error::missing(&fields.path(name)))
}

fn required_content(fields: &mut Fields) -> Result<String> {
    content_from(fields)?.ok_or_else(|| Error::missing(&fields.path("content")))
}

/// A text, or a list of parts that are all text.
fn content_from(fields: &mut Fields) -> Result<Option<String>> {
    let path = fields.path("content");
    match fields.take("content") {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(Value::Array(parts)) => {
            let mut texts = Vec::new();
            for (index, part) in parts.into_iter().enumerate() {
                let mut part = Fields::from_value(part, &format!("{path}[{index}]"))?;
                let kind = required_text(&mut part, "type")?;
                if kind != "text" {
                    return Err(Error::unsupported_value(
                        &part.path("type"),
                        "parts of a message must be of type 'text'",
                    ));
                }
                texts.push(required_text(&mut part, "text")?);
                part.finish()?;
            }
            Ok(Some(texts.join("\n")))
        }
        Some(other) => Err(Error::wrong_type(
            &path,
            "a string or an array of text parts",
            article(&other),
        )),
    }
}

fn calls_from(fields: &mut Fields, called: &mut BTreeMap<String, String>) -> Result<Vec<Value>> {
    let path = fields.path("tool_calls");
    let items = fields.list("tool_calls")?.unwrap_or_default();
    items
        .into_iter()
        .enumerate()
        .map(|(index, item)| {
            let mut call = Fields::from_value(item, &format!("{path}[{index}]"))?;
            let id = required_text(&mut call, "id")?;
            let kind = required_text(&mut call, "type")?;
            if kind != "function" {
                return Err(Error::unsupported_value(
                    &call.path("type"),
                    "calls must be of type 'function'",
                ));
            }
            // A stream numbers its calls, and some clients give the number back.
            call.integer("index", 0..=i64::MAX)?;
            let mut function = call
                .object("function")?
                .ok_or_else(|| Error::missing(&call.path("function")))?;
            let name = required_text(&mut function, "name")?;
            let arguments = required_text(&mut function, "arguments")?;
            function.finish()?;
            call.finish()?;
            // What a model wrote may not be JSON; the template then shows the text.
            let arguments = match serde_json::from_str(&arguments) {
                Ok(Value::Object(object)) => Value::Object(object),
                _ => Value::String(arguments),
            };
            called.insert(id.clone(), name.clone());
            Ok(json!({
                "id": id,
                "type": "function",
                "function": { "name": name, "arguments": arguments },
            }))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(value: Value) -> Result<Vec<Value>> {
        let body = json!({ "messages": value }).to_string();
        messages_from(&mut Fields::from_body(&body).unwrap())
    }

    #[test]
    fn a_template_gets_what_transformers_would_give_it() {
        let given = json!([
            { "role": "developer", "content": "Be brief." },
            { "role": "user", "content": [{ "type": "text", "text": "a" }, { "type": "text", "text": "b" }] },
            { "role": "assistant", "content": null, "refusal": null, "tool_calls": [
                { "id": "call_1", "type": "function", "function": { "name": "add", "arguments": "{\"x\":1}" } },
            ]},
            { "role": "tool", "tool_call_id": "call_1", "content": "2" },
        ]);
        let expected = json!([
            { "role": "system", "content": "Be brief." },
            { "role": "user", "content": "a\nb" },
            { "role": "assistant", "content": "", "tool_calls": [
                { "id": "call_1", "type": "function", "function": { "name": "add", "arguments": { "x": 1 } } },
            ]},
            { "role": "tool", "content": "2", "name": "add", "tool_call_id": "call_1" },
        ]);
        assert_eq!(Value::Array(messages(given).unwrap()), expected);
    }

    #[test]
    fn each_mistake_is_told_with_its_place() {
        for (bad, param) in [
            (json!([]), "messages"),
            (json!("hello"), "messages"),
            (json!(["hello"]), "messages[0]"),
            (json!([{ "content": "a" }]), "messages[0].role"),
            (
                json!([{ "role": "robot", "content": "a" }]),
                "messages[0].role",
            ),
            (json!([{ "role": "user" }]), "messages[0].content"),
            (
                json!([{ "role": "user", "content": 1 }]),
                "messages[0].content",
            ),
            (json!([{ "role": "assistant" }]), "messages[0].content"),
            (
                json!([{ "role": "tool", "content": "a" }]),
                "messages[0].tool_call_id",
            ),
            (
                json!([{ "role": "user", "content": "a" }, { "role": "user", "content": "a", "colour": 1 }]),
                "messages[1].colour",
            ),
            (
                json!([{ "role": "user", "content": [{ "type": "image_url", "image_url": {} }] }]),
                "messages[0].content[0].type",
            ),
            (
                json!([{ "role": "assistant", "tool_calls": [{ "id": "1", "type": "function" }] }]),
                "messages[0].tool_calls[0].function",
            ),
        ] {
            let error = messages(bad.clone()).unwrap_err();
            assert_eq!(error.param.as_deref(), Some(param), "{bad}");
        }
    }
}
