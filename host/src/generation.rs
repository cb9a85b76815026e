//! One answer: tokens from the engine become text, timing and a reason for ending.
//!
//! Knows the messages and the engine's door; must not know where the model came from.

use std::ops::ControlFlow;

use crate::clock::{now_ms, wasm_heap_bytes};
use crate::engine_port::{Model, StopMatcher, TokenStream, Tokenizer};
use crate::fetch::Abort;
use crate::wire::{
    ErrorKind, FinishReason, FromWorker, GenerateOptions, Input, RequestId, Usage, WireError,
};

/// Generates, sends `Prefilled` and `Delta`…, and returns the `Finished` that ends the answer.
pub async fn generate(
    model: &mut Model,
    id: RequestId,
    input: &Input,
    options: &GenerateOptions,
    abort: &Abort,
    send: &dyn Fn(FromWorker),
) -> Result<FromWorker, WireError> {
    let prompt = model.tokens_from_input(input)?;
    if prompt.is_empty() {
        return Err(WireError::new(
            ErrorKind::BadRequest,
            "there is nothing to answer: the prompt has no tokens",
        ));
    }
    let room = model.context_length().saturating_sub(prompt.len());
    if room == 0 {
        return Err(WireError::new(
            ErrorKind::ContextFull,
            format!(
                "the conversation has {} tokens and the context holds {}; start a new chat or load the model with a longer context",
                prompt.len(),
                model.context_length()
            ),
        ));
    }
    let wanted = options.max_tokens.map_or(room, |wanted| wanted as usize);
    let max_tokens = wanted.min(room);
    if options.fresh_context {
        model.clear_context();
    }
    let stop_ids = if options.ignore_eos {
        Vec::new()
    } else {
        model.stop_ids()
    };
    let mut answer = Answer {
        id,
        send,
        prompt_tokens: prompt.len() as u32,
        reused_tokens: model.reusable_tokens(&prompt) as u32,
        started_ms: now_ms(),
        first_token_ms: None,
        last_token_ms: None,
        num_tokens: 0,
        text: TokenStream::new(),
        stops: StopMatcher::new(options.stop.iter().cloned()),
        ended: None,
    };
    if max_tokens > 0 {
        model
            .generate(&prompt, options, max_tokens, |tokenizer, token| {
                if abort.is_aborted() {
                    answer.ended = Some(FinishReason::Stopped);
                } else if stop_ids.contains(&token) {
                    answer.end_of_turn();
                } else {
                    answer.take(tokenizer, token);
                }
                match answer.ended {
                    Some(_) => ControlFlow::Break(()),
                    None => ControlFlow::Continue(()),
                }
            })
            .await?;
    }
    let was_stopped = abort.is_aborted();
    Ok(answer.finish(model.tokenizer(), was_stopped, wanted, max_tokens))
}

/// An answer while it grows.
struct Answer<'a> {
    id: RequestId,
    send: &'a dyn Fn(FromWorker),
    prompt_tokens: u32,
    reused_tokens: u32,
    started_ms: f64,
    first_token_ms: Option<f64>,
    last_token_ms: Option<f64>,
    num_tokens: u32,
    text: TokenStream,
    stops: StopMatcher,
    ended: Option<FinishReason>,
}

impl Answer<'_> {
    fn take(&mut self, tokenizer: &Tokenizer, token: u32) {
        self.note_time();
        self.num_tokens += 1;
        let text = self.text.push(tokenizer, token).unwrap_or_default();
        let text = self.stops.push(&text);
        if self.stops.has_stopped() {
            self.ended = Some(FinishReason::StopText);
        }
        (self.send)(FromWorker::Delta {
            id: self.id,
            text,
            tokens: vec![token],
        });
    }

    /// A token that ends the turn is part of the work and not of the answer.
    fn end_of_turn(&mut self) {
        self.note_time();
        self.ended = Some(FinishReason::EndOfTurn);
    }

    fn note_time(&mut self) {
        let now = now_ms();
        self.last_token_ms = Some(now);
        if self.first_token_ms.is_none() {
            self.first_token_ms = Some(now);
            (self.send)(FromWorker::Prefilled {
                id: self.id,
                prompt_tokens: self.prompt_tokens,
                reused_tokens: self.reused_tokens,
                prefill_ms: now - self.started_ms,
            });
        }
    }

    fn finish(
        mut self,
        tokenizer: &Tokenizer,
        was_stopped: bool,
        wanted: usize,
        max_tokens: usize,
    ) -> FromWorker {
        // What was held back for a stop text or an unfinished character belongs to the answer.
        let mut text = String::new();
        if !self.stops.has_stopped() {
            if let Some(rest) = self.text.finish(tokenizer) {
                text.push_str(&self.stops.push(&rest));
            }
            text.push_str(&self.stops.finish());
        }
        if !text.is_empty() {
            (self.send)(FromWorker::Delta {
                id: self.id,
                text,
                tokens: Vec::new(),
            });
        }
        let reason = self.ended.unwrap_or(if was_stopped {
            FinishReason::Stopped
        } else if (self.num_tokens as usize) < max_tokens {
            FinishReason::EndOfTurn
        } else if max_tokens < wanted {
            FinishReason::ContextFull
        } else {
            FinishReason::Length
        });
        let first_ms = self.first_token_ms.unwrap_or_else(now_ms);
        let last_ms = self.last_token_ms.unwrap_or(first_ms);
        FromWorker::Finished {
            id: self.id,
            reason,
            usage: Usage {
                prompt_tokens: self.prompt_tokens,
                completion_tokens: self.num_tokens,
                prefill_ms: first_ms - self.started_ms,
                decode_ms: last_ms - first_ms,
                context_tokens: self.prompt_tokens + self.num_tokens,
                wasm_heap_bytes: wasm_heap_bytes(),
            },
        }
    }
}
