//! Decoders against the library's own, which work on whole lists.

use super::*;
use proptest::prelude::*;
use tokenizers::Decoder as _;
use tokenizers::DecoderWrapper;

const LLAMA: &str = r#"{"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},
    {"type":"ByteFallback"},{"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":0}]}"#;
const GEMMA: &str = r#"{"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},
    {"type":"ByteFallback"},{"type":"Fuse"}]}"#;
const METASPACE: &str =
    r#"{"type":"Metaspace","replacement":"▁","prepend_scheme":"always","split":true}"#;
const METASPACE_NEVER: &str =
    r#"{"type":"Metaspace","replacement":"▁","prepend_scheme":"never","split":true}"#;
const BYTE_LEVEL: &str =
    r#"{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true}"#;

/// Everything the library has, and rows of them that no published tokenizer has.
const OTHERS: [&str; 12] = [
    r###"{"type":"WordPiece","prefix":"##","cleanup":true}"###,
    r###"{"type":"WordPiece","prefix":"##","cleanup":false}"###,
    r#"{"type":"CTC","pad_token":"<pad>","word_delimiter_token":"|","cleanup":true}"#,
    r#"{"type":"CTC","pad_token":"<pad>","word_delimiter_token":"|","cleanup":false}"#,
    r#"{"type":"BPEDecoder","suffix":"</w>"}"#,
    r#"{"type":"Fuse"}"#,
    r#"{"type":"ByteFallback"}"#,
    r#"{"type":"Strip","content":" ","start":2,"stop":0}"#,
    r#"{"type":"Replace","pattern":{"Regex":"[▁b]+"},"content":"-"}"#,
    r#"{"type":"Sequence","decoders":[{"type":"ByteFallback"},{"type":"Metaspace","replacement":"▁","prepend_scheme":"first","split":false}]}"#,
    r#"{"type":"Sequence","decoders":[{"type":"Fuse"},{"type":"Replace","pattern":{"String":"b▁"},"content":"+"},
        {"type":"Replace","pattern":{"Regex":"c+|▁"},"content":"="},{"type":"Fuse"}]}"#,
    r###"{"type":"Sequence","decoders":[{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true},
        {"type":"WordPiece","prefix":"##","cleanup":true}]}"###,
];

fn decoder(json: &str) -> Result<Decoder> {
    Decoder::from_json(&serde_json::from_str(json).unwrap())
}

fn ours(json: &str, tokens: &[String]) -> String {
    let decoder = decoder(json).unwrap();
    let (mut state, mut out) = (DecodeState::default(), String::new());
    for token in tokens {
        decoder.push(&mut state, token, &mut out);
    }
    decoder.finish(&mut state, &mut out);
    out
}

fn theirs(json: &str, tokens: &[String]) -> String {
    // One of the library's decoders takes one from the number of tokens.
    if tokens.is_empty() {
        return String::new();
    }
    let decoder: DecoderWrapper = serde_json::from_str(json).unwrap();
    decoder.decode(tokens.to_vec()).unwrap()
}

fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        (0u8..=255).prop_map(|byte| format!("<0x{byte:02X}>")),
        Just("<0xE4>".to_owned()),
        Just("<0xBD>".to_owned()),
        Just("<0xA0>".to_owned()),
        Just("▁".to_owned()),
        Just("▁▁a".to_owned()),
        Just(" ".to_owned()),
        Just("<|end|>".to_owned()),
        Just("b▁c".to_owned()),
    ]
}

fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("##ing".to_owned()),
        Just("do".to_owned()),
        Just("do not".to_owned()),
        Just("'s".to_owned()),
        Just(".".to_owned()),
        Just("n't".to_owned()),
        Just("low</w>".to_owned()),
        Just("|".to_owned()),
        Just("<pad>".to_owned()),
        Just("".to_owned()),
        piece(),
    ]
}

fn byte_piece() -> impl Strategy<Value = String> {
    prop_oneof![
        proptest::collection::vec(0x21u32..0x150, 0..5)
            .prop_map(|codes| codes.into_iter().filter_map(char::from_u32).collect()),
        Just("ä½".to_owned()),
        Just("ł".to_owned()),
        Just("<｜end▁of▁sentence｜>".to_owned()),
    ]
}

proptest! {
    #[test]
    fn pieces_decode_as_the_library_does(tokens in proptest::collection::vec(piece(), 0..20)) {
        for json in [LLAMA, GEMMA, METASPACE, METASPACE_NEVER] {
            prop_assert_eq!(ours(json, &tokens), theirs(json, &tokens));
        }
    }

    #[test]
    fn byte_level_decodes_as_the_library_does(tokens in proptest::collection::vec(byte_piece(), 0..20)) {
        prop_assert_eq!(ours(BYTE_LEVEL, &tokens), theirs(BYTE_LEVEL, &tokens));
    }

    /// Tokens as bytes, one after the other, are the text that continues another.
    #[test]
    fn the_bytes_of_tokens_are_their_text(pieces in proptest::collection::vec(piece(), 0..12), bytes in proptest::collection::vec(byte_piece(), 0..12)) {
        for (json, tokens) in [(LLAMA, &pieces), (GEMMA, &pieces), (METASPACE, &pieces), (METASPACE_NEVER, &pieces), (BYTE_LEVEL, &bytes)] {
            let decoder = decoder(json).unwrap();
            let spelled: Vec<u8> = tokens.iter().flat_map(|token| decoder.token_bytes(token)).collect();
            // Broken characters are shown as the decoder likes.
            if let Ok(spelled) = String::from_utf8(spelled) {
                let (mut state, mut out) = (DecodeState::continuing(), String::new());
                for token in tokens {
                    decoder.push(&mut state, token, &mut out);
                }
                decoder.finish(&mut state, &mut out);
                prop_assert_eq!(out, spelled, "{}", json);
            }
        }
    }

    #[test]
    fn all_other_decoders_do_as_the_library_does(tokens in proptest::collection::vec(word(), 0..20)) {
        for json in OTHERS {
            prop_assert_eq!(ours(json, &tokens), theirs(json, &tokens), "{}", json);
        }
    }
}

/// The library's `Strip` of an end counts below zero on short tokens, so these are written by hand.
#[test]
fn both_ends_are_stripped_of_tokens_and_of_the_whole() {
    let tokens = ["  a  ", " ", "b ", "  "].map(str::to_owned);
    let strip = r#"{"type":"Strip","content":" ","start":1,"stop":2}"#;
    assert_eq!(ours(strip, &tokens), " ab");
    let whole = format!(r#"{{"type":"Sequence","decoders":[{{"type":"Fuse"}},{strip}]}}"#);
    assert_eq!(ours(&whole, &tokens), " a   b ");
}

#[test]
fn text_is_shown_as_soon_as_it_is_certain() {
    let shown = |json: &str, tokens: &[&str]| {
        let decoder = decoder(json).unwrap();
        let mut state = DecodeState::default();
        tokens
            .iter()
            .map(|token| {
                let mut out = String::new();
                decoder.push(&mut state, token, &mut out);
                out
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(shown(LLAMA, &["▁a", "<0x41>", "▁b"]), ["a", "", "A b"]);
    assert_eq!(
        shown(OTHERS[0], &["walk", "##ing", "."]),
        ["walk", "ing", "."]
    );
    assert_eq!(shown(OTHERS[10], &["a", "b", "▁d"]), ["", "", ""]);
    let replace = r#"{"type":"Sequence","decoders":[{"type":"Fuse"},{"type":"Replace","pattern":{"String":"ab"},"content":"x"}]}"#;
    assert_eq!(shown(replace, &["a", "bc", "da"]), ["", "xc", "d"]);
}

#[test]
fn a_continuation_keeps_its_first_space() {
    for (json, expected) in [(LLAMA, " a b"), (METASPACE, " a b"), (OTHERS[0], " ▁a ▁b")] {
        let decoder = decoder(json).unwrap();
        let (mut state, mut out) = (DecodeState::continuing(), String::new());
        decoder.push(&mut state, "▁a", &mut out);
        decoder.push(&mut state, "▁b", &mut out);
        decoder.finish(&mut state, &mut out);
        assert_eq!(out, expected, "{json}");
        assert_ne!(ours(json, &["▁a", "▁b"].map(str::to_owned)), expected);
    }
}

#[test]
fn a_decoder_that_is_not_understood_is_refused() {
    let many = vec![r#"{"type":"Fuse"}"#; MAX_STAGES + 1].join(",");
    let many = format!(r#"{{"type":"Sequence","decoders":[{many}]}}"#);
    for json in [
        r#"{"type":"WordPiece","cleanup":true}"#,
        r#"{"type":"Strip","content":"","start":1,"stop":0}"#,
        r#"{"type":"Replace","pattern":{"String":""},"content":"b"}"#,
        r#"{"type":"Replace","pattern":{"Regex":"("},"content":"b"}"#,
        r#"{"type":"Unheard-of"}"#,
        r#"{"type":"Sequence"}"#,
        "7",
        many.as_str(),
    ] {
        assert!(decoder(json).is_err(), "{json}");
    }
}

#[test]
fn a_token_has_its_bytes_whatever_its_spelling() {
    for (json, token, bytes) in [
        (BYTE_LEVEL, "Ġworld", &b" world"[..]),
        (BYTE_LEVEL, "ä½", &[0xE4, 0xBD]),
        (BYTE_LEVEL, "<｜end｜>", "<｜end｜>".as_bytes()),
        (LLAMA, "▁world", b" world"),
        (LLAMA, "<0xE4>", &[0xE4]),
        (METASPACE, "▁a", b" a"),
        (OTHERS[0], "##ing", b"ing"),
        (OTHERS[0], "do", b" do"),
        (OTHERS[4], "low</w>", b"low "),
    ] {
        assert_eq!(decoder(json).unwrap().token_bytes(token), bytes, "{token}");
    }
}
