//! `logits`: what the model says at some positions of a prompt.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};

use crate::arguments::TokenList;
use crate::failure::Failure;
use crate::model_files::ModelFiles;
use crate::options::RunOptions;

#[derive(Args)]
pub(crate) struct Logits {
    #[command(flatten)]
    run: RunOptions,
    #[command(flatten)]
    tokens: TokenList,
    /// Positions with commas between them, from 0; negative ones count from the end (default: all).
    #[arg(long, value_name = "LIST", allow_hyphen_values = true)]
    positions: Option<String>,
    /// A safetensors file for the logits, f32 [positions, vocabulary].
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl Logits {
    pub(crate) fn run(&self) -> Result<Value, Failure> {
        let ids = self.tokens.ids()?;
        if ids.is_empty() {
            return Err("there are no tokens to compute".into());
        }
        let positions = match &self.positions {
            Some(list) => positions_from_list(list, ids.len())?,
            None => (0..ids.len()).collect(),
        };
        let files = ModelFiles::open(self.run.model())?;
        let rows = pollster::block_on(async {
            let mut loaded = self.run.load(files, ids.len()).await?;
            Ok::<_, Failure>(loaded.session.logits(&ids, &positions).await?)
        })?;
        if let Some(path) = &self.out {
            write_safetensors(path, &rows)
                .map_err(|error| format!("{} cannot be written: {error}", path.display()))?;
        }
        Ok(json!({ "num_tokens": ids.len(), "positions": positions }))
    }
}

/// Positions as indices into `num_tokens` tokens.
fn positions_from_list(list: &str, num_tokens: usize) -> Result<Vec<usize>, Failure> {
    list.split(',')
        .map(|entry| {
            let position: i64 = entry
                .trim()
                .parse()
                .map_err(|_| format!("'{entry}' in --positions is not a position"))?;
            let from_start = if position < 0 {
                position.saturating_add_unsigned(num_tokens as u64)
            } else {
                position
            };
            usize::try_from(from_start)
                .ok()
                .filter(|&index| index < num_tokens)
                .ok_or_else(|| {
                    format!("position {position} is outside of the {num_tokens} tokens").into()
                })
        })
        .collect()
}

/// A safetensors file with one tensor, `logits`.
fn write_safetensors(path: &Path, rows: &[Vec<f32>]) -> std::io::Result<()> {
    let columns = rows.first().map_or(0, Vec::len);
    let len_bytes = rows.len() * columns * 4;
    let header = json!({ "logits": { "dtype": "F32", "shape": [rows.len(), columns], "data_offsets": [0, len_bytes] } });
    let mut header = header.to_string();
    // The format wants the data aligned to eight bytes, and allows spaces for that.
    header.extend(std::iter::repeat_n(
        ' ',
        header.len().next_multiple_of(8) - header.len(),
    ));
    let mut file = BufWriter::new(File::create(path)?);
    file.write_all(&(header.len() as u64).to_le_bytes())?;
    file.write_all(header.as_bytes())?;
    for value in rows.iter().flatten() {
        file.write_all(&value.to_le_bytes())?;
    }
    file.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_from_either_end() {
        assert_eq!(positions_from_list("0, 3,-1,-4", 4), Ok(vec![0, 3, 3, 0]));
        for bad in ["4", "-5", "", "x", "1,,2", "-9223372036854775808"] {
            assert!(positions_from_list(bad, 4).is_err(), "{bad}");
        }
    }
}
