//! One token after another: several steps in flight, their tokens taken in order, and the context slid when it is full.
//!
//! Knows positions and queues; what may be forgotten is `window`'s to say.

use std::ops::ControlFlow;

use super::window::Sliding;
use super::{
    DECODE, Ended, Forgotten, Generate, Generated, HEAD, Progress, RING_TOKENS, SAMPLE, Session,
};
use crate::error::Result;
use crate::executor::Executor;

/// Steps in flight where the device is what limits the rate: one running, one waiting.
const LEAST_DEPTH: usize = 2;

impl<X: Executor> Session<X> {
    /// Keeps steps in flight and takes their tokens in order. One token is already on its way. Says how many of the
    /// tokens have keys and values.
    pub(super) async fn decode(
        &mut self,
        options: &Generate,
        sliding: Option<Sliding>,
        generated: &mut Generated,
        observe: &mut impl FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<usize> {
        let mut position = self.cached.num_tokens();
        // The first token needs no position, since its step has had one.
        let room = self.context_tokens - position + 1;
        let limit = match sliding {
            Some(_) => options.max_tokens,
            None => options.max_tokens.min(room),
        };
        let most = self.executor.max_steps_in_flight().min(RING_TOKENS);
        let mut depth = LEAST_DEPTH.min(most);
        let mut submitted = 1;
        let mut taken = 0;
        while taken < limit {
            while submitted < limit && submitted - taken < depth {
                if let Some(sliding) = sliding.filter(|_| position == self.context_tokens) {
                    position = self.slide(sliding, &mut generated.forgotten)?;
                }
                let mut step = self.step(options, 1, submitted);
                step.position = position as u32;
                self.executor.submit(
                    &[DECODE, HEAD, SAMPLE],
                    &step,
                    Some(self.ring_slot(step.ring_slot)),
                )?;
                position += 1;
                submitted += 1;
            }
            let token = self.executor.next_token().await?;
            taken += 1;
            // If everything else in flight has arrived too, the device was idle and waiting for us: what limits
            // the rate is how often the browser tells of finished work, and more must be in flight. If nothing
            // has, the device is busy, and a shallow queue stops sooner.
            depth = match self.executor.tokens_ready() {
                ready if ready + taken >= submitted => (depth * 2).min(most),
                0 => (depth - 1).max(LEAST_DEPTH.min(most)),
                _ => depth,
            };
            let stops = options.stop_ids.contains(&token);
            let go_on = if stops {
                generated.ended = Ended::StopToken;
                false
            } else {
                generated.tokens.push(token);
                let asked = observe(Progress::Token(token));
                if asked.is_break() {
                    generated.ended = Ended::Stopped;
                } else if taken == limit {
                    generated.ended = if limit < options.max_tokens {
                        Ended::ContextFull
                    } else {
                        Ended::Length
                    };
                }
                asked.is_continue()
            };
            if !go_on {
                break;
            }
        }
        // Steps past the end computed with real tokens; their cache entries are overwritten or never looked at.
        for _ in taken..submitted {
            self.executor.next_token().await?;
        }
        // The last token taken was fed back only if a step after it was submitted.
        let fed = taken.min(submitted.saturating_sub(1));
        Ok(fed.min(generated.tokens.len()))
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
