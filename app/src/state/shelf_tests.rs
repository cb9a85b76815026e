//! What is done with stored models, and looking at one before it is fetched.

use inkling_host::wire::{ErrorKind, Fit, FromWorker, Inspection, ModelSource, Space, ToWorker};

use super::loading_tests::catalog_of;
use super::tests::{error, from_engine, listed, loaded, ready, sent, start, stored};
use super::*;

fn page(models: &[&str]) -> App {
    let mut app = start(None);
    let models = models.iter().map(|key| stored(key, true)).collect();
    assert!(ready(&mut app, models).is_empty());
    app
}

fn fails(app: &mut App, id: RequestId, kind: ErrorKind) -> Vec<Effect> {
    let id = Some(id);
    let error = error(kind);
    from_engine(app, FromWorker::Failed { id, error })
}

fn space(free_bytes: u64) -> Space {
    Space {
        used_bytes: Some(10),
        quota_bytes: Some(10 + free_bytes),
        is_persistent: false,
    }
}

fn inspection(download_bytes: u64, fit: Fit, free_bytes: u64) -> Inspection {
    Inspection {
        key: "k".to_owned(),
        name: "K".to_owned(),
        architecture: "llama".to_owned(),
        num_parameters: 1,
        download_bytes: Some(download_bytes),
        stored_bytes: 0,
        space: space(free_bytes),
        fit,
    }
}

fn runs() -> Fit {
    Fit::Runs {
        context_length: 1,
        total_bytes: 1,
        weight_bytes_per_token: 50,
    }
}

fn too_large() -> Fit {
    Fit::TooLarge {
        message: "too large".to_owned(),
    }
}

fn inspect_id(effects: &[Effect]) -> RequestId {
    match sent(effects) {
        ToWorker::Inspect { id, .. } => id,
        other => panic!("{other:?}"),
    }
}

fn inspected(app: &mut App, id: RequestId, inspection: Inspection) -> Vec<Effect> {
    from_engine(app, FromWorker::Inspected { id, inspection })
}

#[test]
fn a_check_says_what_it_found_at_the_model() {
    let mut app = page(&["a", "b"]);
    let key = "a".to_owned();
    let ToWorker::VerifyModel { id, .. } = sent(&reduce(&mut app, Action::CheckStored { key }))
    else {
        panic!()
    };
    let key = "b".to_owned();
    assert!(reduce(&mut app, Action::CheckStored { key }).is_empty());
    let verified = FromWorker::Verified {
        id,
        key: "a".to_owned(),
        chunks_checked: 12,
        chunks_damaged: 1,
    };
    let effects = from_engine(&mut app, verified);
    assert!(matches!(sent(&effects), ToWorker::ListModels { .. }));
    let note = app.shelf.note.unwrap();
    assert_eq!(note.key.as_deref(), Some("a"));
    assert!(note.is_bad && note.text.starts_with("1 of 12"));
    assert_eq!(app.shelf.job, None);
}

#[test]
fn a_cancelled_check_says_nothing_and_a_failed_one_its_reason() {
    for (kind, says) in [(ErrorKind::Cancelled, false), (ErrorKind::Storage, true)] {
        let mut app = page(&["a"]);
        let key = "a".to_owned();
        reduce(&mut app, Action::CheckStored { key });
        let ToWorker::Cancel { id } = sent(&reduce(&mut app, Action::CancelJob)) else {
            panic!()
        };
        fails(&mut app, id, kind);
        assert_eq!(app.shelf.note.is_some(), says);
        assert_eq!(app.shelf.job, None);
    }
}

#[test]
fn a_file_is_saved_under_its_own_name() {
    let mut app = page(&["a"]);
    let save = Action::SaveFile {
        key: "a".to_owned(),
        file: "onnx/model.gguf".to_owned(),
    };
    let ToWorker::ExportFile { id, file, .. } = sent(&reduce(&mut app, save)) else {
        panic!()
    };
    let effects = from_engine(&mut app, FromWorker::Exported { id, file });
    let name = "model.gguf".to_owned();
    assert_eq!(effects, vec![Effect::SaveFile { name }]);
}

#[test]
fn on_the_storage_page_the_browsers_answer_is_told() {
    let mut app = page(&["a"]);
    reduce(&mut app, Action::ShowStorage);
    assert_eq!(reduce(&mut app, Action::AskToKeep), vec![Effect::AskToKeep]);
    reduce(&mut app, Action::KeepingAnswered { promised: true });
    assert!(app.shelf.space.is_persistent);
    assert!(app.shelf.note.is_some_and(|note| note.key.is_none()));
}

#[test]
fn a_model_that_runs_is_measured_once() {
    let mut app = page(&[]);
    reduce(&mut app, Action::TypeAddress("o/n".to_owned()));
    let id = inspect_id(&reduce(&mut app, Action::CheckAddress));
    let effects = inspected(&mut app, id, inspection(100, runs(), 1000));
    let ToWorker::Measure { id } = sent(&effects) else {
        panic!()
    };
    let measured = FromWorker::Measured {
        id,
        weight_bytes_per_second: 600.0,
    };
    let effects = from_engine(&mut app, measured);
    assert!(matches!(effects.as_slice(), [Effect::RememberSpeed { .. }]));
    assert_eq!(app.speed.tokens_per_second(50), Some(12.0));
    let id = inspect_id(&reduce(&mut app, Action::CheckAddress));
    assert!(inspected(&mut app, id, inspection(100, runs(), 1000)).is_empty());
    let effects = reduce(&mut app, Action::LoadChecked(Purpose::Chat));
    let ToWorker::Load { source, .. } = sent(&effects) else {
        panic!()
    };
    assert!(matches!(source, ModelSource::Url { url } if url.contains("o/n")));
    assert_eq!(app.check, None);
}

#[test]
fn what_an_earlier_visit_left_is_believed_only_where_it_can_be() {
    for (rate, is_known) in [(600.0, true), (0.0, false), (f64::NAN, false)] {
        let mut app = page(&[]);
        let weight_bytes_per_second = rate;
        reduce(
            &mut app,
            Action::SpeedRecalled {
                weight_bytes_per_second,
            },
        );
        assert_eq!(app.speed != Speed::Unknown, is_known);
    }
}

#[test]
fn in_place_of_a_model_that_cannot_run_the_nearest_that_can_is_named() {
    let mut app = page(&[]);
    let models = [
        ("./a.gguf", 10),
        ("./b.gguf", 20),
        ("./c.gguf", 30),
        ("./d.gguf", 99),
    ];
    reduce(&mut app, Action::CatalogRead(catalog_of(&models)));
    let address = "./d.gguf".to_owned();
    let id = inspect_id(&reduce(&mut app, Action::CheckOffer { address }));
    let id = inspect_id(&inspected(&mut app, id, inspection(99, too_large(), 1000)));
    // The next smaller one does not run either, and the one after it cannot be read.
    let id = inspect_id(&inspected(&mut app, id, inspection(30, too_large(), 1000)));
    let id = inspect_id(&fails(&mut app, id, ErrorKind::Network));
    let effects = inspected(&mut app, id, inspection(10, runs(), 1000));
    assert!(matches!(sent(&effects), ToWorker::Measure { .. }));
    let alternative = app.check.and_then(|check| check.alternative).unwrap();
    assert_eq!(alternative.address, "./a.gguf");
}

#[test]
fn without_room_a_smaller_one_that_has_room_is_looked_for() {
    let mut app = loaded(true);
    let ToWorker::ListModels { id } = sent(&reduce(&mut app, Action::ShowStart)) else {
        panic!()
    };
    listed(&mut app, id, Vec::new(), space(15));
    let models = [("./a.gguf", 10), ("./b.gguf", 20)];
    reduce(&mut app, Action::CatalogRead(catalog_of(&models)));
    reduce(&mut app, Action::TypeAddress("./c.gguf".to_owned()));
    let id = inspect_id(&reduce(&mut app, Action::CheckAddress));
    let effects = inspected(&mut app, id, inspection(50, runs(), 15));
    match effects.as_slice() {
        [
            Effect::Send(ToWorker::Inspect {
                source: ModelSource::Url { url },
                ..
            }),
            Effect::Send(ToWorker::Measure { .. }),
        ] => assert!(url.ends_with("/a.gguf"), "{url}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_look_can_be_left_and_a_failed_one_says_why() {
    let mut app = page(&[]);
    reduce(&mut app, Action::TypeAddress("o/n".to_owned()));
    let id = inspect_id(&reduce(&mut app, Action::CheckAddress));
    fails(&mut app, id, ErrorKind::NotFound);
    assert!(matches!(&app.check, Some(check) if matches!(check.stage, Stage::Failed(_))));
    assert_eq!(app.load, Load::Idle);
    let id = inspect_id(&reduce(&mut app, Action::CheckAddress));
    assert_eq!(
        sent(&reduce(&mut app, Action::DismissCheck)),
        ToWorker::Cancel { id }
    );
    assert_eq!(app.check, None);
    fails(&mut app, id, ErrorKind::Cancelled);
    assert_eq!(app.load, Load::Idle);
}
