//! A model on disk: a Hugging Face folder, or a tokenizer.json by itself.

use std::path::{Path, PathBuf};

use clap::Args;
use inkling_engine::text::{ChatTemplate, TemplateConfig, Tokenizer};

use crate::{Failure, json_file};

/// Where a tokenizer comes from.
#[derive(Args)]
#[group(required = true, multiple = false)]
pub(crate) struct TokenizerSource {
    /// A model: a Hugging Face folder.
    model: Option<PathBuf>,
    /// A tokenizer.json.
    #[arg(long, value_name = "FILE")]
    tokenizer: Option<PathBuf>,
}

impl TokenizerSource {
    pub(crate) fn open(&self) -> Result<Tokenizer, Failure> {
        match (&self.model, &self.tokenizer) {
            (Some(model), _) => tokenizer_of_model(model),
            (None, Some(file)) => tokenizer_from_file(file),
            (None, None) => Err("give a model or --tokenizer".into()),
        }
    }
}

/// The tokenizer of a model folder.
pub(crate) fn tokenizer_of_model(model: &Path) -> Result<Tokenizer, Failure> {
    tokenizer_from_file(&folder(model)?.join("tokenizer.json"))
}

fn tokenizer_from_file(file: &Path) -> Result<Tokenizer, Failure> {
    Tokenizer::from_json(&json_file::bytes(file)?)
        .map_err(|error| format!("{}: {error}", file.display()))
}

/// The chat template of a model folder: from chat_template.jinja, else from tokenizer_config.json.
pub(crate) fn template_of_model(model: &Path) -> Result<ChatTemplate, Failure> {
    let folder = folder(model)?;
    let config = folder.join("tokenizer_config.json");
    let mut config = if config.is_file() {
        TemplateConfig::from_json(&json_file::bytes(&config)?).map_err(|error| error.to_string())?
    } else {
        TemplateConfig::default()
    };
    let own_file = folder.join("chat_template.jinja");
    if own_file.is_file() {
        config.set_default_template(json_file::text(&own_file)?);
    }
    ChatTemplate::from_config(config)
        .map_err(|error| error.to_string())?
        .ok_or_else(|| format!("{} has no chat template", model.display()))
}

fn folder(model: &Path) -> Result<&Path, Failure> {
    if model.is_dir() {
        return Ok(model);
    }
    if model.exists() {
        return Err(format!("{} is not a model folder", model.display()));
    }
    Err(format!("{} does not exist", model.display()))
}
