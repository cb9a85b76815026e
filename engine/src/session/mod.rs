//! Talking to a model: the one place where plan, executor and sampling meet.
//!
//! A [`Session`] owns the device, knows which tokens its cache holds, and turns prompts into tokens. Nothing here
//! knows text, files or time. `generation` is an answer on its way, as a value that can be set aside between steps;
//! `parking` keeps what others left in the cache, `decode` keeps steps in flight, `constraint` is what an answer can be held
//! to, `window` says what stays of a conversation that outgrows the context.

mod constraint;
mod decode;
mod embedding;
mod generation;
mod keeping;
mod parking;
mod window;

use std::ops::ControlFlow;
use std::sync::Weak;

use crate::error::{Error, Result};
use crate::executor::{Executor, RecordingId};
use crate::kernel::rope_shift::MAX_SHIFTED_TOKENS;
use crate::model::cache_layout::CacheLayout;
use crate::model::config::Config;
use crate::model::plan::{
    MemoryPlan, ModelPlan, PREFILL_TOKENS, RING_TOKENS, Recordings, SessionSlots,
};
use crate::plan::{Recording, Slot, Step};
use crate::sample::SamplingOptions;
use crate::weights::loader::LoadReport;
use parking::Spare;
use window::{Cached, Sliding};

pub use constraint::{Constraint, Guide, Logprobs};
pub use generation::{Generation, Next};
pub use keeping::Prefix;
pub use window::{Approach, Forgotten};

const PREFILL: RecordingId = RecordingId(0);
const DECODE: RecordingId = RecordingId(1);
const HEAD: RecordingId = RecordingId(2);
const SAMPLE: RecordingId = RecordingId(3);
const CONSTRAIN: RecordingId = RecordingId(4);
const SHIFT: RecordingId = RecordingId(5);

/// The recordings as [`PREFILL`] to [`SHIFT`] number them.
pub(crate) fn in_order(recordings: Recordings) -> Vec<Recording> {
    let Recordings {
        prefill,
        decode,
        head,
        constrain,
        sample,
        shift,
    } = recordings;
    let mut all = vec![prefill, decode, head, sample, constrain];
    all.extend(shift);
    all
}

/// How a generation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// The model produced one of the stop ids.
    StopToken,
    /// `max_tokens` were produced.
    Length,
    /// The context is full, and nothing of it was to be forgotten or could be.
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
    /// When the context is full, forget the oldest tokens after this many at the beginning (at least four stay) and
    /// go on. `None`: end there.
    pub keep_tokens: Option<usize>,
}

/// What happens during a generation, for the callback.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Progress<'a> {
    /// Prompt tokens in the cache so far, of those that are to be there; asked between submits so that a stop takes
    /// effect there.
    Prefill {
        done_tokens: usize,
        total_tokens: usize,
    },
    Token {
        id: u32,
        /// Where the answer's constraint asks for them.
        logprobs: Option<&'a Logprobs>,
    },
}

/// What a generation did.
#[derive(Debug, Clone, PartialEq)]
pub struct Generated {
    pub ended: Ended,
    pub tokens: Vec<u32>,
    /// Tokens of the prompt that the cache already held.
    pub reused_tokens: usize,
    /// Of prompt and answer, what the model no longer knows.
    pub forgotten: Forgotten,
}

/// A loaded model.
pub struct Session<X: Executor> {
    executor: X,
    config: Config,
    slots: SessionSlots,
    context_tokens: usize,
    memory: MemoryPlan,
    report: LoadReport,
    /// The model's positions can be moved: see [`Recordings`].
    can_slide: bool,
    caches: CacheLayout,
    cached: Cached,
    /// Of the generation that the cache was last filled for, until it ends.
    holder: Weak<()>,
    spare_tokens: usize,
    spare: Spare,
    /// Of the generation whose next step finds its last token and its counts on the device.
    ready_for: Weak<()>,
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
            can_slide: plan.recordings.shift.is_some(),
            caches: plan.caches.clone(),
            cached: Cached::default(),
            holder: Weak::new(),
            spare_tokens: plan.spare_tokens,
            spare: Spare::NotNeeded,
            ready_for: Weak::new(),
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
        self.cached.num_tokens()
    }

    /// The device, for another model.
    pub fn into_executor(self) -> X {
        self.executor
    }

    /// What is replayed for a token at `position`: for who measures it.
    pub fn decode_step(&self, position: usize) -> (Vec<RecordingId>, Step) {
        let step = Step::greedy(1, position as u32);
        (vec![DECODE, HEAD, SAMPLE], step)
    }

    /// What is replayed for the first `num_tokens` of a prompt, at most one batch of them.
    pub fn prefill_step(&self, num_tokens: usize) -> (Vec<RecordingId>, Step) {
        let step = Step::greedy(num_tokens.min(PREFILL_TOKENS) as u32, 0);
        (vec![PREFILL], step)
    }

    pub fn executor(&self) -> &X {
        &self.executor
    }

    /// Continues `prompt` to the end, asking `observe` between steps whether to go on. For answers that take turns there
    /// are [`Session::begin`] and [`Session::advance`].
    pub async fn generate(
        &mut self,
        prompt: &[u32],
        options: &Generate,
        mut observe: impl FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<Generated> {
        let mut generation = self.begin(prompt, options).await?;
        let observe = |progress: Progress<'_>| match observe(progress) {
            ControlFlow::Continue(()) => Next::GoOn,
            ControlFlow::Break(()) => Next::Stop,
        };
        self.advance(&mut generation, observe).await?;
        Ok(generation.finish())
    }

    fn sliding(&self, options: &Generate) -> Option<Sliding> {
        options
            .keep_tokens
            .filter(|_| self.can_slide)
            .map(|keep| Sliding::new(keep, self.context_tokens))
    }

    /// Takes `num_tokens` positions out of the cache, from `first` on; `filled` are filled afterwards.
    fn shift(&mut self, first: usize, num_tokens: usize, filled: usize) -> Result<()> {
        // No step moves further than the gap is wide, so that none reads what it writes.
        let most = num_tokens.min(MAX_SHIFTED_TOKENS);
        let mut to = first;
        while to < filled {
            let count = (filled - to).min(most);
            let step = Step {
                shift_tokens: num_tokens as u32,
                ..Step::greedy(count as u32, to as u32)
            };
            self.executor.submit(&[SHIFT], &step, None)?;
            to += count;
        }
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
        self.cached.hold(&[], Forgotten::default());
        self.holder = Weak::new();
        self.ready_for = Weak::new();
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
        self.cached.hold(tokens, Forgotten::default());
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

    fn write_ids(&mut self, tokens: &[u32]) -> Result<()> {
        self.executor.write(
            self.slots.ids.buffer,
            self.slots.ids.offset_bytes,
            bytemuck::cast_slice(tokens),
        )
    }

    /// Counts of a conversation's tokens, for the penalties; skipped where no penalty is on.
    fn set_counts(&mut self, conversation: &[u32], options: &Generate) -> Result<()> {
        if !options.sampling.has_penalties() {
            return Ok(());
        }
        let mut counts = vec![0u32; self.config.vocab_size];
        for &token in conversation {
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

    /// The step that computes `num_tokens` tokens from `position` on and draws number `draw`.
    fn step(&self, options: &Generate, num_tokens: usize, position: usize, draw: usize) -> Step {
        let mut step = Step::greedy(num_tokens as u32, position as u32);
        options.sampling.write_step(&mut step);
        step.draw = draw as u32;
        step.ring_slot = (draw % RING_TOKENS) as u32;
        step
    }

    async fn take_token(&mut self) -> Result<u32> {
        self.executor.next_token().await
    }

    fn ring_slot(&self, index: u32) -> Slot {
        Slot {
            offset_bytes: self.slots.ring.offset_bytes + u64::from(index) * 4,
            len_bytes: 4,
            ..self.slots.ring
        }
    }
}
