//! How a model arrives, pauses, goes on and fails.

use inkling_host::catalog::Catalog;
use inkling_host::settings::Settings;
use inkling_host::wire::{ErrorKind, FromWorker, ModelSource, Progress, ToWorker};

use super::tests::{error, from_engine, loaded, ready, report, sent, start, stored};
use super::*;

fn failed(app: &mut App, id: RequestId, kind: ErrorKind) -> Vec<Effect> {
    let id = Some(id);
    let error = error(kind);
    from_engine(app, FromWorker::Failed { id, error })
}

/// A page on which a model is being loaded, and the id of that.
fn loading() -> (App, RequestId) {
    let mut app = start(Some("https://h/a.gguf"));
    match sent(&ready(&mut app, Vec::new())) {
        ToWorker::Load { id, .. } => (app, id),
        other => panic!("{other:?}"),
    }
}

fn progress(app: &mut App, id: RequestId, bytes_done: u64) {
    let progress = Progress {
        phase: inkling_host::wire::Phase::Weights,
        bytes_done,
        bytes_total: Some(100),
        bytes_from_storage: 0,
        bytes_per_second: None,
        seconds_left: None,
        files_done: 0,
        files_total: 1,
    };
    assert!(from_engine(app, FromWorker::Progress { id, progress }).is_empty());
}

#[test]
fn nothing_is_asked_for_before_the_settings_are_known() {
    let mut app = start(Some("org/name"));
    app.hub.settings = None;
    assert!(ready(&mut app, Vec::new()).is_empty());
    assert!(matches!(app.load, Load::Waiting { .. }));
    let effects = reduce(&mut app, Action::SettingsRead(Settings::default()));
    assert!(matches!(
        effects.as_slice(),
        [
            Effect::Send(ToWorker::Hub { .. }),
            Effect::Send(ToWorker::Load { .. })
        ]
    ));
}

#[test]
fn a_paused_load_goes_on_with_what_was_asked_for() {
    let (mut app, id) = loading();
    progress(&mut app, id, 40);
    assert_eq!(
        sent(&reduce(&mut app, Action::PauseLoad)),
        ToWorker::Cancel { id }
    );
    let effects = failed(&mut app, id, ErrorKind::Cancelled);
    assert!(matches!(sent(&effects), ToWorker::ListModels { .. }));
    let Load::Paused { why, .. } = &app.load else {
        panic!("{:?}", app.load)
    };
    assert_eq!(*why, Pause::Asked);
    assert!(!app.can_ask());
    let url = "https://h/a.gguf".to_owned();
    match sent(&reduce(&mut app, Action::ResumeLoad)) {
        ToWorker::Load {
            source, options, ..
        } => {
            assert_eq!(source, ModelSource::Url { url });
            assert!(!options.without_storing);
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_load_that_ends_while_it_is_being_paused_has_ended() {
    let (mut app, id) = loading();
    reduce(&mut app, Action::PauseLoad);
    let model = report(true);
    from_engine(&mut app, FromWorker::Loaded { id, model });
    assert_eq!(app.load, Load::Idle);
    assert!(app.can_ask());
}

#[test]
fn a_full_disk_pauses_until_room_is_made_or_done_without() {
    for unkept in [false, true] {
        let (mut app, id) = loading();
        failed(&mut app, id, ErrorKind::StorageFull);
        assert!(matches!(
            &app.load,
            Load::Paused {
                why: Pause::StorageFull(_),
                ..
            }
        ));
        let action = if unkept {
            Action::LoadUnkept
        } else {
            Action::ResumeLoad
        };
        match sent(&reduce(&mut app, action)) {
            ToWorker::Load { options, .. } => assert_eq!(options.without_storing, unkept),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_paused_load_can_be_given_up() {
    let (mut app, id) = loading();
    reduce(&mut app, Action::PauseLoad);
    failed(&mut app, id, ErrorKind::Cancelled);
    assert!(reduce(&mut app, Action::CancelLoad).is_empty());
    assert_eq!(app.load, Load::Idle);
    assert!(reduce(&mut app, Action::ResumeLoad).is_empty());
}

#[test]
fn what_a_broken_connection_left_is_told_by_the_shelf() {
    let (mut app, id) = loading();
    progress(&mut app, id, 40);
    failed(&mut app, id, ErrorKind::Network);
    assert!(
        matches!(&app.load, Load::Failed { kept_as: Some(key), .. } if key == "https://h/a.gguf")
    );
    let (mut app, id) = loading();
    progress(&mut app, id, 40);
    failed(&mut app, id, ErrorKind::BadFile);
    assert!(matches!(app.load, Load::Failed { kept_as: None, .. }));
}

#[test]
fn the_browser_is_asked_once_to_keep_what_was_fetched() {
    let (mut app, id) = loading();
    let model = report(true);
    let effects = from_engine(&mut app, FromWorker::Loaded { id, model });
    assert_eq!(effects.last(), Some(&Effect::AskToKeep));
    reduce(&mut app, Action::KeepingAnswered { promised: false });
    assert_eq!(app.shelf.note, None, "nobody asked on this screen");
    reduce(&mut app, Action::TypeAddress("o/n".to_owned()));
    let Some(Effect::Send(ToWorker::Load { id, .. })) = reduce(&mut app, Action::LoadAddress).pop()
    else {
        panic!()
    };
    let model = report(true);
    let effects = from_engine(&mut app, FromWorker::Loaded { id, model });
    assert!(matches!(sent(&effects), ToWorker::ListModels { .. }));
}

#[test]
fn a_download_leaves_the_model_that_answers_alone() {
    let mut app = loaded(true);
    app.catalog = catalog_of(&[("./b.gguf", 5)]);
    let address = "./b.gguf".to_owned();
    reduce(&mut app, Action::CheckOffer { address });
    let effects = reduce(&mut app, Action::LoadChecked(Purpose::Keep));
    let Some(Effect::Send(ToWorker::Download { id, .. })) = effects.last() else {
        panic!("{effects:?}")
    };
    assert!(app.can_ask(), "it goes on beside the chat");
    let done = FromWorker::Downloaded {
        id: *id,
        key: "k".to_owned(),
        name: "B".to_owned(),
        bytes_fetched: 5,
        chunks_repaired: 1,
    };
    from_engine(&mut app, done);
    assert_eq!(app.load, Load::Idle);
    assert!(app.announcement.contains("B is in this browser"));
    assert!(app.announcement.contains("fetched again"));
    assert!(app.can_ask());
}

/// Models by address and size.
pub(super) fn catalog_of(models: &[(&str, u64)]) -> Catalog {
    let model = |(address, size_bytes): &(&str, u64)| CatalogModel {
        name: (*address).to_owned(),
        address: (*address).to_owned(),
        num_parameters: 1,
        size_bytes: *size_bytes,
        licence: String::new(),
        licence_url: String::new(),
        context_length: 1,
        template_family: String::new(),
        good_at: String::new(),
    };
    Catalog {
        version: 1,
        models: models.iter().map(model).collect(),
    }
}

#[test]
fn cancelling_ends_with_the_workers_word() {
    let mut app = start(Some("https://h/a.gguf"));
    let ToWorker::Load { id, .. } = sent(&ready(&mut app, Vec::new())) else {
        panic!()
    };
    assert_eq!(
        sent(&reduce(&mut app, Action::CancelLoad)),
        ToWorker::Cancel { id }
    );
    assert!(matches!(
        app.load,
        Load::Running {
            stopping: Some(Stopping::Cancelling),
            ..
        }
    ));
    let effects = from_engine(
        &mut app,
        FromWorker::Failed {
            id: Some(id),
            error: error(ErrorKind::Cancelled),
        },
    );
    assert_eq!(app.load, Load::Idle);
    assert!(matches!(sent(&effects), ToWorker::ListModels { .. }));
}

#[test]
fn a_part_of_a_local_model_asks_for_the_file() {
    let mut app = start(None);
    ready(
        &mut app,
        vec![stored("local:a.gguf", false), stored("https://h/b", false)],
    );
    assert!(
        reduce(
            &mut app,
            Action::LoadStored {
                key: "local:a.gguf".to_owned()
            }
        )
        .is_empty()
    );
    assert!(matches!(&app.load, Load::Failed { error, .. } if error.message.contains("a.gguf")));
    let effects = reduce(
        &mut app,
        Action::LoadStored {
            key: "https://h/b".to_owned(),
        },
    );
    assert!(matches!(
        sent(&effects),
        ToWorker::Load {
            source: ModelSource::Url { .. },
            ..
        }
    ));
}

#[test]
fn files_that_are_no_model_leave_the_loaded_one_alone() {
    let mut app = loaded(true);
    let names = vec!["notes/readme.md".to_owned(), "notes/a.png".to_owned()];
    assert!(reduce(&mut app, Action::LoadFiles { names }).is_empty());
    assert!(matches!(app.load, Load::Failed { .. }));
    assert!(app.model.is_some());
    let names = vec!["a.gguf".to_owned()];
    let effects = reduce(&mut app, Action::LoadFiles { names });
    assert!(matches!(
        sent(&effects),
        ToWorker::Load {
            source: ModelSource::Files { .. },
            ..
        }
    ));
}

#[test]
fn a_refused_load_after_a_good_one_does_not_retry_the_good_one() {
    let mut app = loaded(true);
    reduce(&mut app, Action::TypeAddress("file:///a.gguf".to_owned()));
    reduce(&mut app, Action::LoadAddress);
    assert!(reduce(&mut app, Action::LoadAgain).is_empty());
    assert!(matches!(app.load, Load::Failed { .. }));
}
