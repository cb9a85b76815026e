//! The options of everything that plans or runs a model, and what they lead to: a plan, a device, a session.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use inkling_engine::cpu::Cpu;
use inkling_engine::executor::{Executor as _, Limits};
use inkling_engine::gpu::{Gpu, GpuOptions};
use inkling_engine::kernel::KvPrecision;
use inkling_engine::loading::Loading;
use inkling_engine::model::description::Description;
use inkling_engine::model::plan::{ModelPlan, PlanOptions};
use inkling_engine::session::Session;
use inkling_engine::weights::layout::WeightPolicy;

use crate::device::Device;
use crate::failure::Failure;
use crate::model_files::ModelFiles;

/// A model and how to run it.
#[derive(Args)]
pub(crate) struct RunOptions {
    /// A model: a Hugging Face folder or a GGUF file (of a split one, any part).
    pub model: PathBuf,
    /// What computes: the GPU, or the slow and exact reference.
    #[arg(long, value_enum, default_value = "gpu")]
    executor: ExecutorKind,
    #[command(flatten)]
    adapter: AdapterOptions,
    #[command(flatten)]
    plan: PlanArguments,
}

/// Which graphics adapter, and which of its optional features.
#[derive(Args)]
pub(crate) struct AdapterOptions {
    /// Part of the graphics adapter's name.
    #[arg(long, value_name = "SUBSTRING")]
    adapter: Option<String>,
    /// Optional features: f16=on|off,subgroups=on|off (default: whatever the adapter has).
    #[arg(long, value_name = "LIST", value_parser = features_from_list)]
    features: Option<Features>,
}

/// What becomes of the weights and how much is remembered.
#[derive(Args)]
pub(crate) struct PlanArguments {
    /// keep: weights stay exactly as they are; q4: float matrices become 4-bit, as in the browser.
    #[arg(long, value_enum, default_value = "keep")]
    weights: Weights,
    /// Precision of the key/value cache; q8 and q4 have a scale for every 32 values.
    #[arg(long, value_enum, default_value = "f16")]
    kv: Kv,
    /// Tokens that the context holds (default: what the model and the memory allow, up to 8192).
    #[arg(long, value_name = "N")]
    context: Option<usize>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ExecutorKind {
    Gpu,
    Cpu,
}

#[derive(Clone, Copy, ValueEnum)]
enum Weights {
    Keep,
    Q4,
}

#[derive(Clone, Copy, ValueEnum)]
enum Kv {
    F32,
    F16,
    Q8,
    Q4,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Features {
    f16: Option<bool>,
    subgroups: Option<bool>,
}

fn features_from_list(list: &str) -> Result<Features, String> {
    let mut features = Features::default();
    for entry in list.split(',') {
        let (name, value) = entry
            .split_once('=')
            .ok_or_else(|| format!("'{entry}' is not name=on or name=off"))?;
        let value = match value.trim() {
            "on" => true,
            "off" => false,
            other => return Err(format!("'{other}' is neither on nor off")),
        };
        match name.trim() {
            "f16" => features.f16 = Some(value),
            "subgroups" => features.subgroups = Some(value),
            other => {
                return Err(format!(
                    "'{other}' is not a feature; there are f16 and subgroups"
                ));
            }
        }
    }
    Ok(features)
}

impl AdapterOptions {
    pub(crate) fn gpu_options(&self) -> GpuOptions {
        let Features { f16, subgroups } = self.features.unwrap_or_default();
        GpuOptions {
            adapter: self.adapter.clone(),
            f16,
            subgroups,
            ..GpuOptions::default()
        }
    }
}

impl PlanArguments {
    /// Whether float weights are rounded on the way.
    pub(crate) fn converts(&self) -> bool {
        matches!(self.weights, Weights::Q4)
    }

    fn options(&self) -> PlanOptions {
        let kv = match self.kv {
            Kv::F32 => KvPrecision::F32,
            Kv::F16 => KvPrecision::F16,
            Kv::Q8 => KvPrecision::Q8,
            Kv::Q4 => KvPrecision::Q4,
        };
        let weights = match self.weights {
            Weights::Keep => WeightPolicy::Keep,
            Weights::Q4 => WeightPolicy::Q4,
        };
        PlanOptions {
            context_length: self.context,
            kv,
            weights,
        }
    }

    /// The plan, with a context of at least `needed_tokens` where none was asked for and the model allows it.
    pub(crate) fn plan(
        &self,
        description: &Description,
        needed_tokens: usize,
        limits: Limits,
    ) -> Result<ModelPlan, Failure> {
        let mut options = self.options();
        let plan = ModelPlan::new(description, &options, limits)?;
        let longer = needed_tokens.min(description.config.context_length);
        if self.context.is_some() || longer <= plan.context_tokens {
            return Ok(plan);
        }
        options.context_length = Some(longer);
        Ok(ModelPlan::new(description, &options, limits)?)
    }
}

/// A model on its device.
pub(crate) struct Loaded {
    pub files: ModelFiles,
    /// What was planned; its placements have gone into the loading.
    pub plan: ModelPlan,
    pub session: Session<Device>,
}

impl RunOptions {
    pub(crate) fn model(&self) -> &Path {
        &self.model
    }

    /// Loads the model, with room for `needed_tokens` where that is possible.
    pub(crate) async fn load(
        &self,
        files: ModelFiles,
        needed_tokens: usize,
    ) -> Result<Loaded, Failure> {
        let device = match self.executor {
            ExecutorKind::Gpu => {
                Device::Gpu(Box::new(Gpu::open(&self.adapter.gpu_options()).await?))
            }
            ExecutorKind::Cpu => Device::Cpu(Cpu::new()),
        };
        let plan = self
            .plan
            .plan(&files.description, needed_tokens, device.limits())?;
        let mut loading = Loading::new(device, files.description.clone(), plan.clone()).await?;
        for file in 0..files.num_files() {
            let ranges = loading.needed_ranges(file);
            files.read(file, &ranges, |offset_bytes, bytes| {
                loading.push(file, offset_bytes, bytes)
            })?;
        }
        Ok(Loaded {
            files,
            plan,
            session: loading.finish().await?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_features() {
        let both = Features {
            f16: Some(true),
            subgroups: Some(false),
        };
        assert_eq!(features_from_list("f16=on,subgroups=off"), Ok(both));
        for bad in ["", "f16", "f16=yes", "bf16=on"] {
            assert!(features_from_list(bad).is_err(), "{bad}");
        }
    }
}
