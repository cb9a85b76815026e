//! The objects of an answer, field by field as OpenAI's API has them.
//!
//! Fields that are `null` for a reason are written; clients with strict types look for them.

use serde::Serialize;

use crate::calls::Call;
use crate::logprobs::{ChatLogprobs, TextLogprobs};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Usage {
    pub prompt_tokens: u32,
    pub completion_tokens: u32,
    pub total_tokens: u32,
    pub prompt_tokens_details: PromptTokens,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct PromptTokens {
    /// Those that had been computed before.
    pub cached_tokens: u32,
}

/// A whole answer, or a piece of one: the two differ in their choices.
#[derive(Debug, Serialize)]
pub struct Envelope<'a, Choice> {
    pub id: &'a str,
    pub object: &'static str,
    pub created: u64,
    pub model: &'a str,
    pub system_fingerprint: &'a str,
    pub choices: Vec<Choice>,
    /// Left out of the pieces of a stream whose usage nobody asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usage: Option<Option<Usage>>,
}

#[derive(Debug, Serialize)]
pub struct ChatChoice {
    pub index: u32,
    pub message: Message,
    pub logprobs: Option<ChatLogprobs>,
    pub finish_reason: &'static str,
}

#[derive(Debug, Serialize)]
pub struct Message {
    pub role: &'static str,
    pub content: Option<String>,
    pub refusal: Nothing,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tool_calls: Vec<ToolCall>,
}

#[derive(Debug, Serialize)]
pub struct ChatChunkChoice {
    pub index: u32,
    pub delta: Delta,
    pub logprobs: Option<ChatLogprobs>,
    pub finish_reason: Option<&'static str>,
}

#[derive(Debug, Default, Serialize)]
pub struct Delta {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tool_calls: Vec<ToolCall>,
}

#[derive(Debug, Clone, Serialize)]
pub struct ToolCall {
    /// Only in a stream, where it says which call a piece belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index: Option<u32>,
    pub id: String,
    pub r#type: &'static str,
    pub function: Function,
}

#[derive(Debug, Clone, Serialize)]
pub struct Function {
    pub name: String,
    pub arguments: String,
}

impl From<Call> for Function {
    fn from(call: Call) -> Self {
        Self {
            name: call.name,
            arguments: call.arguments,
        }
    }
}

/// Of a completion: the same in a stream, where the last piece has the reason.
#[derive(Debug, Serialize)]
pub struct TextChoice {
    pub index: u32,
    pub text: String,
    pub logprobs: Option<TextLogprobs>,
    pub finish_reason: Option<&'static str>,
}

/// Always `null`.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Nothing;
