//! What every action does to the state, without a browser.

use inkling_host::chats::{Ending, Sampling};
use inkling_host::settings::Settings;
use inkling_host::wire::{
    ErrorKind, FinishReason, FromWorker, Input, Message, ModelSource, Role, Space, StoredModel,
    ToWorker, Usage, WIRE_VERSION,
};

use super::*;

pub(super) fn start(model: Option<&str>) -> App {
    let mut app = App::default();
    let launch = Launch {
        model: model.map(str::to_owned),
        base: "https://example.org/".to_owned(),
        ..Launch::default()
    };
    let effects = reduce(&mut app, Action::Launched(launch));
    assert!(matches!(
        effects.as_slice(),
        [Effect::StartWorker, Effect::Send(ToWorker::Start { .. })]
    ));
    let effects = reduce(&mut app, Action::SettingsRead(Settings::default()));
    assert!(matches!(sent(&effects), ToWorker::Hub { .. }));
    app
}

pub(super) fn from_engine(app: &mut App, message: FromWorker) -> Vec<Effect> {
    reduce(app, Action::FromEngine(message))
}

/// Answers the one request that was sent; what is written down on the way is another test's business.
pub(super) fn sent(effects: &[Effect]) -> ToWorker {
    let said: Vec<&Effect> = effects
        .iter()
        .filter(|effect| !matches!(effect, Effect::SaveChat { .. } | Effect::SaveSoon))
        .collect();
    match said.as_slice() {
        [Effect::Send(message)] => message.clone(),
        other => panic!("{other:?}"),
    }
}

/// What was said so far, questions and answers in turn.
pub(super) fn texts(app: &App) -> Vec<&str> {
    let shown = app.chat.tree().shown();
    shown.map(|node| node.text.as_str()).collect()
}

pub(super) fn ask_action(text: &str) -> Action {
    Action::Ask {
        text: text.to_owned(),
        attachments: Vec::new(),
    }
}

pub(super) fn ready(app: &mut App, models: Vec<StoredModel>) -> Vec<Effect> {
    let ready = FromWorker::Ready {
        version: WIRE_VERSION,
        engine_version: String::new(),
        adapter: AdapterReport::default(),
    };
    let mut effects = from_engine(app, ready);
    assert!(matches!(effects.pop(), Some(Effect::RecallSpeed { .. })));
    let ToWorker::ListModels { id } = sent(&effects) else {
        panic!()
    };
    listed(app, id, models, Space::default())
}

pub(super) fn listed(
    app: &mut App,
    id: RequestId,
    models: Vec<StoredModel>,
    space: Space,
) -> Vec<Effect> {
    from_engine(app, FromWorker::Models { id, models, space })
}

pub(super) fn report(has_chat_template: bool) -> ModelReport {
    ModelReport {
        key: "k".to_owned(),
        name: "tiny".to_owned(),
        architecture: "llama".to_owned(),
        num_parameters: 1,
        context_length: 64,
        weights_bytes: 1,
        kv_bytes: 1,
        total_bytes: 2,
        has_chat_template,
        sampling: Sampling::default(),
        conversion_error: None,
        bytes_fetched: 0,
        bytes_from_storage: 0,
        not_stored: None,
        chunks_repaired: 0,
        wasm_heap_bytes: 0,
    }
}

pub(super) fn stored(key: &str, complete: bool) -> StoredModel {
    StoredModel {
        key: key.to_owned(),
        name: key.to_owned(),
        total_bytes: 2,
        stored_bytes: 1,
        complete,
        last_used_ms: 0.0,
        files: Vec::new(),
    }
}

/// A page with a loaded model.
pub(super) fn loaded(has_chat_template: bool) -> App {
    let mut app = start(Some("https://h/a.gguf"));
    let ToWorker::Load { id, .. } = sent(&ready(&mut app, Vec::new())) else {
        panic!()
    };
    from_engine(
        &mut app,
        FromWorker::Loaded {
            id,
            model: report(has_chat_template),
        },
    );
    assert_eq!(app.screen, Screen::Chat);
    app
}

pub(super) fn ask(app: &mut App, text: &str) -> (RequestId, Input) {
    match sent(&reduce(app, ask_action(text))) {
        ToWorker::Generate { id, input, .. } => (id, input),
        other => panic!("{other:?}"),
    }
}

pub(super) fn delta(app: &mut App, id: RequestId, text: &str) {
    from_engine(
        app,
        FromWorker::Delta {
            id,
            text: text.to_owned(),
            tokens: vec![1],
        },
    );
}

pub(super) fn finish(app: &mut App, id: RequestId, reason: FinishReason) {
    let usage = Usage {
        prompt_tokens: 1,
        completion_tokens: 2,
        prefill_ms: 1.0,
        decode_ms: 2.0,
        context_tokens: 3,
        wasm_heap_bytes: 0,
    };
    from_engine(app, FromWorker::Finished { id, reason, usage });
}

pub(super) fn error(kind: ErrorKind) -> WireError {
    WireError {
        kind,
        message: "It failed.".to_owned(),
    }
}

fn said(role: Role, content: &str) -> Message {
    Message {
        role,
        content: content.to_owned(),
    }
}

#[test]
fn the_address_of_the_page_starts_a_model_once_the_shelf_is_known() {
    let mut app = start(Some("tiny"));
    assert!(matches!(app.load, Load::Waiting { .. }));
    let effects = ready(&mut app, vec![stored("tiny", true)]);
    let ToWorker::Load { source, .. } = sent(&effects) else {
        panic!()
    };
    assert_eq!(
        source,
        ModelSource::Stored {
            key: "tiny".to_owned()
        }
    );
}

#[test]
fn a_shelf_that_cannot_be_read_does_not_stop_a_load() {
    let mut app = start(Some("https://h/a.gguf"));
    let ready = FromWorker::Ready {
        version: WIRE_VERSION,
        engine_version: String::new(),
        adapter: AdapterReport::default(),
    };
    let mut effects = from_engine(&mut app, ready);
    effects.pop();
    let ToWorker::ListModels { id } = sent(&effects) else {
        panic!()
    };
    let effects = from_engine(
        &mut app,
        FromWorker::Failed {
            id: Some(id),
            error: error(ErrorKind::Storage),
        },
    );
    assert!(matches!(sent(&effects), ToWorker::Load { .. }));
    assert!(app.shelf.error.is_some());
}

#[test]
fn a_failed_load_keeps_the_typed_address_and_can_be_tried_again() {
    let mut app = start(None);
    ready(&mut app, Vec::new());
    reduce(&mut app, Action::TypeAddress("https://h/a.gguf".to_owned()));
    let ToWorker::Load { id, .. } = sent(&reduce(&mut app, Action::LoadAddress)) else {
        panic!()
    };
    from_engine(
        &mut app,
        FromWorker::Failed {
            id: Some(id),
            error: error(ErrorKind::NotFound),
        },
    );
    assert!(matches!(app.load, Load::Failed { .. }));
    assert_eq!(app.address, "https://h/a.gguf");
    let again = reduce(&mut app, Action::LoadAgain);
    assert!(matches!(sent(&again), ToWorker::Load { .. }));
}

#[test]
fn a_wrong_address_is_refused_before_the_worker_sees_it() {
    let mut app = start(None);
    ready(&mut app, Vec::new());
    reduce(&mut app, Action::TypeAddress("file:///a.gguf".to_owned()));
    assert!(reduce(&mut app, Action::LoadAddress).is_empty());
    assert!(matches!(app.load, Load::Failed { .. }));
    assert!(reduce(&mut app, Action::LoadAgain).is_empty());
    reduce(&mut app, Action::TypeAddress("org/name".to_owned()));
    let ToWorker::Load { source, .. } = sent(&reduce(&mut app, Action::LoadAddress)) else {
        panic!()
    };
    assert!(matches!(source, ModelSource::Url { url } if url.contains("org/name")));
}

#[test]
fn an_answer_grows_and_ends() {
    let mut app = loaded(true);
    let (id, input) = ask(&mut app, "Hi");
    assert_eq!(
        input,
        Input::Messages {
            messages: vec![said(Role::User, "Hi")],
            continues: false,
        }
    );
    assert_eq!(app.chat.phase(), Phase::Reading(id));
    let before = app.chat.revision();
    delta(&mut app, id, "Hel");
    assert_eq!(app.chat.phase(), Phase::Writing(id));
    assert_eq!(app.chat.revision(), before + 1);
    delta(&mut app, id, "lo");
    // A piece of text is not a reason to look at anything else again.
    assert_eq!(app.chat.revision(), before + 1);
    assert_eq!(app.chat.text_revision(), 2);
    finish(&mut app, id, FinishReason::EndOfTurn);
    assert_eq!(texts(&app), ["Hi", "Hello"]);
    assert!(app.announcement.contains("2 tokens"));
    let (_, input) = ask(&mut app, "And?");
    let messages = vec![
        said(Role::User, "Hi"),
        said(Role::Assistant, "Hello"),
        said(Role::User, "And?"),
    ];
    assert_eq!(
        input,
        Input::Messages {
            messages,
            continues: false,
        }
    );
}

#[test]
fn a_base_model_is_called_one() {
    let base = loaded(false);
    assert!(base.announcement.contains("base model"));
    assert_eq!(words::mode(&report(true)), None);
    assert!(words::mode(&report(false)).is_some_and(|mode| base.announcement.ends_with(&mode)));
    assert!(!loaded(true).announcement.contains("base model"));
}

#[test]
fn a_base_model_continues_the_text_as_it_stands() {
    let mut app = loaded(false);
    let (id, input) = ask(&mut app, "Once upon");
    assert_eq!(
        input,
        Input::Text {
            text: "Once upon".to_owned()
        }
    );
    delta(&mut app, id, " a time");
    finish(&mut app, id, FinishReason::Length);
    let (_, input) = ask(&mut app, " there");
    assert_eq!(
        input,
        Input::Text {
            text: "Once upon a time there".to_owned()
        }
    );
}

#[test]
fn one_question_at_a_time_and_none_without_a_word() {
    let mut app = loaded(true);
    assert!(reduce(&mut app, ask_action(" \n")).is_empty());
    ask(&mut app, "Hi");
    assert!(!app.can_ask());
    assert!(reduce(&mut app, ask_action("more")).is_empty());
    assert_eq!(texts(&app), ["Hi", ""]);
}

#[test]
fn stopping_is_asked_for_once_and_keeps_what_was_said() {
    let mut app = loaded(true);
    let (id, _) = ask(&mut app, "Hi");
    delta(&mut app, id, "Hel");
    assert_eq!(
        sent(&reduce(&mut app, Action::Stop)),
        ToWorker::Cancel { id }
    );
    assert!(reduce(&mut app, Action::Stop).is_empty());
    delta(&mut app, id, "lo");
    assert_eq!(app.chat.phase(), Phase::Stopping(id));
    finish(&mut app, id, FinishReason::Stopped);
    assert_eq!(texts(&app), ["Hi", "Hello"]);
    assert!(app.can_ask());
}

#[test]
fn a_new_chat_does_not_hear_the_old_one() {
    let mut app = loaded(true);
    let (old, _) = ask(&mut app, "Hi");
    assert_eq!(
        sent(&reduce(&mut app, Action::NewChat)),
        ToWorker::Cancel { id: old }
    );
    assert!(app.chat.tree().is_empty());
    let (new, _) = ask(&mut app, "Other");
    delta(&mut app, old, "late");
    finish(&mut app, old, FinishReason::Stopped);
    assert_eq!(texts(&app), ["Other", ""]);
    assert_eq!(app.chat.request(), Some(new));
}

#[test]
fn a_failed_question_is_not_part_of_the_next_and_can_be_asked_again() {
    let mut app = loaded(true);
    let (id, _) = ask(&mut app, "Too long");
    from_engine(
        &mut app,
        FromWorker::Failed {
            id: Some(id),
            error: error(ErrorKind::ContextFull),
        },
    );
    assert!(app.can_ask());
    let (id, input) = ask(&mut app, "Short");
    assert_eq!(
        input,
        Input::Messages {
            messages: vec![said(Role::User, "Short")],
            continues: false,
        }
    );
    from_engine(
        &mut app,
        FromWorker::Failed {
            id: Some(id),
            error: error(ErrorKind::Internal),
        },
    );
    let failed = app.chat.tree().leaf().unwrap();
    let effects = reduce(&mut app, Action::AnswerAgain { message: failed });
    assert!(matches!(sent(&effects), ToWorker::Generate { .. }));
    // The answer that failed without a word is gone.
    assert_eq!(texts(&app), ["Too long", "", "Short", ""]);
    assert_eq!(app.chat.message(failed), None);
}

#[test]
fn a_lost_engine_keeps_the_conversation_and_loads_again() {
    let mut app = loaded(true);
    let (id, _) = ask(&mut app, "Hi");
    delta(&mut app, id, "Hel");
    from_engine(
        &mut app,
        FromWorker::Failed {
            id: None,
            error: error(ErrorKind::DeviceLost),
        },
    );
    assert!(matches!(app.engine, Engine::Lost(_)));
    let answer = app.chat.tree().leaf().unwrap();
    assert_eq!(app.chat.message(answer).unwrap().ending, Some(Ending::Lost));
    assert!(!app.can_ask());
    let effects = reduce(&mut app, Action::LoadAgain);
    assert_eq!(effects.first(), Some(&Effect::StartWorker));
    let effects = ready(&mut app, Vec::new());
    let ToWorker::Load { id, source, .. } = sent(&effects) else {
        panic!()
    };
    assert_eq!(
        source,
        ModelSource::Url {
            url: "https://h/a.gguf".to_owned()
        }
    );
    from_engine(
        &mut app,
        FromWorker::Loaded {
            id,
            model: report(true),
        },
    );
    assert!(app.can_ask());
    assert_eq!(texts(&app), ["Hi", "Hel"]);
    let goes_on = reduce(&mut app, Action::GoOn { answer });
    let ToWorker::Generate { input, .. } = sent(&goes_on) else {
        panic!()
    };
    assert!(matches!(
        input,
        Input::Messages {
            continues: true,
            ..
        }
    ));
    assert_eq!(texts(&app), ["Hi", "Hel"]);
}

#[test]
fn a_device_lost_within_a_request_is_a_lost_engine() {
    let mut app = loaded(true);
    let (id, _) = ask(&mut app, "Hi");
    from_engine(
        &mut app,
        FromWorker::Failed {
            id: Some(id),
            error: error(ErrorKind::DeviceLost),
        },
    );
    assert!(matches!(app.engine, Engine::Lost(_)));
    assert_eq!(app.chat.phase(), Phase::Idle);
}

#[test]
fn another_version_of_the_worker_is_refused() {
    let mut app = start(None);
    let ready = FromWorker::Ready {
        version: WIRE_VERSION + 1,
        engine_version: String::new(),
        adapter: AdapterReport::default(),
    };
    assert!(from_engine(&mut app, ready).is_empty());
    assert!(matches!(
        app.engine,
        Engine::Unsupported {
            reason: UnsupportedReason::OldVersion,
            ..
        }
    ));
}

#[test]
fn loading_another_model_stops_the_answer_of_the_first() {
    let mut app = loaded(true);
    let (id, _) = ask(&mut app, "Hi");
    reduce(&mut app, Action::TypeAddress("o/n".to_owned()));
    let effects = reduce(&mut app, Action::LoadAddress);
    assert_eq!(
        effects.first(),
        Some(&Effect::Send(ToWorker::Cancel { id }))
    );
    assert!(matches!(
        effects.last(),
        Some(Effect::Send(ToWorker::Load { .. }))
    ));
    assert!(app.model.is_none());
}

#[test]
fn deleting_asks_first() {
    let mut app = start(None);
    ready(&mut app, vec![stored("a", true)]);
    assert!(
        reduce(
            &mut app,
            Action::ConfirmDelete {
                key: "a".to_owned()
            }
        )
        .is_empty()
    );
    assert_eq!(app.shelf.confirming.as_deref(), Some("a"));
    reduce(&mut app, Action::KeepModel);
    assert_eq!(app.shelf.confirming, None);
    let effects = reduce(
        &mut app,
        Action::DeleteModel {
            key: "a".to_owned(),
        },
    );
    let ToWorker::DeleteModel { id, .. } = sent(&effects) else {
        panic!()
    };
    from_engine(
        &mut app,
        FromWorker::Models {
            id,
            models: Vec::new(),
            space: Space::default(),
        },
    );
    assert_eq!(app.shelf.models, Some(Vec::new()));
}
