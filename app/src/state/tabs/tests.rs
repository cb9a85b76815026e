//! What a page does about the other tabs, without a browser.

use inkling_host::chats::Ending;
use inkling_host::wire::{ErrorKind, FinishReason, FromWorker, Input, ToWorker, WireError};

use super::super::tests::{
    ask, delta, finish, from_engine, listed, loaded, ready, report, sent, start, texts,
};
use super::super::{Action, reduce};
use super::*;
use inkling_host::wire::{RequestId, Space};

fn told(key: &str) -> FromWorker {
    FromWorker::Model {
        model: Some(ModelReport {
            key: key.to_owned(),
            name: key.to_owned(),
            ..report(true)
        }),
        options: LoadOptions::default(),
    }
}

/// The engine is gone and the next one is ready; what it is asked to load.
fn move_on(app: &mut App) -> (RequestId, ModelSource) {
    let effects = from_engine(app, FromWorker::Moved);
    let messages: Vec<_> = effects
        .iter()
        .filter(|effect| matches!(effect, Effect::Send(_)))
        .collect();
    assert!(matches!(
        messages.as_slice(),
        [
            Effect::Send(ToWorker::Start { .. }),
            Effect::Send(ToWorker::Hub { .. })
        ]
    ));
    match sent(&ready(app, Vec::new())) {
        ToWorker::Load { id, source, .. } => (id, source),
        other => panic!("{other:?}"),
    }
}

/// What the page asks for once its model is there again.
fn arrive(app: &mut App, id: RequestId) -> Vec<ToWorker> {
    let model = report(true);
    let effects = from_engine(app, FromWorker::Loaded { id, model });
    effects
        .into_iter()
        .filter_map(|effect| match effect {
            Effect::Send(message @ ToWorker::Generate { .. }) => Some(message),
            _ => None,
        })
        .collect()
}

#[test]
fn a_second_tab_begins_with_the_model_that_is_there() {
    let mut app = start(None);
    ready(&mut app, Vec::new());
    assert!(!app.can_ask());
    assert!(from_engine(&mut app, told("a")).is_empty());
    assert_eq!(app.screen, Screen::Chat);
    assert!(app.can_ask());
    assert_eq!(app.notice, None, "nothing has changed for this tab");
}

#[test]
fn another_tabs_load_is_seen_and_its_model_is_told() {
    let mut app = loaded(true);
    let source = ModelSource::Url {
        url: "https://h/b.gguf".to_owned(),
    };
    let message = FromWorker::LoadingElsewhere {
        source,
        progress: None,
    };
    from_engine(&mut app, message);
    assert!(matches!(app.load, Load::Elsewhere { .. }));
    assert!(!app.can_ask());
    // It is not this tab's to stop.
    assert!(reduce(&mut app, Action::CancelLoad).is_empty());
    from_engine(&mut app, told("b"));
    assert_eq!(app.load, Load::Idle);
    assert!(app.can_ask());
    let notice = app.notice.clone().unwrap();
    assert!(
        notice.text.contains("Another tab chose b"),
        "{}",
        notice.text
    );
    from_engine(
        &mut app,
        FromWorker::Model {
            model: None,
            options: LoadOptions::default(),
        },
    );
    assert!(!app.can_ask());
    assert!(app.notice.unwrap().text.contains("no longer loaded"));
}

#[test]
fn an_answer_goes_on_from_its_last_word_with_the_next_engine() {
    let mut app = loaded(true);
    let (id, _) = ask(&mut app, "Why?");
    delta(&mut app, id, "Because ");
    let (load, source) = move_on(&mut app);
    assert_eq!(source, ModelSource::Stored { key: "k".into() });
    assert_eq!(texts(&app), ["Why?", "Because "]);
    let again = arrive(&mut app, load);
    let [ToWorker::Generate { id, input, .. }] = again.as_slice() else {
        panic!("{again:?}")
    };
    assert!(matches!(
        input,
        Input::Messages {
            continues: true,
            ..
        }
    ));
    delta(&mut app, *id, "of it.");
    finish(&mut app, *id, FinishReason::EndOfTurn);
    assert_eq!(texts(&app), ["Why?", "Because of it."]);
}

#[test]
fn a_question_without_a_word_of_an_answer_is_asked_again() {
    let mut app = loaded(true);
    ask(&mut app, "Why?");
    let (load, _) = move_on(&mut app);
    let again = arrive(&mut app, load);
    assert!(matches!(
        again.as_slice(),
        [ToWorker::Generate {
            input: Input::Messages {
                continues: false,
                ..
            },
            ..
        }]
    ));
    assert_eq!(texts(&app), ["Why?", ""]);
}

#[test]
fn what_ends_the_next_engine_too_is_not_tried_a_third_time() {
    let mut app = loaded(true);
    let (id, _) = ask(&mut app, "Why?");
    delta(&mut app, id, "Because ");
    let (load, _) = move_on(&mut app);
    assert_eq!(arrive(&mut app, load).len(), 1);
    let (load, _) = move_on(&mut app);
    assert!(arrive(&mut app, load).is_empty());
    assert_eq!(texts(&app), ["Why?", "Because "]);
    let last = app.chat.tree().shown().next_back().unwrap();
    assert_eq!(last.ending, Some(Ending::Lost));
}

#[test]
fn a_page_that_was_told_of_a_failure_waits_for_its_reader() {
    let mut app = loaded(true);
    let error = WireError::new(ErrorKind::Internal, "stopped");
    from_engine(&mut app, FromWorker::Failed { id: None, error });
    assert!(from_engine(&mut app, FromWorker::Moved).is_empty());
    assert!(matches!(app.engine, Engine::Lost(_)));
}

#[test]
fn a_page_without_a_model_moves_without_loading_one() {
    let mut app = start(None);
    ready(&mut app, Vec::new());
    from_engine(&mut app, FromWorker::Moved);
    let mut effects = from_engine(
        &mut app,
        FromWorker::Ready {
            version: inkling_host::wire::WIRE_VERSION,
            engine_version: String::new(),
            adapter: Default::default(),
        },
    );
    effects.pop();
    let ToWorker::ListModels { id } = sent(&effects) else {
        panic!()
    };
    assert!(listed(&mut app, id, Vec::new(), Space::default()).is_empty());
}
