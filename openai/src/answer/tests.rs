//! Answers in both forms. The shapes are those of OpenAI's published examples.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn header() -> Header {
    Header {
        id: "1".to_owned(),
        created: 7,
        model: "m".to_owned(),
        fingerprint: "f".to_owned(),
    }
}

fn chat(calls: Option<CallFormat>) -> AnswerKind {
    AnswerKind::Chat {
        calls,
        names: vec!["add".to_owned()],
        most_calls: None,
    }
}

fn delivery(num_choices: u32, streams: bool, includes_usage: bool) -> Delivery {
    Delivery {
        num_choices,
        streams,
        includes_usage,
        logprobs: None,
    }
}

const COUNTS: Counts = Counts {
    prompt: 5,
    cached: 2,
    completion: 3,
};

/// What comes of it, whatever form it has.
fn written(mut answer: Answer, choices: &[(&[&str], Ending)]) -> String {
    let mut all = String::new();
    for (pieces, ending) in choices {
        all += &answer.begin_choice();
        for piece in *pieces {
            all += &answer.push(piece, Vec::new());
        }
        all += &answer.end_choice(*ending, COUNTS);
    }
    all + &answer.finish()
}

/// The objects of a stream, whose last event says that it is over.
fn chunks(events: &str) -> Vec<Value> {
    let mut events: Vec<&str> = events
        .split_terminator("\n\n")
        .map(|event| event.strip_prefix("data: ").unwrap())
        .collect();
    assert_eq!(events.pop(), Some("[DONE]"));
    events
        .iter()
        .map(|event| serde_json::from_str(event).unwrap())
        .collect()
}

fn object(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn a_whole_chat_completion() {
    let answer = Answer::new(header(), chat(None), delivery(1, false, false));
    let whole = object(&written(answer, &[(&["Hel", "lo"], Ending::Stop)]));
    assert_eq!(
        whole,
        json!({
            "id": "chatcmpl-1", "object": "chat.completion", "created": 7, "model": "m", "system_fingerprint": "f",
            "choices": [{
                "index": 0,
                "message": { "role": "assistant", "content": "Hello", "refusal": null },
                "logprobs": null,
                "finish_reason": "stop",
            }],
            "usage": {
                "prompt_tokens": 5, "completion_tokens": 3, "total_tokens": 8,
                "prompt_tokens_details": { "cached_tokens": 2 },
            },
        })
    );
}

#[test]
fn a_stream_begins_with_the_role_and_ends_with_the_reason() {
    let answer = Answer::new(header(), chat(None), delivery(1, true, true));
    let chunks = chunks(&written(answer, &[(&["Hel", "lo"], Ending::Length)]));
    let deltas: Vec<&Value> = chunks
        .iter()
        .map(|chunk| &chunk["choices"][0]["delta"])
        .collect();
    assert_eq!(*deltas[0], json!({ "role": "assistant", "content": "" }));
    assert_eq!(*deltas[1], json!({ "content": "Hel" }));
    assert_eq!(*deltas[2], json!({ "content": "lo" }));
    assert_eq!(*deltas[3], json!({}));
    assert_eq!(chunks[2]["choices"][0]["finish_reason"], Value::Null);
    assert_eq!(chunks[3]["choices"][0]["finish_reason"], "length");
    assert_eq!(chunks[3]["usage"], Value::Null);
    assert_eq!(chunks[4]["choices"], json!([]));
    assert_eq!(chunks[4]["usage"]["total_tokens"], 8);
    for chunk in &chunks {
        assert_eq!(chunk["object"], "chat.completion.chunk");
        assert_eq!(chunk["id"], "chatcmpl-1");
    }
}

#[test]
fn usage_is_not_mentioned_where_nobody_asked() {
    let answer = Answer::new(header(), chat(None), delivery(1, true, false));
    let chunks = chunks(&written(answer, &[(&["a"], Ending::Stop)]));
    assert_eq!(chunks.len(), 3);
    assert!(chunks.iter().all(|chunk| chunk.get("usage").is_none()));
}

#[test]
fn several_choices_share_one_prompt() {
    let answer = Answer::new(header(), AnswerKind::Text, delivery(2, false, false));
    let choices: [(&[&str], Ending); 4] = [
        (&["a"], Ending::Stop),
        (&["b"], Ending::Length),
        (&["c"], Ending::Stop),
        (&["d"], Ending::Stop),
    ];
    let whole = object(&written(answer, &choices));
    assert_eq!(whole["object"], "text_completion");
    assert_eq!(whole["id"], "cmpl-1");
    assert_eq!(
        whole["choices"][1],
        json!({ "index": 1, "text": "b", "logprobs": null, "finish_reason": "length" })
    );
    assert_eq!(whole["choices"][3]["index"], 3);
    // Two prompts, each answered twice.
    assert_eq!(whole["usage"]["prompt_tokens"], 10);
    assert_eq!(whole["usage"]["completion_tokens"], 12);
}

#[test]
fn calls_have_ids_and_end_the_turn() {
    let said = "One moment. <tool_call>{\"name\": \"add\", \"arguments\": {\"x\": 1}}</tool_call>";
    let answer = || {
        Answer::new(
            header(),
            chat(Some(CallFormat::Tagged)),
            delivery(1, false, false),
        )
    };
    let whole = object(&written(answer(), &[(&[said], Ending::Stop)]));
    let choice = &whole["choices"][0];
    assert_eq!(choice["finish_reason"], "tool_calls");
    assert_eq!(choice["message"]["content"], "One moment.");
    assert_eq!(
        choice["message"]["tool_calls"],
        json!([{ "id": "call_1_0_0", "type": "function", "function": { "name": "add", "arguments": "{\"x\":1}" } }])
    );
    let silent = said.strip_prefix("One moment. ").unwrap();
    let whole = object(&written(answer(), &[(&[silent], Ending::Stop)]));
    assert_eq!(whole["choices"][0]["message"]["content"], Value::Null);

    let answer = Answer::new(
        header(),
        chat(Some(CallFormat::Tagged)),
        delivery(1, true, false),
    );
    let chunks = chunks(&written(answer, &[(&[said], Ending::Stop)]));
    let call = &chunks[2]["choices"][0]["delta"]["tool_calls"][0];
    assert_eq!(
        (&call["index"], &call["id"]),
        (&json!(0), &json!("call_1_0_0"))
    );
    assert_eq!(chunks[3]["choices"][0]["finish_reason"], "tool_calls");
}

#[test]
fn calls_after_the_most_are_left_out() {
    let call = r#"<tool_call>{"name": "add", "arguments": {}}</tool_call>"#;
    let kind = AnswerKind::Chat {
        calls: Some(CallFormat::Tagged),
        names: vec!["add".to_owned()],
        most_calls: Some(1),
    };
    let answer = Answer::new(header(), kind, delivery(1, false, false));
    let whole = object(&written(answer, &[(&[call, call], Ending::Stop)]));
    let calls = whole["choices"][0]["message"]["tool_calls"].as_array();
    assert_eq!(calls.map(Vec::len), Some(1));
}

/// Tokens `a` and `b`, whose text comes with the second.
fn told_with_logprobs(kind: AnswerKind, streams: bool) -> String {
    let token = |byte: u8| TokenLogprob {
        bytes: vec![byte],
        logprob: -1.0,
        top: vec![(vec![byte], -1.0)],
    };
    let wanted = Delivery {
        logprobs: Some(1),
        ..delivery(1, streams, false)
    };
    let mut answer = Answer::new(header(), kind, wanted);
    let mut all = answer.begin_choice();
    all += &answer.push("", vec![token(b'a')]);
    all += &answer.push("ab", vec![token(b'b')]);
    all += &answer.push("", vec![token(b'c')]);
    all += &answer.end_choice(Ending::Stop, COUNTS);
    all + &answer.finish()
}

#[test]
fn every_token_is_told_with_its_probability_once() {
    let chat_tokens = |choice: &Value| -> Vec<String> {
        let content = choice["logprobs"]["content"].as_array();
        let token = |it: &Value| it["token"].as_str().unwrap_or_default().to_owned();
        content.into_iter().flatten().map(token).collect()
    };
    let whole = object(&told_with_logprobs(chat(None), false));
    assert_eq!(chat_tokens(&whole["choices"][0]), ["a", "b", "c"]);
    let chunks = chunks(&told_with_logprobs(chat(None), true));
    let told: Vec<String> = chunks
        .iter()
        .flat_map(|it| chat_tokens(&it["choices"][0]))
        .collect();
    assert_eq!(told, ["a", "b", "c"]);
    assert_eq!(chat_tokens(&chunks[1]["choices"][0]), ["a", "b"]);

    let whole = object(&told_with_logprobs(AnswerKind::Text, false));
    let logprobs = &whole["choices"][0]["logprobs"];
    assert_eq!(logprobs["tokens"], json!(["a", "b", "c"]));
    assert_eq!(logprobs["text_offset"], json!([0, 1, 2]));
}

#[test]
fn a_stream_that_fails_says_so() {
    let event = Answer::failure_event(&Error::server("it broke"));
    let error = event.strip_prefix("data: ").unwrap();
    assert_eq!(object(error)["error"]["message"], "it broke");
    assert!(event.ends_with("\n\n"));
}

proptest! {
    /// Whatever is said, line breaks and all, an event is one line, and the stream says what the whole would.
    #[test]
    fn a_stream_says_what_the_whole_answer_says(pieces in prop::collection::vec(any::<String>(), 0..6)) {
        let pieces: Vec<&str> = pieces.iter().map(String::as_str).collect();
        let choices: [(&[&str], Ending); 1] = [(&pieces, Ending::Stop)];
        let answer = |streams| Answer::new(header(), chat(Some(CallFormat::Tagged)), delivery(1, streams, false));
        let whole = object(&written(answer(false), &choices));
        let streamed: String = chunks(&written(answer(true), &choices))
            .iter()
            .filter_map(|chunk| chunk["choices"][0]["delta"]["content"].as_str().map(str::to_owned))
            .collect();
        prop_assert_eq!(whole["choices"][0]["message"]["content"].as_str(), Some(streamed.as_str()));
    }
}
