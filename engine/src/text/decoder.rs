//! From token texts back to the text they spell, one token at a time.
//!
//! The same incremental machine serves a whole list of ids and a stream, so both give the same text. It follows the
//! decoders of the `tokenizers` library, down to where replacement characters go; the tests hold it to that. A
//! decoder is a row of stages, each of which takes what the one before gives; what a stage does is not known here.

use serde_json::Value;

use super::decoder_stage::{Input, Stage, StageState, Step};
use crate::{Error, Result};

/// More than any published tokenizer has (five); the stages call each other, so there must be a limit.
const MAX_STAGES: usize = 32;

/// How token texts spell text.
#[derive(Debug, Clone)]
pub(crate) struct Decoder {
    stages: Vec<Stage>,
}

/// What has been read and cannot be shown yet.
#[derive(Debug, Clone, Default)]
pub(crate) struct DecodeState {
    stages: Vec<StageState>,
    continues: bool,
}

impl DecodeState {
    /// The tokens to come continue a text: what only the first token of a text loses or lacks, they do not.
    pub(crate) fn continuing() -> Self {
        Self {
            stages: Vec::new(),
            continues: true,
        }
    }
}

impl Decoder {
    /// SentencePiece as GGUF files and Llama's tokenizer.json spell it.
    pub(crate) fn sentence_pieces(strip_first_space: bool) -> Result<Self> {
        let mut steps = vec![
            Step::Replace {
                pattern: "▁".into(),
                content: " ".into(),
            },
            Step::ByteFallback,
            Step::Fuse,
        ];
        if strip_first_space {
            steps.push(Step::Strip {
                content: ' ',
                start: 1,
                stop: 0,
            });
        }
        Self::from_steps(steps)
    }

    /// GPT-2's alphabet: every byte is a printable character.
    pub(crate) fn byte_level() -> Result<Self> {
        Self::from_steps(vec![Step::ByteLevel])
    }

    /// Reads the `decoder` of a tokenizer.json.
    pub(crate) fn from_json(json: &Value) -> Result<Self> {
        if json.is_null() {
            return Self::from_steps(vec![Step::Words]);
        }
        let mut steps = Vec::new();
        collect_steps(json, &mut steps)?;
        Self::from_steps(steps)
    }

    fn from_steps(steps: Vec<Step>) -> Result<Self> {
        if steps.len() > MAX_STAGES {
            return Err(Error::Tokenizer(format!(
                "its decoder has {} steps; at most {MAX_STAGES} are supported",
                steps.len()
            )));
        }
        let mut input = Input::Tokens;
        let stages = steps
            .into_iter()
            .map(|step| {
                let stage = Stage::new(step, input);
                input = stage.output();
                stage
            })
            .collect();
        Ok(Self { stages })
    }

    /// The bytes that a token adds in the middle of a text: it may begin or end inside a character.
    pub(crate) fn token_bytes(&self, token: &str) -> Vec<u8> {
        let mut bytes = token.as_bytes().to_vec();
        let mut is_raw = false;
        for stage in &self.stages {
            stage.step().spell(&mut bytes, &mut is_raw);
        }
        bytes
    }

    /// Takes the next token and appends to `out` the text that is now certain.
    pub(crate) fn push(&self, state: &mut DecodeState, token: &str, out: &mut String) {
        feed(&self.stages, self.states(state), token, out);
    }

    /// Shows what is still held back: there are no more tokens.
    pub(crate) fn finish(&self, state: &mut DecodeState, out: &mut String) {
        let mut stages = self.stages.as_slice();
        let mut states = self.states(state);
        while let (Some((stage, later)), Some((state, later_states))) =
            (stages.split_first(), states.split_first_mut())
        {
            stage.finish(state, &mut |text| feed(later, later_states, text, out));
            (stages, states) = (later, later_states);
        }
    }

    fn states<'a>(&self, state: &'a mut DecodeState) -> &'a mut [StageState] {
        let continues = state.continues;
        state
            .stages
            .resize_with(self.stages.len(), || StageState::new(continues));
        &mut state.stages
    }
}

/// Sends `text` through the stages.
fn feed(stages: &[Stage], states: &mut [StageState], text: &str, out: &mut String) {
    match (stages.split_first(), states.split_first_mut()) {
        (Some((stage, later)), Some((state, later_states))) => {
            stage.take(state, text, &mut |text| {
                feed(later, later_states, text, out)
            });
        }
        _ => out.push_str(text),
    }
}

fn collect_steps(json: &Value, steps: &mut Vec<Step>) -> Result<()> {
    if json.get("type").and_then(Value::as_str) != Some("Sequence") {
        steps.push(Step::from_json(json)?);
        return Ok(());
    }
    let inner = json
        .get("decoders")
        .and_then(Value::as_array)
        .ok_or_else(|| Error::Tokenizer("its decoder is a Sequence without decoders".into()))?;
    inner.iter().try_for_each(|step| collect_steps(step, steps))
}

#[cfg(test)]
mod tests;
