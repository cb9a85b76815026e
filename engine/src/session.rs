//! Talking to a model: the one place where plan, executor and sampling meet.
//!
//! A [`Session`] owns the device, knows which tokens its cache holds, and turns prompts into tokens. Nothing here
//! knows text, files or time. Cancelling is a question asked between steps.

use std::ops::ControlFlow;

use crate::error::{Error, Result};
use crate::executor::{Executor, RecordingId};
use crate::model::config::Config;
use crate::model::plan::{
    MemoryPlan, ModelPlan, PREFILL_TOKENS, RING_TOKENS, Recordings, SessionSlots,
};
use crate::plan::{Recording, Slot, Step};
use crate::sample::SamplingOptions;
use crate::weights::loader::LoadReport;

const PREFILL: RecordingId = RecordingId(0);
const DECODE: RecordingId = RecordingId(1);
const HEAD: RecordingId = RecordingId(2);
const SAMPLE: RecordingId = RecordingId(3);

/// The recordings as [`PREFILL`] to [`SAMPLE`] number them.
pub(crate) fn in_order(recordings: Recordings) -> Vec<Recording> {
    let Recordings {
        prefill,
        decode,
        head,
        sample,
    } = recordings;
    vec![prefill, decode, head, sample]
}

/// Steps in flight where the device is what limits the rate: one running, one waiting.
const LEAST_DEPTH: usize = 2;

/// How a generation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// The model produced one of the stop ids.
    StopToken,
    /// `max_tokens` were produced.
    Length,
    /// The context is full.
    ContextFull,
    /// The callback asked to stop.
    Stopped,
}

/// What a generation is to do.
#[derive(Debug, Clone, PartialEq)]
pub struct Generate {
    pub sampling: SamplingOptions,
    pub max_tokens: usize,
    /// Ids that end the answer; they are not reported.
    pub stop_ids: Vec<u32>,
    /// Starts from an empty cache even where a prefix could be reused.
    pub fresh_context: bool,
}

/// What happens during a generation, for the callback.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// Prompt tokens computed so far; asked between submits so that a stop takes effect there.
    Prefill {
        done_tokens: usize,
        total_tokens: usize,
    },
    Token(u32),
}

/// What a generation did.
#[derive(Debug, Clone, PartialEq)]
pub struct Generated {
    pub ended: Ended,
    pub tokens: Vec<u32>,
    /// Tokens of the prompt that the cache already held.
    pub reused_tokens: usize,
}

/// A loaded model.
pub struct Session<X: Executor> {
    executor: X,
    config: Config,
    slots: SessionSlots,
    context_tokens: usize,
    memory: MemoryPlan,
    report: LoadReport,
    /// Tokens whose keys and values are in the cache.
    cached: Vec<u32>,
}

impl<X: Executor> Session<X> {
    /// Over an executor that holds the plan's recordings and weights.
    pub(crate) fn new(executor: X, config: Config, plan: &ModelPlan, report: LoadReport) -> Self {
        Session {
            executor,
            config,
            slots: plan.slots,
            context_tokens: plan.context_tokens,
            memory: plan.memory,
            report,
            cached: Vec::new(),
        }
    }

    pub fn config(&self) -> &Config {
        &self.config
    }

    pub fn context_tokens(&self) -> usize {
        self.context_tokens
    }

    pub fn memory(&self) -> MemoryPlan {
        self.memory
    }

    /// What loading read, wrote and rounded.
    pub fn load_report(&self) -> &LoadReport {
        &self.report
    }

    /// Tokens now in the cache.
    pub fn cached_tokens(&self) -> usize {
        self.cached.len()
    }

    /// The device, for another model.
    pub fn into_executor(self) -> X {
        self.executor
    }

    pub fn executor(&self) -> &X {
        &self.executor
    }

    /// Continues `prompt`, asking `observe` between steps whether to go on.
    ///
    /// The cache is kept where it agrees with the prompt, so a conversation's next turn computes only what is new.
    pub async fn generate(
        &mut self,
        prompt: &[u32],
        options: &Generate,
        mut observe: impl FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<Generated> {
        self.check_ids(prompt)?;
        let prompt_tokens = prompt.len();
        if prompt_tokens == 0 {
            return Err(Error::Request(
                "there is nothing to continue: the prompt is empty".into(),
            ));
        }
        if prompt_tokens >= self.context_tokens {
            return Err(Error::ContextFull {
                needed_tokens: prompt_tokens + 1,
                context_tokens: self.context_tokens,
            });
        }
        let common = if options.fresh_context {
            0
        } else {
            self.reusable_tokens(prompt)
        };
        self.cached.truncate(common);
        self.set_counts(prompt, options)?;
        let mut generated = Generated {
            ended: Ended::Length,
            tokens: Vec::new(),
            reused_tokens: common,
        };
        if options.max_tokens == 0 {
            return Ok(generated);
        }

        let mut remaining = prompt.get(common..).unwrap_or_default();
        while !remaining.is_empty() {
            let (chunk, rest) = remaining.split_at(remaining.len().min(PREFILL_TOKENS));
            remaining = rest;
            self.write_ids(chunk)?;
            let step = self.step(options, chunk.len(), 0);
            if rest.is_empty() {
                self.executor.submit(
                    &[PREFILL, HEAD, SAMPLE],
                    &step,
                    Some(self.ring_slot(step.ring_slot)),
                )?;
            } else {
                self.executor.submit(&[PREFILL], &step, None)?;
                // Bounds what is queued, so that a stop is not behind minutes of work.
                self.executor.idle().await?;
            }
            self.cached.extend_from_slice(chunk);
            let done_tokens = prompt_tokens - rest.len();
            if observe(Progress::Prefill {
                done_tokens,
                total_tokens: prompt_tokens,
            })
            .is_break()
            {
                if rest.is_empty() {
                    self.executor.next_token().await?;
                }
                generated.ended = Ended::Stopped;
                return Ok(generated);
            }
        }
        self.decode(options, &mut generated, &mut observe).await?;
        Ok(generated)
    }

    /// Keeps steps in flight and takes their tokens in order. One token is already on its way.
    async fn decode(
        &mut self,
        options: &Generate,
        generated: &mut Generated,
        observe: &mut impl FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<()> {
        let room = self.context_tokens - self.cached.len();
        let limit = options.max_tokens.min(room + 1);
        let most = self.executor.max_steps_in_flight().min(RING_TOKENS);
        let mut depth = LEAST_DEPTH.min(most);
        let first_position = self.cached.len();
        let mut submitted = 1;
        let mut taken = 0;
        while taken < limit {
            while submitted < limit && submitted - taken < depth {
                let mut step = self.step(options, 1, submitted);
                step.position = (first_position + submitted - 1) as u32;
                self.executor.submit(
                    &[DECODE, HEAD, SAMPLE],
                    &step,
                    Some(self.ring_slot(step.ring_slot)),
                )?;
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
        self.cached
            .extend(generated.tokens.iter().copied().take(fed));
        Ok(())
    }

    /// Logits of some positions of `tokens`, `[positions][vocab_size]`, computed from an empty cache.
    pub async fn logits(&mut self, tokens: &[u32], positions: &[usize]) -> Result<Vec<Vec<f32>>> {
        self.check_ids(tokens)?;
        if tokens.len() > self.context_tokens {
            return Err(Error::ContextFull {
                needed_tokens: tokens.len(),
                context_tokens: self.context_tokens,
            });
        }
        self.cached.clear();
        let mut rows = vec![Vec::new(); positions.len()];
        for (index, chunk) in tokens.chunks(PREFILL_TOKENS).enumerate() {
            let first = index * PREFILL_TOKENS;
            self.write_ids(chunk)?;
            let mut step = Step::greedy(chunk.len() as u32, first as u32);
            self.executor.submit(&[PREFILL], &step, None)?;
            for (row, &position) in rows.iter_mut().zip(positions) {
                if (first..first + chunk.len()).contains(&position) {
                    step.head_row = (position - first) as u32;
                    self.executor.submit(&[HEAD], &step, None)?;
                    let bytes = self.executor.read(self.slots.logits).await?;
                    *row = bytemuck::pod_collect_to_vec(&bytes);
                    row.truncate(self.config.vocab_size);
                }
            }
        }
        self.cached.extend_from_slice(tokens);
        match rows.iter().position(Vec::is_empty) {
            Some(index) => Err(Error::Request(format!(
                "position {} is outside of the {} tokens",
                positions.get(index).copied().unwrap_or_default(),
                tokens.len()
            ))),
            None => Ok(rows),
        }
    }

    fn check_ids(&self, tokens: &[u32]) -> Result<()> {
        match tokens
            .iter()
            .find(|&&token| token as usize >= self.config.vocab_size)
        {
            Some(token) => Err(Error::Request(format!(
                "token {token} is outside of the vocabulary of {} tokens",
                self.config.vocab_size
            ))),
            None => Ok(()),
        }
    }

    /// Tokens at the start of `prompt` that need not be computed again.
    pub fn reusable_tokens(&self, prompt: &[u32]) -> usize {
        // The last prompt token is always computed: its logits are wanted.
        self.common_prefix(prompt)
            .min(prompt.len().saturating_sub(1))
    }

    fn common_prefix(&self, prompt: &[u32]) -> usize {
        self.cached
            .iter()
            .zip(prompt)
            .take_while(|(cached, wanted)| cached == wanted)
            .count()
    }

    fn write_ids(&mut self, tokens: &[u32]) -> Result<()> {
        self.executor.write(
            self.slots.ids.buffer,
            self.slots.ids.offset_bytes,
            bytemuck::cast_slice(tokens),
        )
    }

    /// Counts of the prompt's tokens, for the penalties; skipped where no penalty is on.
    fn set_counts(&mut self, prompt: &[u32], options: &Generate) -> Result<()> {
        if !options.sampling.has_penalties() {
            return Ok(());
        }
        let mut counts = vec![0u32; self.config.vocab_size];
        for &token in prompt {
            if let Some(count) = counts.get_mut(token as usize) {
                *count += 1;
            }
        }
        self.executor.write(
            self.slots.counts.buffer,
            self.slots.counts.offset_bytes,
            bytemuck::cast_slice(&counts),
        )
    }

    /// The step that computes `num_tokens` more tokens and draws number `draw`.
    fn step(&self, options: &Generate, num_tokens: usize, draw: usize) -> Step {
        let mut step = Step::greedy(num_tokens as u32, self.cached.len() as u32);
        options.sampling.write_step(&mut step);
        step.draw = draw as u32;
        step.ring_slot = (draw % RING_TOKENS) as u32;
        step
    }

    fn ring_slot(&self, index: u32) -> Slot {
        Slot {
            offset_bytes: self.slots.ring.offset_bytes + u64::from(index) * 4,
            len_bytes: 4,
            ..self.slots.ring
        }
    }
}
