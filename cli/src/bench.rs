//! `bench`: how fast a model runs here, and what a token asks of the device.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use clap::Args;
use inkling_engine::executor::RecordingId;
use inkling_engine::gpu::{AdapterReport, CommandTime, Counters, Gpu};
use inkling_engine::model::traffic::{kv_bytes_at, weight_bytes_per_token};
use inkling_engine::plan::Step;
use inkling_engine::sample::SamplingOptions;
use inkling_engine::session::{Generate, Session};
use serde_json::{Value, json};

use crate::device::Device;
use crate::failure::Failure;
use crate::info::memory_json;
use crate::model_files::ModelFiles;
use crate::options::RunOptions;
use crate::roofline;

#[derive(Args)]
pub(crate) struct Bench {
    #[command(flatten)]
    run: RunOptions,
    /// Length of the prompt, whose tokens are random.
    #[arg(long, value_name = "P", default_value_t = 512, value_parser = clap::value_parser!(u32).range(1..))]
    prompt_tokens: u32,
    /// Tokens decoded after the prompt.
    #[arg(long, value_name = "D", default_value_t = 128, value_parser = clap::value_parser!(u32).range(1..))]
    decode_tokens: u32,
    /// Measured runs, after one that is not.
    #[arg(long, value_name = "R", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    repeat: u32,
}

const TIMED_STEPS: usize = 5;

/// Rates of one run.
struct Rates {
    prefill_tok_s: f64,
    decode_tok_s: f64,
}

impl Bench {
    pub(crate) fn run(&self) -> Result<Value, Failure> {
        let files = ModelFiles::open(self.run.model())?;
        let (prompt_tokens, decode_tokens) =
            (self.prompt_tokens as usize, self.decode_tokens as usize);
        let prompt = random_ids(prompt_tokens, files.description.config.vocab_size);
        pollster::block_on(async {
            // The prompt's last step already gives a token; `decode_tokens` come after it.
            let mut loaded = self
                .run
                .load(files, prompt_tokens + decode_tokens + 1)
                .await?;
            let at_start = counters(&loaded.session);
            self.measure(&mut loaded.session, &prompt, 1).await?;
            let after_prefill = counters(&loaded.session);
            self.measure(&mut loaded.session, &prompt, 1 + decode_tokens)
                .await?;
            let after_decode = counters(&loaded.session);
            let mut runs = Vec::new();
            for _ in 0..self.repeat {
                runs.push(self.rates(&mut loaded.session, &prompt).await?);
            }
            let config = &loaded.files.description.config;
            let positions = prompt_tokens..prompt_tokens + decode_tokens;
            let kv_bytes: u64 = positions
                .map(|position| {
                    let plan = &loaded.plan;
                    kv_bytes_at(config, plan.memory, plan.context_tokens, position)
                })
                .sum();
            let mut report = json!({
                "prompt_tokens": prompt_tokens,
                "decode_tokens": decode_tokens,
                "repeat": self.repeat,
                "prefill_tok_s": spread(runs.iter().map(|rates| rates.prefill_tok_s)),
                "decode_tok_s": spread(runs.iter().map(|rates| rates.decode_tok_s)),
                "weight_bytes_per_token": weight_bytes_per_token(config, &loaded.plan),
                "kv_bytes_per_token": kv_bytes / decode_tokens as u64,
                "memory": memory_json(loaded.session.memory()),
            });
            if let Some(gpu) = loaded.session.executor().gpu() {
                report["adapter"] = adapter_json(gpu.report());
                report["features"] = features_json(gpu.report());
            }
            if let (Some(start), Some(prefilled), Some(decoded)) =
                (at_start, after_prefill, after_decode)
            {
                for (key, count) in PER_TOKEN {
                    // The second run repeats the first, and then decodes.
                    let prefill = count(&prefilled) - count(&start);
                    let decode = (count(&decoded) - count(&prefilled)).saturating_sub(prefill);
                    report[key] = (decode as f64 / decode_tokens as f64).into();
                }
            }
            let steps = [
                (
                    "prefill_commands",
                    loaded.session.prefill_step(prompt_tokens),
                ),
                (
                    "decode_commands",
                    loaded
                        .session
                        .decode_step(prompt_tokens + decode_tokens - 1),
                ),
            ];
            // The model is measured; its device is needed for more.
            if let Some(mut gpu) = loaded.session.into_executor().into_gpu() {
                if gpu.report().timestamps {
                    for (key, (recordings, step)) in steps {
                        report[key] = commands_json(&mut gpu, &recordings, &step).await?;
                    }
                }
                let bytes_per_token = report["weight_bytes_per_token"]
                    .as_f64()
                    .unwrap_or_default()
                    + report["kv_bytes_per_token"].as_f64().unwrap_or_default();
                let decode_tok_s = report["decode_tok_s"]["median"]
                    .as_f64()
                    .unwrap_or_default();
                let rates = roofline::measure(gpu).await?;
                report["stream_gb_s"] = (rates.bytes_per_s / 1e9).into();
                report["stream_bytes"] = rates.stream_bytes.into();
                report["fma_gflops"] = (rates.operations_per_s / 1e9).into();
                report["decode_roofline_ratio"] =
                    (bytes_per_token * decode_tok_s / rates.bytes_per_s).into();
            }
            Ok(report)
        })
    }

    /// Time to compute the prompt afresh and produce `num_tokens` tokens.
    async fn measure(
        &self,
        session: &mut Session<Device>,
        prompt: &[u32],
        num_tokens: usize,
    ) -> Result<Duration, Failure> {
        let options = Generate {
            sampling: SamplingOptions::default(),
            max_tokens: num_tokens,
            stop_ids: Vec::new(),
            fresh_context: true,
            keep_tokens: None,
        };
        let started_at = Instant::now();
        let generated = session
            .generate(prompt, &options, |_| ControlFlow::Continue(()))
            .await?;
        let taken = started_at.elapsed();
        if generated.tokens.len() != num_tokens {
            return Err(format!(
                "the context of {} tokens is too short for {} prompt and {num_tokens} generated tokens",
                session.context_tokens(),
                prompt.len()
            )
            .into());
        }
        Ok(taken)
    }

    /// Two runs that differ in the decoding alone: looking at the clock when the first token comes would count
    /// the steps that are by then in flight as prefill.
    async fn rates(&self, session: &mut Session<Device>, prompt: &[u32]) -> Result<Rates, Failure> {
        let decode_tokens = self.decode_tokens as usize;
        let prefill = self.measure(session, prompt, 1).await?;
        let whole = self.measure(session, prompt, 1 + decode_tokens).await?;
        let decoding = whole.saturating_sub(prefill).max(Duration::from_nanos(1));
        Ok(Rates {
            prefill_tok_s: prompt.len() as f64 / prefill.as_secs_f64(),
            decode_tok_s: decode_tokens as f64 / decoding.as_secs_f64(),
        })
    }
}

/// Where the time of a step goes: its commands, those that take longest first. Of several runs the quickest, because
/// whatever else the machine does only adds.
async fn commands_json(
    gpu: &mut Gpu,
    recordings: &[RecordingId],
    step: &Step,
) -> Result<Value, Failure> {
    let total = |times: &[CommandTime]| times.iter().map(|time| time.nanoseconds).sum::<f64>();
    let mut best = gpu.command_times(recordings, step).await?;
    for _ in 1..TIMED_STEPS {
        let times = gpu.command_times(recordings, step).await?;
        if total(&times) < total(&best) {
            best = times;
        }
    }
    let commands = best.iter().map(|time| {
        json!({
            "command": time.name,
            "dispatches": time.dispatches,
            "milliseconds": time.nanoseconds / 1e6,
        })
    });
    Ok(commands.collect())
}

type Count = fn(&Counters) -> u64;

const PER_TOKEN: [(&str, Count); 5] = [
    ("dispatches_per_token", |counters| counters.dispatches),
    ("passes_per_token", |counters| counters.passes),
    ("submits_per_token", |counters| counters.submits),
    ("buffers_created_per_token", |counters| {
        counters.buffers_created
    }),
    ("bind_groups_created_per_token", |counters| {
        counters.bind_groups_created
    }),
];

fn counters(session: &Session<Device>) -> Option<Counters> {
    Some(session.executor().gpu()?.counters())
}

pub(crate) fn adapter_json(report: &AdapterReport) -> Value {
    json!({
        "name": report.name,
        "backend": report.backend,
        "driver": report.driver,
        "is_fallback": report.is_fallback,
        "max_binding_bytes": report.max_binding_bytes,
    })
}

pub(crate) fn features_json(report: &AdapterReport) -> Value {
    json!({ "f16": report.f16, "subgroups": report.subgroups })
}

/// Median, least and most.
fn spread(values: impl Iterator<Item = f64>) -> Value {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let at = |index: usize| values.get(index).copied().unwrap_or_default();
    let middle = values.len() / 2;
    let median = if values.len().is_multiple_of(2) {
        (at(middle.saturating_sub(1)) + at(middle)) / 2.0
    } else {
        at(middle)
    };
    json!({ "median": median, "min": at(0), "max": at(values.len().saturating_sub(1)) })
}

/// The same ids every time: a multiplicative walk through the vocabulary, which repeats late.
fn random_ids(count: usize, vocab_size: usize) -> Vec<u32> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        // Knuth's 64-bit linear congruential generator; its high bits are good enough for a prompt.
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % vocab_size.max(1) as u64
    };
    (0..count).map(|_| next() as u32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spread_of_odd_and_even_numbers_of_runs() {
        let of = |values: &[f64]| spread(values.iter().copied());
        assert_eq!(
            of(&[3.0, 1.0, 2.0]),
            json!({ "median": 2.0, "min": 1.0, "max": 3.0 })
        );
        assert_eq!(
            of(&[4.0, 1.0]),
            json!({ "median": 2.5, "min": 1.0, "max": 4.0 })
        );
    }

    #[test]
    fn random_ids_are_of_the_vocabulary_and_differ() {
        let mut ids = random_ids(256, 512);
        assert!(ids.iter().all(|&id| id < 512));
        ids.sort_unstable();
        ids.dedup();
        assert!(ids.len() > 128);
    }
}
