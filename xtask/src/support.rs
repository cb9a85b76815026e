//! `cargo xtask support`: the table of checked models in the README.
//!
//! Tests that compared a model with its truth, natively and in browsers, leave records in `target/support/`; the table is
//! made of these alone, so that a cell is filled only by a test that ran and agreed. Knows no model and no format: a
//! new one appears when its test does.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::process::{Failure, Result, workspace_root};

const BEGIN: &str = "<!-- written by `cargo xtask support`, from what the tests checked -->";
const END: &str = "<!-- end of what `cargo xtask support` writes -->";

/// What models run on: the name in the records, the letter in the table, and what it means.
const ENVIRONMENTS: [(&str, char, &str); 5] = [
    ("reference", 'R', "the reference executor, in plain Rust"),
    ("vulkan", 'V', "Vulkan with the adapter's optional features"),
    ("vulkan-plain", 'P', "Vulkan without any optional feature"),
    ("chromium", 'C', "Chromium"),
    ("firefox", 'F', "Firefox"),
];

/// How the table stands to the README.
#[derive(Debug, PartialEq, Eq)]
pub enum Standing {
    Same,
    Differs,
    /// Not all tests have left records here; which are missing.
    Unknown(String),
}

/// Where the tests leave their records.
pub fn records_dir() -> PathBuf {
    workspace_root().join("target").join("support")
}

/// Writes the table into the README.
pub fn run() -> Result<bool> {
    let table = match read_table(&records_dir())? {
        Ok(table) => table,
        Err(missing) => {
            return Err(Failure::new(format!(
                "no test has left word of {missing}; run `cargo xtask test rust site browsers` first"
            )));
        }
    };
    let path = readme_path();
    let readme = read(&path)?;
    fs::write(&path, with_table(&readme, &table)?).map_err(|error| Failure::io(&path, &error))?;
    println!("support: the table in {} is written", path.display());
    Ok(true)
}

/// Whether the README says what the tests found.
pub fn check() -> Result<Standing> {
    let table = match read_table(&records_dir())? {
        Ok(table) => table,
        Err(missing) => return Ok(Standing::Unknown(missing)),
    };
    let readme = read(&readme_path())?;
    Ok(if with_table(&readme, &table)? == readme {
        Standing::Same
    } else {
        Standing::Differs
    })
}

fn readme_path() -> PathBuf {
    workspace_root().join("README.md")
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).map_err(|error| Failure::io(path, &error))
}

/// The table, or the environments of which there is no record.
fn read_table(folder: &Path) -> Result<Result<String, String>> {
    let mut records = Vec::new();
    if folder.is_dir() {
        let entries = fs::read_dir(folder).map_err(|error| Failure::io(folder, &error))?;
        for entry in entries {
            let path = entry.map_err(|error| Failure::io(folder, &error))?.path();
            let record = serde_json::from_str(&read(&path)?)
                .map_err(|error| Failure::new(format!("{}: {error}", path.display())))?;
            records.push(record);
        }
    }
    table_from_records(&records)
}

/// Which letters a pair of format and architecture has earned.
type Cells = BTreeMap<(String, String), BTreeSet<usize>>;

fn table_from_records(records: &[Value]) -> Result<Result<String, String>> {
    let missing: Vec<&str> = ENVIRONMENTS
        .iter()
        .map(|(name, ..)| *name)
        .filter(|name| records.iter().all(|record| record["environment"] != *name))
        .collect();
    if !missing.is_empty() {
        return Ok(Err(missing.join(", ")));
    }
    // Browsers name the model alone; what it is stands in the records of the native tests.
    let described: BTreeMap<&str, &Value> = checked(records)
        .filter(|(_, model)| model.get("architecture").is_some())
        .filter_map(|(_, model)| Some((model["model"].as_str()?, model)))
        .collect();
    let mut cells = Cells::new();
    for (environment, model) in checked(records) {
        let name = model["model"].as_str().unwrap_or_default();
        let column = ENVIRONMENTS
            .iter()
            .position(|(known, ..)| environment == *known)
            .ok_or_else(|| {
                Failure::new(format!("a record of '{environment}', which is unknown"))
            })?;
        let described = described.get(name).ok_or_else(|| {
            Failure::new(format!(
                "{environment} checked '{name}', which no native test did"
            ))
        })?;
        let architecture = described["architecture"].as_str().unwrap_or_default();
        for format in described["formats"].as_array().into_iter().flatten() {
            let format = format.as_str().unwrap_or_default().to_owned();
            let cell = cells.entry((format, architecture.to_owned())).or_default();
            cell.insert(column);
        }
    }
    Ok(Ok(render(&cells)))
}

/// Every model of every record, with the record's environment.
fn checked(records: &[Value]) -> impl Iterator<Item = (&str, &Value)> {
    records.iter().flat_map(|record| {
        let environment = record["environment"].as_str().unwrap_or_default();
        let models = record["checked"].as_array().into_iter().flatten();
        models.map(move |model| (environment, model))
    })
}

fn render(cells: &Cells) -> String {
    let formats: BTreeSet<&String> = cells.keys().map(|(format, _)| format).collect();
    let architectures: BTreeSet<&String> = cells.keys().map(|(_, of)| of).collect();
    let mut text = String::new();
    let mut row = |first: &str, rest: &[String]| {
        text.push_str(&format!("| {first} | {} |\n", rest.join(" | ")));
    };
    let heads: Vec<String> = architectures.iter().map(|name| people_say(name)).collect();
    row("matrices stored as", &heads);
    row("---", &vec!["---".to_owned(); heads.len()]);
    for format in formats {
        let letters = |architecture: &&String| -> String {
            let cell = cells.get(&(format.clone(), (*architecture).clone()));
            cell.into_iter()
                .flatten()
                .filter_map(|&column| ENVIRONMENTS.get(column))
                .map(|(_, letter, _)| *letter)
                .collect()
        };
        row(
            format,
            &architectures.iter().map(letters).collect::<Vec<_>>(),
        );
    }
    let meanings: Vec<String> = ENVIRONMENTS
        .iter()
        .map(|(_, letter, meaning)| format!("{letter}: {meaning}"))
        .collect();
    text.push_str(&format!("\n{}.\n", meanings.join("; ")));
    text
}

/// `Qwen3MoeForCausalLM` as its makers write it.
fn people_say(class: &str) -> String {
    let suffixes = ["ForCausalLM", "LMHeadModel"];
    let family = suffixes
        .iter()
        .find_map(|suffix| class.strip_suffix(suffix));
    match family.unwrap_or(class) {
        "Qwen3Moe" => "Qwen3-MoE",
        "Olmo2" => "OLMo2",
        "Phi3" => "Phi-3",
        "GPT2" => "GPT-2",
        "Gemma2" => "Gemma 2",
        "Gemma3" => "Gemma 3",
        other => other,
    }
    .to_owned()
}

fn with_table(readme: &str, table: &str) -> Result<String> {
    let parts = readme.split_once(BEGIN).and_then(|(before, rest)| {
        let (_, after) = rest.split_once(END)?;
        Some((before, after))
    });
    let Some((before, after)) = parts else {
        return Err(Failure::new(format!(
            "README.md has no place for the table: it needs the lines '{BEGIN}' and '{END}'"
        )));
    };
    Ok(format!("{before}{BEGIN}\n{table}{END}{after}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn records() -> Vec<Value> {
        let llama = json!({
            "model": "gguf/llama", "architecture": "LlamaForCausalLM", "formats": ["GGUF Q4_K", "GGUF Q6_K"]
        });
        let moe = json!({
            "model": "models/moe", "architecture": "Qwen3MoeForCausalLM", "formats": ["safetensors BF16"]
        });
        vec![
            json!({ "environment": "reference", "checked": [llama, moe] }),
            json!({ "environment": "vulkan", "checked": [llama] }),
            json!({ "environment": "vulkan-plain", "checked": [] }),
            json!({ "environment": "chromium", "checked": [{ "model": "gguf/llama" }] }),
            json!({ "environment": "firefox", "checked": [{ "model": "models/moe" }] }),
        ]
    }

    #[test]
    fn cells_hold_what_the_records_say() {
        let table = table_from_records(&records()).unwrap().unwrap();
        let lines: Vec<&str> = table.lines().collect();
        assert_eq!(lines[0], "| matrices stored as | Llama | Qwen3-MoE |");
        assert_eq!(lines[2], "| GGUF Q4_K | RVC |  |");
        assert_eq!(lines[3], "| GGUF Q6_K | RVC |  |");
        assert_eq!(lines[4], "| safetensors BF16 |  | RF |");
    }

    #[test]
    fn what_did_not_run_is_not_claimed() {
        let mut records = records();
        records.pop();
        assert_eq!(
            table_from_records(&records).unwrap(),
            Err("firefox".to_owned())
        );
        assert_eq!(
            read_table(Path::new("no such folder")).unwrap(),
            Err("reference, vulkan, vulkan-plain, chromium, firefox".to_owned())
        );
    }

    #[test]
    fn a_model_that_only_a_browser_knows_is_refused() {
        let mut records = records();
        records.push(json!({ "environment": "firefox", "checked": [{ "model": "models/x" }] }));
        assert!(table_from_records(&records).is_err());
        records.pop();
        records.push(json!({ "environment": "toaster", "checked": [{ "model": "gguf/llama" }] }));
        assert!(table_from_records(&records).is_err());
    }

    #[test]
    fn only_what_lies_between_the_marks_is_written() {
        let readme = format!("before\n{BEGIN}\nold\n{END}\nafter\n");
        let written = with_table(&readme, "new\n").unwrap();
        assert_eq!(written, format!("before\n{BEGIN}\nnew\n{END}\nafter\n"));
        // A table that somebody changed by hand is another text.
        assert_ne!(written, readme);
        assert_eq!(with_table(&written, "new\n").unwrap(), written);
        assert!(with_table("no marks", "new\n").is_err());
    }

    #[test]
    fn this_readme_has_a_place_for_the_table() {
        assert!(with_table(&read(&readme_path()).unwrap(), "").is_ok());
    }
}
