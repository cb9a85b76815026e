//! Two clients and one engine: who hears what, by hand.

use super::*;
use crate::chats::Sampling;
use crate::wire::{AdapterReport, Input, Phase, WIRE_VERSION};

fn key_of(source: &ModelSource) -> Option<String> {
    match source {
        ModelSource::Url { url: key } | ModelSource::Stored { key } => Some(key.clone()),
        ModelSource::Files { .. } => None,
    }
}

fn hear(board: &mut Switchboard, client: ClientId, message: ToWorker) -> Heard {
    board.hear(client, message, key_of)
}

fn start(power: Option<PowerPreference>) -> ToWorker {
    ToWorker::Start {
        version: WIRE_VERSION,
        power,
    }
}

fn ready() -> FromWorker {
    FromWorker::Ready {
        version: WIRE_VERSION,
        engine_version: "1".to_owned(),
        adapter: AdapterReport::default(),
    }
}

fn load(id: RequestId, key: &str, claim: Claim) -> ToWorker {
    ToWorker::Load {
        id,
        source: ModelSource::Stored {
            key: key.to_owned(),
        },
        options: LoadOptions::default(),
        claim,
    }
}

fn generate(id: RequestId) -> ToWorker {
    ToWorker::Generate {
        id,
        input: Input::Text {
            text: "a".to_owned(),
        },
        options: Default::default(),
    }
}

fn report(key: &str) -> ModelReport {
    ModelReport {
        key: key.to_owned(),
        name: key.to_owned(),
        architecture: "llama".to_owned(),
        num_parameters: 1,
        context_length: 64,
        weights_bytes: 1,
        kv_bytes: 1,
        total_bytes: 2,
        has_chat_template: true,
        sampling: Sampling::default(),
        conversion_error: None,
        bytes_fetched: 0,
        bytes_from_storage: 0,
        not_stored: None,
        chunks_repaired: 0,
        wasm_heap_bytes: 0,
    }
}

fn loaded(id: RequestId, key: &str) -> FromWorker {
    FromWorker::Loaded {
        id,
        model: report(key),
    }
}

fn model(key: Option<&str>) -> FromWorker {
    FromWorker::Model {
        model: key.map(report),
        options: LoadOptions::default(),
    }
}

fn number_of(heard: &Heard) -> RequestId {
    match &heard.pass {
        Some(
            ToWorker::Load { id, .. } | ToWorker::Generate { id, .. } | ToWorker::Cancel { id },
        ) => *id,
        other => panic!("nothing for the engine: {other:?}"),
    }
}

fn error_of(heard: &Heard) -> (ClientId, ErrorKind) {
    match heard.letters.as_slice() {
        [(client, FromWorker::Failed { error, .. })] => (*client, error.kind),
        other => panic!("no refusal: {other:?}"),
    }
}

/// Two clients that have started.
fn pair() -> (Switchboard, ClientId, ClientId) {
    let mut board = Switchboard::default();
    let (one, two) = (board.join(), board.join());
    assert!(hear(&mut board, one, start(None)).pass.is_some());
    assert_eq!(hear(&mut board, two, start(None)), Heard::default());
    let told = board.say(ready());
    assert_eq!(told, vec![(one, ready()), (two, ready())]);
    (board, one, two)
}

/// The first has loaded a model.
fn pair_with(key: &str) -> (Switchboard, ClientId, ClientId) {
    let (mut board, one, two) = pair();
    let number = number_of(&hear(&mut board, one, load(1, key, Claim::Replace)));
    let told = board.say(loaded(number, key));
    assert_eq!(told, vec![(one, loaded(1, key)), (two, model(Some(key)))]);
    (board, one, two)
}

#[test]
fn one_number_of_two_clients_is_two_requests_and_each_gets_its_own_answer() {
    let (mut board, one, two) = pair_with("a");
    let first = number_of(&hear(&mut board, one, generate(7)));
    let second = number_of(&hear(&mut board, two, generate(7)));
    assert_ne!(first, second);
    let delta = |id, text: &str| FromWorker::Delta {
        id,
        text: text.to_owned(),
        tokens: vec![],
    };
    assert_eq!(board.say(delta(second, "x")), vec![(two, delta(7, "x"))]);
    assert_eq!(board.say(delta(first, "y")), vec![(one, delta(7, "y"))]);
    let stopped = number_of(&hear(&mut board, two, ToWorker::Cancel { id: 7 }));
    assert_eq!(stopped, second);
    // What nobody asked for stops nothing.
    assert_eq!(
        hear(&mut board, two, ToWorker::Cancel { id: 8 }),
        Heard::default()
    );
}

#[test]
fn who_comes_later_is_told_what_is_there() {
    let (mut board, one, _) = pair_with("a");
    let late = board.join();
    assert_eq!(
        hear(&mut board, late, start(None)).letters,
        vec![(late, ready()), (late, model(Some("a")))]
    );
    hear(&mut board, one, load(2, "b", Claim::Replace));
    let later = board.join();
    let told = hear(&mut board, later, start(None)).letters;
    assert!(matches!(
        told.as_slice(),
        [
            (_, FromWorker::Ready { .. }),
            (_, FromWorker::LoadingElsewhere { .. })
        ]
    ));
}

#[test]
fn another_version_is_refused_and_the_engine_does_not_hear_of_it() {
    let (mut board, _, _) = pair();
    let old = board.join();
    let heard = hear(
        &mut board,
        old,
        ToWorker::Start {
            version: WIRE_VERSION - 1,
            power: None,
        },
    );
    assert_eq!(heard.pass, None);
    assert!(matches!(
        heard.letters.as_slice(),
        [(client, FromWorker::Unsupported { reason: UnsupportedReason::OldVersion, .. })] if *client == old
    ));
}

#[test]
fn only_another_adapter_starts_the_engine_again() {
    let mut board = Switchboard::default();
    let one = board.join();
    let high = Some(PowerPreference::HighPerformance);
    hear(&mut board, one, start(high));
    board.say(ready());
    assert!(hear(&mut board, one, start(high)).pass.is_none());
    assert!(hear(&mut board, one, start(None)).pass.is_none());
    let low = Some(PowerPreference::LowPower);
    assert_eq!(hear(&mut board, one, start(low)).pass, Some(start(low)));
}

#[test]
fn a_model_that_two_want_is_loaded_once() {
    let (mut board, one, two) = pair();
    let number = number_of(&hear(&mut board, one, load(1, "a", Claim::Replace)));
    let joined = hear(&mut board, two, load(5, "a", Claim::Replace));
    assert_eq!(joined.pass, None);
    assert_eq!(
        board.say(loaded(number, "a")),
        vec![(one, loaded(1, "a")), (two, loaded(5, "a"))]
    );
    // Who asks for what it has itself wants it loaded anew: a page that repairs, a benchmark.
    assert!(
        hear(&mut board, two, load(6, "a", Claim::Replace))
            .pass
            .is_some()
    );
}

#[test]
fn who_gives_up_a_load_that_another_waits_for_does_not_end_it() {
    let (mut board, one, two) = pair();
    let number = number_of(&hear(&mut board, one, load(1, "a", Claim::Replace)));
    hear(&mut board, two, load(2, "a", Claim::Replace));
    let given_up = hear(&mut board, one, ToWorker::Cancel { id: 1 });
    assert_eq!(given_up.pass, None);
    assert!(matches!(
        given_up.letters.as_slice(),
        [
            (_, FromWorker::Failed { id: Some(1), .. }),
            (_, FromWorker::LoadingElsewhere { .. })
        ]
    ));
    let ended = hear(&mut board, two, ToWorker::Cancel { id: 2 });
    assert_eq!(number_of(&ended), number);
}

#[test]
fn another_model_is_told_to_all_from_its_first_byte_to_its_end() {
    let (mut board, one, two) = pair_with("a");
    let heard = hear(&mut board, two, load(3, "b", Claim::Replace));
    assert!(matches!(
        heard.letters.as_slice(),
        [(client, FromWorker::LoadingElsewhere { progress: None, .. })] if *client == one
    ));
    let number = number_of(&heard);
    // Until it is there nobody is answered by a model that was not meant.
    assert_eq!(
        error_of(&hear(&mut board, one, generate(4))),
        (one, ErrorKind::Occupied)
    );
    let progress = Progress {
        phase: Phase::Weights,
        bytes_done: 1,
        bytes_total: None,
        bytes_from_storage: 0,
        bytes_per_second: None,
        seconds_left: None,
        files_done: 0,
        files_total: 1,
    };
    let told = board.say(FromWorker::Progress {
        id: number,
        progress,
    });
    assert!(matches!(
        told.as_slice(),
        [(a, FromWorker::Progress { id: 3, .. }), (b, FromWorker::LoadingElsewhere { progress: Some(_), .. })]
            if *a == two && *b == one
    ));
    let told = board.say(loaded(number, "b"));
    assert_eq!(told, vec![(two, loaded(3, "b")), (one, model(Some("b")))]);
    assert!(hear(&mut board, one, generate(4)).pass.is_some());
}

#[test]
fn a_load_that_fails_leaves_all_without_a_model_if_the_old_one_is_gone() {
    let (mut board, one, two) = pair_with("a");
    let number = number_of(&hear(&mut board, two, load(3, "b", Claim::Replace)));
    assert!(board.lose_model().contains(&(one, model(None))));
    let error = WireError::new(ErrorKind::Network, "no");
    let failed = |id| FromWorker::Failed {
        id: Some(id),
        error: error.clone(),
    };
    assert_eq!(
        board.say(failed(number)),
        vec![(two, failed(3)), (one, model(None))]
    );
    assert_eq!(board.lose_model(), vec![]);
}

#[test]
fn a_program_takes_nobodys_model() {
    let (mut board, _, two) = pair_with("a");
    assert_eq!(
        error_of(&hear(&mut board, two, load(1, "b", Claim::Share))),
        (two, ErrorKind::Occupied)
    );
    let shared = hear(&mut board, two, load(2, "a", Claim::Share));
    assert_eq!(shared.letters, vec![(two, loaded(2, "a"))]);
    // Too short a context is another model.
    let longer = ToWorker::Load {
        id: 3,
        source: ModelSource::Stored { key: "a".into() },
        options: LoadOptions {
            context_length: Some(65),
            ..LoadOptions::default()
        },
        claim: Claim::Share,
    };
    assert_eq!(
        error_of(&hear(&mut board, two, longer)),
        (two, ErrorKind::Occupied)
    );
}

#[test]
fn what_a_closed_tab_asked_ends_and_nothing_else() {
    let (mut board, one, two) = pair_with("a");
    let first = number_of(&hear(&mut board, one, generate(1)));
    let second = number_of(&hear(&mut board, two, generate(1)));
    let departure = board.leave(one);
    assert_eq!(
        departure,
        Departure {
            cancelled: vec![first],
            was_last: false
        }
    );
    let unloaded = FromWorker::Unloaded { id: first };
    assert!(!board.say(unloaded).iter().any(|(client, _)| *client == one));
    assert_eq!(board.leave(two).cancelled, vec![second]);
}

#[test]
fn the_last_one_to_go_is_known_and_who_never_started_does_not_count() {
    let (mut board, one, two) = pair();
    board.join();
    assert!(!board.leave(one).was_last);
    assert!(board.leave(two).was_last);
}
