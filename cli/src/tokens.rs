//! `tokenize` and `detokenize`.

use std::path::PathBuf;

use clap::Args;
use inkling_engine::text::SpecialTokens;
use serde_json::{Value, json};

use crate::arguments::TokenList;
use crate::failure::Failure;
use crate::json_file;
use crate::source::TokenizerSource;

#[derive(Args)]
pub(crate) struct Tokenize {
    #[command(flatten)]
    source: TokenizerSource,
    #[command(flatten)]
    text: TextSource,
    /// Do not add the model's own special tokens.
    #[arg(long)]
    no_special: bool,
}

#[derive(Args)]
#[group(required = true, multiple = false)]
struct TextSource {
    /// The text.
    #[arg(long, allow_hyphen_values = true)]
    text: Option<String>,
    /// A JSON array of texts.
    #[arg(long, value_name = "FILE")]
    texts_file: Option<PathBuf>,
}

impl Tokenize {
    pub(crate) fn run(&self) -> Result<Value, Failure> {
        let tokenizer = self.source.open()?;
        let special = if self.no_special {
            SpecialTokens::Skip
        } else {
            SpecialTokens::Add
        };
        let encode = |text: &str| tokenizer.encode(text, special);
        match (&self.text.text, &self.text.texts_file) {
            (Some(text), _) => Ok(json!({ "ids": encode(text)? })),
            (None, Some(path)) => {
                let texts: Vec<String> = json_file::parse(path, "a JSON array of texts")?;
                let ids = texts
                    .iter()
                    .map(|text| encode(text))
                    .collect::<Result<Vec<_>, _>>()?;
                Ok(json!({ "ids": ids }))
            }
            (None, None) => Err("give --text or --texts-file".into()),
        }
    }
}

#[derive(Args)]
pub(crate) struct Detokenize {
    #[command(flatten)]
    source: TokenizerSource,
    #[command(flatten)]
    tokens: TokenList,
    /// Leave special tokens out of the text.
    #[arg(long)]
    skip_special: bool,
}

impl Detokenize {
    pub(crate) fn run(&self) -> Result<Value, Failure> {
        let tokenizer = self.source.open()?;
        let ids = self.tokens.ids()?;
        if let Some(id) = ids.iter().find(|&&id| tokenizer.token_text(id).is_none()) {
            return Err(format!("token {id} is not in the vocabulary").into());
        }
        Ok(json!({ "text": tokenizer.decode(&ids, self.skip_special) }))
    }
}
