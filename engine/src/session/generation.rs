//! An answer on its way, as a value: begun, advanced for some steps, set aside, and later gone on with as if nothing had
//! been between.
//!
//! What a generation needs of the device (keys and values, its last token, the counts of the penalties) is on the device
//! only while it is advanced; another may take the place of it, and what is then missing is made again. Must not know who
//! decides whose turn it is.

use std::sync::{Arc, Weak};

use super::constraint::Held;
use super::decode::LEAST_DEPTH;
use super::window::{Cached, Sliding};
use super::{
    Approach, Ended, Forgotten, Generate, Generated, PREFILL, PREFILL_TOKENS, Progress, Session,
};
use crate::error::{Error, Result};
use crate::executor::Executor;

/// What is to happen after a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    GoOn,
    /// Nothing more is begun. Tokens of steps that are in flight belong to the answer and still come.
    Pause,
    /// The answer ends here.
    Stop,
}

/// An answer on its way.
#[derive(Debug)]
pub struct Generation {
    /// Tells it from others, and others whether it is still there.
    pub(super) life: Arc<()>,
    pub(super) options: Generate,
    /// The prompt and what was answered.
    pub(super) conversation: Vec<u32>,
    prompt_tokens: usize,
    reused_tokens: usize,
    pub(super) forgotten: Forgotten,
    pub(super) sliding: Option<Sliding>,
    /// Tokens that the answer can have.
    pub(super) limit_tokens: usize,
    /// Steps to keep in flight.
    pub(super) depth: usize,
    pub(super) ended: Option<Ended>,
    pub(super) held: Option<Held>,
}

impl Generation {
    pub fn answer(&self) -> &[u32] {
        self.conversation
            .get(self.prompt_tokens..)
            .unwrap_or_default()
    }

    /// Tokens of the prompt that the cache already held.
    pub fn reused_tokens(&self) -> usize {
        self.reused_tokens
    }

    /// Of prompt and answer, what the model no longer knows.
    pub fn forgotten(&self) -> Forgotten {
        self.forgotten
    }

    /// How it ended; `None` while it can go on.
    pub fn ended(&self) -> Option<Ended> {
        self.ended
    }

    /// What it did. One that has not ended is stopped here.
    pub fn finish(mut self) -> Generated {
        Generated {
            ended: self.ended.unwrap_or(Ended::Stopped),
            tokens: self.conversation.split_off(self.prompt_tokens),
            reused_tokens: self.reused_tokens,
            forgotten: self.forgotten,
        }
    }

    /// What is left of the conversation.
    fn kept(&self) -> Vec<u32> {
        [
            self.conversation
                .get(..self.forgotten.first)
                .unwrap_or_default(),
            self.conversation
                .get(self.forgotten.end..)
                .unwrap_or_default(),
        ]
        .concat()
    }

    /// Positions that must be filled before a step can be decoded: all but that of the last token of an answer, which the
    /// step itself fills.
    fn needed_tokens(&self) -> usize {
        let kept = self.conversation.len() - self.forgotten.num_tokens();
        kept - usize::from(!self.answer().is_empty())
    }
}

impl<X: Executor> Session<X> {
    /// Begins to continue `prompt`. The cache is kept where it agrees with the prompt, so a conversation's next turn
    /// computes only what is new. That holds for a conversation with a forgotten part too, as long as it begins with the
    /// same tokens.
    pub async fn begin(&mut self, prompt: &[u32], options: &Generate) -> Result<Generation> {
        self.check_ids(prompt)?;
        if prompt.is_empty() {
            return Err(Error::Request(
                "there is nothing to continue: the prompt is empty".into(),
            ));
        }
        let here = self.approach(prompt, options)?.reused_tokens;
        self.exchange_for_prompt(prompt, options, here).await?;
        let Approach {
            shift_tokens,
            reused_tokens,
            forgotten,
        } = self.approach(prompt, options)?;
        let life = Arc::new(());
        self.holder = Arc::downgrade(&life);
        if shift_tokens > 0 {
            self.shift(forgotten.first, shift_tokens, reused_tokens)?;
        }
        self.cached.hold_first(prompt, forgotten, reused_tokens);
        self.ready_for = Weak::new();
        let sliding = self.sliding(options).filter(|it| it.leaves_room());
        // The first token needs no position, since its step has had one.
        let room = self.context_tokens - (prompt.len() - forgotten.num_tokens()) + 1;
        Ok(Generation {
            life,
            options: options.clone(),
            conversation: prompt.to_vec(),
            prompt_tokens: prompt.len(),
            reused_tokens,
            forgotten,
            sliding,
            limit_tokens: match sliding {
                Some(_) => options.max_tokens,
                None => options.max_tokens.min(room),
            },
            depth: LEAST_DEPTH,
            ended: (options.max_tokens == 0).then_some(Ended::Length),
            held: None,
        })
    }

    /// Goes on with a generation until it ends or `observe`, asked after every step, says otherwise. The tokens are the
    /// same however often it is paused, and whatever else was generated meanwhile.
    pub async fn advance(
        &mut self,
        generation: &mut Generation,
        mut observe: impl FnMut(Progress) -> Next,
    ) -> Result<()> {
        if generation.ended.is_some() {
            return Ok(());
        }
        let taken = generation.answer().len();
        let is_ready = taken > 0 && self.ready_for.ptr_eq(&Arc::downgrade(&generation.life));
        let mut next = Next::GoOn;
        if !is_ready {
            self.take_place(generation).await?;
            next = self.fill(generation, &mut observe).await?;
            let is_filled = self.cached.num_tokens() == generation.needed_tokens();
            if is_filled && taken > 0 {
                self.set_counts(&generation.conversation, &generation.options)?;
                self.set_constraint(generation.held.as_ref())?;
                let last = generation.conversation.len() - 1;
                self.write_ids(generation.conversation.get(last..).unwrap_or_default())?;
                self.ready_for = Arc::downgrade(&generation.life);
            }
            if next == Next::Stop {
                if is_filled && taken == 0 {
                    self.take_token().await?;
                }
                self.holder = Weak::new();
                generation.ended = Some(Ended::Stopped);
            }
            if next == Next::Stop || !is_filled {
                return Ok(());
            }
        }
        // The step that ends the prompt draws the first token.
        self.decode(generation, taken.max(1), next, &mut observe)
            .await
    }

    /// Has the cache hold what it last held for a generation, as far as that was kept.
    async fn take_place(&mut self, generation: &Generation) -> Result<()> {
        let holder = Arc::downgrade(&generation.life);
        if self.holder.ptr_eq(&holder) {
            return Ok(());
        }
        let here = self
            .cached
            .held(&generation.conversation, generation.forgotten);
        self.exchange_for(generation, here).await?;
        self.holder = holder;
        Ok(())
    }

    /// Computes what the cache lacks before a step can be decoded, in batches, and draws the first token behind the last
    /// of a prompt. Says what is to happen then.
    async fn fill(
        &mut self,
        generation: &mut Generation,
        observe: &mut impl FnMut(Progress) -> Next,
    ) -> Result<Next> {
        let draws = generation.answer().is_empty();
        let total_tokens = generation.needed_tokens();
        let kept = generation.kept();
        let Generation {
            options,
            conversation,
            forgotten,
            held,
            ..
        } = generation;
        // The logits of a prompt's last token are wanted, so that is computed in any case.
        let most = total_tokens - usize::from(draws);
        let mut done_tokens = self.cached.held(conversation, *forgotten).min(most);
        self.cached
            .hold_first(conversation, *forgotten, done_tokens);
        self.ready_for = Weak::new();
        let mut next = Next::GoOn;
        while next == Next::GoOn && done_tokens < total_tokens {
            let end = total_tokens.min(done_tokens + PREFILL_TOKENS);
            let chunk = kept.get(done_tokens..end).unwrap_or_default();
            self.write_ids(chunk)?;
            let step = self.step(options, chunk.len(), done_tokens, 0);
            if draws && end == total_tokens {
                self.set_counts(conversation, options)?;
                self.set_constraint(held.as_ref())?;
                self.submit_draw(held.as_mut(), PREFILL, &step).await?;
            } else {
                self.executor.submit(&[PREFILL], &step, None)?;
                // Bounds what is queued, so that a stop is not behind minutes of work.
                self.executor.idle().await?;
            }
            done_tokens = end;
            self.cached
                .hold_first(conversation, *forgotten, done_tokens);
            next = observe(Progress::Prefill {
                done_tokens,
                total_tokens,
            });
            // What is made again because of others must lead to a token, or two answers could take it from each other for
            // ever.
            if !draws && next == Next::Pause {
                next = Next::GoOn;
            }
        }
        Ok(next)
    }

    /// What of `prompt` would be reused and what forgotten if it were continued now.
    pub fn approach(&self, prompt: &[u32], options: &Generate) -> Result<Approach> {
        let nothing = Cached::default();
        let cached = if options.fresh_context {
            &nothing
        } else {
            &self.cached
        };
        cached.approach(prompt, self.context_tokens, self.sliding(options))
    }
}
