//! One answer: tokens from the engine become text, timing, a reason for ending and what was forgotten on the way.
//!
//! Knows the messages and the engine's door; must not know where the model came from.

use std::ops::ControlFlow;

use crate::clock::{now_ms, wasm_heap_bytes};
use crate::engine_port::{Forgotten, Model, Progress, StopMatcher, TokenStream, Tokenizer};
use crate::fetch::Abort;
use crate::wire::{FinishReason, FromWorker, GenerateOptions, Input, RequestId, Usage, WireError};

/// What is told while an answer is made; the fields are those of the messages of the same names.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// Comes before all others: from here on there will be an answer.
    Memory {
        forgotten_tokens: u32,
        forgotten_messages: u32,
    },
    Prefilled {
        prompt_tokens: u32,
        reused_tokens: u32,
        prefill_ms: f64,
    },
    Delta {
        text: String,
        tokens: Vec<u32>,
    },
}

impl Part {
    /// As the page hears it.
    pub fn message(self, id: RequestId) -> FromWorker {
        match self {
            Self::Memory {
                forgotten_tokens,
                forgotten_messages,
            } => FromWorker::Memory {
                id,
                forgotten_tokens,
                forgotten_messages,
            },
            Self::Prefilled {
                prompt_tokens,
                reused_tokens,
                prefill_ms,
            } => FromWorker::Prefilled {
                id,
                prompt_tokens,
                reused_tokens,
                prefill_ms,
            },
            Self::Delta { text, tokens } => FromWorker::Delta { id, text, tokens },
        }
    }
}

/// Generates, tells the parts of the answer as they come, and returns why it ended and what it took.
pub async fn generate(
    model: &mut Model,
    input: &Input,
    options: &GenerateOptions,
    abort: &Abort,
    tell: &dyn Fn(Part),
) -> Result<(FinishReason, Usage), WireError> {
    let prompt = model.tokens_from_input(input)?;
    let order = model.order(input, options)?;
    let approach = model.approach(&prompt, &order)?;
    tell(memory(model, input, approach.forgotten)?);
    let opening = model.answer_opening(input, &prompt);
    if !opening.is_empty() {
        tell(Part::Delta {
            text: opening,
            tokens: Vec::new(),
        });
    }
    let mut answer = Answer {
        tell,
        prompt_tokens: prompt.len() as u32,
        reused_tokens: approach.reused_tokens as u32,
        started_ms: now_ms(),
        first_token_ms: None,
        last_token_ms: None,
        num_tokens: 0,
        text: if model.continues_text(input) {
            TokenStream::after(model.tokenizer(), &prompt)
        } else {
            TokenStream::new()
        },
        stops: StopMatcher::new(options.stop.iter().cloned()),
    };
    let (reason, forgotten) = model
        .generate(&prompt, &order, |tokenizer, progress| {
            if abort.is_aborted() {
                return ControlFlow::Break(());
            }
            match progress {
                Progress::Prefill { .. } => ControlFlow::Continue(()),
                Progress::Token(token) => answer.take(tokenizer, token),
            }
        })
        .await?;
    if forgotten != approach.forgotten {
        tell(memory(model, input, forgotten)?);
    }
    Ok(answer.finish(model.tokenizer(), reason, forgotten))
}

/// What the model no longer knows, in messages.
fn memory(model: &Model, input: &Input, forgotten: Forgotten) -> Result<Part, WireError> {
    Ok(Part::Memory {
        forgotten_tokens: forgotten.num_tokens() as u32,
        forgotten_messages: model.forgotten_messages(input, forgotten)? as u32,
    })
}

/// An answer while it grows.
struct Answer<'a> {
    tell: &'a dyn Fn(Part),
    prompt_tokens: u32,
    reused_tokens: u32,
    started_ms: f64,
    first_token_ms: Option<f64>,
    last_token_ms: Option<f64>,
    num_tokens: u32,
    text: TokenStream,
    stops: StopMatcher,
}

impl Answer<'_> {
    fn take(&mut self, tokenizer: &Tokenizer, token: u32) -> ControlFlow<()> {
        self.note_time();
        self.num_tokens += 1;
        let text = self.text.push(tokenizer, token).unwrap_or_default();
        let text = self.stops.push(&text);
        (self.tell)(Part::Delta {
            text,
            tokens: vec![token],
        });
        if self.stops.has_stopped() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }

    fn note_time(&mut self) {
        let now = now_ms();
        self.last_token_ms = Some(now);
        if self.first_token_ms.is_none() {
            self.first_token_ms = Some(now);
            (self.tell)(Part::Prefilled {
                prompt_tokens: self.prompt_tokens,
                reused_tokens: self.reused_tokens,
                prefill_ms: now - self.started_ms,
            });
        }
    }

    fn finish(
        mut self,
        tokenizer: &Tokenizer,
        reason: FinishReason,
        forgotten: Forgotten,
    ) -> (FinishReason, Usage) {
        let stopped_by_text = self.stops.has_stopped();
        // What was held back for a stop text or an unfinished character belongs to the answer.
        let mut text = String::new();
        if !stopped_by_text {
            if let Some(rest) = self.text.finish(tokenizer) {
                text.push_str(&self.stops.push(&rest));
            }
            text.push_str(&self.stops.finish());
        }
        if !text.is_empty() {
            (self.tell)(Part::Delta {
                text,
                tokens: Vec::new(),
            });
        }
        let reason = if stopped_by_text {
            FinishReason::StopText
        } else {
            reason
        };
        let first_ms = self.first_token_ms.unwrap_or_else(now_ms);
        let last_ms = self.last_token_ms.unwrap_or(first_ms);
        (
            reason,
            Usage {
                prompt_tokens: self.prompt_tokens,
                completion_tokens: self.num_tokens,
                prefill_ms: first_ms - self.started_ms,
                decode_ms: last_ms - first_ms,
                context_tokens: (self.prompt_tokens + self.num_tokens)
                    .saturating_sub(forgotten.num_tokens() as u32),
                wasm_heap_bytes: wasm_heap_bytes(),
            },
        )
    }
}
