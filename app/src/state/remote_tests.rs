//! Another machine's answers: never without being asked for, never more than was agreed to.

use inkling_host::remote::Server;
use inkling_host::wire::{
    ErrorKind, FinishReason, FromWorker, ToWorker, UnsupportedReason, WireError,
};

use super::remote::{KnownServer, json_from_known_server, known_server_from_json};
use super::tests::{ask, ask_action, delta, finish, from_engine, loaded, start, texts};
use super::*;

const ADDRESS: &str = "http://localhost:8080/v1";

fn server() -> Server {
    Server::new(ADDRESS, "").unwrap()
}

fn use_server(app: &mut App) {
    let connect = Action::ConnectServer {
        address: ADDRESS.to_owned(),
        key: String::new(),
    };
    let effects = reduce(app, connect);
    assert!(effects.contains(&Effect::ListServerModels { server: server() }));
    let models = Ok(vec!["big".to_owned()]);
    let server = server();
    reduce(app, Action::ServerAnswered { server, models });
    let model = "big".to_owned();
    reduce(app, Action::UseServer { model });
}

/// The body that was sent to the server, if one was.
fn asked_elsewhere(effects: &[Effect]) -> Option<(RequestId, &str)> {
    let mut asked = effects.iter().filter_map(|effect| match effect {
        Effect::AskServer { id, body, .. } => Some((*id, body.as_str())),
        _ => None,
    });
    let first = asked.next();
    assert!(asked.next().is_none());
    first
}

fn is_asked_here(effects: &[Effect]) -> bool {
    let is_question = |effect: &Effect| matches!(effect, Effect::Send(ToWorker::Generate { .. }));
    effects.iter().any(is_question)
}

#[test]
fn nothing_is_sent_unless_a_server_was_chosen_in_this_visit() {
    let mut app = App::default();
    let known = KnownServer {
        server: server(),
        model: Some("big".to_owned()),
    };
    let launch = Launch {
        base: "https://example.org/".to_owned(),
        server: Some(known),
        ..Launch::default()
    };
    reduce(&mut app, Action::Launched(launch));
    assert_eq!(app.remote.elsewhere(), None);
    assert!(!app.can_ask());
    assert!(reduce(&mut app, ask_action("Hello")).is_empty());
    // Its models are asked for when the window opens, not before.
    let effects = reduce(&mut app, Action::OpenServer);
    assert_eq!(effects, [Effect::ListServerModels { server: server() }]);
}

#[test]
fn a_server_answers_in_the_same_chat_and_is_stopped_there() {
    let mut app = start(None);
    use_server(&mut app);
    assert_eq!(app.screen, Screen::Chat);
    assert_eq!(app.remote.elsewhere().unwrap().host, "localhost:8080");
    let effects = reduce(&mut app, ask_action("Hello"));
    assert!(!is_asked_here(&effects));
    let (id, body) = asked_elsewhere(&effects).unwrap();
    assert!(
        body.contains("\"Hello\"") && body.contains("\"big\""),
        "{body}"
    );
    delta(&mut app, id, "Good day.");
    assert_eq!(texts(&app), ["Hello", "Good day."]);
    assert_eq!(reduce(&mut app, Action::Stop)[..1], [Effect::StopServer]);
    finish(&mut app, id, FinishReason::Stopped);
    let answer = app.chat.tree().shown().next_back().unwrap();
    assert_eq!(answer.model.as_deref(), Some("big · localhost:8080"));
    // To go on with an answer is a model's own matter.
    assert!(app.can_ask() && !app.can_go_on());
    // A second question needs no second agreement.
    let effects = reduce(&mut app, ask_action("And now?"));
    assert!(asked_elsewhere(&effects).unwrap().1.contains("Good day."));
}

#[test]
fn what_was_said_here_is_shown_before_it_is_sent() {
    let mut app = loaded(true);
    let (id, _) = ask(&mut app, "A secret");
    delta(&mut app, id, "Kept.");
    finish(&mut app, id, FinishReason::EndOfTurn);
    use_server(&mut app);
    assert!(app.needs_agreement() && !app.can_ask());
    let outgoing = app.outgoing();
    let shown: Vec<&str> = outgoing.iter().map(|it| it.content.as_str()).collect();
    assert_eq!(shown, ["A secret", "Kept."]);
    assert!(reduce(&mut app, ask_action("Go on")).is_empty());
    reduce(&mut app, Action::AgreeToSend);
    let effects = reduce(&mut app, ask_action("Go on"));
    assert!(asked_elsewhere(&effects).unwrap().1.contains("A secret"));
}

#[test]
fn staying_here_asks_the_model_that_is_here() {
    let mut app = loaded(true);
    use_server(&mut app);
    reduce(&mut app, Action::StayHere);
    let effects = reduce(&mut app, ask_action("Hello"));
    assert!(is_asked_here(&effects) && asked_elsewhere(&effects).is_none());
}

#[test]
fn loading_a_model_to_chat_brings_the_answers_back() {
    let mut app = loaded(true);
    use_server(&mut app);
    let address = "https://h/b.gguf".to_owned();
    reduce(&mut app, Action::LoadOffer { address });
    assert_eq!(app.remote.elsewhere(), None);
}

#[test]
fn a_lost_engine_does_not_end_what_another_machine_writes() {
    let mut app = loaded(true);
    use_server(&mut app);
    let effects = reduce(&mut app, ask_action("Hello"));
    let (id, _) = asked_elsewhere(&effects).unwrap();
    let error = WireError::new(ErrorKind::DeviceLost, "gone");
    from_engine(&mut app, FromWorker::Failed { id: None, error });
    delta(&mut app, id, "Still here.");
    assert_eq!(texts(&app), ["Hello", "Still here."]);
}

#[test]
fn a_machine_without_webgpu_can_chat_elsewhere() {
    let mut app = start(None);
    let reason = UnsupportedReason::NoWebGpu;
    let message = String::new();
    from_engine(&mut app, FromWorker::Unsupported { reason, message });
    use_server(&mut app);
    assert!(asked_elsewhere(&reduce(&mut app, ask_action("Hello"))).is_some());
}

#[test]
fn another_sites_page_has_no_server() {
    let mut app = start(None);
    app.launch.is_embedded = true;
    assert!(reduce(&mut app, Action::OpenServer).is_empty());
    assert!(!app.remote.is_open);
}

#[test]
fn another_server_needs_another_agreement_and_knows_no_key_of_the_first() {
    let mut app = loaded(true);
    let connect = |address: &str, key: &str| Action::ConnectServer {
        address: address.to_owned(),
        key: key.to_owned(),
    };
    reduce(&mut app, connect(ADDRESS, "sk-1"));
    // A field left empty means the key that is kept.
    reduce(&mut app, connect(ADDRESS, ""));
    assert_eq!(app.remote.server.as_ref().unwrap().key(), Some("sk-1"));
    let model = "big".to_owned();
    reduce(&mut app, Action::UseServer { model });
    assert!(asked_elsewhere(&reduce(&mut app, ask_action("Hello"))).is_some());
    reduce(&mut app, connect("https://other.example/v1", ""));
    assert_eq!(app.remote.server.as_ref().unwrap().key(), None);
    assert_eq!(app.remote.elsewhere(), None);
    let model = "small".to_owned();
    reduce(&mut app, Action::UseServer { model });
    assert!(app.needs_agreement());
}

#[test]
fn a_list_that_comes_late_is_not_the_other_servers() {
    let mut app = start(None);
    use_server(&mut app);
    let other = Server::new("https://other.example", "").unwrap();
    let models = Err(WireError::new(ErrorKind::Server, "late"));
    let server = other;
    reduce(&mut app, Action::ServerAnswered { server, models });
    assert_eq!(
        app.remote.models,
        ServerModels::Listed(vec!["big".to_owned()])
    );
}

#[test]
fn forgetting_keeps_nothing() {
    let mut app = loaded(true);
    use_server(&mut app);
    let effects = reduce(&mut app, Action::ForgetServer);
    assert!(effects.contains(&Effect::RememberServer(None)));
    assert_eq!(app.remote.server, None);
    assert_eq!(app.remote.elsewhere(), None);
}

#[test]
fn what_is_remembered_is_read_again() {
    let known = KnownServer {
        server: Server::new(ADDRESS, "sk-1").unwrap(),
        model: Some("big".to_owned()),
    };
    let json = json_from_known_server(&known);
    assert_eq!(known_server_from_json(&json), Some(known));
    assert_eq!(known_server_from_json("{}"), None);
}
