//! `info`: what a model is, from its headers alone; with `--weights q4` also what the conversion loses.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use inkling_engine::executor::Limits;
use inkling_engine::model::plan::{MemoryPlan, ModelPlan};
use inkling_engine::weights::layout::Layout;
use inkling_engine::weights::placement::Target;
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::model_files::ModelFiles;
use crate::options::PlanArguments;

/// What every WebGPU adapter offers: a model that fits these runs in any browser with the memory for it.
pub(crate) const WEBGPU_LIMITS: Limits = Limits {
    max_binding_bytes: 128 << 20,
    max_buffer_bytes: 256 << 20,
};

#[derive(Args)]
pub(crate) struct Info {
    /// A model: a Hugging Face folder or a GGUF file (of a split one, any part).
    model: PathBuf,
    #[command(flatten)]
    plan: PlanArguments,
}

impl Info {
    pub(crate) fn run(&self) -> Result<Value, Failure> {
        let files = ModelFiles::open(&self.model)?;
        let description = &files.description;
        let config = &description.config;
        let plan = self.plan.plan(description, 0, WEBGPU_LIMITS)?;
        let mut bytes_by_type = BTreeMap::<&str, u64>::new();
        for tensor in &description.tensors {
            *bytes_by_type.entry(tensor.dtype.name()).or_default() += tensor.len_bytes;
        }
        let stored_as = stored_as(&plan);
        // Only a conversion has an error, and only the weights themselves tell how large it is.
        let conversion_error = match self.plan.converts() {
            true => Some(
                files
                    .read_weights(plan.placements)?
                    .conversion
                    .relative_error(),
            ),
            false => None,
        };
        let mut info = json!({
            "name": description.name,
            "architecture": config.architecture,
            "num_layers": config.num_layers,
            "hidden_size": config.hidden_size,
            "num_heads": config.num_heads,
            "num_kv_heads": config.num_kv_heads,
            "head_dim": config.head_dim,
            "vocab_size": config.vocab_size,
            "context_length": config.context_length,
            // Unknown where the tokenizer cannot be read; `inspect` says why.
            "chat_template": files.text().ok().map(|text| text.template.is_some()),
            "num_parameters": description.num_parameters(),
            "bytes_by_type": bytes_by_type,
            "stored_as": stored_as,
            "planned_context": plan.context_tokens,
            "memory_plan": memory_json(plan.memory),
        });
        if let (Some(error), Some(info)) = (conversion_error, info.as_object_mut()) {
            info.insert("conversion_error".into(), error.into());
        }
        Ok(info)
    }
}

/// For each type of tensor in the file, the layouts it has on the GPU, with their bytes there.
fn stored_as(plan: &ModelPlan) -> BTreeMap<&'static str, BTreeMap<&'static str, u64>> {
    let mut stored_as = BTreeMap::<_, BTreeMap<_, u64>>::new();
    for placement in &plan.placements {
        let whole = |layout: &Layout| {
            let bytes = layout.bytes(placement.rows as usize, placement.cols as usize);
            (layout.name(), bytes)
        };
        let (layout, len_bytes) = match &placement.target {
            Target::Matrix { layout, .. } | Target::Columns { layout, .. } => whole(layout),
            Target::Part { part, layout, .. } => match part.plane() {
                Some(plane) => {
                    let planes = layout.planes(placement.cols as usize);
                    let row_bytes = planes.get(plane).copied().unwrap_or(0);
                    (layout.name(), row_bytes as u64 * placement.rows)
                }
                // The order of columns is as long as in the file.
                None => ("u32", placement.len_bytes),
            },
            Target::Vector { .. } => ("f32", placement.rows * placement.cols * 4),
        };
        *stored_as
            .entry(placement.dtype.name())
            .or_default()
            .entry(layout)
            .or_default() += len_bytes;
    }
    stored_as
}

pub(crate) fn memory_json(memory: MemoryPlan) -> Value {
    let MemoryPlan {
        weights,
        kv,
        scratch,
        staging,
        total,
        spare,
    } = memory;
    json!({
        "weights": weights,
        "kv": kv,
        "scratch": scratch,
        "staging": staging,
        "total": total,
        "spare": spare,
    })
}
