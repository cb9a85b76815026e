//! Answers of a model that take turns.

use inkling_engine::session::{Ended, Generate, Generation, Next, Progress};
use inkling_engine::text::Tokenizer;

use super::{Model, wire_error_from};
use crate::schedule::Return;
use crate::wire::{FinishReason, WireError};

impl Model {
    /// Begins to continue `prompt`.
    pub async fn begin(
        &mut self,
        prompt: &[u32],
        order: &Generate,
    ) -> Result<Generation, WireError> {
        self.session
            .begin(prompt, order)
            .await
            .map_err(wire_error_from)
    }

    /// Goes on with an answer; `observe` hears of each step and may have it wait or end.
    pub async fn advance(
        &mut self,
        generation: &mut Generation,
        mut observe: impl FnMut(&Tokenizer, Progress) -> Next,
    ) -> Result<(), WireError> {
        let tokenizer = &self.text.tokenizer;
        self.session
            .advance(generation, |progress| observe(tokenizer, progress))
            .await
            .map_err(wire_error_from)
    }

    /// What it costs an answer that waited to go on.
    pub fn cost_of_return(&self) -> Return {
        if self.session.can_park() {
            Return::Copy
        } else {
            Return::Prefill
        }
    }
}

pub fn reason_from(ended: Ended) -> FinishReason {
    match ended {
        Ended::StopToken => FinishReason::EndOfTurn,
        Ended::Length => FinishReason::Length,
        Ended::ContextFull => FinishReason::ContextFull,
        Ended::Stopped => FinishReason::Stopped,
    }
}
