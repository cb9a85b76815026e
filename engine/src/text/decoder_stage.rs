//! One stage of a decoder: one of the `tokenizers` library's decoders, made incremental.
//!
//! The library hands the whole list of tokens from decoder to decoder. Here each takes one token at a time and gives
//! what no later token can change. From `Fuse` or `ByteLevel` on, the list is a single token, which arrives in parts.

use serde_json::Value;
use tokenizers::Decoder as _;
use tokenizers::normalizers::Replace;

use super::byte_alphabet::{push_byte_level, show_complete_characters};
use crate::{Error, Result};

/// What a decoder does.
#[derive(Debug, Clone)]
pub(super) enum Step {
    /// GPT-2's alphabet: every byte is a printable character.
    ByteLevel,
    /// `<0x41>` stands for a byte.
    ByteFallback,
    /// All tokens become one.
    Fuse,
    /// Done to every token: `▁` becomes a space.
    Replace { pattern: String, content: String },
    /// The same with a regular expression.
    ReplaceMatches(Replace),
    /// A token loses this character at its ends, so many times at most.
    Strip {
        content: char,
        start: usize,
        stop: usize,
    },
    /// `▁` becomes a space, in the first token nothing.
    Metaspace {
        replacement: char,
        first_loses: bool,
    },
    /// A space before every token that does not begin with `##`.
    WordPiece { prefix: String, cleanup: bool },
    /// Repetitions are dropped; speech recognition.
    Ctc {
        pad: String,
        delimiter: String,
        cleanup: bool,
    },
    /// `</w>` becomes a space, in the last token nothing.
    BpeSuffix(String),
    /// No decoder given: tokens are words.
    Words,
}

/// What comes to a stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Input {
    /// Whole tokens.
    Tokens,
    /// Parts of one token.
    Parts,
}

#[derive(Debug, Clone)]
pub(super) struct Stage {
    step: Step,
    input: Input,
}

/// What a stage remembers.
#[derive(Debug, Clone, Default)]
pub(super) struct StageState {
    is_past_first: bool,
    /// Bytes of a character that is not complete, or the run of byte tokens so far.
    bytes: Vec<u8>,
    /// Text or a token that cannot be given yet.
    held: String,
    holds_token: bool,
    num_stripped: usize,
    is_past_start: bool,
}

impl StageState {
    pub(super) fn new(continues: bool) -> Self {
        Self {
            is_past_first: continues,
            is_past_start: continues,
            ..Self::default()
        }
    }
}

type Give<'a> = dyn FnMut(&str) + 'a;

impl Stage {
    pub(super) fn step(&self) -> &Step {
        &self.step
    }

    pub(super) fn new(step: Step, input: Input) -> Self {
        Self { step, input }
    }

    pub(super) fn output(&self) -> Input {
        if matches!(self.step, Step::Fuse | Step::ByteLevel) {
            return Input::Parts;
        }
        self.input
    }

    pub(super) fn take(&self, state: &mut StageState, text: &str, give: &mut Give<'_>) {
        match self.input {
            Input::Tokens => self.step.take_token(state, text, give),
            Input::Parts => self.step.take_part(state, text, give),
        }
    }

    pub(super) fn finish(&self, state: &mut StageState, give: &mut Give<'_>) {
        match self.input {
            Input::Tokens => self.step.finish_tokens(state, give),
            Input::Parts => self.step.finish_parts(state, give),
        }
    }
}

impl Step {
    pub(super) fn from_json(json: &Value) -> Result<Self> {
        let text = |name: &str| json.get(name).and_then(Value::as_str);
        let needed = |name: &str| {
            text(name)
                .map(str::to_owned)
                .ok_or_else(|| Error::Tokenizer(format!("its decoder lacks '{name}'")))
        };
        let flag = |name: &str| json.get(name).and_then(Value::as_bool);
        let count = |name: &str| {
            let count = json.get(name).and_then(Value::as_u64).unwrap_or(0);
            usize::try_from(count).unwrap_or(usize::MAX)
        };
        let character = |name: &str| text(name).and_then(|text| text.chars().next());
        Ok(match text("type").unwrap_or_default() {
            "ByteLevel" => Self::ByteLevel,
            "ByteFallback" => Self::ByteFallback,
            "Fuse" => Self::Fuse,
            "Replace" => match json.pointer("/pattern/String").and_then(Value::as_str) {
                Some("") => return Err(Error::Tokenizer("its decoder replaces nothing".into())),
                Some(pattern) => Self::Replace {
                    pattern: pattern.to_owned(),
                    content: needed("content")?,
                },
                None => Self::ReplaceMatches(
                    serde_json::from_value(json.clone())
                        .map_err(|error| Error::Tokenizer(error.to_string()))?,
                ),
            },
            "Strip" => Self::Strip {
                content: character("content")
                    .ok_or_else(|| Error::Tokenizer("its decoder strips no character".into()))?,
                start: count("start"),
                stop: count("stop"),
            },
            "Metaspace" => Self::Metaspace {
                replacement: character("replacement").unwrap_or('▁'),
                first_loses: text("prepend_scheme") != Some("never")
                    && flag("add_prefix_space") != Some(false),
            },
            "WordPiece" => Self::WordPiece {
                prefix: needed("prefix")?,
                cleanup: flag("cleanup").unwrap_or(true),
            },
            "CTC" => Self::Ctc {
                pad: needed("pad_token")?,
                delimiter: needed("word_delimiter_token")?,
                cleanup: flag("cleanup").unwrap_or(true),
            },
            "BPEDecoder" => Self::BpeSuffix(needed("suffix")?),
            other => {
                return Err(Error::Unsupported(format!(
                    "the tokenizer's decoder '{other}' is not supported"
                )));
            }
        })
    }

    /// What a token becomes in the middle of a text: `bytes` are changed, and `is_raw` is set once they are no longer the
    /// token's name but what it spells.
    pub(super) fn spell(&self, bytes: &mut Vec<u8>, is_raw: &mut bool) {
        let Ok(token) = str::from_utf8(bytes) else {
            return;
        };
        if *is_raw {
            return;
        }
        let changed = match self {
            Self::ByteLevel => {
                let mut spelled = Vec::new();
                push_byte_level(token, &mut spelled);
                *is_raw = true;
                spelled
            }
            Self::ByteFallback => match byte_from_token(token) {
                Some(byte) => {
                    *is_raw = true;
                    vec![byte]
                }
                None => return,
            },
            // A token that no other follows is not in the middle.
            Self::BpeSuffix(suffix) => token.replace(suffix.as_str(), " ").into_bytes(),
            // Only the ends of a text lose anything, or repetitions.
            Self::Fuse | Self::Strip { .. } => return,
            Self::Replace { .. }
            | Self::ReplaceMatches(_)
            | Self::Metaspace { .. }
            | Self::WordPiece { .. }
            | Self::Ctc { .. }
            | Self::Words => {
                let mut text = String::new();
                let mut state = StageState::new(true);
                self.take_token(&mut state, token, &mut |part| text.push_str(part));
                text.into_bytes()
            }
        };
        *bytes = changed;
    }

    fn take_token(&self, state: &mut StageState, token: &str, give: &mut Give<'_>) {
        let is_first = !std::mem::replace(&mut state.is_past_first, true);
        match self {
            Self::ByteLevel => {
                push_byte_level(token, &mut state.bytes);
                let mut text = String::new();
                show_complete_characters(&mut state.bytes, &mut text);
                give(&text);
            }
            Self::ByteFallback => match byte_from_token(token) {
                // Whether a run of bytes is text or replacement characters depends on all of it.
                Some(byte) => state.bytes.push(byte),
                None => {
                    end_run(state, give);
                    give(token);
                }
            },
            Self::Fuse => give(token),
            Self::Replace { pattern, content } => give(&token.replace(pattern.as_str(), content)),
            Self::ReplaceMatches(replace) => give(&replaced(replace, token)),
            Self::Strip {
                content,
                start,
                stop,
            } => give(stripped(token, *content, *start, *stop)),
            Self::Metaspace {
                replacement,
                first_loses,
            } => {
                let by = if is_first && *first_loses { "" } else { " " };
                give(&token.replace(*replacement, by));
            }
            Self::WordPiece { prefix, cleanup } => {
                let joined = match token.strip_prefix(prefix.as_str()) {
                    _ if is_first => token.to_owned(),
                    Some(rest) => rest.to_owned(),
                    None => format!(" {token}"),
                };
                give(&if *cleanup { cleaned(&joined) } else { joined });
            }
            Self::Ctc {
                pad,
                delimiter,
                cleanup,
            } => {
                if state.holds_token && state.held == token {
                    return;
                }
                state.holds_token = true;
                token.clone_into(&mut state.held);
                let mut text = token.replace(pad.as_str(), "");
                if *cleanup {
                    text = cleaned(&text).replace(delimiter.as_str(), " ");
                }
                if !text.is_empty() {
                    give(&text);
                }
            }
            Self::BpeSuffix(suffix) => {
                if state.holds_token {
                    give(&state.held.replace(suffix.as_str(), " "));
                }
                state.holds_token = true;
                token.clone_into(&mut state.held);
            }
            Self::Words => {
                if is_first {
                    give(token);
                } else {
                    give(&format!(" {token}"));
                }
            }
        }
    }

    fn finish_tokens(&self, state: &mut StageState, give: &mut Give<'_>) {
        match self {
            Self::ByteLevel => give(&String::from_utf8_lossy(&std::mem::take(&mut state.bytes))),
            Self::ByteFallback => end_run(state, give),
            Self::BpeSuffix(suffix) => {
                if state.holds_token {
                    give(&state.held.replace(suffix.as_str(), ""));
                }
            }
            Self::Fuse
            | Self::Replace { .. }
            | Self::ReplaceMatches(_)
            | Self::Strip { .. }
            | Self::Metaspace { .. }
            | Self::WordPiece { .. }
            | Self::Ctc { .. }
            | Self::Words => {}
        }
    }

    /// A part of the only token. What cannot be done to parts waits for the end; no published tokenizer does that.
    fn take_part(&self, state: &mut StageState, part: &str, give: &mut Give<'_>) {
        match self {
            Self::Fuse => give(part),
            Self::Strip {
                content,
                start,
                stop,
            } => {
                let part = strip_start(state, part, *content, *start);
                state.held.push_str(part);
                let body = state.held.trim_end_matches(*content);
                let num_held = state.held.get(body.len()..).unwrap_or_default();
                let most = num_held.chars().count().min(*stop) * content.len_utf8();
                let kept = state.held.split_off(state.held.len() - most);
                give(&std::mem::replace(&mut state.held, kept));
            }
            Self::Replace { pattern, content } => {
                state.held.push_str(part);
                let mut shown = String::new();
                while let Some((before, after)) = state.held.split_once(pattern.as_str()) {
                    shown.push_str(before);
                    shown.push_str(content);
                    state.held = after.to_owned();
                }
                // The end may be the beginning of another occurrence.
                let held = state.held.char_indices().map(|(at, _)| at);
                let keep_from = held
                    .filter_map(|at| state.held.get(at..))
                    .find(|end| pattern.starts_with(end))
                    .map_or(state.held.len(), |end| state.held.len() - end.len());
                let kept = state.held.split_off(keep_from);
                shown.push_str(&std::mem::replace(&mut state.held, kept));
                give(&shown);
            }
            Self::ByteLevel
            | Self::ByteFallback
            | Self::ReplaceMatches(_)
            | Self::Metaspace { .. }
            | Self::WordPiece { .. }
            | Self::Ctc { .. }
            | Self::BpeSuffix(_)
            | Self::Words => state.held.push_str(part),
        }
    }

    fn finish_parts(&self, state: &mut StageState, give: &mut Give<'_>) {
        match self {
            // What is held of these is the end that is stripped.
            Self::Fuse | Self::Strip { .. } => {}
            Self::Replace { .. } => give(&std::mem::take(&mut state.held)),
            Self::ByteLevel
            | Self::ByteFallback
            | Self::ReplaceMatches(_)
            | Self::Metaspace { .. }
            | Self::WordPiece { .. }
            | Self::Ctc { .. }
            | Self::BpeSuffix(_)
            | Self::Words => {
                let token = std::mem::take(&mut state.held);
                self.take_token(state, &token, give);
                self.finish_tokens(state, give);
            }
        }
    }
}

fn byte_from_token(token: &str) -> Option<u8> {
    let digits = token.strip_prefix("<0x")?.strip_suffix('>')?;
    if digits.len() != 2 {
        return None;
    }
    u8::from_str_radix(digits, 16).ok()
}

fn end_run(state: &mut StageState, give: &mut Give<'_>) {
    if state.bytes.is_empty() {
        return;
    }
    let bytes = std::mem::take(&mut state.bytes);
    match std::str::from_utf8(&bytes) {
        Ok(text) => give(text),
        Err(_) => bytes.iter().for_each(|_| give("\u{FFFD}")),
    }
}

fn replaced(replace: &Replace, token: &str) -> String {
    // An expression that fails on a text (it may give up after too many steps) changes nothing.
    replace
        .decode_chain(vec![token.to_owned()])
        .map_or_else(|_| token.to_owned(), |tokens| tokens.concat())
}

fn stripped(token: &str, content: char, start: usize, stop: usize) -> &str {
    let mut rest = token;
    for _ in 0..start {
        match rest.strip_prefix(content) {
            Some(shorter) => rest = shorter,
            None => break,
        }
    }
    for _ in 0..stop {
        match rest.strip_suffix(content) {
            Some(shorter) => rest = shorter,
            None => break,
        }
    }
    rest
}

fn strip_start<'a>(state: &mut StageState, part: &'a str, content: char, most: usize) -> &'a str {
    let mut rest = part;
    while !state.is_past_start && state.num_stripped < most && !rest.is_empty() {
        match rest.strip_prefix(content) {
            Some(shorter) => {
                rest = shorter;
                state.num_stripped += 1;
            }
            None => state.is_past_start = true,
        }
    }
    rest
}

/// Takes out the spaces that cutting English into words put in. The order matters, and so does the strange one.
fn cleaned(text: &str) -> String {
    const REPLACED: [(&str, &str); 11] = [
        (" .", "."),
        (" ?", "?"),
        (" !", "!"),
        (" ,", ","),
        (" ' ", "'"),
        (" n't", "n't"),
        (" 'm", "'m"),
        (" do not", " don't"),
        (" 's", "'s"),
        (" 've", "'ve"),
        (" 're", "'re"),
    ];
    REPLACED
        .iter()
        .fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}
