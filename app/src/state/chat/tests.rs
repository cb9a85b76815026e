//! Branches lose nothing, whatever is done to them, and what is kept is what is shown.

use inkling_host::wire::{FinishReason, Usage};
use proptest::prelude::*;

use super::*;

fn asked(chat: &mut Chat, text: &str, first_id: u64) -> (MessageId, MessageId) {
    let asked = Asked {
        text: text.to_owned(),
        attachments: Vec::new(),
        chat_id: 1,
        question_id: first_id,
        answer_id: first_id + 1,
        request: first_id,
        model: None,
        now_ms: first_id as f64,
    };
    assert!(chat.ask(asked, None));
    (first_id, first_id + 1)
}

fn answered(chat: &mut Chat, request: u64, text: &str) {
    chat.extend(request, text);
    let usage = Usage {
        prompt_tokens: 1,
        completion_tokens: 1,
        prefill_ms: 1.0,
        decode_ms: 1.0,
        context_tokens: 2,
        wasm_heap_bytes: 0,
    };
    let reason = FinishReason::EndOfTurn;
    assert!(chat.finish(request, Ending::Finished { reason, usage }, 0.0));
}

/// Q10 – A11 – Q20 – A21
fn two_exchanges() -> Chat {
    let mut chat = Chat::default();
    asked(&mut chat, "One", 10);
    answered(&mut chat, 10, "First");
    asked(&mut chat, "Two", 20);
    answered(&mut chat, 20, "Second");
    chat
}

fn texts(chat: &Chat) -> Vec<&str> {
    chat.tree().shown().map(|node| node.text.as_str()).collect()
}

#[test]
fn another_wording_is_a_branch_and_the_first_comes_back() {
    let mut chat = two_exchanges();
    let asked = Asked {
        text: "One, but better".to_owned(),
        attachments: Vec::new(),
        chat_id: 9,
        question_id: 30,
        answer_id: 31,
        request: 30,
        model: None,
        now_ms: 30.0,
    };
    assert!(chat.ask(asked, Some(10)));
    answered(&mut chat, 30, "Third");
    assert_eq!(texts(&chat), ["One, but better", "Third"]);
    assert_eq!(
        chat.tree().place(30),
        Some(Version {
            number: 2,
            count: 2
        })
    );
    assert_eq!(chat.step(30, -1), Some(10));
    assert_eq!(texts(&chat), ["One", "First", "Two", "Second"]);
    assert_eq!(chat.step(10, -1), None);
    assert_eq!(chat.step(10, 1), Some(30));
    assert_eq!(chat.record().id, 1);
    assert_eq!(chat.record().title, "One");
}

#[test]
fn another_answer_stands_beside_the_first_and_an_empty_one_goes() {
    let mut chat = two_exchanges();
    assert!(chat.answer(20, 40, 40, None, 40.0));
    assert!(chat.finish(40, Ending::Lost, 0.0));
    assert_eq!(
        chat.tree().place(40),
        Some(Version {
            number: 2,
            count: 2
        })
    );
    assert!(chat.answer(20, 50, 50, None, 50.0));
    answered(&mut chat, 50, "Other");
    assert_eq!(chat.message(40), None);
    assert_eq!(texts(&chat), ["One", "First", "Two", "Other"]);
    assert_eq!(
        chat.tree().place(50),
        Some(Version {
            number: 2,
            count: 2
        })
    );
}

#[test]
fn a_deleted_message_takes_what_hangs_from_it_and_comes_back_whole() {
    let mut chat = two_exchanges();
    let before = chat.tree().clone();
    let cutting = chat.take_out(11).unwrap();
    assert_eq!(cutting.ids().len(), 3);
    assert_eq!(texts(&chat), ["One"]);
    assert!(chat.put_back(cutting));
    assert_eq!(texts(&chat), ["One", "First", "Two", "Second"]);
    assert_eq!(chat.tree().path(), before.path());
}

#[test]
fn a_partial_answer_is_gone_on_with() {
    let mut chat = Chat::default();
    asked(&mut chat, "One", 10);
    chat.extend(10, "Fir");
    assert!(chat.finish(10, Ending::Lost, 0.0));
    assert!(chat.go_on(11, 12, 1.0));
    let Input::Messages {
        messages,
        continues,
    } = chat.input(true)
    else {
        panic!()
    };
    assert!(continues);
    assert_eq!(messages.last().map(|it| it.content.as_str()), Some("Fir"));
    answered(&mut chat, 12, "st");
    assert_eq!(texts(&chat), ["One", "First"]);
    // What was asked since stands below it.
    asked(&mut chat, "Two", 20);
    answered(&mut chat, 20, "Second");
    assert!(!chat.go_on(11, 30, 1.0));
}

#[test]
fn the_systems_message_comes_first_and_is_counted_nowhere() {
    let mut chat = two_exchanges();
    chat.set_manner(Manner {
        system_prompt: " Be brief. ".to_owned(),
        ..Manner::default()
    });
    assert!(chat.answer(20, 40, 40, None, 40.0));
    let Input::Messages {
        messages,
        continues,
    } = chat.input(true)
    else {
        panic!()
    };
    assert!(!continues);
    assert_eq!(messages[0].role, Role::System);
    assert_eq!(messages[0].content, "Be brief.");
    assert_eq!(messages.len(), 4);
    chat.forget(40, 1);
    assert_eq!(chat.memory_begins_below(), Some(11));
    assert!(matches!(chat.input(false), Input::Text { text } if text == "OneFirstTwo"));
}

#[test]
fn only_what_changed_is_written() {
    let mut chat = two_exchanges();
    let ids = |changes: &Changes| changes.messages.iter().map(|it| it.id).collect::<Vec<_>>();
    let changes = chat.take_changes(false).unwrap();
    assert_eq!(ids(&changes), [10, 11, 20, 21]);
    assert_eq!(changes.chat.leaf, Some(21));
    assert_eq!(chat.take_changes(true), None);
    asked(&mut chat, "Three", 30);
    assert_eq!(ids(&chat.take_changes(false).unwrap()), [30, 31]);
    chat.extend(30, "Thi");
    // Text may wait.
    assert_eq!(chat.take_changes(false), None);
    let changes = chat.take_changes(true).unwrap();
    assert_eq!(ids(&changes), [31]);
    assert_eq!(changes.messages[0].text, "Thi");
    assert_eq!(changes.messages[0].ending, None);
    answered(&mut chat, 30, "rd");
    chat.take_changes(false);
    let cutting = chat.take_out(30).unwrap();
    assert_eq!(chat.take_changes(false).unwrap().removed, [30, 31]);
    assert!(chat.put_back(cutting));
    let changes = chat.take_changes(false).unwrap();
    assert_eq!(ids(&changes), [30, 31]);
    assert!(changes.removed.is_empty());
}

#[test]
fn titles_are_whole_words_of_the_question() {
    let title = |text: &str| title_from_question(text, &[]);
    assert_eq!(title("  Why is\nthe sky blue? "), "Why is the sky blue?");
    let long = "word ".repeat(30);
    assert_eq!(title(&long).chars().count(), 60);
    assert!(title(&long).ends_with("word…"));
    assert_eq!(title(&"語".repeat(80)).chars().count(), 60);
    let attachment = Attachment {
        name: "notes.md".to_owned(),
        text: String::new(),
        num_tokens: None,
    };
    assert_eq!(title_from_question(" ", &[attachment]), "notes.md");
}

#[derive(Debug, Clone)]
enum Deed {
    Ask,
    AskBeside(usize),
    Again(usize),
    Rewrite(usize),
    Step(usize, isize),
    Delete(usize),
    Undo,
    Reload,
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        3 => Just(Deed::Ask),
        2 => (0usize..12).prop_map(Deed::AskBeside),
        2 => (0usize..12).prop_map(Deed::Again),
        1 => (0usize..12).prop_map(Deed::Rewrite),
        2 => ((0usize..12), prop_oneof![Just(-1isize), Just(1)]).prop_map(|(at, by)| Deed::Step(at, by)),
        1 => (0usize..12).prop_map(Deed::Delete),
        1 => Just(Deed::Undo),
        1 => Just(Deed::Reload),
    ]
}

/// Everything that must hold of a tree whatever was done to it.
fn check_tree(tree: &Tree) {
    let shown: Vec<&Node> = tree.shown().collect();
    assert_eq!(shown.len(), tree.path().len());
    assert_eq!(tree.is_empty(), shown.is_empty());
    for (index, node) in shown.iter().enumerate() {
        let wanted = if index % 2 == 0 {
            Role::User
        } else {
            Role::Assistant
        };
        assert_eq!(node.role, wanted);
        assert_eq!(
            node.parent,
            index.checked_sub(1).map(|above| shown[above].id)
        );
        let place = tree.place(node.id).unwrap();
        assert!((1..=place.count).contains(&place.number));
        for child in &node.children {
            assert_eq!(tree.get(*child).unwrap().parent, Some(node.id));
        }
    }
    // The branch that is shown is shown to its end.
    if let Some(last) = shown.last() {
        assert!(last.children.is_empty());
    }
}

proptest! {
    /// The records are written to a store as the page would, and the store always tells the same conversation.
    #[test]
    fn branches_stay_trees_and_are_kept(deeds in prop::collection::vec(deed(), 1..40)) {
        let mut chat = Chat::default();
        let mut kept = std::collections::BTreeMap::new();
        let mut cuttings = Vec::new();
        let mut next = 100;
        for deed in deeds {
            next += 10;
            let at = |index: usize| chat.tree().path().get(index).copied();
            match deed {
                Deed::Ask => {
                    asked(&mut chat, "Q", next);
                    answered(&mut chat, next, "A");
                }
                Deed::AskBeside(index) => {
                    let beside = at(index);
                    let asked = Asked {
                        text: "Q".to_owned(),
                        attachments: Vec::new(),
                        chat_id: 1,
                        question_id: next,
                        answer_id: next + 1,
                        request: next,
                        model: None,
                        now_ms: next as f64,
                    };
                    if beside.is_some() && chat.ask(asked, beside) {
                        answered(&mut chat, next, "A");
                    }
                }
                Deed::Again(index) => {
                    if let Some(id) = at(index)
                        && chat.answer(id, next, next, None, next as f64)
                    {
                        answered(&mut chat, next, "B");
                    }
                }
                Deed::Rewrite(index) => {
                    if let Some(id) = at(index) {
                        chat.rewrite(id, next, "C".to_owned(), next as f64);
                    }
                }
                Deed::Step(index, by) => {
                    if let Some(id) = at(index) {
                        let was = chat.tree().clone();
                        if let Some(other) = chat.step(id, by) {
                            let leaf = was.leaf().unwrap();
                            chat.step(other, -by);
                            prop_assert_eq!(chat.tree().leaf(), Some(leaf));
                            chat.step(id, by);
                        }
                    }
                }
                Deed::Delete(index) => {
                    if let Some(id) = at(index) {
                        cuttings.extend(chat.take_out(id));
                    }
                }
                Deed::Undo => {
                    if let Some(cutting) = cuttings.pop() {
                        chat.put_back(cutting);
                    }
                }
                Deed::Reload => {
                    let records = kept.values().cloned().collect();
                    let read = Chat::from_records(chat.record().clone(), records);
                    prop_assert_eq!(texts(&read), texts(&chat));
                    chat = read.after(&chat);
                }
            }
            check_tree(chat.tree());
            if let Some(changes) = chat.take_changes(true) {
                for message in changes.messages {
                    kept.insert(message.id, message);
                }
                for id in changes.removed {
                    kept.remove(&id);
                }
                prop_assert_eq!(changes.chat.leaf, chat.tree().leaf());
            }
        }
    }
}
