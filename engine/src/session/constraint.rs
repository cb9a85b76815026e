//! What an answer is held to: tokens that may come, tokens that are likelier than the model thinks, and how likely each was.
//!
//! Who says which tokens may come is not known here: a [`Guide`] is asked while the device computes the logits, so the
//! question costs nothing unless it takes longer than they do. An answer without any of this never comes here.

use std::collections::BTreeMap;
use std::fmt;

use super::{CONSTRAIN, Generation, HEAD, SAMPLE, Session};
use crate::error::{Error, Result};
use crate::executor::{Executor, RecordingId};
use crate::kernel::constrain::MAX_BIASES;
use crate::plan::Step;

/// Says which tokens may come next.
pub trait Guide {
    /// Sets the bits of the tokens that may come and clears all others: token `id` is bit `id % 32` of word `id / 32`.
    fn mask(&mut self, words: &mut [u32]) -> Result<()>;

    /// This token came.
    fn accept(&mut self, token: u32) -> Result<()>;

    /// Nothing can follow what came.
    fn is_complete(&self) -> bool;
}

/// What an answer is held to, and what is to be told of it.
#[derive(Default)]
pub struct Constraint {
    pub guide: Option<Box<dyn Guide>>,
    /// What is added to the logits of some tokens.
    pub biases: Vec<(u32, f32)>,
    /// With each token its probability, and so many others.
    pub top_logprobs: Option<usize>,
}

impl fmt::Debug for Constraint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Constraint")
            .field("is_guided", &self.guide.is_some())
            .field("biases", &self.biases.len())
            .field("top_logprobs", &self.top_logprobs)
            .finish()
    }
}

/// How likely a token was by the logits as the model gave them.
#[derive(Debug, Clone, PartialEq)]
pub struct Logprobs {
    pub of_token: f32,
    /// The likeliest in its place, the first of equals first.
    pub top: Vec<(u32, f32)>,
}

/// A constraint with what it needs from draw to draw.
#[derive(Debug, Default)]
pub(super) struct Held {
    constraint: Constraint,
    mask: Vec<u32>,
    /// Of the draw on its way, where they are wanted.
    logits: Vec<f32>,
}

impl Held {
    /// Whether a draw has to wait for what came before it, so that no two are in flight.
    pub(super) fn waits(&self) -> bool {
        self.constraint.guide.is_some() || self.constraint.top_logprobs.is_some()
    }

    fn changes_logits(&self) -> bool {
        self.constraint.guide.is_some() || !self.constraint.biases.is_empty()
    }

    pub(super) fn logprobs_of(&self, token: u32) -> Option<Logprobs> {
        let count = self.constraint.top_logprobs?;
        Some(logprobs(&self.logits, token, count))
    }

    /// Whether the answer is complete with this token.
    pub(super) fn accept(&mut self, token: u32) -> Result<bool> {
        match &mut self.constraint.guide {
            Some(guide) => {
                guide.accept(token)?;
                Ok(guide.is_complete())
            }
            None => Ok(false),
        }
    }
}

impl<X: Executor> Session<X> {
    /// Holds a generation that has just begun to a constraint.
    pub fn constrain(&self, generation: &mut Generation, constraint: Constraint) -> Result<()> {
        let vocab_size = self.config.vocab_size;
        // Two sums in one place would need an order; the list has each token once.
        let mut biases: BTreeMap<u32, f32> = BTreeMap::new();
        for (token, bias) in constraint.biases {
            if token as usize >= vocab_size || !bias.is_finite() {
                return Err(Error::Request(format!(
                    "the token {token} cannot be given a bias of {bias}: there are {vocab_size} tokens, and a bias is a number"
                )));
            }
            *biases.entry(token).or_default() += bias;
        }
        if biases.len() > MAX_BIASES {
            return Err(Error::Request(format!(
                "{} tokens have a bias, and at most {MAX_BIASES} can",
                biases.len()
            )));
        }
        let held = Held {
            constraint: Constraint {
                biases: biases.into_iter().collect(),
                ..constraint
            },
            mask: vec![u32::MAX; vocab_size.div_ceil(32)],
            logits: Vec::new(),
        };
        generation.held = (held.waits() || held.changes_logits()).then_some(held);
        Ok(())
    }

    /// Puts on the device what draws of this answer need of its constraint.
    pub(super) fn set_constraint(&mut self, held: Option<&Held>) -> Result<()> {
        let Some(held) = held.filter(|held| held.changes_logits()) else {
            return Ok(());
        };
        let biases = &held.constraint.biases;
        let mut words = vec![biases.len() as u32];
        for (token, bias) in biases {
            words.extend([*token, bias.to_bits()]);
        }
        let slot = self.slots.biases;
        self.executor
            .write(slot.buffer, slot.offset_bytes, bytemuck::cast_slice(&words))?;
        self.write_mask(&held.mask)
    }

    fn write_mask(&mut self, mask: &[u32]) -> Result<()> {
        let slot = self.slots.mask;
        self.executor
            .write(slot.buffer, slot.offset_bytes, bytemuck::cast_slice(mask))
    }

    /// Has the tokens of a step computed and the next one drawn. Each is taken once, in this order, by
    /// [`Session::take_token`].
    pub(super) async fn submit_draw(
        &mut self,
        held: Option<&mut Held>,
        forward: RecordingId,
        step: &Step,
    ) -> Result<()> {
        let token = Some(self.ring_slot(step.ring_slot));
        let Some(held) = held else {
            return self.executor.submit(&[forward, HEAD, SAMPLE], step, token);
        };
        if !held.waits() {
            let all = [forward, HEAD, CONSTRAIN, SAMPLE];
            return self.executor.submit(&all, step, token);
        }
        self.executor.submit(&[forward, HEAD], step, None)?;
        // The device is busy meanwhile.
        if let Some(guide) = &mut held.constraint.guide {
            guide.mask(&mut held.mask)?;
            self.write_mask(&held.mask)?;
        }
        if held.constraint.top_logprobs.is_some() {
            let bytes = self.executor.read(self.slots.logits).await?;
            held.logits = bytemuck::pod_collect_to_vec(&bytes);
            held.logits.truncate(self.config.vocab_size);
        }
        let draw: &[RecordingId] = if held.changes_logits() {
            &[CONSTRAIN, SAMPLE]
        } else {
            &[SAMPLE]
        };
        self.executor.submit(draw, step, token)
    }
}

/// The logarithm of the softmax, of a token and of the likeliest.
fn logprobs(logits: &[f32], token: u32, count: usize) -> Logprobs {
    let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let sum: f64 = logits
        .iter()
        .map(|&logit| f64::from(logit - largest).exp())
        .sum();
    let of = |logit: f32| (f64::from(logit - largest) - sum.ln()) as f32;
    let mut order: Vec<(u32, f32)> = (0..).zip(logits.iter().copied()).collect();
    let by_logit = |left: &(u32, f32), right: &(u32, f32)| {
        right.1.total_cmp(&left.1).then(left.0.cmp(&right.0))
    };
    if count < order.len() {
        order.select_nth_unstable_by(count, by_logit);
        order.truncate(count);
    }
    order.sort_unstable_by(by_logit);
    Logprobs {
        of_token: of(logits
            .get(token as usize)
            .copied()
            .unwrap_or(f32::NEG_INFINITY)),
        top: order
            .into_iter()
            .map(|(token, logit)| (token, of(logit)))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_are_the_softmax() {
        // e^0, e^1, e^2 over their sum, by hand.
        let of = logprobs(&[2.0, 0.0, 1.0, 2.0], 2, 2);
        let sum = 2.0f64.exp() * 2.0 + 1.0 + 1.0f64.exp();
        assert!((f64::from(of.of_token) - (1.0 - sum.ln())).abs() < 1e-6);
        let tokens: Vec<u32> = of.top.iter().map(|(token, _)| *token).collect();
        assert_eq!(tokens, [0, 3], "the first of equals comes first");
        let all = logprobs(&[2.0, 0.0], 0, 20);
        let total: f64 = all.top.iter().map(|(_, it)| f64::from(*it).exp()).sum();
        assert!((total - 1.0).abs() < 1e-6 && all.top.len() == 2);
        assert_eq!(logprobs(&[1.0], 0, 0).top, []);
    }
}
