//! Conversations as files: JSON that can be read back whole, and Markdown for people.
//!
//! The JSON format is described in `docs/chats.md`. A file may come from anybody, so everything in it is looked at before
//! any of it is used, and what is wrong is said with its place. Pure: ids and words come from the caller.

use std::collections::{HashMap, HashSet};
use std::fmt::Write;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{ChatId, ChatRecord, LAST_ID, MessageId, MessageRecord, Sampling};
use crate::wire::{ErrorKind, Role, WireError};

pub const FORMAT: &str = "inkling-chats";
/// Raised when a field changes its meaning.
pub const FILE_VERSION: u64 = 1;
/// Larger files are refused before they are read.
pub const MAX_FILE_BYTES: usize = 256 << 20;

const MAX_CHATS: usize = 100_000;
const MAX_MESSAGES: usize = 100_000;
const MAX_TEXT_BYTES: usize = 16 << 20;
const MAX_TITLE_BYTES: usize = 4096;
/// The last moment that a JavaScript date can tell.
const LAST_MOMENT_MS: f64 = 8.64e15;
const FILE_NAME_CHARACTERS: usize = 60;

/// A conversation with its messages.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct WholeChat {
    #[serde(flatten)]
    pub chat: ChatRecord,
    pub messages: Vec<MessageRecord>,
}

#[derive(Serialize)]
struct File<'chats> {
    format: &'static str,
    version: u64,
    chats: &'chats [WholeChat],
}

/// The file of these conversations.
pub fn json_from_chats(chats: &[WholeChat]) -> Result<String, WireError> {
    let file = File {
        format: FORMAT,
        version: FILE_VERSION,
        chats,
    };
    serde_json::to_string_pretty(&file)
        .map_err(|error| WireError::new(ErrorKind::Internal, error.to_string()))
}

/// Reads a file and refuses one that could not be shown. A conversation whose id is taken, or none, gets a new one, so that
/// nothing that is there is written over.
pub fn chats_from_json(
    text: &str,
    is_taken: impl Fn(ChatId) -> bool,
    mut new_id: impl FnMut() -> ChatId,
) -> Result<Vec<WholeChat>, WireError> {
    if text.len() > MAX_FILE_BYTES {
        return Err(too_large());
    }
    let mut file: Value = serde_json::from_str(text).map_err(|error| {
        refused(&format!(
            "it is not JSON ({error}); choose a file that was exported here"
        ))
    })?;
    if file.get("format").and_then(Value::as_str) != Some(FORMAT) {
        return Err(refused(&format!(
            "its “format” is not “{FORMAT}”; choose a file that was exported here"
        )));
    }
    match file.get("version").and_then(Value::as_u64) {
        Some(FILE_VERSION) => {}
        Some(newer) if newer > FILE_VERSION => {
            return Err(refused(&format!(
                "it is of version {newer}, and this page reads version {FILE_VERSION}; update the page, then import it again"
            )));
        }
        Some(_) | None => {
            return Err(refused(&format!(
                "its “version” is not {FILE_VERSION}, the only one there is"
            )));
        }
    }
    let Some(Value::Array(values)) = file.get_mut("chats").map(Value::take) else {
        return Err(refused("it has no list of “chats”"));
    };
    if values.len() > MAX_CHATS {
        return Err(refused(&format!(
            "it has {} conversations, and {MAX_CHATS} is the most",
            values.len()
        )));
    }
    let mut given = HashSet::new();
    let mut chats = Vec::with_capacity(values.len());
    for (index, value) in values.into_iter().enumerate() {
        let mut whole = chat_from_value(value, index + 1)?;
        let mut id = whole.chat.id;
        while id == 0 || id > LAST_ID || is_taken(id) || given.contains(&id) {
            id = new_id() & LAST_ID;
        }
        given.insert(id);
        whole.chat.id = id;
        for message in &mut whole.messages {
            message.chat = id;
        }
        chats.push(whole);
    }
    Ok(chats)
}

/// Said of a file that is not even opened.
pub fn too_large() -> WireError {
    refused(&format!(
        "it is larger than {} MiB; export fewer conversations at a time",
        MAX_FILE_BYTES >> 20
    ))
}

fn refused(why: &str) -> WireError {
    WireError::new(
        ErrorKind::BadFile,
        format!("The file cannot be imported: {why}."),
    )
}

fn chat_from_value(mut value: Value, number: usize) -> Result<WholeChat, WireError> {
    let messages = value
        .as_object_mut()
        .and_then(|chat| chat.shift_remove("messages"));
    let title = value
        .get("title")
        .and_then(Value::as_str)
        .map(|title| format!(" (“{}”)", first_characters(title, FILE_NAME_CHARACTERS)))
        .unwrap_or_default();
    let place = format!("conversation {number}{title}");
    let wrong = |why: &str| refused(&format!("{place}: {why}"));
    let Some(Value::Array(messages)) = messages else {
        return Err(wrong("it has no list of “messages”"));
    };
    if messages.len() > MAX_MESSAGES {
        return Err(wrong(&format!(
            "it has {} messages, and {MAX_MESSAGES} is the most",
            messages.len()
        )));
    }
    let mut chat: ChatRecord =
        serde_json::from_value(value).map_err(|error| wrong(&error.to_string()))?;
    check_chat(&chat).map_err(|why| wrong(&why))?;
    // What was deleted when the file was written is wanted now.
    chat.deleted_ms = None;
    let mut read = Vec::with_capacity(messages.len());
    for (index, message) in messages.into_iter().enumerate() {
        let wrong = |why: &str| refused(&format!("{place}, message {}: {why}", index + 1));
        let message: MessageRecord =
            serde_json::from_value(message).map_err(|error| wrong(&error.to_string()))?;
        check_message(&message).map_err(|why| wrong(&why))?;
        read.push(message);
    }
    check_tree(&read)
        .map_err(|(index, why)| refused(&format!("{place}, message {}: {why}", index + 1)))?;
    chat.leaf = match chat.leaf {
        Some(leaf) if !read.iter().any(|message| message.id == leaf) => {
            return Err(wrong(&format!("its leaf {leaf} is none of its messages")));
        }
        Some(leaf) => Some(leaf),
        None => newest(&read),
    };
    Ok(WholeChat {
        chat,
        messages: read,
    })
}

fn check_chat(chat: &ChatRecord) -> Result<(), String> {
    check_moment("created_ms", chat.created_ms)?;
    check_moment("updated_ms", chat.updated_ms)?;
    check_size("title", &chat.title, MAX_TITLE_BYTES)?;
    check_size("system_prompt", &chat.manner.system_prompt, MAX_TEXT_BYTES)?;
    let Sampling {
        temperature,
        top_k: _,
        top_p,
        min_p,
        repetition_penalty,
        max_tokens: _,
        seed: _,
    } = chat.manner.sampling;
    for (name, value) in [
        ("temperature", temperature),
        ("top_p", top_p),
        ("min_p", min_p),
        ("repetition_penalty", repetition_penalty),
    ] {
        if value.is_some_and(|value| !value.is_finite() || value < 0.0) {
            return Err(format!("its {name} is not a number from 0"));
        }
    }
    Ok(())
}

fn check_message(message: &MessageRecord) -> Result<(), String> {
    if message.id > LAST_ID {
        return Err(format!("its id is larger than {LAST_ID}"));
    }
    check_moment("created_ms", message.created_ms)?;
    check_size("text", &message.text, MAX_TEXT_BYTES)?;
    for attachment in &message.attachments {
        check_size("attachment's name", &attachment.name, MAX_TITLE_BYTES)?;
        check_size("attachment", &attachment.text, MAX_TEXT_BYTES)?;
    }
    Ok(())
}

fn check_moment(name: &str, moment_ms: f64) -> Result<(), String> {
    if (0.0..=LAST_MOMENT_MS).contains(&moment_ms) {
        Ok(())
    } else {
        Err(format!(
            "its {name} is not a time in milliseconds since 1970"
        ))
    }
}

fn check_size(name: &str, text: &str, max_bytes: usize) -> Result<(), String> {
    if text.len() <= max_bytes {
        Ok(())
    } else {
        Err(format!("its {name} is larger than {max_bytes} bytes"))
    }
}

/// Ids are unique, every parent is there and nothing is its own ancestor; or which message is wrong, and why.
fn check_tree(messages: &[MessageRecord]) -> Result<(), (usize, String)> {
    let mut parents: HashMap<MessageId, Option<MessageId>> = HashMap::new();
    for (index, message) in messages.iter().enumerate() {
        if parents.insert(message.id, message.parent).is_some() {
            return Err((index, format!("its id {} is used twice", message.id)));
        }
    }
    // Those from which a first question is reached.
    let mut rooted: HashSet<MessageId> = HashSet::new();
    for (index, message) in messages.iter().enumerate() {
        let mut path = Vec::new();
        let mut next = Some(message.id);
        while let Some(id) = next.filter(|id| !rooted.contains(id)) {
            next = match parents.get(&id) {
                Some(parent) => *parent,
                None => return Err((index, format!("its parent {id} is not there"))),
            };
            path.push(id);
            if path.len() > messages.len() {
                return Err((index, "it is among its own parents".to_owned()));
            }
        }
        rooted.extend(path);
    }
    Ok(())
}

fn newest(messages: &[MessageRecord]) -> Option<MessageId> {
    let last = messages
        .iter()
        .max_by(|a, b| a.created_ms.total_cmp(&b.created_ms))?;
    Some(last.id)
}

/// The words around a conversation in Markdown, in the language of the person who saves it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarkdownWords {
    /// Its date and its model.
    pub about: String,
    pub question: String,
    pub answer: String,
    /// Before the names of what a question brought along.
    pub attached: String,
}

/// The branch that is shown, as Markdown.
pub fn markdown_from_chat(whole: &WholeChat, words: &MarkdownWords) -> String {
    let mut text = format!("# {}\n", on_one_line(&whole.chat.title));
    if !words.about.is_empty() {
        // Writing to a text cannot fail.
        let _ = write!(text, "\n{}\n", on_one_line(&words.about));
    }
    for message in shown_branch(whole) {
        let heading = match message.role {
            Role::User => &words.question,
            Role::Assistant => &words.answer,
            Role::System => continue,
        };
        let _ = write!(text, "\n## {heading}\n\n{}\n", message.text.trim());
        let names: Vec<_> = message
            .attachments
            .iter()
            .map(|attachment| on_one_line(&attachment.name))
            .collect();
        if !names.is_empty() {
            let _ = write!(text, "\n{}: {}\n", words.attached, names.join(", "));
        }
    }
    text
}

/// From the first question to the leaf.
fn shown_branch(whole: &WholeChat) -> Vec<&MessageRecord> {
    let by_id: HashMap<_, _> = whole.messages.iter().map(|it| (it.id, it)).collect();
    let mut branch = Vec::new();
    let mut next = whole.chat.leaf.or_else(|| newest(&whole.messages));
    while let Some(message) = next.and_then(|id| by_id.get(&id)) {
        // What this browser stored may be damaged, and must end all the same.
        if branch.len() == whole.messages.len() {
            break;
        }
        branch.push(*message);
        next = message.parent;
    }
    branch.reverse();
    branch
}

/// `Ink and paper` and `md` make `Ink and paper.md`; what file systems do not like is left out.
pub fn file_name(title: &str, extension: &str) -> String {
    let kept: String = title
        .chars()
        .map(|character| match character {
            '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' => ' ',
            character if character.is_control() => ' ',
            character => character,
        })
        .collect();
    let name = on_one_line(&kept);
    let name = first_characters(name.trim_matches('.'), FILE_NAME_CHARACTERS);
    let name = name.trim();
    if name.is_empty() {
        format!("{FORMAT}.{extension}")
    } else {
        format!("{name}.{extension}")
    }
}

fn on_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn first_characters(text: &str, number: usize) -> String {
    text.chars().take(number).collect()
}

#[cfg(test)]
mod tests;
