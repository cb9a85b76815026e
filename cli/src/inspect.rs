//! `inspect`: what is in a file or a model, after every check that needs no computing.

use std::path::{Path, PathBuf};

use clap::Args;
use inkling_engine::Error;
use inkling_engine::kernel::KvPrecision;
use inkling_engine::model::description::Description;
use inkling_engine::model::inspect;
use inkling_engine::model::plan::{ModelPlan, PlanOptions};
use inkling_engine::text::ChatInput;
use inkling_engine::weights::layout::WeightPolicy;
use serde_json::{Value, json};

use crate::chat;
use crate::failure::Failure;
use crate::info::WEBGPU_LIMITS;
use crate::model_files::{self, ModelFiles};

#[derive(Args)]
pub(crate) struct Inspect {
    /// A model folder, a GGUF file or a safetensors file.
    path: PathBuf,
}

impl Inspect {
    pub(crate) fn run(&self) -> Result<Value, Failure> {
        let path = self.path.as_path();
        if path.is_dir() {
            inspect_folder(path)
        } else if model_files::is_gguf(path)? {
            inspect_gguf(path)
        } else if path
            .extension()
            .is_some_and(|extension| extension.eq_ignore_ascii_case("safetensors"))
        {
            Ok(inspect::safetensors(&model_files::safetensors_header(
                path,
            )?))
        } else {
            Err(format!(
                "{} is no model folder, GGUF file or safetensors file",
                path.display()
            )
            .into())
        }
    }
}

fn inspect_folder(folder: &Path) -> Result<Value, Failure> {
    let headers: Vec<_> = model_files::safetensors_shards(folder)?
        .into_iter()
        .map(|(_, header)| header)
        .collect();
    check_model(&ModelFiles::open(folder)?)?;
    Ok(inspect::shards(&headers))
}

fn inspect_gguf(path: &Path) -> Result<Value, Failure> {
    let parts = model_files::gguf_parts(path)?;
    let report = inspect::gguf(&parts)?;
    // The report refuses a model that does not fit together, so what cannot be described here holds no model.
    if Description::from_gguf(parts).is_ok() {
        check_model(&ModelFiles::open(path)?)?;
    }
    Ok(report)
}

/// Checks the text side and every weight of a model whose headers are in order.
fn check_model(files: &ModelFiles) -> Result<(), Failure> {
    let text = files.text()?;
    if text.template.is_some() {
        // Templates are programs: only running one shows that it ends.
        let messages = json!([{ "role": "user", "content": "Hello" }]);
        text.encode_chat(&ChatInput::new(messages, chat::now()))?;
    }
    check_weights(files)
}

/// Reads all weights as a loading would, for values that are not numbers.
fn check_weights(files: &ModelFiles) -> Result<(), Failure> {
    let options = PlanOptions {
        context_length: Some(1),
        kv: KvPrecision::F16,
        weights: WeightPolicy::Keep,
    };
    let plan = match ModelPlan::new(&files.description, &options, WEBGPU_LIMITS) {
        Ok(plan) => plan,
        // Nothing is wrong with a model that this engine does not run.
        Err(Error::Unsupported(_)) => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    files.read_weights(plan.placements)?;
    Ok(())
}
