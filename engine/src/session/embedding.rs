//! What a model makes of a text as a whole: the mean of its last hidden states.
//!
//! The layers run on the device as they do for a prompt; the last norm and the mean are a few additions for each token and are
//! computed here, in f64. Must not know what the vector is compared with, nor how long it is to be.

use std::sync::Weak;

use super::{Forgotten, PREFILL, Session};
use crate::error::{Error, Result};
use crate::executor::Executor;
use crate::model::config::Norm;
use crate::model::plan::PREFILL_TOKENS;
use crate::plan::{Slot, Step};
use crate::weights::layout::cols_padded;

impl<X: Executor> Session<X> {
    /// The mean over `tokens` of the hidden states after the last norm, `[hidden_size]`. Generations that wait are set aside.
    ///
    /// # Errors
    /// `Request` for no tokens or one outside of the vocabulary, `ContextFull` for more than the context holds.
    pub async fn mean_hidden_state(&mut self, tokens: &[u32]) -> Result<Vec<f32>> {
        self.check_ids(tokens)?;
        if tokens.is_empty() {
            return Err(Error::Request("there is no text to embed".into()));
        }
        if tokens.len() > self.context_tokens {
            return Err(Error::ContextFull {
                needed_tokens: tokens.len(),
                context_tokens: self.context_tokens,
            });
        }
        self.vacate().await?;
        self.cached.hold(&[], Forgotten::default());
        self.holder = Weak::new();
        self.ready_for = Weak::new();
        let columns = self.config.hidden_size;
        let gamma = self.vector(self.slots.output_norm.gamma).await?;
        let beta = match self.slots.output_norm.beta {
            Some(beta) => self.vector(beta).await?,
            None => Vec::new(),
        };
        let mut sum = vec![0f64; columns];
        for (index, chunk) in tokens.chunks(PREFILL_TOKENS).enumerate() {
            self.write_ids(chunk)?;
            let step = Step::greedy(chunk.len() as u32, (index * PREFILL_TOKENS) as u32);
            self.executor.submit(&[PREFILL], &step, None)?;
            let stride = cols_padded(columns);
            let rows = Slot {
                len_bytes: (chunk.len() * stride * 4) as u64,
                ..self.slots.residual
            };
            for row in self.vector(rows).await?.chunks(stride).take(chunk.len()) {
                self.add_normalised(row.get(..columns).unwrap_or(row), &gamma, &beta, &mut sum);
            }
        }
        let count = tokens.len() as f64;
        Ok(sum.iter().map(|sum| (sum / count) as f32).collect())
    }

    async fn vector(&mut self, slot: Slot) -> Result<Vec<f32>> {
        let bytes = self.executor.read(slot).await?;
        Ok(bytemuck::pod_collect_to_vec(&bytes))
    }

    /// RMS norm (Zhang and Sennrich 2019) or LayerNorm (Ba et al. 2016) of a row, added to `sum`.
    fn add_normalised(&self, row: &[f32], gamma: &[f32], beta: &[f32], sum: &mut [f64]) {
        let count = row.len() as f64;
        let mean = match self.config.norm {
            Norm::Rms => 0.0,
            Norm::LayerNorm => row.iter().map(|&x| f64::from(x)).sum::<f64>() / count,
        };
        let centred = |x: f32| f64::from(x) - mean;
        let variance = row.iter().map(|&x| centred(x).powi(2)).sum::<f64>() / count;
        let scale = 1.0 / (variance + f64::from(self.config.norm_eps)).sqrt();
        let offsets = beta.iter().copied().chain(std::iter::repeat(0.0));
        for (((sum, &x), &gamma), beta) in sum.iter_mut().zip(row).zip(gamma).zip(offsets) {
            *sum += centred(x) * scale * f64::from(gamma) + f64::from(beta);
        }
    }
}
