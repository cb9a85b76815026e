//! Word of what was checked, for the table in the README.
//!
//! A test that compared a model with its truth leaves a record here; `cargo xtask support` writes the table from the
//! records alone, so a cell is filled only by a test that ran and agreed.

#![allow(
    clippy::panic,
    reason = "a record that cannot be written must fail its test"
)]

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde::Serialize;

use crate::truth::Fixture;

/// What a model ran on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Environment {
    /// The executor in plain Rust.
    Reference,
    /// A GPU with every optional feature it has.
    Vulkan,
    /// The same without any.
    VulkanPlain,
}

impl Environment {
    const fn name(self) -> &'static str {
        match self {
            Self::Reference => "reference",
            Self::Vulkan => "vulkan",
            Self::VulkanPlain => "vulkan-plain",
        }
    }
}

/// A model that agreed with its truth.
#[derive(Serialize)]
pub struct Checked {
    model: String,
    architecture: String,
    formats: BTreeSet<String>,
}

impl From<&Fixture> for Checked {
    fn from(fixture: &Fixture) -> Self {
        Self {
            model: fixture.name.clone(),
            architecture: fixture.description.config.family.hf_class.to_owned(),
            formats: fixture.formats.clone(),
        }
    }
}

#[derive(Serialize)]
struct Record<'a> {
    environment: &'static str,
    checked: &'a [Checked],
}

/// Leaves word of the models of a kind that agreed, in place of what an earlier run left.
///
/// # Panics
/// Where the file cannot be written.
pub fn record(environment: Environment, kind: &str, checked: &[Checked]) {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../target/support"));
    let name = environment.name();
    let file = folder.join(format!("{name}-{kind}.json"));
    let record = Record {
        environment: name,
        checked,
    };
    let written = serde_json::to_vec_pretty(&record)
        .map_err(std::io::Error::from)
        .and_then(|bytes| {
            std::fs::create_dir_all(&folder)?;
            std::fs::write(&file, bytes)
        });
    if let Err(error) = written {
        panic!("{}: {error}", file.display());
    }
}
