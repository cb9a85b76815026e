//! The list of conversations: what is seen of it, and what each action stores.

use inkling_host::chats::{ChatId, ChatRecord};
use inkling_host::wire::{ErrorKind, ToWorker};

use super::*;

const NOW_MS: f64 = 1_795_262_400_000.0;

fn chat(id: ChatId, title: &str) -> ChatRecord {
    ChatRecord {
        id,
        title: title.to_owned(),
        updated_ms: NOW_MS - id as f64,
        ..ChatRecord::default()
    }
}

fn app_with(chats: Vec<ChatRecord>) -> App {
    let mut app = App {
        now_ms: NOW_MS,
        ..App::default()
    };
    let effects = reduce(&mut app, Action::LibraryMounted { is_collapsed: true });
    assert_eq!(effects, [Effect::ListChats]);
    reduce(&mut app, Action::ChatsRead { chats });
    app
}

fn shown(app: &App) -> Vec<ChatId> {
    app.library.shown().iter().map(|chat| chat.id).collect()
}

fn label_of(effects: &[Effect]) -> &ChatRecord {
    match effects {
        [Effect::LabelChat { chat }, ..] => chat,
        other => panic!("a label, not {other:?}"),
    }
}

fn storage_error() -> WireError {
    WireError::new(ErrorKind::Storage, "no storage in private windows")
}

/// Neither it nor what the engine keeps of it stays.
fn removal(id: ChatId) -> [Effect; 2] {
    [
        Effect::RemoveChat { id },
        Effect::Send(ToWorker::ForgetConversations),
    ]
}

#[test]
fn the_newest_come_first() {
    let app = app_with(vec![chat(3, "c"), chat(1, "a"), chat(2, "b")]);
    assert_eq!(shown(&app), [1, 2, 3]);
    assert!(app.library.is_collapsed);
}

#[test]
fn a_deleted_one_can_come_back_until_its_notice_is_gone() {
    let mut app = app_with(vec![chat(1, "Ink"), chat(2, "Paper")]);
    let effects = reduce(&mut app, Action::DeleteChat { id: 1 });
    assert_eq!(label_of(&effects).deleted_ms, Some(NOW_MS));
    assert_eq!(effects.len(), 1, "nothing is removed yet: {effects:?}");
    assert_eq!(shown(&app), [2]);
    let notice = app.notice.clone().unwrap();
    assert!(notice.text.contains("Ink"), "{}", notice.text);
    assert_eq!(notice.undo, Some(Undo::Chat(1)));

    let effects = reduce(&mut app, Action::Undo);
    assert_eq!(label_of(&effects).deleted_ms, None);
    assert_eq!((shown(&app), app.notice.clone()), (vec![1, 2], None));

    reduce(&mut app, Action::DeleteChat { id: 1 });
    let effects = reduce(&mut app, Action::DismissNotice);
    assert_eq!(effects, removal(1));
    assert!(app.library.chat(1).is_none());
    assert_eq!(reduce(&mut app, Action::Undo), [], "there is no way back");
}

#[test]
fn a_second_deletion_makes_the_first_final() {
    let mut app = app_with(vec![chat(1, "Ink"), chat(2, "Paper")]);
    reduce(&mut app, Action::DeleteChat { id: 1 });
    let first = app.notice.as_ref().map(|notice| notice.number);
    let effects = reduce(&mut app, Action::DeleteChat { id: 2 });
    assert!(effects.contains(&Effect::RemoveChat { id: 1 }));
    assert!(!effects.contains(&Effect::RemoveChat { id: 2 }));
    assert_ne!(app.notice.as_ref().map(|notice| notice.number), first);
    reduce(&mut app, Action::Undo);
    assert_eq!(shown(&app), [2]);
}

#[test]
fn what_was_deleted_before_the_page_was_closed_goes_at_the_next_start() {
    let deleted = |id, ago_ms: f64| ChatRecord {
        deleted_ms: Some(NOW_MS - ago_ms),
        ..chat(id, "x")
    };
    let mut app = App {
        now_ms: NOW_MS,
        ..App::default()
    };
    let chats = vec![deleted(1, 61_000.0), deleted(2, 59_000.0), chat(3, "y")];
    let effects = reduce(&mut app, Action::ChatsRead { chats });
    assert_eq!(effects, removal(1));
    assert_eq!(shown(&app), [3], "the younger one may still be undone");
}

#[test]
fn a_title_is_given_while_it_is_being_asked_for() {
    let mut app = app_with(vec![chat(1, "Ink")]);
    let title = |title: &str| Action::TitleChat {
        id: 1,
        title: title.to_owned(),
    };
    assert_eq!(reduce(&mut app, title("Late")), []);
    reduce(&mut app, Action::RenameChat { id: 1 });
    reduce(&mut app, Action::KeepTitle);
    assert_eq!(reduce(&mut app, title("Escaped")), []);
    for same in ["  ", "Ink"] {
        reduce(&mut app, Action::RenameChat { id: 1 });
        assert_eq!(reduce(&mut app, title(same)), []);
        assert_eq!(app.library.renaming, None);
    }
    reduce(&mut app, Action::RenameChat { id: 1 });
    let effects = reduce(&mut app, title(" Iron\n gall "));
    let label = label_of(&effects);
    assert_eq!((label.title.as_str(), label.is_named), ("Iron gall", true));
}

#[test]
fn titles_are_found_at_once_and_texts_when_the_search_has_ended() {
    let mut app = app_with(vec![chat(1, "Iron"), chat(2, "Paper"), chat(3, "Oak")]);
    let search = |text: &str| Action::SearchChats {
        text: text.to_owned(),
    };
    let found = |text: &str, found: &[ChatId]| Action::ChatsFound {
        text: text.to_owned(),
        found: found.to_vec(),
    };
    let effects = reduce(&mut app, search(" IRON "));
    assert_eq!(
        effects,
        [Effect::SearchChats {
            text: "IRON".to_owned()
        }]
    );
    assert_eq!(shown(&app), [1]);
    reduce(&mut app, found("IRO", &[2]));
    assert_eq!(shown(&app), [1], "an answer to what is no longer asked");
    reduce(&mut app, found("IRON", &[1, 3]));
    assert_eq!(shown(&app), [1, 3]);
    reduce(&mut app, search(""));
    assert_eq!(shown(&app), [1, 2, 3]);
    reduce(&mut app, found("", &[]));
    assert_eq!(shown(&app), [1, 2, 3]);
}

#[test]
fn the_last_one_that_was_asked_for_is_shown() {
    let mut app = app_with(vec![chat(1, "Iron"), chat(2, "Paper")]);
    app.library.is_open = true;
    let effects = reduce(&mut app, Action::OpenChat { id: 1 });
    assert_eq!(effects, [Effect::ReadChat { id: 1 }]);
    assert!(!app.library.is_open);
    reduce(&mut app, Action::OpenChat { id: 2 });
    let read = |id| Action::ChatRead {
        chat: chat(id, "x"),
        messages: Vec::new(),
    };
    reduce(&mut app, read(1));
    assert_eq!(app.open_chat(), None);
    reduce(&mut app, read(2));
    assert_eq!((app.open_chat(), app.screen), (Some(2), Screen::Chat));
    app.screen = Screen::Storage;
    assert_eq!(reduce(&mut app, Action::OpenChat { id: 2 }), []);
    assert_eq!(app.screen, Screen::Chat);
}

#[test]
fn deleting_the_open_one_leaves_an_empty_one() {
    let mut app = app_with(vec![chat(1, "Iron")]);
    reduce(&mut app, Action::OpenChat { id: 1 });
    reduce(
        &mut app,
        Action::ChatRead {
            chat: chat(1, "Iron"),
            messages: Vec::new(),
        },
    );
    assert_eq!(app.open_chat(), Some(1));
    reduce(&mut app, Action::DeleteChat { id: 1 });
    assert_eq!(app.open_chat(), None);
}

#[test]
fn other_tabs_are_followed() {
    let mut app = app_with(vec![chat(1, "Iron"), chat(2, "Paper")]);
    let effects = reduce(&mut app, Action::ChatChanged { id: 3 });
    assert_eq!(effects, [Effect::HearChat { id: 3 }]);
    let heard = |id, chat| Action::ChatHeard { id, chat };
    assert_eq!(reduce(&mut app, heard(3, Some(chat(3, "Oak")))), []);
    assert_eq!(shown(&app), [1, 2, 3]);
    reduce(&mut app, heard(2, None));
    assert_eq!(shown(&app), [1, 3]);
    // The open one is read again.
    reduce(&mut app, Action::OpenChat { id: 1 });
    let read = Action::ChatRead {
        chat: chat(1, "Iron"),
        messages: Vec::new(),
    };
    reduce(&mut app, read.clone());
    let effects = reduce(&mut app, heard(1, Some(chat(1, "Rust"))));
    assert_eq!(effects, [Effect::ReadChat { id: 1 }]);
    reduce(&mut app, read);
    assert_eq!(app.open_chat(), Some(1));
    reduce(&mut app, heard(1, None));
    assert_eq!(app.open_chat(), None);
}

#[test]
fn that_nothing_is_kept_is_said_once_and_the_page_goes_on() {
    let mut app = App::default();
    reduce(&mut app, Action::ChatsFailed(storage_error()));
    let notice = app.notice.clone().unwrap();
    assert!(
        notice.text.contains("no storage in private windows"),
        "{}",
        notice.text
    );
    assert_eq!(app.library.chats, Some(Vec::new()));
    reduce(&mut app, Action::DismissNotice);
    reduce(&mut app, Action::ChatsFailed(storage_error()));
    assert_eq!(app.notice, None);
    assert!(app.library.trouble.is_some());
    reduce(&mut app, Action::ChatsKept);
    assert_eq!(app.library.trouble, None);
    reduce(&mut app, Action::ChatsFailed(storage_error()));
    assert!(app.notice.is_some(), "it is news again");
}

#[test]
fn saving_keeps_what_the_list_says_of_a_conversation() {
    let mut app = app_with(vec![ChatRecord {
        is_named: true,
        is_pinned: true,
        ..chat(1, "Iron gall")
    }]);
    let effect = app.save_chat(chat(1, "How do I"), Vec::new(), vec![9]);
    let Effect::SaveChat {
        chat: saved,
        removed,
        ..
    } = effect
    else {
        panic!("not saved");
    };
    assert_eq!((saved.title.as_str(), saved.is_pinned), ("Iron gall", true));
    assert_eq!(removed, [9]);
    app.save_chat(chat(2, "New"), Vec::new(), Vec::new());
    assert_eq!(shown(&app), [1, 2]);
}

#[test]
fn exports_leave_out_what_is_deleted() {
    let mut app = app_with(vec![chat(1, "Iron"), chat(2, "Paper")]);
    reduce(&mut app, Action::DeleteChat { id: 1 });
    let effects = reduce(&mut app, Action::ExportAll);
    assert_eq!(
        effects,
        [Effect::ExportChats {
            chats: vec![chat(2, "Paper")]
        }]
    );
    let form = ChatForm::Markdown;
    let effects = reduce(&mut app, Action::ExportChat { id: 2, form });
    let chat = chat(2, "Paper");
    assert_eq!(effects, [Effect::ExportChat { chat, form }]);
    assert_eq!(reduce(&mut app, Action::ExportChat { id: 9, form }), []);
}

#[test]
fn imported_ones_stand_in_the_list() {
    let mut app = app_with(vec![chat(1, "Iron")]);
    let chats = vec![chat(2, "Paper"), chat(3, "Oak")];
    reduce(&mut app, Action::ChatsImported { chats });
    assert_eq!(shown(&app), [1, 2, 3]);
    let text = app.notice.clone().unwrap().text;
    assert!(text.contains('2'), "{text}");
}
