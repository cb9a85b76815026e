//! Answers of a model that take turns.

use inkling_engine::session::{Constraint, Ended, Generate, Generation, Next, Progress};
use inkling_engine::text::Tokenizer;

use super::{Model, wire_error_from};
use crate::schedule::Return;
use crate::wire::{FinishReason, WireError};

impl Model {
    /// Begins to continue `prompt`, held to a constraint.
    pub async fn begin(
        &mut self,
        prompt: &[u32],
        order: &Generate,
        constraint: Constraint,
    ) -> Result<Generation, WireError> {
        let generation = self.session.begin(prompt, order).await;
        let mut generation = generation.map_err(wire_error_from)?;
        self.session
            .constrain(&mut generation, constraint)
            .map_err(wire_error_from)?;
        Ok(generation)
    }

    /// Goes on with an answer; `observe` hears of each step and may have it wait or end.
    pub async fn advance(
        &mut self,
        generation: &mut Generation,
        mut observe: impl FnMut(&Tokenizer, Progress<'_>) -> Next,
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
