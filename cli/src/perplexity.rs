//! `perplexity`: how surprised the model is by a text.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::json_file;
use crate::model_files::ModelFiles;
use crate::options::RunOptions;

/// Logits held at a time.
const MAX_LOGITS_BYTES: usize = 256 << 20;

#[derive(Args)]
pub(crate) struct Perplexity {
    #[command(flatten)]
    run: RunOptions,
    /// A JSON array of token ids.
    #[arg(long, value_name = "FILE")]
    tokens_file: PathBuf,
}

impl Perplexity {
    pub(crate) fn run(&self) -> Result<Value, Failure> {
        let ids: Vec<u32> = json_file::parse(&self.tokens_file, "a JSON array of token ids")?;
        if ids.len() < 2 {
            return Err("perplexity takes at least two tokens: the first is not predicted".into());
        }
        let files = ModelFiles::open(self.run.model())?;
        let nll_sum = pollster::block_on(async {
            let mut loaded = self.run.load(files, ids.len()).await?;
            let row_bytes = loaded.session.config().vocab_size * 4;
            let chunk_len = (MAX_LOGITS_BYTES / row_bytes).max(1);
            let mut nll_sum = 0.0;
            // Position i predicts token i + 1; the last position predicts nothing that is known.
            for (chunk, targets) in ids
                .get(1..)
                .unwrap_or_default()
                .chunks(chunk_len)
                .enumerate()
            {
                let first = chunk * chunk_len;
                let positions: Vec<usize> = (first..first + targets.len()).collect();
                let seen = ids.get(..first + targets.len()).unwrap_or_default();
                let rows = loaded.session.logits(seen, &positions).await?;
                nll_sum += rows
                    .iter()
                    .zip(targets)
                    .map(|(row, &target)| nll(row, target))
                    .sum::<f64>();
            }
            Ok::<_, Failure>(nll_sum)
        })?;
        let nll_mean = nll_sum / (ids.len() - 1) as f64;
        if !nll_mean.is_finite() {
            return Err("the model's logits are not numbers".into());
        }
        Ok(json!({ "num_tokens": ids.len(), "nll_mean": nll_mean, "perplexity": nll_mean.exp() }))
    }
}

/// Negative logarithm of the softmax at `target`; infinite where there is no such token.
fn nll(logits: &[f32], target: u32) -> f64 {
    let Some(&logit) = logits.get(target as usize) else {
        return f64::INFINITY;
    };
    let max = logits
        .iter()
        .fold(f64::NEG_INFINITY, |max, &logit| max.max(f64::from(logit)));
    let sum: f64 = logits
        .iter()
        .map(|&logit| (f64::from(logit) - max).exp())
        .sum();
    sum.ln() + max - f64::from(logit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nll_of_known_distributions() {
        assert!((nll(&[3.0; 8], 5) - 8f64.ln()).abs() < 1e-12);
        // Probabilities 1/4 and 3/4, far from zero.
        let logits = [1000.0, 1000.0 + 3f32.ln()];
        assert!((nll(&logits, 0) - 4f64.ln()).abs() < 1e-4);
        assert!((nll(&logits, 1) - (4.0f64 / 3.0).ln()).abs() < 1e-4);
        assert!(nll(&logits, 2).is_infinite());
        assert!(nll(&[f32::NAN, 0.0], 1).is_nan());
    }
}
