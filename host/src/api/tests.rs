//! What requests become, and what of them needs no engine.

use inkling_openai::endpoint_from_http;

use super::*;

fn loaded() -> Loaded {
    Loaded {
        name: "m".to_owned(),
        key: "https://host.example/m.gguf".to_owned(),
        since: 7,
    }
}

fn work(path: &str, body: &str) -> Work {
    let endpoint = endpoint_from_http("POST", path, body).unwrap();
    answer_at_once(endpoint, Some(&loaded())).unwrap()
}

fn chat(rest: &str) -> Work {
    let body =
        format!(r#"{{"model": "m", "messages": [{{"role": "user", "content": "a"}}]{rest}}}"#);
    work("/v1/chat/completions", &body)
}

const TOOLS: &str = r#", "tools": [{"type": "function", "function": {"name": "add"}}]"#;

#[test]
fn messages_of_a_port_are_text_that_javascript_can_write() {
    for (json, asked) in [
        (r#"{"type":"standing"}"#, Asked::Standing),
        (
            r#"{"type":"request","method":"POST","path":"/v1/models","body":""}"#,
            Asked::Request {
                method: "POST".to_owned(),
                path: "/v1/models".to_owned(),
                body: String::new(),
            },
        ),
        (r#"{"type":"cancel"}"#, Asked::Cancel),
    ] {
        assert_eq!(serde_json::from_str::<Asked>(json).unwrap(), asked);
        assert_eq!(serde_json::to_string(&asked).unwrap(), json);
    }
    let told = Told::Events {
        text: "data: [DONE]\n\n".to_owned(),
    };
    assert_eq!(
        serde_json::to_string(&told).unwrap(),
        r#"{"type":"events","text":"data: [DONE]\n\n"}"#
    );
    assert_eq!(
        serde_json::to_string(&Told::Done).unwrap(),
        r#"{"type":"done"}"#
    );
}

#[test]
fn the_models_are_told_without_the_engine() {
    let answer = |path: &str, loaded: Option<&Loaded>| {
        let endpoint = endpoint_from_http("GET", path, "").unwrap();
        match answer_at_once(endpoint, loaded).unwrap_err() {
            Told::Answer { status, body } => (status, body),
            other => panic!("{other:?}"),
        }
    };
    let loaded = loaded();
    let (status, body) = answer("/v1/models", Some(&loaded));
    assert_eq!(status, 200);
    assert!(body.contains(r#""id":"m""#), "{body}");
    assert!(answer("/v1/models", None).1.contains("[]"));
    assert_eq!(answer("/v1/models/m", Some(&loaded)).0, 200);
    let by_key = answer("/v1/models/https://host.example/m.gguf", Some(&loaded));
    assert_eq!(by_key.0, 200);
    assert_eq!(answer("/v1/models/other", Some(&loaded)).0, 404);
    assert_eq!(answer("/v1/models/m", None).0, 404);
}

#[test]
fn a_request_means_the_model_it_names() {
    let work = chat("");
    assert!(work.check_model(Some(&loaded())).is_ok());
    let other = Loaded {
        name: "other".to_owned(),
        key: "k".to_owned(),
        since: 0,
    };
    for wrong in [Some(&other), None] {
        let error = work.check_model(wrong).unwrap_err();
        assert_eq!(error.code, Some("model_not_found"));
    }
}

#[test]
fn nothing_is_forgotten_behind_a_programs_back() {
    let work = chat(r#", "seed": 3, "n": 2, "stop": "x", "presence_penalty": 1"#);
    let shape = work.shape(|| None).unwrap();
    let first = work.options_for(0, &shape);
    assert_eq!(first.when_full, WhenFull::End);
    let second = work.options_for(1, &shape);
    assert_eq!((first.seed, second.seed), (Some(3), Some(4)));
    assert_eq!(first.presence_penalty, Some(1.0));
    assert_eq!(first.stop, ["x"]);
    assert_eq!(first.temperature, None);
}

#[test]
fn prompts_are_inputs_each() {
    let work = work(
        "/v1/completions",
        r#"{"model": "m", "prompt": ["a", "b"], "seed": 1}"#,
    );
    let text = |text: &str| Input::Text {
        text: text.to_owned(),
    };
    assert_eq!(work.inputs, [text("a"), text("b")]);
    let shape = work.shape(|| None).unwrap();
    let options = work.options_for(0, &shape);
    assert_eq!(
        (options.temperature, options.max_tokens),
        (Some(1.0), Some(16))
    );
    assert_eq!(shape.kind, AnswerKind::Text);
}

#[test]
fn the_tokens_of_a_chat_are_those_of_its_prompt() {
    let body = r#"{"model": "m", "continue_final_message": true, "messages": [
        {"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}"#;
    let asked = work("/v1/chat/completions", body);
    let counted = work("/v1/tokenize", body);
    assert_eq!(
        (asked.wanted, counted.wanted),
        (Wanted::Answers, Wanted::Tokens)
    );
    assert_eq!(asked.inputs, counted.inputs);
    assert!(matches!(
        counted.inputs[..],
        [Input::Chat {
            continues: true,
            ..
        }]
    ));
}

#[test]
fn tools_need_a_template_that_shows_how_calls_are_written() {
    let shape = chat(TOOLS).shape(|| Some(EXAMPLE.to_owned())).unwrap();
    assert_eq!(
        shape.kind,
        AnswerKind::Chat {
            calls: Some(CallFormat::Tagged),
            names: vec!["add".to_owned()],
            most_calls: None,
        }
    );
    assert_eq!(shape.constraint, None);
    for example in [None, Some("look_up()".to_owned())] {
        let error = chat(TOOLS).shape(|| example).unwrap_err();
        assert_eq!(error.param.as_deref(), Some("tools"));
    }
    let without = chat("").shape(|| panic!("nobody asks")).unwrap();
    assert!(matches!(without.kind, AnswerKind::Chat { calls: None, .. }));
}

/// As Hermes and Qwen 2.5 write it.
const EXAMPLE: &str =
    "assistant\n<tool_call>\n{\"name\": \"look_up\", \"arguments\": {}}\n</tool_call>";

#[test]
fn a_call_that_must_come_is_written_in_the_models_own_way() {
    let required = chat(&format!(r#"{TOOLS}, "tool_choice": "required""#));
    let shape = required.shape(|| Some(EXAMPLE.to_owned())).unwrap();
    let json = serde_json::to_string(&shape.constraint).unwrap();
    assert!(
        json.contains(r#"<tool_call>\n{\"name\": \"add\", \"arguments\": "#),
        "{json}"
    );
    assert_eq!(required.options_for(0, &shape).stop, [""; 0]);
    // The tags are known, and where arguments stand between them is not.
    let example = EXAMPLE.replace("{}", "[]");
    let error = required.shape(|| Some(example)).unwrap_err();
    assert_eq!(error.param.as_deref(), Some("tool_choice"));
}

#[test]
fn one_call_at_most_ends_the_answer() {
    let one = chat(&format!(r#"{TOOLS}, "parallel_tool_calls": false"#));
    let shape = one.shape(|| Some(EXAMPLE.to_owned())).unwrap();
    assert_eq!(one.options_for(0, &shape).stop, ["</tool_call>"]);
}

/// The form is one crate's to write and another's to read.
#[test]
fn a_constraint_is_written_as_grammars_read_it() {
    let schema = r#"{"type":"json_schema","json_schema":{"name":"n","schema":{"type":"null"}}}"#;
    for (rest, expected) in [
        (
            format!(r#", "response_format": {schema}"#),
            r#"{"type":"json_schema","schema":{"type":"null"}}"#,
        ),
        (
            r#", "response_format": {"type": "json_object"}"#.to_owned(),
            r#"{"type":"json_object"}"#,
        ),
        (
            r#", "structured_outputs": {"regex": "a"}"#.to_owned(),
            r#"{"type":"regex","pattern":"a"}"#,
        ),
        (
            r#", "structured_outputs": {"grammar": "b"}"#.to_owned(),
            r#"{"type":"lark","grammar":"b"}"#,
        ),
        (
            r#", "structured_outputs": {"choice": ["c"]}"#.to_owned(),
            r#"{"type":"forms","forms":[[{"type":"text","text":"c"}]],"separator":null,"or_schema":null}"#,
        ),
    ] {
        let shape = chat(&rest).shape(|| None).unwrap();
        let written = shape
            .constraint
            .map(|it| serde_json::to_string(&it).unwrap());
        assert_eq!(written.as_deref(), Some(expected));
    }
}

#[test]
fn a_failure_is_the_clients_or_ours() {
    let work = chat("");
    let status = |kind| {
        let error = work.error_from(&WireError::new(kind, "why"));
        (error.status, error.code)
    };
    assert_eq!(
        status(ErrorKind::ContextFull),
        (400, Some("context_length_exceeded"))
    );
    assert_eq!(status(ErrorKind::BadRequest), (400, None));
    assert_eq!(status(ErrorKind::DeviceLost), (500, None));
    assert_eq!(ending_from(FinishReason::ContextFull), Ending::Length);
    assert_eq!(ending_from(FinishReason::EndOfTurn), Ending::Stop);
}
