//! One token after another: several steps in flight, their tokens taken in order, and the context slid when it is full.
//!
//! Knows positions and queues; what may be forgotten is `window`'s to say.

use std::sync::{Arc, Weak};

use super::generation::{Generation, Next};
use super::window::Sliding;
use super::{DECODE, Ended, Forgotten, Progress, RING_TOKENS, Session};
use crate::error::Result;
use crate::executor::Executor;

/// Steps in flight where the device is what limits the rate: one running, one waiting.
pub(super) const LEAST_DEPTH: usize = 2;

impl<X: Executor> Session<X> {
    /// Keeps steps in flight and takes their tokens in order, of which `submitted` are taken or on their way. Where
    /// `next` is to pause, only takes those.
    pub(super) async fn decode(
        &mut self,
        generation: &mut Generation,
        mut submitted: usize,
        mut next: Next,
        observe: &mut impl FnMut(Progress) -> Next,
    ) -> Result<()> {
        let limit = generation.limit_tokens;
        let most = self.executor.max_steps_in_flight().min(RING_TOKENS);
        let mut position = self.cached.num_tokens();
        // Until it is known what these steps leave.
        self.cached.hold(&[], Forgotten::default());
        let mut taken = generation.answer().len();
        while next == Next::GoOn || taken < submitted {
            let depth = match &generation.held {
                Some(held) if held.waits() => 1,
                Some(_) | None => generation.depth.min(most),
            };
            while next == Next::GoOn && submitted < limit && submitted - taken < depth {
                let full = generation.sliding;
                if let Some(sliding) = full.filter(|_| position == self.context_tokens) {
                    position = self.slide(sliding, &mut generation.forgotten)?;
                }
                let step = self.step(&generation.options, 1, position, submitted);
                self.submit_draw(generation.held.as_mut(), DECODE, &step)
                    .await?;
                position += 1;
                submitted += 1;
            }
            let token = self.take_token().await?;
            taken += 1;
            if next == Next::GoOn {
                // If everything else in flight has arrived too, the device was idle and waiting for us: what limits
                // the rate is how often the browser tells of finished work, and more must be in flight. If nothing
                // has, the device is busy, and a shallow queue stops sooner.
                generation.depth = match self.executor.tokens_ready() {
                    ready if ready + taken >= submitted => (depth * 2).min(most),
                    0 => (depth - 1).max(LEAST_DEPTH.min(most)),
                    _ => depth,
                };
            }
            if generation.options.stop_ids.contains(&token) {
                generation.ended = Some(Ended::StopToken);
                break;
            }
            generation.conversation.push(token);
            let (mut logprobs, mut is_complete) = (None, false);
            if let Some(held) = &mut generation.held {
                logprobs = held.logprobs_of(token);
                is_complete = held.accept(token)?;
            }
            let told = Progress::Token {
                id: token,
                logprobs: logprobs.as_ref(),
            };
            match observe(told) {
                Next::GoOn => {}
                Next::Pause => next = Next::Pause,
                Next::Stop => generation.ended = Some(Ended::Stopped),
            }
            if generation.ended.is_none() && is_complete {
                generation.ended = Some(Ended::StopToken);
            }
            if generation.ended.is_none() && taken == limit {
                generation.ended = Some(if limit < generation.options.max_tokens {
                    Ended::ContextFull
                } else {
                    Ended::Length
                });
            }
            if generation.ended.is_some() {
                break;
            }
        }
        // Steps past the end computed with real tokens; their cache entries are overwritten or never looked at.
        for _ in taken..submitted {
            self.take_token().await?;
        }
        self.leave(generation, taken.min(submitted.saturating_sub(1)));
        Ok(())
    }

    /// Notes what the device holds of a generation that is paused or at its end, `fed_tokens` of whose answer have keys
    /// and values: the last one taken has none unless a step followed it.
    fn leave(&mut self, generation: &mut Generation, fed_tokens: usize) {
        let num_tokens = generation.conversation.len();
        let answer_tokens = generation.answer().len();
        let filled = num_tokens - answer_tokens + fed_tokens.min(answer_tokens);
        let filled = generation.conversation.get(..filled).unwrap_or_default();
        self.cached.hold(filled, generation.forgotten);
        if generation.ended.is_some() {
            self.ready_for = Weak::new();
            self.holder = Weak::new();
            // Steps past the end may have forgotten tokens that nobody was given.
            generation.forgotten.end = generation.forgotten.end.min(num_tokens);
        } else {
            self.ready_for = Arc::downgrade(&generation.life);
        }
    }

    /// Forgets the oldest tokens after the sinks of a full context, behind the steps in flight. Gives the next position.
    fn slide(&mut self, sliding: Sliding, forgotten: &mut Forgotten) -> Result<usize> {
        let position = self.context_tokens - sliding.block();
        self.shift(sliding.sinks, sliding.block(), position)?;
        if forgotten.is_empty() {
            *forgotten = Forgotten {
                first: sliding.sinks,
                end: sliding.sinks,
            };
        }
        forgotten.end += sliding.block();
        Ok(position)
    }
}
