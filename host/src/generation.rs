//! One answer: tokens from the engine become text, timing, a reason for ending and what was forgotten on the way. It can be
//! set aside after any step, so that answers take turns.
//!
//! Knows the messages and the engine's door; must not know where the model came from.

use std::ops::ControlFlow;

use inkling_openai::TokenLogprob;

use crate::clock::{now_ms, wasm_heap_bytes};
use crate::engine_port::{
    Constraint, Forgotten, Generation, Logprobs, Model, Next, Progress, StopMatcher, TokenStream,
    Tokenizer, reason_from,
};
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
        /// Where the constraint asks for them.
        logprobs: Vec<TokenLogprob>,
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
            // The page asks for none.
            Self::Delta { text, tokens, .. } => FromWorker::Delta { id, text, tokens },
        }
    }
}

/// A step after which an answer may have to wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// More of the prompt has been read than ever before.
    Prompt,
    Token,
}

/// Why an answer ended, and what it took.
pub type Ending = (FinishReason, Usage);

/// An answer while it grows.
pub struct Answering {
    generation: Generation,
    /// Of the prompt, however often the answer had to wait.
    read_tokens: usize,
    told_forgotten: Forgotten,
    text: Text,
}

impl Answering {
    /// Begins an answer. Where the request cannot be met, nothing has been told.
    pub async fn begin(
        model: &mut Model,
        input: &Input,
        options: &GenerateOptions,
        constraint: Constraint,
        tell: &dyn Fn(Part),
    ) -> Result<Self, WireError> {
        let prompt = model.tokens_from_input(input)?;
        let order = model.order(input, options)?;
        let started_ms = now_ms();
        let is_guided = constraint.guide.is_some();
        let generation = model.begin(&prompt, &order, constraint).await?;
        let forgotten = generation.forgotten();
        tell(memory(model, input, forgotten)?);
        let opening = model.answer_opening(input, &prompt);
        // What a template writes before the answer is no part of what has to fit.
        if !opening.is_empty() && !is_guided {
            tell(Part::Delta {
                text: opening,
                tokens: Vec::new(),
                logprobs: Vec::new(),
            });
        }
        let stream = if model.continues_text(input) {
            TokenStream::after(model.tokenizer(), &prompt)
        } else {
            TokenStream::new()
        };
        Ok(Self {
            text: Text {
                prompt_tokens: prompt.len() as u32,
                reused_tokens: generation.reused_tokens() as u32,
                started_ms,
                first_token_ms: None,
                last_token_ms: None,
                num_tokens: 0,
                stream,
                stops: StopMatcher::new(options.stop.iter().cloned()),
            },
            generation,
            read_tokens: 0,
            told_forgotten: forgotten,
        })
    }

    /// Goes on until the answer ends or `waits`, asked after every step, says that others are to go on. Tells the parts of
    /// the answer as they come.
    pub async fn advance(
        &mut self,
        model: &mut Model,
        input: &Input,
        abort: &Abort,
        tell: &dyn Fn(Part),
        waits: &mut dyn FnMut(Step) -> bool,
    ) -> Result<Option<Ending>, WireError> {
        let Self {
            generation,
            read_tokens,
            text,
            ..
        } = self;
        // Who stops an answer that waits does not cost the others a change of turns.
        if !abort.is_aborted() {
            let observe = |tokenizer: &Tokenizer, progress: Progress<'_>| {
                if abort.is_aborted() {
                    return Next::Stop;
                }
                let waits = match progress {
                    Progress::Prefill { done_tokens, .. } => {
                        let is_new = done_tokens > *read_tokens;
                        *read_tokens = done_tokens.max(*read_tokens);
                        is_new && waits(Step::Prompt)
                    }
                    Progress::Token { id, logprobs } => {
                        let logprobs = logprobs.map(|it| told(tokenizer, id, it));
                        if text.take(tokenizer, id, logprobs, tell).is_break() {
                            return Next::Stop;
                        }
                        waits(Step::Token)
                    }
                };
                if waits { Next::Pause } else { Next::GoOn }
            };
            model.advance(generation, observe).await?;
            if generation.ended().is_none() {
                return Ok(None);
            }
        }
        let forgotten = generation.forgotten();
        if forgotten != self.told_forgotten {
            tell(memory(model, input, forgotten)?);
        }
        let reason = generation
            .ended()
            .map_or(FinishReason::Stopped, reason_from);
        Ok(Some(self.text.finish(
            model.tokenizer(),
            reason,
            forgotten,
            tell,
        )))
    }
}

/// What the model no longer knows, in messages.
fn memory(model: &Model, input: &Input, forgotten: Forgotten) -> Result<Part, WireError> {
    Ok(Part::Memory {
        forgotten_tokens: forgotten.num_tokens() as u32,
        forgotten_messages: model.forgotten_messages(input, forgotten)? as u32,
    })
}

/// In bytes; a token without text is told by its name.
fn told(tokenizer: &Tokenizer, token: u32, logprobs: &Logprobs) -> TokenLogprob {
    let bytes = |id: u32| {
        let bytes = tokenizer.token_bytes(id);
        if bytes.is_empty() {
            tokenizer.token_text(id).unwrap_or_default().into()
        } else {
            bytes
        }
    };
    let top = logprobs.top.iter();
    TokenLogprob {
        bytes: bytes(token),
        logprob: logprobs.of_token,
        top: top.map(|(id, logprob)| (bytes(*id), *logprob)).collect(),
    }
}

/// The tokens of an answer as text.
struct Text {
    prompt_tokens: u32,
    reused_tokens: u32,
    started_ms: f64,
    first_token_ms: Option<f64>,
    last_token_ms: Option<f64>,
    num_tokens: u32,
    stream: TokenStream,
    stops: StopMatcher,
}

impl Text {
    /// Breaks off at a stop text.
    fn take(
        &mut self,
        tokenizer: &Tokenizer,
        token: u32,
        logprobs: Option<TokenLogprob>,
        tell: &dyn Fn(Part),
    ) -> ControlFlow<()> {
        self.note_time(tell);
        self.num_tokens += 1;
        let text = self.stream.push(tokenizer, token).unwrap_or_default();
        let text = self.stops.push(&text);
        tell(Part::Delta {
            text,
            tokens: vec![token],
            logprobs: logprobs.into_iter().collect(),
        });
        if self.stops.has_stopped() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }

    fn note_time(&mut self, tell: &dyn Fn(Part)) {
        let now = now_ms();
        self.last_token_ms = Some(now);
        if self.first_token_ms.is_none() {
            self.first_token_ms = Some(now);
            tell(Part::Prefilled {
                prompt_tokens: self.prompt_tokens,
                reused_tokens: self.reused_tokens,
                prefill_ms: now - self.started_ms,
            });
        }
    }

    fn finish(
        &mut self,
        tokenizer: &Tokenizer,
        reason: FinishReason,
        forgotten: Forgotten,
        tell: &dyn Fn(Part),
    ) -> Ending {
        let stream = std::mem::replace(&mut self.stream, TokenStream::new());
        let mut stops = std::mem::replace(&mut self.stops, StopMatcher::new(Vec::<String>::new()));
        let stopped_by_text = stops.has_stopped();
        // What was held back for a stop text or an unfinished character belongs to the answer.
        let mut text = String::new();
        if !stopped_by_text {
            if let Some(rest) = stream.finish(tokenizer) {
                text.push_str(&stops.push(&rest));
            }
            text.push_str(&stops.finish());
        }
        if !text.is_empty() {
            tell(Part::Delta {
                text,
                tokens: Vec::new(),
                logprobs: Vec::new(),
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
