//! What models write, and that it does not matter in which pieces it comes.

use proptest::prelude::*;

use super::*;

const NAMES: [&str; 2] = ["add", "look_up"];

fn reader(format: CallFormat) -> CallReader {
    CallReader::new(Some(format), &NAMES.map(str::to_owned))
}

/// The text of an answer, and its calls as `name arguments`, with a mark where each stood.
fn read(format: CallFormat, pieces: &[&str]) -> (String, Vec<String>) {
    let mut reader = reader(format);
    let mut found: Vec<Piece> = pieces.iter().flat_map(|it| reader.push(it)).collect();
    found.extend(reader.finish());
    let mut text = String::new();
    let mut calls = Vec::new();
    for piece in found {
        match piece {
            Piece::Text(more) => text.push_str(&more),
            Piece::Call(call) => {
                text.push('#');
                calls.push(format!("{} {}", call.name, call.arguments));
            }
        }
    }
    (text, calls)
}

fn assert_reads(format: CallFormat, answer: &str, text: &str, calls: &[&str]) {
    let (read_text, read_calls) = read(format, &[answer]);
    assert_eq!(read_text, text, "{answer}");
    assert_eq!(read_calls, calls, "{answer}");
}

#[test]
fn calls_between_tags() {
    let reads = |answer: &str, text: &str, calls: &[&str]| {
        assert_reads(CallFormat::Tagged, answer, text, calls);
    };
    let one =
        "<tool_call>\n{\"name\": \"add\", \"arguments\": {\"x\": 1, \"y\": [2]}}\n</tool_call>";
    reads(one, "#", &[r#"add {"x":1,"y":[2]}"#]);
    reads(
        &format!("Let me see.\n\n{one}\n{one}\n"),
        "Let me see.##",
        &[r#"add {"x":1,"y":[2]}"#, r#"add {"x":1,"y":[2]}"#],
    );
    reads(
        r#"<tool_call>{"name": "add"}</tool_call> Then more. "#,
        "#Then more. ",
        &["add {}"],
    );
    reads(
        r#"<tool_call>{"name": "add", "arguments": "{\"x\": 1}"}"#,
        "#",
        &[r#"add {"x": 1}"#],
    );
    reads(
        r#"<tool_call>{"name": "add", "arguments": {"x": "</tool_call>"}}</tool_call>"#,
        "#",
        &[r#"add {"x":"</tool_call>"}"#],
    );
}

#[test]
fn what_only_looks_like_a_call_between_tags_is_text() {
    for answer in [
        "Hello, 1 < 2.\n",
        "<tool_cal",
        "<tool_call>hello</tool_call> there",
        "<tool_call>{\"name\": 1}</tool_call>",
        "<tool_call>{\"name\": \"add\"",
        "</tool_call>",
        "  ",
        "",
    ] {
        assert_reads(CallFormat::Tagged, answer, answer, &[]);
    }
}

#[test]
fn answers_that_are_calls_as_a_whole() {
    let reads = |answer: &str, text: &str, calls: &[&str]| {
        assert_reads(CallFormat::JsonText, answer, text, calls);
    };
    let one = r#"{"name": "add", "parameters": {"x": "é"}}"#;
    reads(one, "#", &[r#"add {"x":"é"}"#]);
    reads(
        &format!(" <|python_tag|>{one}; {one}\n"),
        "##",
        &[r#"add {"x":"é"}"#, r#"add {"x":"é"}"#],
    );
    for answer in [
        r#"{"name": "Bob", "parameters": {}}"#,
        r#"{"age": 7}"#,
        r#"{"name": "add", "#,
        "{\"name\": \"add\"} is a call",
        "I call {\"name\": \"add\"}",
        "<|pyth",
        "\n",
    ] {
        reads(answer, answer, &[]);
    }
}

#[test]
fn text_that_cannot_be_a_call_comes_at_once() {
    let text = |text: &str| vec![Piece::Text(text.to_owned())];
    let mut tagged = reader(CallFormat::Tagged);
    assert_eq!(tagged.push("Hello"), text("Hello"));
    assert_eq!(tagged.push(" <too"), []);
    assert_eq!(tagged.push("th"), text(" <tooth"));
    let mut json = reader(CallFormat::JsonText);
    assert_eq!(json.push(" "), []);
    assert_eq!(json.push("Hello"), text(" Hello"));
    assert_eq!(json.push(" {"), text(" {"));
    let mut off = CallReader::new(None, &[]);
    assert_eq!(off.push("<tool_call>"), text("<tool_call>"));
    assert_eq!(off.finish(), []);
}

#[test]
fn a_template_shows_its_format() {
    for (example, expected) in [
        (
            "<|im_start|>assistant\n<tool_call>\n{\"name\": \"f\", \"arguments\": {}}\n</tool_call>",
            Some(CallFormat::Tagged),
        ),
        ("<tool_call>\n<function=f>\n</function>\n</tool_call>", None),
        (
            "assistant<|end_header_id|>\n\n{\"name\": \"f\", \"parameters\": {}}<|eot_id|>",
            Some(CallFormat::JsonText),
        ),
        ("{\"name\": \"g\", \"parameters\": {}}", None),
        ("[TOOL_CALLS] [{\"name\": \"f\", \"arguments\": {}}]", None),
        ("assistant: f()", None),
        ("", None),
    ] {
        assert_eq!(
            CallFormat::from_example(example, "f"),
            expected,
            "{example}"
        );
    }
}

/// Answers made of what calls are made of, so that many are calls and more are nearly calls.
fn answers() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        Just("<tool_call>"),
        Just("</tool_call>"),
        Just("{\"name\": \"add\", \"arguments\": {\"x\": \"é</tool_call>\"}}"),
        Just("{\"name\": \"look_up\", \"parameters\": {}}"),
        Just("<|python_tag|>"),
        Just("<tool"),
        Just("{\"name\""),
        Just(";"),
        Just("\n"),
        Just(" "),
        Just("ü"),
        Just("Hello."),
    ];
    prop::collection::vec(part, 0..8).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn the_pieces_in_which_an_answer_comes_do_not_matter(
        answer in answers(),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
        is_tagged in any::<bool>(),
    ) {
        let format = if is_tagged { CallFormat::Tagged } else { CallFormat::JsonText };
        let mut at: Vec<usize> = cuts
            .iter()
            .map(|cut| answer.floor_char_boundary(cut.index(answer.len() + 1)))
            .collect();
        at.extend([0, answer.len()]);
        at.sort_unstable();
        let pieces: Vec<&str> = at.windows(2).map(|pair| &answer[pair[0]..pair[1]]).collect();
        prop_assert_eq!(pieces.concat(), answer.clone());
        prop_assert_eq!(read(format, &pieces), read(format, &[&answer]));
    }

    #[test]
    fn no_word_is_lost(answer in "[a-z<>/{}\" é\n]{0,40}") {
        for format in [CallFormat::Tagged, CallFormat::JsonText] {
            let (text, calls) = read(format, &[&answer]);
            prop_assert_eq!(&text, &answer);
            prop_assert!(calls.is_empty());
        }
    }
}
