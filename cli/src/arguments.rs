//! Arguments that several subcommands share.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::failure::Failure;
use crate::json_file;

/// Token ids on the command line or in a file.
#[derive(Args)]
#[group(required = true, multiple = false)]
pub(crate) struct TokenList {
    /// Token ids with commas between them.
    #[arg(long, value_name = "IDS", allow_hyphen_values = true)]
    tokens: Option<String>,
    /// A JSON array of token ids.
    #[arg(long, value_name = "FILE")]
    tokens_file: Option<PathBuf>,
}

impl TokenList {
    pub(crate) fn ids(&self) -> Result<Vec<u32>, Failure> {
        ids(self.tokens.as_deref(), self.tokens_file.as_deref())
    }
}

/// The ids of either argument.
pub(crate) fn ids(tokens: Option<&str>, tokens_file: Option<&Path>) -> Result<Vec<u32>, Failure> {
    match (tokens, tokens_file) {
        (Some(list), _) => ids_from_list(list),
        (None, Some(path)) => json_file::parse(path, "a JSON array of token ids"),
        (None, None) => Err("give --tokens or --tokens-file".into()),
    }
}

fn ids_from_list(list: &str) -> Result<Vec<u32>, Failure> {
    if list.trim().is_empty() {
        return Ok(Vec::new());
    }
    list.split(',')
        .map(|id| {
            let parsed = id.trim().parse();
            parsed.map_err(|_| format!("'{id}' in --tokens is not a token id").into())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_ids() {
        assert_eq!(ids_from_list("1, 2,3"), Ok(vec![1, 2, 3]));
        assert_eq!(ids_from_list(""), Ok(vec![]));
        for bad in ["1,,2", "-1", "a", "4294967296", "1.5"] {
            assert!(ids_from_list(bad).is_err(), "{bad}");
        }
    }
}
