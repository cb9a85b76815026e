//! Where the line stands below which the model's memory begins, and that it is told once.

use inkling_host::wire::{FinishReason, FromWorker};

use super::tests::{ask, delta, finish, from_engine, loaded};
use super::*;

fn memory(app: &mut App, id: RequestId, forgotten_messages: u32) {
    let message = FromWorker::Memory {
        id,
        forgotten_tokens: 10 * forgotten_messages,
        forgotten_messages,
    };
    assert!(from_engine(app, message).is_empty());
}

/// A conversation of answered questions; the ids of its answers.
fn conversation(app: &mut App, questions: &[&str]) -> Vec<u64> {
    for question in questions {
        let (id, _) = ask(app, question);
        memory(app, id, 0);
        delta(app, id, "Well.");
        finish(app, id, FinishReason::EndOfTurn);
    }
    answers(app)
}

fn answers(app: &App) -> Vec<u64> {
    let path = app.chat.tree().path().iter();
    path.skip(1).step_by(2).copied().collect()
}

#[test]
fn the_line_stands_below_the_last_turn_that_lost_something() {
    let mut app = loaded(true);
    let turns = conversation(&mut app, &["One", "Two", "Three"]);
    assert_eq!(app.chat.memory_begins_below(), None);
    let (id, _) = ask(&mut app, "Four");
    let before = app.chat.revision();
    // Messages of a turn: 0 and 1, 2 and 3, 4 and 5; 6 is the question.
    for (forgotten, below) in [
        (0, None),
        (1, Some(turns[0])),
        (2, Some(turns[0])),
        (3, Some(turns[1])),
        (6, Some(turns[2])),
        (7, app.chat.running()),
    ] {
        memory(&mut app, id, forgotten);
        assert_eq!(app.chat.memory_begins_below(), below, "{forgotten}");
    }
    // A view looks again where something moved, and only there.
    assert_eq!(app.chat.revision(), before + 4);
    // Another request's memory is none of this one's business.
    memory(&mut app, id + 1, 1);
    assert_eq!(app.chat.memory_begins_below(), app.chat.running());
    // The next request says anew what is known.
    finish(&mut app, id, FinishReason::Stopped);
    let (id, _) = ask(&mut app, "Five");
    memory(&mut app, id, 0);
    assert_eq!(app.chat.memory_begins_below(), None);
}

#[test]
fn turns_that_the_model_never_saw_are_not_counted() {
    let mut app = loaded(true);
    let (id, _) = ask(&mut app, "Stopped before a word");
    finish(&mut app, id, FinishReason::Stopped);
    conversation(&mut app, &["One"]);
    let turns = answers(&app);
    let (id, _) = ask(&mut app, "Two");
    memory(&mut app, id, 2);
    assert_eq!(app.chat.memory_begins_below(), Some(turns[1]));
}

#[test]
fn forgetting_is_told_once_in_a_conversation() {
    let mut app = loaded(true);
    conversation(&mut app, &["One", "Two"]);
    let (id, _) = ask(&mut app, "Three");
    memory(&mut app, id, 1);
    assert_eq!(app.announcement, words::forgetting());
    delta(&mut app, id, "Well.");
    memory(&mut app, id, 3);
    finish(&mut app, id, FinishReason::EndOfTurn);
    assert!(!app.announcement.contains(&words::forgetting()));

    // Where it happens within an answer, it is told with the answer's end.
    reduce(&mut app, Action::NewChat);
    assert_eq!(app.chat.memory_begins_below(), None);
    conversation(&mut app, &["One"]);
    let (id, _) = ask(&mut app, "Two");
    memory(&mut app, id, 0);
    delta(&mut app, id, "Well.");
    memory(&mut app, id, 1);
    assert!(!app.announcement.contains(&words::forgetting()));
    finish(&mut app, id, FinishReason::EndOfTurn);
    assert!(app.announcement.starts_with("The answer is finished"));
    assert!(app.announcement.ends_with(&words::forgetting()));
}
