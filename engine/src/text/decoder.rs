//! From token texts back to the text they spell, one token at a time.
//!
//! The same incremental machine serves a whole list of ids and a stream, so both give the same text. It follows the
//! decoders of the `tokenizers` library, down to where replacement characters go; the tests hold it to that.

use serde_json::Value;

use crate::{Error, Result};

/// How token texts spell text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Decoder {
    /// GPT-2's alphabet: every byte is a printable character.
    ByteLevel,
    /// SentencePiece's pieces.
    Pieces(Pieces),
    /// No decoder given: tokens are words.
    Words,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Pieces {
    /// Done to every token, in order: `▁` becomes a space.
    pub replace: Vec<(String, String)>,
    /// `<0x41>` stands for a byte.
    pub byte_fallback: bool,
    /// How many of this character the finished text loses at its start.
    pub strip_start: Option<(char, usize)>,
    /// What the first token loses wherever it stands in it (the `Metaspace` decoder).
    pub first_token_loses: Option<char>,
}

/// What has been read and cannot be shown yet.
#[derive(Debug, Clone, Default)]
pub(crate) struct DecodeState {
    num_tokens: usize,
    /// Bytes of a character that is not complete, or the run of byte tokens so far.
    bytes: Vec<u8>,
    num_stripped: usize,
    past_start: bool,
}

impl Decoder {
    /// SentencePiece as GGUF files and Llama's tokenizer.json spell it.
    pub(crate) fn sentence_pieces(strip_first_space: bool) -> Self {
        Self::Pieces(Pieces {
            replace: vec![("▁".into(), " ".into())],
            byte_fallback: true,
            strip_start: strip_first_space.then_some((' ', 1)),
            first_token_loses: None,
        })
    }

    /// Reads the `decoder` of a tokenizer.json.
    pub(crate) fn from_json(json: &Value) -> Result<Self> {
        if json.is_null() {
            return Ok(Self::Words);
        }
        let mut steps = Vec::new();
        flatten(json, &mut steps)?;
        if let [step] = steps.as_slice()
            && kind(step) == "ByteLevel"
        {
            return Ok(Self::ByteLevel);
        }
        let mut pieces = Pieces::default();
        let mut fused = false;
        for step in steps {
            match kind(step) {
                "Replace" => {
                    let pattern = step.pointer("/pattern/String").and_then(Value::as_str);
                    let content = step.get("content").and_then(Value::as_str);
                    let (Some(pattern), Some(content)) = (pattern, content) else {
                        return Err(unsupported("a Replace without a plain string"));
                    };
                    if pattern.is_empty() || fused || pieces.byte_fallback {
                        return Err(unsupported("a Replace that is not the first step"));
                    }
                    pieces.replace.push((pattern.into(), content.into()));
                }
                "ByteFallback" => pieces.byte_fallback = true,
                "Fuse" => fused = true,
                "Strip" => {
                    let count = |name| step.get(name).and_then(Value::as_u64).unwrap_or(0);
                    let character = step
                        .get("content")
                        .and_then(Value::as_str)
                        .and_then(|text| text.chars().next());
                    let (start, stop) = (count("start"), count("stop"));
                    if start == 0 && stop == 0 {
                        continue;
                    }
                    let (Some(character), true, 0) = (character, fused, stop) else {
                        return Err(unsupported("a Strip other than of the start of the text"));
                    };
                    pieces.strip_start =
                        Some((character, usize::try_from(start).unwrap_or(usize::MAX)));
                }
                "Metaspace" => {
                    let replacement = step
                        .get("replacement")
                        .and_then(Value::as_str)
                        .unwrap_or("▁");
                    let never = step.get("prepend_scheme").and_then(Value::as_str) == Some("never")
                        || step.get("add_prefix_space").and_then(Value::as_bool) == Some(false);
                    if !never {
                        pieces.first_token_loses = replacement.chars().next();
                    }
                    pieces.replace.push((replacement.into(), " ".into()));
                }
                other => return Err(unsupported(&format!("'{other}'"))),
            }
        }
        Ok(Self::Pieces(pieces))
    }

    /// Takes the next token and appends to `out` the text that is now certain.
    pub(crate) fn push(&self, state: &mut DecodeState, token: &str, out: &mut String) {
        let is_first = state.num_tokens == 0;
        state.num_tokens += 1;
        match self {
            Self::ByteLevel => {
                push_byte_level(token, &mut state.bytes);
                show_complete_characters(&mut state.bytes, out);
            }
            Self::Words => {
                if !is_first {
                    out.push(' ');
                }
                out.push_str(token);
            }
            Self::Pieces(pieces) => {
                let text = pieces.text_of(token, is_first);
                if let Some(byte) = pieces.byte_of(&text) {
                    // Whether a run of bytes is shown as text or as replacement characters depends on all of it.
                    state.bytes.push(byte);
                    return;
                }
                pieces.end_run(state, out);
                pieces.show(&text, state, out);
            }
        }
    }

    /// Shows what is still held back: there are no more tokens.
    pub(crate) fn finish(&self, state: &mut DecodeState, out: &mut String) {
        match self {
            Self::ByteLevel => {
                if !state.bytes.is_empty() {
                    out.push_str(&String::from_utf8_lossy(&state.bytes));
                    state.bytes.clear();
                }
            }
            Self::Words => {}
            Self::Pieces(pieces) => pieces.end_run(state, out),
        }
    }
}

impl Pieces {
    fn text_of(&self, token: &str, is_first: bool) -> String {
        let mut text = match self.first_token_loses {
            Some(lost) if is_first => token.replace(lost, ""),
            _ => token.to_owned(),
        };
        for (pattern, content) in &self.replace {
            if text.contains(pattern.as_str()) {
                text = text.replace(pattern.as_str(), content);
            }
        }
        text
    }

    fn byte_of(&self, text: &str) -> Option<u8> {
        let digits = text.strip_prefix("<0x")?.strip_suffix('>')?;
        if !self.byte_fallback || digits.len() != 2 {
            return None;
        }
        u8::from_str_radix(digits, 16).ok()
    }

    fn end_run(&self, state: &mut DecodeState, out: &mut String) {
        if state.bytes.is_empty() {
            return;
        }
        let bytes = std::mem::take(&mut state.bytes);
        match std::str::from_utf8(&bytes) {
            Ok(text) => self.show(text, state, out),
            Err(_) => {
                for _ in &bytes {
                    self.show("\u{FFFD}", state, out);
                }
            }
        }
    }

    fn show(&self, text: &str, state: &mut DecodeState, out: &mut String) {
        let mut text = text;
        if let Some((character, most)) = self.strip_start {
            while !state.past_start && state.num_stripped < most {
                if text.is_empty() {
                    return;
                }
                match text.strip_prefix(character) {
                    Some(rest) => {
                        text = rest;
                        state.num_stripped += 1;
                    }
                    None => state.past_start = true,
                }
            }
        }
        out.push_str(text);
    }
}

fn kind(step: &Value) -> &str {
    step.get("type").and_then(Value::as_str).unwrap_or("")
}

fn unsupported(what: &str) -> Error {
    Error::Unsupported(format!(
        "the tokenizer's decoder has {what}, which is not supported"
    ))
}

fn flatten<'a>(json: &'a Value, steps: &mut Vec<&'a Value>) -> Result<()> {
    if kind(json) != "Sequence" {
        steps.push(json);
        return Ok(());
    }
    let inner = json
        .get("decoders")
        .and_then(Value::as_array)
        .ok_or_else(|| Error::Tokenizer("its decoder is a Sequence without decoders".into()))?;
    for step in inner {
        flatten(step, steps)?;
    }
    Ok(())
}

/// The byte that a character of GPT-2's alphabet stands for.
///
/// Printable Latin-1 stands for itself; the 68 other bytes were given the characters from U+0100 on, in order.
fn byte_of_character(character: char) -> Option<u8> {
    let code = u32::from(character);
    match code {
        0x21..=0x7E | 0xA1..=0xAC | 0xAE..=0xFF => u8::try_from(code).ok(),
        0x100..=0x120 => u8::try_from(code - 0x100).ok(),
        0x121..=0x142 => u8::try_from(code - 0x121 + 0x7F).ok(),
        0x143 => Some(0xAD),
        _ => None,
    }
}

fn push_byte_level(token: &str, bytes: &mut Vec<u8>) {
    let before = bytes.len();
    for character in token.chars() {
        let Some(byte) = byte_of_character(character) else {
            // An added token in plain text: it stands for its own bytes.
            bytes.truncate(before);
            bytes.extend_from_slice(token.as_bytes());
            return;
        };
        bytes.push(byte);
    }
}

/// Moves all complete characters from `bytes` to `out`, broken ones as U+FFFD, and keeps an unfinished one.
fn show_complete_characters(bytes: &mut Vec<u8>, out: &mut String) {
    let mut shown = 0;
    loop {
        let rest = bytes.get(shown..).unwrap_or_default();
        match std::str::from_utf8(rest) {
            Ok(text) => {
                out.push_str(text);
                bytes.clear();
                return;
            }
            Err(error) => {
                let valid = rest.get(..error.valid_up_to()).unwrap_or_default();
                out.push_str(&String::from_utf8_lossy(valid));
                shown += valid.len();
                match error.error_len() {
                    Some(len) => {
                        out.push('\u{FFFD}');
                        shown += len;
                    }
                    None => {
                        bytes.drain(..shown);
                        return;
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
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
    const BYTE_LEVEL: &str =
        r#"{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true}"#;

    fn ours(json: &str, tokens: &[String]) -> String {
        let decoder = Decoder::from_json(&serde_json::from_str(json).unwrap()).unwrap();
        let (mut state, mut out) = (DecodeState::default(), String::new());
        for token in tokens {
            decoder.push(&mut state, token, &mut out);
        }
        decoder.finish(&mut state, &mut out);
        out
    }

    fn theirs(json: &str, tokens: &[String]) -> String {
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
            for json in [LLAMA, GEMMA, METASPACE] {
                prop_assert_eq!(ours(json, &tokens), theirs(json, &tokens));
            }
        }

        #[test]
        fn byte_level_decodes_as_the_library_does(tokens in proptest::collection::vec(byte_piece(), 0..20)) {
            prop_assert_eq!(ours(BYTE_LEVEL, &tokens), theirs(BYTE_LEVEL, &tokens));
        }
    }

    #[test]
    fn a_decoder_that_is_not_understood_is_refused() {
        for json in [
            r#"{"type":"WordPiece","prefix":"x","cleanup":true}"#,
            r#"{"type":"Strip","content":" ","start":1,"stop":0}"#,
            r#"{"type":"Replace","pattern":{"Regex":"a"},"content":"b"}"#,
            r#"{"type":"Sequence"}"#,
            "7",
        ] {
            assert!(
                Decoder::from_json(&serde_json::from_str(json).unwrap()).is_err(),
                "{json}"
            );
        }
    }
}
