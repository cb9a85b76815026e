//! Round trips of any conversations, the documented example, and what is refused.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::chats::{Attachment, Ending, Manner, ModelName};
use crate::wire::{FinishReason, Usage};

const DOCUMENT: &str = include_str!("../../../../docs/chats.md");

fn example() -> &'static str {
    let (_, rest) = DOCUMENT.split_once("```json\n").unwrap();
    rest.split_once("```").unwrap().0
}

fn read(text: &str) -> Result<Vec<WholeChat>, WireError> {
    chats_from_json(text, |_| false, || 7)
}

fn refusal(file: &Value) -> String {
    read(&file.to_string()).unwrap_err().message
}

fn file_of(chats: Value) -> Value {
    json!({ "format": FORMAT, "version": FILE_VERSION, "chats": chats })
}

fn question(id: u64, parent: Option<u64>) -> Value {
    json!({ "id": id, "parent": parent, "role": "user", "text": "?", "created_ms": 1 })
}

#[test]
fn the_documented_example_can_be_imported() {
    let chats = read(example()).unwrap();
    let [whole] = chats.as_slice() else {
        panic!("one conversation, not {}", chats.len());
    };
    assert_eq!(whole.chat.title, "What ink is made of");
    assert_eq!(whole.messages.len(), 3);
    let leaf = whole.chat.leaf.unwrap();
    assert!(whole.messages.iter().any(|message| message.id == leaf));
    assert!(whole.messages.iter().all(|it| it.chat == whole.chat.id));
    assert_eq!(whole.messages[0].attachments[0].name, "recipe.txt");
}

#[test]
fn the_example_says_every_field() {
    let written = json_from_chats(&read(example()).unwrap()).unwrap();
    let mut written: Value = serde_json::from_str(&written).unwrap();
    let mut documented: Value = serde_json::from_str(example()).unwrap();
    for file in [&mut written, &mut documented] {
        for message in file["chats"][0]["messages"].as_array_mut().unwrap() {
            // What an import does not need: the conversation around it says as much.
            message.as_object_mut().unwrap().remove("chat");
        }
    }
    assert_eq!(written, documented);
}

#[test]
fn what_is_there_is_never_written_over() {
    let file = file_of(json!([
        { "id": 5, "messages": [question(1, None)] },
        { "id": 5, "messages": [question(1, None)] },
        { "messages": [] },
        { "id": 9_007_199_254_740_992_u64, "messages": [] },
    ]));
    let mut next = 4;
    let chats = chats_from_json(
        &file.to_string(),
        |id| id == 6,
        || {
            next += 1;
            next
        },
    )
    .unwrap();
    let ids: Vec<_> = chats.iter().map(|whole| whole.chat.id).collect();
    assert_eq!(ids, [5, 7, 8, 9]);
    assert_eq!(chats[1].messages[0].chat, 7);
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    let chat =
        |messages: Value| file_of(json!([{ "id": 1, "title": "Ink", "messages": messages }]));
    let second = |value: Value| file_of(json!([{ "messages": [] }, value]));
    for (file, told) in [
        (json!([]), "its “format” is not"),
        (json!({ "format": "other" }), "its “format” is not"),
        (json!({ "format": FORMAT }), "its “version” is not 1"),
        (
            json!({ "format": FORMAT, "version": 2, "chats": [] }),
            "version 2, and this page reads version 1; update the page",
        ),
        (
            json!({ "format": FORMAT, "version": 1 }),
            "no list of “chats”",
        ),
        (second(json!(3)), "conversation 2: it has no list"),
        (
            second(json!({ "title": 3, "messages": [] })),
            "conversation 2: invalid type",
        ),
        (
            second(json!({ "updated_ms": -1, "messages": [] })),
            "conversation 2: its updated_ms is not a time",
        ),
        (
            second(json!({ "leaf": 8, "messages": [question(1, None)] })),
            "its leaf 8 is none",
        ),
        (
            second(json!({ "manner": { "sampling": { "temperature": 1e300 } }, "messages": [] })),
            "its temperature is not a number",
        ),
        (
            chat(json!([question(1, None), { "id": 2 }])),
            "conversation 1 (“Ink”), message 2: missing field",
        ),
        (
            chat(json!([question(1, None), question(2, Some(3))])),
            "message 2: its parent 3 is not there",
        ),
        (
            chat(json!([question(2, Some(1))])),
            "message 1: its parent 1 is not there",
        ),
        (
            chat(json!([question(1, None), question(1, None)])),
            "message 2: its id 1 is used twice",
        ),
        (
            chat(json!([
                question(1, None),
                question(2, Some(3)),
                question(3, Some(2))
            ])),
            "message 2: it is among its own parents",
        ),
        (
            chat(json!([question(1, Some(1))])),
            "message 1: it is among its own parents",
        ),
        (
            chat(json!([question(LAST_ID + 1, None)])),
            "message 1: its id is larger",
        ),
        (
            file_of(json!([{ "title": "x".repeat(MAX_TITLE_BYTES + 1), "messages": [] }])),
            "its title is larger",
        ),
    ] {
        let message = refusal(&file);
        assert!(message.contains(told), "{told}: {message}");
    }
    let cut = read(&example()[..200]).unwrap_err();
    assert!(cut.message.contains("it is not JSON"), "{}", cut.message);
    assert_eq!(cut.kind, ErrorKind::BadFile);
}

#[test]
fn a_long_line_of_messages_is_no_recursion() {
    let messages: Vec<_> = (1..=20_000_u64)
        .rev()
        .map(|id| question(id, (id > 1).then(|| id - 1)))
        .collect();
    let chats = read(&file_of(json!([{ "id": 1, "messages": messages }])).to_string()).unwrap();
    assert_eq!(chats[0].messages.len(), 20_000);
}

#[test]
fn a_deleted_conversation_comes_back() {
    let chats =
        read(&file_of(json!([{ "id": 1, "deleted_ms": 5, "messages": [] }])).to_string()).unwrap();
    assert_eq!(chats[0].chat.deleted_ms, None);
}

#[test]
fn markdown_holds_the_branch_that_is_shown() {
    let whole = &read(example()).unwrap()[0];
    let words = MarkdownWords {
        about: "21 November 2026 · Qwen".to_owned(),
        question: "You".to_owned(),
        answer: "Answer".to_owned(),
        attached: "Attached".to_owned(),
    };
    assert_eq!(
        markdown_from_chat(whole, &words),
        "# What ink is made of\n\n21 November 2026 · Qwen\n\n## You\n\nWhat is this ink made of?\n\nAttached: recipe.txt\n\n## Answer\n\nOf **oak galls** and iron.\n"
    );
}

#[test]
fn markdown_of_a_damaged_conversation_ends() {
    let mut whole = read(example()).unwrap().remove(0);
    for message in &mut whole.messages {
        message.parent = Some(message.id);
    }
    let words = MarkdownWords {
        about: String::new(),
        question: String::new(),
        answer: String::new(),
        attached: String::new(),
    };
    assert!(markdown_from_chat(&whole, &words).len() < 1000);
}

#[test]
fn file_names_are_ones_that_any_system_takes() {
    assert_eq!(file_name("Ink: a / b?", "md"), "Ink a b.md");
    assert_eq!(file_name("..", "json"), "inkling-chats.json");
    assert_eq!(file_name("\u{7}\n", "json"), "inkling-chats.json");
    let long = file_name(&"墨".repeat(500), "md");
    assert_eq!(long.chars().count(), FILE_NAME_CHARACTERS + 3);
}

/// Exact in decimal, because what is read must equal what was written.
fn moments() -> impl Strategy<Value = f64> {
    (0..1_u64 << 42).prop_map(|eighths| eighths as f64 / 8.0)
}

fn endings() -> impl Strategy<Value = Ending> {
    prop_oneof![
        Just(Ending::Lost),
        Just(Ending::Edited),
        ".*".prop_map(|message| Ending::Failed {
            kind: ErrorKind::ContextFull,
            message
        }),
        (any::<u32>(), moments()).prop_map(|(tokens, time_ms)| Ending::Finished {
            reason: FinishReason::Length,
            usage: Usage {
                prompt_tokens: tokens,
                completion_tokens: tokens / 2,
                prefill_ms: time_ms,
                decode_ms: time_ms / 2.0,
                context_tokens: tokens,
                wasm_heap_bytes: u64::from(tokens),
            },
        }),
    ]
}

fn messages() -> impl Strategy<Value = Vec<MessageRecord>> {
    let message = (
        ".*",
        moments(),
        any::<prop::sample::Index>(),
        any::<bool>(),
        prop::option::of(endings()),
        prop::collection::vec((".{0,9}", ".*", prop::option::of(any::<u32>())), 0..3),
        prop::option::of(".{0,9}"),
    );
    prop::collection::vec(message, 0..12).prop_map(|drawn| {
        let mut messages: Vec<MessageRecord> = Vec::new();
        for (text, created_ms, parent, is_first, ending, attachments, model) in drawn {
            let parent = (!is_first && !messages.is_empty()).then(|| parent.get(&messages).id);
            let id = LAST_ID - messages.len() as u64;
            let role = if parent.is_some() {
                Role::Assistant
            } else {
                Role::User
            };
            let attachments = attachments.into_iter();
            messages.push(MessageRecord {
                id,
                chat: 0,
                parent,
                role,
                text,
                attachments: attachments
                    .map(|(name, text, num_tokens)| Attachment {
                        name,
                        text,
                        num_tokens,
                    })
                    .collect(),
                created_ms,
                ending,
                model,
            });
        }
        messages
    })
}

prop_compose! {
    fn chats()(
        title in ".{0,40}",
        flags in any::<(bool, bool)>(),
        times in (moments(), moments()),
        system_prompt in ".*",
        temperature in prop::option::of(0.0_f32..2.0),
        seed in prop::option::of(any::<u64>()),
        model in prop::option::of(".{0,9}"),
        messages in messages(),
    ) -> WholeChat {
        let leaf = newest(&messages);
        WholeChat {
            chat: ChatRecord {
                id: 0,
                title,
                is_named: flags.0,
                is_pinned: flags.1,
                created_ms: times.0,
                updated_ms: times.1,
                leaf,
                model: model.map(|name| ModelName { key: name.clone(), name }),
                manner: Manner {
                    system_prompt,
                    sampling: Sampling { temperature, seed, ..Sampling::default() },
                },
                deleted_ms: None,
            },
            messages,
        }
    }
}

proptest! {
    #[test]
    fn what_is_exported_is_imported_again(mut chats in prop::collection::vec(chats(), 0..4)) {
        for (index, whole) in chats.iter_mut().enumerate() {
            whole.chat.id = index as u64 + 1;
            for message in &mut whole.messages {
                message.chat = whole.chat.id;
            }
        }
        let text = json_from_chats(&chats).unwrap();
        prop_assert_eq!(read(&text).unwrap(), chats);
    }

    /// Whatever is in a file, reading it ends with conversations or with a sentence.
    #[test]
    fn no_file_is_too_strange(position in any::<prop::sample::Index>(), with in ".{0,3}") {
        let mut characters: Vec<char> = example().chars().collect();
        let at = position.index(characters.len());
        characters.splice(at..at + 1, with.chars());
        let text: String = characters.into_iter().collect();
        if let Err(error) = read(&text) {
            prop_assert!(error.message.starts_with("The file cannot be imported: "));
        }
    }
}
