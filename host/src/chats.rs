//! Conversations as this browser keeps them and as people export them: plain records.
//!
//! A conversation is a tree of messages: editing a question or asking for another answer adds a sibling and loses nothing.
//! Each message is a record of its own, so that a long conversation is not written again for each piece of an answer, and
//! so that two tabs can add to one conversation. Must not know how they are stored or shown.

pub mod file;
#[cfg(feature = "chats")]
pub mod follow;
#[cfg(feature = "chats")]
pub mod store;

use serde::{Deserialize, Serialize};

use crate::wire::{ErrorKind, FinishReason, Role, Usage};

/// Random, so that tabs and imports never give the same one twice. Not above [`LAST_ID`].
pub type ChatId = u64;

/// Random as well, and unique within its conversation.
pub type MessageId = u64;

/// Numbers up to here are exact in JavaScript and in JSON.
pub const LAST_ID: u64 = (1 << 53) - 1;

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

impl ChatRecord {
    /// The same conversation called, pinned and deleted as `other` is. What is said in a conversation and what it is
    /// called are changed in different places, perhaps in two tabs at once; neither may undo the other.
    #[must_use]
    pub fn labelled_as(self, other: &Self) -> Self {
        let is_titled = other.is_named || self.title.is_empty();
        Self {
            title: if is_titled {
                other.title.clone()
            } else {
                self.title
            },
            is_named: self.is_named || other.is_named,
            is_pinned: other.is_pinned,
            deleted_ms: other.deleted_ms,
            ..self
        }
    }

    /// Whether its title contains `lowered`, a text in lower case.
    pub fn mentions(&self, lowered: &str) -> bool {
        self.title.to_lowercase().contains(lowered)
    }
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
    /// Absent in a file, where the messages stand within their conversation.
    #[serde(default)]
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

impl MessageRecord {
    /// Whether its text or what it brings along contains `lowered`, a text in lower case.
    pub fn mentions(&self, lowered: &str) -> bool {
        let beside = self.attachments.iter().flat_map(|it| [&it.name, &it.text]);
        std::iter::once(&self.text)
            .chain(beside)
            .any(|text| text.to_lowercase().contains(lowered))
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_conversation_is_called_and_what_is_said_in_it_do_not_undo_each_other() {
        let said = ChatRecord {
            title: "How do I".to_owned(),
            updated_ms: 9.0,
            leaf: Some(4),
            ..ChatRecord::default()
        };
        let labelled = ChatRecord {
            title: "Bread".to_owned(),
            is_named: true,
            is_pinned: true,
            updated_ms: 5.0,
            deleted_ms: Some(6.0),
            ..ChatRecord::default()
        };
        let both = said.clone().labelled_as(&labelled);
        assert_eq!((both.title.as_str(), both.is_named), ("Bread", true));
        assert_eq!((both.is_pinned, both.deleted_ms), (true, Some(6.0)));
        assert_eq!((both.updated_ms, both.leaf), (9.0, Some(4)));
        // A title that nobody gave is the business of whoever writes what is said.
        let other = ChatRecord {
            title: "Before it was edited".to_owned(),
            ..ChatRecord::default()
        };
        assert_eq!(said.clone().labelled_as(&other).title, "How do I");
        assert_eq!(
            ChatRecord::default().labelled_as(&said).title,
            "How do I",
            "but better than none"
        );
    }

    #[test]
    fn words_are_found_whatever_their_case() {
        let message = MessageRecord {
            id: 1,
            chat: 1,
            parent: None,
            role: Role::User,
            text: "Über den WOLKEN".to_owned(),
            attachments: vec![Attachment {
                name: "Notes.txt".to_owned(),
                text: "Fog".to_owned(),
                num_tokens: None,
            }],
            created_ms: 0.0,
            ending: None,
            model: None,
        };
        for lowered in ["über", "wolken", "notes", "fog"] {
            assert!(message.mentions(lowered), "{lowered}");
        }
        assert!(!message.mentions("sun"));
    }
}
