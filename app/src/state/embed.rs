//! Inside another site's page: what that page has said, what it is told, and what the model is told on its behalf.
//!
//! The messages of `widget.js` (docs/widget.md). Whoever embeds the page is a stranger: it learns what is said in the
//! conversation that it opened, and nothing else. Must not know how messages travel; `browser::embedder` does.

use inkling_host::chats::{Ending, MessageId};
use inkling_host::wire::{Input, Message, Role};
use serde::{Deserialize, Serialize};

use super::{App, Effect, Load};

/// Raised when one side would misread the other.
pub const PROTOCOL_VERSION: u32 = 1;

/// A page can pass a long text to talk about; what is longer is a mistake and not a context.
const MOST_TEXT_CHARS: usize = 200_000;
const MOST_STARTERS: usize = 6;

/// How the page that embeds this one wants it.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Embedding {
    pub title: String,
    /// Shown above an empty conversation.
    pub greeting: String,
    pub system_prompt: String,
    /// What the page passes for the model to answer about.
    pub context: String,
    /// Questions to begin with.
    pub starters: Vec<String>,
    /// `#rrggbb`.
    pub accent: Option<String>,
    /// `light`, `dark`, or the system's.
    pub theme: Option<String>,
}

/// What the page that embeds this one says.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum FromEmbedder {
    Configure(Embedding),
    Context { text: String },
    Ask { text: String },
}

/// What it is told.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ToEmbedder {
    /// Whether a question would be asked now.
    Standing {
        can_ask: bool,
    },
    Progress {
        loaded_bytes: u64,
        total_bytes: Option<u64>,
    },
    /// A question that was asked, or an answer that is complete.
    Message {
        role: Role,
        text: String,
    },
    Error {
        kind: String,
        message: String,
    },
    /// The person wants to be back on the page.
    Close,
}

impl FromEmbedder {
    /// Reads a message; the error says what is wrong with it.
    pub fn from_json(json: &str) -> Result<Self, String> {
        let told: Self = serde_json::from_str(json).map_err(|error| error.to_string())?;
        let texts: Vec<&String> = match &told {
            Self::Configure(embedding) => [
                &embedding.title,
                &embedding.greeting,
                &embedding.system_prompt,
                &embedding.context,
            ]
            .into_iter()
            .chain(&embedding.starters)
            .collect(),
            Self::Context { text } | Self::Ask { text } => vec![text],
        };
        if let Some(long) = texts
            .iter()
            .find(|text| text.chars().count() > MOST_TEXT_CHARS)
        {
            let chars = long.chars().count();
            return Err(format!(
                "a text of {chars} characters; {MOST_TEXT_CHARS} are the most"
            ));
        }
        if let Self::Configure(embedding) = &told
            && embedding.starters.len() > MOST_STARTERS
        {
            return Err(format!("more than {MOST_STARTERS} starters"));
        }
        Ok(told)
    }
}

/// Colours made of an accent: what is drawn in it, and black or white, whichever can be read upon it.
///
/// `None` for anything but `#rrggbb`. Luminance and contrast are those of WCAG 2.2.
pub fn ink_on(accent: &str) -> Option<&'static str> {
    let digits = accent.strip_prefix('#').filter(|it| it.len() == 6)?;
    let channel = |range| {
        let value = f64::from(u8::from_str_radix(digits.get(range)?, 16).ok()?) / 255.0;
        Some(if value <= 0.040_45 {
            value / 12.92
        } else {
            ((value + 0.055) / 1.055).powf(2.4)
        })
    };
    let luminance = 0.2126 * channel(0..2)? + 0.7152 * channel(2..4)? + 0.0722 * channel(4..6)?;
    // Where both contrast alike: (1.05) / (l + 0.05) = (l + 0.05) / 0.05.
    Some(if luminance > 0.179 {
        "#000000"
    } else {
        "#ffffff"
    })
}

impl App {
    pub(super) fn hear_embedder(&mut self, told: FromEmbedder) -> Vec<Effect> {
        match told {
            FromEmbedder::Configure(embedding) => self.embedding = Some(embedding),
            FromEmbedder::Context { text } => {
                self.embedding.get_or_insert_default().context = text;
            }
            FromEmbedder::Ask { text } => return self.ask(text, Vec::new(), None),
        }
        Vec::new()
    }

    /// Before the conversation's own instructions, which the person may change, what the page wants known.
    pub(super) fn with_embedding(&self, mut input: Input) -> Input {
        let Some(embedding) = &self.embedding else {
            return input;
        };
        let context = embedding.context.trim();
        let about = (!context.is_empty())
            .then(|| format!("Answer from this text where it has the answer:\n\n{context}"));
        let told = [embedding.system_prompt.trim().to_owned()]
            .into_iter()
            .chain(about)
            .filter(|text| !text.is_empty());
        if let Input::Messages { messages, .. } = &mut input {
            let own = match messages.first() {
                Some(first) if first.role == Role::System => Some(messages.remove(0).content),
                Some(_) | None => None,
            };
            let content = told.chain(own).collect::<Vec<_>>().join("\n\n");
            if !content.is_empty() {
                let role = Role::System;
                messages.insert(0, Message { role, content });
            }
        }
        input
    }

    /// What is worth telling of a load.
    pub fn load_told(&self) -> Option<ToEmbedder> {
        match &self.load {
            Load::Running {
                progress: Some(progress),
                ..
            }
            | Load::Elsewhere {
                progress: Some(progress),
                ..
            } => Some(ToEmbedder::Progress {
                loaded_bytes: progress.bytes_done,
                total_bytes: progress.bytes_total,
            }),
            Load::Failed { error, .. } => Some(ToEmbedder::Error {
                kind: name_of(error.kind),
                message: error.message.clone(),
            }),
            Load::Idle
            | Load::Waiting { .. }
            | Load::Elsewhere { .. }
            | Load::Running { .. }
            | Load::Paused { .. } => None,
        }
    }

    /// What was said in the conversation that is shown, as far as it is complete.
    pub fn said(&self) -> Vec<(MessageId, ToEmbedder)> {
        let told = |node: &super::Node| {
            let message = ToEmbedder::Message {
                role: node.role,
                text: node.text.clone(),
            };
            match (&node.role, &node.ending) {
                (Role::User, _) | (Role::Assistant, Some(Ending::Finished { .. })) => Some(message),
                (Role::Assistant, Some(Ending::Failed { kind, message })) => {
                    Some(ToEmbedder::Error {
                        kind: name_of(*kind),
                        message: message.clone(),
                    })
                }
                (Role::Assistant, Some(Ending::Lost | Ending::Edited) | None)
                | (Role::System, _) => None,
            }
        };
        let tree = self.chat.tree();
        let path = tree.path().iter();
        path.filter_map(|id| Some((*id, told(self.chat.message(*id)?)?)))
            .collect()
    }
}

/// As the messages between page and worker spell it.
fn name_of(kind: inkling_host::wire::ErrorKind) -> String {
    match serde_json::to_value(kind) {
        Ok(serde_json::Value::String(name)) => name,
        Ok(_) | Err(_) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn asked(system: Option<&str>) -> Input {
        let message = |role, content: &str| Message {
            role,
            content: content.to_owned(),
        };
        let mut messages = vec![message(Role::User, "Where is it?")];
        if let Some(system) = system {
            messages.insert(0, message(Role::System, system));
        }
        Input::Messages {
            messages,
            continues: false,
        }
    }

    fn system_of(app: &App, own: Option<&str>) -> Option<String> {
        let Input::Messages { messages, .. } = app.with_embedding(asked(own)) else {
            return None;
        };
        let first = messages.first()?;
        (first.role == Role::System).then(|| first.content.clone())
    }

    #[test]
    fn what_the_page_wants_known_stands_before_the_persons_own_instructions() {
        let mut app = App::default();
        assert_eq!(system_of(&app, None), None);
        assert_eq!(system_of(&app, Some("Be brief.")).unwrap(), "Be brief.");
        let told = r#"{"type":"configure","system_prompt":"You help.","context":" The shop opens at 9. "}"#;
        app.hear_embedder(FromEmbedder::from_json(told).unwrap());
        let system = system_of(&app, Some("Be brief.")).unwrap();
        let places = ["You help.", "The shop opens at 9.", "Be brief."].map(|it| system.find(it));
        assert!(
            places.iter().all(Option::is_some) && places.is_sorted(),
            "{system}"
        );
        app.hear_embedder(FromEmbedder::Context {
            text: String::new(),
        });
        assert_eq!(system_of(&app, None).unwrap(), "You help.");
    }

    #[test]
    fn what_is_no_message_is_refused() {
        for wrong in [
            "",
            "[]",
            r#"{"type":"read_chats"}"#,
            r#"{"type":"ask"}"#,
            r#"{"type":"ask","text":7}"#,
        ] {
            assert!(FromEmbedder::from_json(wrong).is_err(), "{wrong}");
        }
        let long = "a".repeat(MOST_TEXT_CHARS + 1);
        let told = serde_json::json!({ "type": "ask", "text": long }).to_string();
        assert!(
            FromEmbedder::from_json(&told)
                .unwrap_err()
                .contains("200000")
        );
        let starters = vec!["a"; MOST_STARTERS + 1];
        let told = serde_json::json!({ "type": "configure", "starters": starters }).to_string();
        assert!(FromEmbedder::from_json(&told).is_err());
    }

    #[test]
    fn ink_can_be_read_upon_the_accent() {
        assert_eq!(ink_on("#ffffff"), Some("#000000"));
        assert_eq!(ink_on("#3540b8"), Some("#ffffff"));
        assert_eq!(ink_on("#ffd400"), Some("#000000"));
        for wrong in ["", "red", "#fff", "#12345g", "#1234567", "#ä1234"] {
            assert_eq!(ink_on(wrong), None, "{wrong}");
        }
    }
}
