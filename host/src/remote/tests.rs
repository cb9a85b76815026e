//! What another machine is asked, and what its answers become, whatever the pieces in which they come.

use futures_util::{StreamExt, stream};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::wire::{ErrorKind, FinishReason, GenerateOptions, Input, Message, Role, WireError};

fn base_of(address: &str) -> String {
    Server::new(address, "").unwrap().base().to_owned()
}

#[test]
fn an_address_is_what_a_person_means_by_it() {
    assert_eq!(
        base_of("https://api.example.com/v1"),
        "https://api.example.com/v1"
    );
    assert_eq!(
        base_of(" https://API.example.com/ "),
        "https://api.example.com/v1"
    );
    assert_eq!(base_of("api.example.com"), "https://api.example.com/v1");
    assert_eq!(base_of("localhost:8080"), "http://localhost:8080/v1");
    assert_eq!(
        base_of("192.168.1.7:8000/v1/"),
        "http://192.168.1.7:8000/v1"
    );
    assert_eq!(base_of("[::1]:1234"), "http://[::1]:1234/v1");
    assert_eq!(base_of("workstation:8000"), "http://workstation:8000/v1");
    assert_eq!(
        base_of("https://example.com/llm/v1/chat/completions"),
        "https://example.com/llm/v1"
    );
    assert_eq!(
        base_of("http://localhost:11434/v1/models?x=1"),
        "http://localhost:11434/v1"
    );
}

#[test]
fn an_address_that_is_none_is_refused_with_what_to_type() {
    for address in [
        "",
        "   ",
        "ftp://example.com",
        "https://",
        "http://:8080",
        "two words",
        "https://me:secret@example.com",
    ] {
        let error = Server::new(address, "").unwrap_err();
        assert_eq!(error.kind, ErrorKind::BadRequest, "{address}");
    }
    assert!(Server::new("localhost", "two words").is_err());
    let server = Server::new("localhost", " sk-1\n").unwrap();
    assert_eq!(server.key(), Some("sk-1"));
}

#[test]
fn an_encrypted_page_may_ask_its_own_machine_only_in_the_open() {
    let page = "https://inkling.example/";
    let is_blocked = |address: &str| Server::new(address, "").unwrap().is_blocked_for(page);
    assert!(is_blocked("http://192.168.1.7:8000"));
    assert!(!is_blocked("http://localhost:8000"));
    assert!(!is_blocked("http://127.0.0.1:8000"));
    assert!(!is_blocked("https://192.168.1.7:8000"));
    let server = Server::new("http://192.168.1.7:8000", "").unwrap();
    assert!(!server.is_blocked_for("http://localhost:8080/"));
}

#[test]
fn only_what_was_set_is_sent() {
    let input = Input::Messages {
        messages: vec![Message {
            role: Role::User,
            content: "Hello".to_owned(),
        }],
        continues: false,
    };
    let body = |options: &GenerateOptions| -> Value {
        serde_json::from_str(&request_json("m", &input, options)).unwrap()
    };
    let plain = json!({
        "model": "m",
        "messages": [{ "role": "user", "content": "Hello" }],
        "stream": true,
        "stream_options": { "include_usage": true },
    });
    assert_eq!(body(&GenerateOptions::default()), plain);
    let options = GenerateOptions {
        temperature: Some(0.7),
        top_k: Some(40),
        max_tokens: Some(5),
        ..GenerateOptions::default()
    };
    let mut full = plain;
    full["temperature"] = json!(0.7);
    full["top_k"] = json!(40);
    full["max_tokens"] = json!(5);
    assert_eq!(body(&options), full);
}

/// What servers send: comments, other line ends, thoughts, a last chunk without a choice.
const STREAM: &str = ": ping\r\n\r\ndata: {\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}\r\n\r\n\
data: {\"choices\":[{\"delta\":{\"reasoning_content\":\"Hm, \"}}]}\n\n\
data: {\"choices\":[{\"delta\":{\"reasoning_content\":\"ja.\"}}]}\n\n\
event: message\ndata: {\"choices\":[{\"delta\":{\"content\":\"Grüß \"}}]}\n\n\
data: {\"choices\":[{\"delta\":{\"content\":\"Gott 🦑\"},\"finish_reason\":null}]}\n\n\
data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"length\"}]}\n\n\
data: {\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":4}}\n\n\
data: [DONE]\n\n";

fn heard(pieces: Vec<Vec<u8>>) -> Result<(String, Told), WireError> {
    let bytes = stream::iter(pieces.into_iter().map(Ok::<_, String>));
    let mut events = Box::pin(events(bytes));
    let mut answer = Answer::default();
    let mut text = String::new();
    futures_util::future::FutureExt::now_or_never(async {
        while let Some(event) = events.next().await {
            text.push_str(&answer.hear(&event?)?);
        }
        Ok((text, answer.finish()?))
    })
    .unwrap()
}

proptest! {
    #[test]
    fn a_stream_is_heard_alike_however_it_is_cut(cuts in prop::collection::vec(0..STREAM.len(), 0..12)) {
        let mut cuts = cuts;
        cuts.extend([0, STREAM.len()]);
        cuts.sort_unstable();
        let pieces = cuts.windows(2).map(|ends| STREAM.as_bytes()[ends[0]..ends[1]].to_vec());
        let (text, told) = heard(pieces.collect()).unwrap();
        prop_assert_eq!(text, "<think>\nHm, ja.\n</think>\n\nGrüß Gott 🦑");
        let reason = Some(FinishReason::Length);
        prop_assert_eq!(told, Told { reason, prompt_tokens: 7, completion_tokens: 4 });
    }
}

#[test]
fn an_answer_without_an_end_is_a_lost_connection() {
    let cut = STREAM.find("data: {\"choices\":[{\"delta\":{},").unwrap();
    let error = heard(vec![STREAM.as_bytes()[..cut].to_vec()]).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Server);
    assert!(error.message.contains("lost"), "{error}");
}

#[test]
fn an_error_amid_an_answer_is_the_servers() {
    let stream = "data: {\"error\":{\"message\":\"out of memory\"}}\n\n";
    let error = heard(vec![stream.as_bytes().to_vec()]).unwrap_err();
    assert!(error.message.contains("out of memory"), "{error}");
    let error = heard(vec![b"data: <html>\n\n".to_vec()]).unwrap_err();
    assert!(error.message.contains("does not speak"), "{error}");
}

#[test]
fn an_answer_in_one_piece_is_an_answer_too() {
    let body = json!({
        "choices": [{ "message": { "role": "assistant", "content": "Hello" }, "finish_reason": "stop" }],
        "usage": { "prompt_tokens": 3, "completion_tokens": 1 },
    });
    let (text, told) = whole_answer(&body.to_string()).unwrap();
    assert_eq!(text, "Hello");
    assert_eq!(told.reason, Some(FinishReason::EndOfTurn));
    assert_eq!(told.completion_tokens, 1);
    assert!(whole_answer("{}").is_err());
    assert!(whole_answer("<html>").is_err());
}

#[test]
fn a_list_of_models_is_read_whatever_else_stands_in_it() {
    let list = r#"{"object":"list","data":[{"id":"b","owned_by":"x"},{"id":"a"},{"id":"a"},{"name":"no id"}]}"#;
    assert_eq!(models_from_json(list).unwrap(), ["a", "b"]);
    let refused = |body: &str| models_from_json(body).unwrap_err().message;
    assert!(refused(r#"{"data":[]}"#).contains("has no model"));
    assert!(refused("[]").contains("does not speak"));
    assert!(refused("<html>").contains("does not speak"));
}

#[test]
fn a_refusal_says_what_to_do_and_what_the_server_said() {
    let open = Server::new("localhost:8000", "").unwrap();
    let keyed = Server::new("localhost:8000", "sk-1").unwrap();
    let error = refusal(&open, 401, r#"{"error":{"message":"No key."}}"#);
    assert_eq!(error.kind, ErrorKind::Server);
    assert!(error.message.contains("enter it") && error.message.contains("No key."));
    assert!(refusal(&keyed, 401, "").message.contains("check it"));
    assert!(refusal(&open, 404, "<html>").message.contains("/v1"));
    assert!(
        refusal(&open, 400, r#"{"detail":"too long"}"#)
            .message
            .contains("too long")
    );
    assert!(refusal(&open, 503, "").message.contains("try again"));
    // A server's page in place of a reason is cut.
    let long = json!({ "error": "x".repeat(5000) }).to_string();
    assert!(refusal(&open, 500, &long).message.len() < 500);
}
