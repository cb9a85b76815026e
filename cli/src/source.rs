//! Where a tokenizer or a template comes from: a model, or a file by itself.
//!
//! A tokenizer needs no weights, so that of a model this engine cannot run can be used all the same.

use std::path::{Path, PathBuf};

use clap::Args;
use inkling_engine::model_text::{apply_config, tokenizer_from_metadata};
use inkling_engine::text::{ChatTemplate, TemplateConfig, Tokenizer};

use crate::failure::Failure;
use crate::json_file;
use crate::model_files::{ModelFiles, gguf_parts, is_gguf};

/// Where a tokenizer comes from.
#[derive(Args)]
#[group(required = true, multiple = false)]
pub(crate) struct TokenizerSource {
    /// A model: a Hugging Face folder or a GGUF file.
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

/// The chat template of a model and the tokenizer that it names tokens of.
pub(crate) fn template_of_model(model: &Path) -> Result<(ChatTemplate, Tokenizer), Failure> {
    let (template, tokenizer) = if model.is_dir() {
        (template_of_folder(model)?, tokenizer_of_model(model)?)
    } else {
        let text = ModelFiles::open(model)?.text()?;
        (text.template, text.tokenizer)
    };
    let template = template.ok_or_else(|| format!("{} has no chat template", model.display()))?;
    Ok((template, tokenizer))
}

fn tokenizer_of_model(model: &Path) -> Result<Tokenizer, Failure> {
    if model.is_dir() {
        let mut tokenizer = tokenizer_from_file(&model.join("tokenizer.json"))?;
        apply_config(&mut tokenizer, &tokenizer_config(model)?);
        return Ok(tokenizer);
    }
    if !is_gguf(model)? {
        return Err(format!(
            "{} is neither a model folder nor a GGUF file",
            model.display()
        )
        .into());
    }
    let parts = gguf_parts(model)?;
    let (_, first) = parts.first().ok_or("the model has no files")?;
    Ok(tokenizer_from_metadata(&first.metadata)?)
}

fn tokenizer_from_file(file: &Path) -> Result<Tokenizer, Failure> {
    let tokenizer = Tokenizer::from_json(&json_file::bytes(file)?);
    tokenizer.map_err(|error| format!("{}: {error}", file.display()).into())
}

/// From chat_template.jinja, else from tokenizer_config.json.
fn template_of_folder(folder: &Path) -> Result<Option<ChatTemplate>, Failure> {
    let mut config = tokenizer_config(folder)?;
    let own_file = folder.join("chat_template.jinja");
    if own_file.exists() {
        config.set_default_template(json_file::text(&own_file)?);
    }
    Ok(ChatTemplate::from_config(config)?)
}

fn tokenizer_config(folder: &Path) -> Result<TemplateConfig, Failure> {
    let json = json_file::bytes_if_present(&folder.join("tokenizer_config.json"))?;
    Ok(match json {
        Some(json) => TemplateConfig::from_json(&json)?,
        None => TemplateConfig::default(),
    })
}
