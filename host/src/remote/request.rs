//! A question in the form of OpenAI's API.
//!
//! Only what somebody has set is written: servers know their own defaults, and some refuse what OpenAI does not know.

use serde_json::{Map, Value, json};

use crate::wire::{GenerateOptions, Input};

/// The body of a request to `chat/completions`, answered as a stream.
pub fn request_json(model: &str, input: &Input, options: &GenerateOptions) -> String {
    let mut body = Map::new();
    let mut set = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            body.insert(name.to_owned(), value);
        }
    };
    set("model", Some(model.into()));
    set("messages", Some(messages_from(input)));
    set("stream", Some(true.into()));
    set("stream_options", Some(json!({ "include_usage": true })));
    set("max_tokens", options.max_tokens.map(Value::from));
    set("temperature", options.temperature.map(decimal));
    set("top_p", options.top_p.map(decimal));
    set("frequency_penalty", options.frequency_penalty.map(decimal));
    set("presence_penalty", options.presence_penalty.map(decimal));
    set("seed", options.seed.map(Value::from));
    set(
        "stop",
        (!options.stop.is_empty()).then(|| json!(options.stop)),
    );
    // Not OpenAI's, but of every server that runs open models, under these names.
    set("top_k", options.top_k.map(Value::from));
    set("min_p", options.min_p.map(decimal));
    set(
        "repetition_penalty",
        options.repetition_penalty.map(decimal),
    );
    Value::Object(body).to_string()
}

fn messages_from(input: &Input) -> Value {
    match input {
        Input::Messages { messages, .. } => json!(messages),
        Input::Chat { messages, .. } => json!(messages),
        Input::Text { text } => json!([{ "role": "user", "content": text }]),
        // Ids mean something to the model that they were made for, and to no other.
        Input::Tokens { .. } => json!([]),
    }
}

/// 0.7, where the nearest number of twice the precision would be 0.699999988079071.
fn decimal(number: f32) -> Value {
    number
        .to_string()
        .parse::<f64>()
        .map_or(Value::Null, Value::from)
}
