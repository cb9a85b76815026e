//! How likely the tokens of an answer were, in the two shapes that OpenAI's API has for it.
//!
//! Tokens come as their bytes: a token may end inside a character. Must not know how probabilities are computed.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::shapes::Nothing;

/// What clients get for a token that cannot come; JSON has no infinity.
const LEAST_LOGPROB: f32 = -9999.0;

/// A token of an answer, and the likeliest in its place.
#[derive(Debug, Clone, PartialEq)]
pub struct TokenLogprob {
    pub bytes: Vec<u8>,
    pub logprob: f32,
    /// Bytes and logarithms of probabilities, the likeliest first.
    pub top: Vec<(Vec<u8>, f32)>,
}

#[derive(Debug, Serialize)]
pub struct ChatLogprobs {
    content: Vec<ChatToken>,
    refusal: Nothing,
}

#[derive(Debug, Serialize)]
struct ChatToken {
    #[serde(flatten)]
    token: Likely,
    top_logprobs: Vec<Likely>,
}

#[derive(Debug, Serialize)]
struct Likely {
    token: String,
    logprob: f32,
    bytes: Vec<u8>,
}

impl Likely {
    fn new(bytes: Vec<u8>, logprob: f32) -> Self {
        Self {
            token: shown(&bytes),
            logprob: logprob.max(LEAST_LOGPROB),
            bytes,
        }
    }
}

impl ChatLogprobs {
    pub fn new(tokens: Vec<TokenLogprob>) -> Self {
        let chat_token = |token: TokenLogprob| ChatToken {
            token: Likely::new(token.bytes, token.logprob),
            top_logprobs: token
                .top
                .into_iter()
                .map(|(bytes, logprob)| Likely::new(bytes, logprob))
                .collect(),
        };
        Self {
            content: tokens.into_iter().map(chat_token).collect(),
            refusal: Nothing,
        }
    }
}

/// Of a completion: one list for each field.
#[derive(Debug, Default, Serialize)]
pub struct TextLogprobs {
    tokens: Vec<String>,
    token_logprobs: Vec<f32>,
    top_logprobs: Vec<Map<String, Value>>,
    /// Where each begins in the text, in characters.
    text_offset: Vec<usize>,
}

impl TextLogprobs {
    /// `offset_chars` is where the first of the tokens begins; it is left where the next one will.
    pub fn new(tokens: Vec<TokenLogprob>, offset_chars: &mut usize) -> Self {
        let mut all = Self::default();
        for token in tokens {
            let text = shown(&token.bytes);
            all.text_offset.push(*offset_chars);
            *offset_chars += text.chars().count();
            let top = token.top.into_iter().map(|(bytes, logprob)| {
                (shown(&bytes), f64::from(logprob.max(LEAST_LOGPROB)).into())
            });
            all.top_logprobs.push(top.collect());
            all.token_logprobs.push(token.logprob.max(LEAST_LOGPROB));
            all.tokens.push(text);
        }
        all
    }
}

/// Bytes that are no text by themselves are shown as OpenAI's API shows them.
fn shown(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => {
            let hex: String = bytes.iter().map(|byte| format!("\\x{byte:02x}")).collect();
            format!("bytes:{hex}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn tokens() -> Vec<TokenLogprob> {
        vec![
            TokenLogprob {
                bytes: "日".into(),
                logprob: -0.5,
                top: vec![("日".into(), -0.5), (vec![0xE6], f32::NEG_INFINITY)],
            },
            TokenLogprob {
                bytes: b"a".to_vec(),
                logprob: -1.0,
                top: Vec::new(),
            },
        ]
    }

    #[test]
    fn the_shape_of_a_chat() {
        let shape = serde_json::to_value(ChatLogprobs::new(tokens())).unwrap();
        assert_eq!(
            shape,
            json!({ "refusal": null, "content": [
                { "token": "日", "logprob": -0.5, "bytes": [230, 151, 165], "top_logprobs": [
                    { "token": "日", "logprob": -0.5, "bytes": [230, 151, 165] },
                    { "token": "bytes:\\xe6", "logprob": -9999.0, "bytes": [230] },
                ]},
                { "token": "a", "logprob": -1.0, "bytes": [97], "top_logprobs": [] },
            ]})
        );
    }

    #[test]
    fn the_shape_of_a_completion() {
        let mut offset_chars = 3;
        let shape = TextLogprobs::new(tokens(), &mut offset_chars);
        assert_eq!(
            serde_json::to_value(shape).unwrap(),
            json!({
                "tokens": ["日", "a"],
                "token_logprobs": [-0.5, -1.0],
                "top_logprobs": [{ "日": -0.5, "bytes:\\xe6": -9999.0 }, {}],
                "text_offset": [3, 4],
            })
        );
        assert_eq!(offset_chars, 5);
    }
}
