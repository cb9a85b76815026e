//! `template`: a conversation as the model will read it.

use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::{ArgAction, Args};
use inkling_engine::text::{ChatInput, ChatTemplate, Now, TemplateConfig};
use serde_json::{Map, Value, json};

use crate::failure::Failure;
use crate::{json_file, source};

#[derive(Args)]
pub(crate) struct Template {
    #[command(flatten)]
    source: TemplateSource,
    /// The text of the beginning-of-sequence token, with --template.
    #[arg(
        long,
        value_name = "TEXT",
        requires = "template",
        allow_hyphen_values = true
    )]
    bos_token: Option<String>,
    /// The text of the end-of-sequence token, with --template.
    #[arg(
        long,
        value_name = "TEXT",
        requires = "template",
        allow_hyphen_values = true
    )]
    eos_token: Option<String>,
    /// A JSON array of messages.
    #[arg(long, value_name = "FILE")]
    messages: PathBuf,
    /// A JSON array of tool descriptions.
    #[arg(long, value_name = "FILE")]
    tools: Option<PathBuf>,
    /// A JSON object of further template variables.
    #[arg(long, value_name = "FILE")]
    options: Option<PathBuf>,
    /// End with the opening of the assistant's turn.
    #[arg(long, value_name = "BOOL", action = ArgAction::Set, default_value_t = true)]
    add_generation_prompt: bool,
    /// The moment the template sees as now (default: the clock, in UTC).
    #[arg(long, value_name = "ISO8601")]
    now: Option<String>,
}

#[derive(Args)]
#[group(required = true, multiple = false)]
struct TemplateSource {
    /// A model: a Hugging Face folder or a GGUF file.
    model: Option<PathBuf>,
    /// A template file.
    #[arg(long, value_name = "FILE")]
    template: Option<PathBuf>,
}

impl Template {
    pub(crate) fn run(&self) -> Result<Value, Failure> {
        let now = match &self.now {
            Some(text) => Now::from_iso8601(text)
                .ok_or_else(|| format!("--now '{text}' is not an ISO 8601 time"))?,
            None => now(),
        };
        let mut input = ChatInput::new(messages(&self.messages)?, now);
        input.add_generation_prompt = self.add_generation_prompt;
        if let Some(path) = &self.tools {
            let tools: Vec<Value> = json_file::parse(path, "a JSON array of tools")?;
            input.tools = Some(Value::Array(tools));
        }
        if let Some(path) = &self.options {
            let options: Map<String, Value> = json_file::parse(path, "a JSON object of options")?;
            input.options = options;
        }
        match (&self.source.model, &self.source.template) {
            (Some(model), _) => {
                let (template, tokenizer) = source::template_of_model(model)?;
                let chat = template.render_for(&input, &tokenizer)?;
                let ids = tokenizer.encode_chat(&chat)?;
                Ok(json!({ "text": chat.text, "ids": ids }))
            }
            (None, Some(file)) => {
                let source = json_file::text(file)?;
                let config = TemplateConfig::from_source(
                    source,
                    self.bos_token.clone(),
                    self.eos_token.clone(),
                );
                let template = ChatTemplate::from_config(config)?.ok_or("the template is empty")?;
                let text = template.render(&input)?;
                Ok(json!({ "text": text }))
            }
            (None, None) => Err("give a model or --template".into()),
        }
    }
}

/// The messages of a file: an array of objects.
pub(crate) fn messages(path: &std::path::Path) -> Result<Value, Failure> {
    let messages: Vec<Map<String, Value>> = json_file::parse(path, "a JSON array of messages")?;
    Ok(messages.into_iter().map(Value::Object).collect())
}

/// The clock in UTC: the standard library knows no time zones.
pub(crate) fn now() -> Now {
    let seconds = match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_secs()).unwrap_or(i64::MAX),
        Err(before) => -i64::try_from(before.duration().as_secs()).unwrap_or(i64::MAX),
    };
    Now::from_unix_seconds(seconds, 0)
}
