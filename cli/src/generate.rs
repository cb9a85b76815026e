//! `generate`: the continuation of a prompt, or the answer to a conversation.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::Args;
use inkling_engine::model_text::ModelText;
use inkling_engine::sample::SamplingOptions;
use inkling_engine::session::{Ended, Generate, Progress};
use inkling_engine::text::{ChatInput, StopMatcher, TokenStream};
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::model_files::ModelFiles;
use crate::options::RunOptions;
use crate::{arguments, chat};

#[derive(Args)]
pub(crate) struct GenerateText {
    #[command(flatten)]
    run: RunOptions,
    #[command(flatten)]
    prompt: Prompt,
    #[command(flatten)]
    sampling: Sampling,
    /// Tokens to generate at most.
    #[arg(long, value_name = "N", default_value_t = 256)]
    max_tokens: usize,
    /// A text that ends the answer and is not part of it; can be given several times.
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    stop: Vec<String>,
    /// Go on where the model would end its answer.
    #[arg(long)]
    ignore_eos: bool,
}

#[derive(Args)]
#[group(required = true, multiple = false)]
struct Prompt {
    /// Token ids with commas between them.
    #[arg(long, value_name = "IDS", allow_hyphen_values = true)]
    tokens: Option<String>,
    /// A JSON array of token ids.
    #[arg(long, value_name = "FILE")]
    tokens_file: Option<PathBuf>,
    /// Text to be continued.
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    prompt: Option<String>,
    /// A JSON array of messages to be answered.
    #[arg(long, value_name = "FILE")]
    messages: Option<PathBuf>,
}

#[derive(Args)]
struct Sampling {
    /// 0 takes the most likely token every time.
    #[arg(long, value_name = "T", default_value_t = 0.0)]
    temperature: f32,
    /// Keep the K most likely tokens (0: all).
    #[arg(long, value_name = "K", default_value_t = 0)]
    top_k: u32,
    /// Keep the fewest most likely tokens that together have this probability.
    #[arg(long, value_name = "P", default_value_t = 1.0)]
    top_p: f32,
    /// Keep tokens at least this likely relative to the most likely.
    #[arg(long, value_name = "M", default_value_t = 0.0)]
    min_p: f32,
    /// Make tokens that have occurred less likely (1: off).
    #[arg(long, value_name = "R", default_value_t = 1.0)]
    repetition_penalty: f32,
    /// The same seed gives the same answer.
    #[arg(long, value_name = "S", default_value_t = 0)]
    seed: u64,
}

impl Sampling {
    fn options(&self) -> Result<SamplingOptions, Failure> {
        let options = SamplingOptions {
            temperature: self.temperature,
            top_k: self.top_k,
            top_p: self.top_p,
            min_p: self.min_p,
            repetition_penalty: self.repetition_penalty,
            seed: self.seed,
            ..SamplingOptions::default()
        };
        options.validate()?;
        Ok(options)
    }
}

impl Prompt {
    /// What is generated goes on where the prompt ends, in the same text.
    fn is_text_to_continue(&self, text: &ModelText) -> bool {
        self.prompt.is_some() || self.messages.is_some() && text.template.is_none()
    }

    fn ids(&self, text: &ModelText) -> Result<Vec<u32>, Failure> {
        if let Some(prompt) = &self.prompt {
            return Ok(text.encode_text(prompt)?);
        }
        if let Some(path) = &self.messages {
            return Ok(text.encode_chat(&ChatInput::new(chat::messages(path)?, chat::now()))?);
        }
        arguments::ids(self.tokens.as_deref(), self.tokens_file.as_deref())
    }
}

/// An answer while it grows.
struct Answer<'a> {
    text: &'a ModelText,
    stream: TokenStream,
    stops: StopMatcher,
    shown: String,
    first_token_at: Option<Instant>,
    last_token_at: Option<Instant>,
}

impl Answer<'_> {
    fn observe(&mut self, progress: Progress<'_>) -> ControlFlow<()> {
        let Progress::Token { id, .. } = progress else {
            return ControlFlow::Continue(());
        };
        let now = Instant::now();
        self.first_token_at.get_or_insert(now);
        self.last_token_at = Some(now);
        if let Some(piece) = self.stream.push(&self.text.tokenizer, id) {
            self.shown.push_str(&self.stops.push(&piece));
        }
        if self.stops.has_stopped() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }

    /// The whole text, and whether a stop text ended it.
    fn finish(mut self) -> (String, bool) {
        if let Some(piece) = self.stream.finish(&self.text.tokenizer) {
            self.shown.push_str(&self.stops.push(&piece));
        }
        let stopped = self.stops.has_stopped();
        self.shown.push_str(&self.stops.finish());
        (self.shown, stopped)
    }
}

impl GenerateText {
    pub(crate) fn run(&self) -> Result<Value, Failure> {
        let sampling = self.sampling.options()?;
        let files = ModelFiles::open(self.run.model())?;
        let text = files.text()?;
        let prompt = self.prompt.ids(&text)?;
        let needed_tokens = prompt.len().saturating_add(self.max_tokens);
        let options = Generate {
            sampling,
            max_tokens: self.max_tokens,
            stop_ids: if self.ignore_eos {
                Vec::new()
            } else {
                text.stop_ids.clone()
            },
            fresh_context: true,
            keep_tokens: None,
        };
        let mut answer = Answer {
            text: &text,
            stream: if self.prompt.is_text_to_continue(&text) {
                TokenStream::after(&text.tokenizer, &prompt)
            } else {
                TokenStream::new()
            },
            stops: StopMatcher::new(self.stop.iter().cloned()),
            shown: String::new(),
            first_token_at: None,
            last_token_at: None,
        };
        let (started_at, generated) = pollster::block_on(async {
            let mut loaded = self.run.load(files, needed_tokens).await?;
            let started_at = Instant::now();
            let generated = loaded
                .session
                .generate(&prompt, &options, |progress| answer.observe(progress))
                .await?;
            Ok::<_, Failure>((started_at, generated))
        })?;
        let first_at = answer.first_token_at.unwrap_or(started_at);
        let decoding = answer.last_token_at.unwrap_or(first_at) - first_at;
        let timings = timings(
            prompt.len(),
            first_at - started_at,
            generated.tokens.len().saturating_sub(1),
            decoding,
        );
        let (shown, stopped) = answer.finish();
        let finish_reason = match generated.ended {
            Ended::StopToken | Ended::Stopped => "stop",
            Ended::Length | Ended::ContextFull if stopped => "stop",
            Ended::Length => "length",
            Ended::ContextFull => "context_full",
        };
        Ok(json!({
            "prompt_tokens": prompt.len(),
            "tokens": generated.tokens,
            "text": shown,
            "finish_reason": finish_reason,
            "timings": timings,
        }))
    }
}

/// The first token belongs to the prefill: its logits come of it. Rates of no tokens are left out.
fn timings(
    prompt_tokens: usize,
    prefill: Duration,
    decoded_tokens: usize,
    decoding: Duration,
) -> Value {
    let mut timings =
        json!({ "prefill_ms": milliseconds(prefill), "decode_ms": milliseconds(decoding) });
    for (key, num_tokens, time) in [
        ("prefill_tok_s", prompt_tokens, prefill),
        ("decode_tok_s", decoded_tokens, decoding),
    ] {
        if num_tokens > 0 && !time.is_zero() {
            timings[key] = (num_tokens as f64 / time.as_secs_f64()).into();
        }
    }
    timings
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
