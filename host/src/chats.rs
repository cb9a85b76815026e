//! Conversations as this browser keeps them and as people export them: plain records.
//!
//! A conversation is a tree of messages: editing a question or asking for another answer adds a sibling and loses nothing.
//! Each message is a record of its own, so that a long conversation is not written again for each piece of an answer, and
//! so that two tabs can add to one conversation. Must not know how they are stored or shown.

use serde::{Deserialize, Serialize};

use crate::wire::{ErrorKind, FinishReason, Role, Usage};

/// Random, so that tabs and imports never give the same one twice.
pub type ChatId = u64;

/// Random as well, below 2^53: exact in JavaScript and in JSON.
pub type MessageId = u64;

/// A conversation without its messages.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ChatRecord {
    pub id: ChatId,
    /// The beginning of the first question, until a person gives another.
    pub title: String,
    pub is_named: bool,
    pub is_pinned: bool,
    /// Milliseconds since the epoch, as all times here.
    pub created_ms: f64,
    pub updated_ms: f64,
    /// The last message of the branch that is shown.
    pub leaf: Option<MessageId>,
    /// What answered last.
    pub model: Option<ModelName>,
    pub manner: Manner,
    /// Deleted then, and kept only for as long as it can be undone.
    pub deleted_ms: Option<f64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelName {
    pub key: String,
    pub name: String,
}

/// How a conversation is to be answered. What is absent is as the settings say, then as the model's publisher says.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Manner {
    pub system_prompt: String,
    pub sampling: Sampling,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Sampling {
    /// 0 is greedy.
    pub temperature: Option<f32>,
    pub top_k: Option<u32>,
    pub top_p: Option<f32>,
    pub min_p: Option<f32>,
    pub repetition_penalty: Option<f32>,
    pub max_tokens: Option<u32>,
    pub seed: Option<u64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MessageRecord {
    pub id: MessageId,
    pub chat: ChatId,
    /// Absent: a first question.
    pub parent: Option<MessageId>,
    pub role: Role,
    pub text: String,
    #[serde(default)]
    pub attachments: Vec<Attachment>,
    pub created_ms: f64,
    /// How an answer ended; absent in questions, and where the page was closed while it was being written.
    #[serde(default)]
    pub ending: Option<Ending>,
    /// The model that wrote an answer.
    #[serde(default)]
    pub model: Option<String>,
}

/// A text that a question brings along.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    pub name: String,
    pub text: String,
    pub num_tokens: Option<u32>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "ending", rename_all = "snake_case")]
pub enum Ending {
    Finished {
        reason: FinishReason,
        usage: Usage,
    },
    Failed {
        kind: ErrorKind,
        message: String,
    },
    /// The engine or the page ended beneath it.
    Lost,
    /// Written or changed by the person.
    Edited,
}
