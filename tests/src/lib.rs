//! What tests of several crates share: the fixtures, GPUs to run on, and word of what was checked.

pub mod support;
pub mod truth;

pub mod tensors;

use std::path::PathBuf;

use inkling_engine::Result;
use inkling_engine::executor::{Executor, Limits};
use inkling_engine::gpu::{Gpu, GpuOptions};
use inkling_engine::kernel::KvPrecision;
use inkling_engine::loading::Loading;
use inkling_engine::model::description::{Description, HfConfigs};
use inkling_engine::model::plan::{ModelPlan, PlanOptions};
use inkling_engine::session::Session;
use inkling_engine::weights::layout::WeightPolicy;
use inkling_engine::weights::{Parsed, gguf, safetensors};

/// The folder of ground truth, or `None` outside CI where it is absent (said on standard error).
///
/// # Panics
/// In CI: there its absence must not pass for success.
#[allow(clippy::panic, reason = "a test that cannot find its truth must fail")]
pub fn fixtures() -> Option<PathBuf> {
    let folder = std::env::var_os("INKLING_FIXTURES").map_or_else(
        || {
            PathBuf::from(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/../../shared/fixtures"
            ))
        },
        PathBuf::from,
    );
    if folder.join("manifest.json").exists() {
        return Some(folder);
    }
    if std::env::var_os("CI").is_some() {
        panic!("no fixtures at {}; set INKLING_FIXTURES", folder.display());
    }
    eprintln!("ignored: no fixtures at {}", folder.display());
    None
}

/// A GPU with every optional feature it has, or without any.
///
/// # Panics
/// Where there is no adapter at all: the software adapter is part of the test set-up.
#[allow(clippy::panic, reason = "without an adapter there is nothing to test")]
pub fn gpu(optional_features: bool) -> Gpu {
    let choice = if optional_features { None } else { Some(false) };
    let options = GpuOptions {
        f16: choice,
        subgroups: choice,
        ..GpuOptions::default()
    };
    match pollster::block_on(Gpu::open(&options)) {
        Ok(gpu) => gpu,
        Err(error) => panic!("{error}; on Debian: apt-get install mesa-vulkan-drivers libvulkan1"),
    }
}

/// A GGUF model in one file, planned within `limits` and loaded onto an executor.
///
/// # Panics
/// Where the file cannot be read or its header is incomplete.
#[allow(clippy::panic, reason = "a test's own files are whole")]
pub fn load_gguf<X: Executor>(
    executor: X,
    bytes: &[u8],
    context_tokens: usize,
    limits: Limits,
) -> Result<Session<X>> {
    load_gguf_with(executor, bytes, context_tokens, limits, KvPrecision::F32)
}

/// As [`load_gguf`], with a cache of that precision.
///
/// # Panics
/// Where the file cannot be read or its header is incomplete.
#[allow(clippy::panic, reason = "a test's own files are whole")]
pub fn load_gguf_with<X: Executor>(
    executor: X,
    bytes: &[u8],
    context_tokens: usize,
    limits: Limits,
    kv: KvPrecision,
) -> Result<Session<X>> {
    let Parsed::Done(header) = gguf::header_from_bytes(bytes, Some(bytes.len() as u64))? else {
        panic!("a whole file is not enough")
    };
    let description = Description::from_gguf(vec![("model".into(), header)])?;
    load(executor, description, bytes, context_tokens, limits, kv)
}

/// A Hugging Face model whose weights are one safetensors file, planned within `limits` and loaded onto an executor.
///
/// # Panics
/// Where the header is incomplete.
#[allow(clippy::panic, reason = "a test's own files are whole")]
pub fn load_hf<X: Executor>(
    executor: X,
    config_json: &[u8],
    bytes: &[u8],
    context_tokens: usize,
    limits: Limits,
) -> Result<Session<X>> {
    let Parsed::Done(header) = safetensors::header_from_bytes(bytes, Some(bytes.len() as u64))?
    else {
        panic!("a whole file is not enough")
    };
    let description =
        Description::from_hf(HfConfigs::of(config_json), vec![("model".into(), header)])?;
    load(
        executor,
        description,
        bytes,
        context_tokens,
        limits,
        KvPrecision::F32,
    )
}

fn load<X: Executor>(
    executor: X,
    description: Description,
    bytes: &[u8],
    context_tokens: usize,
    limits: Limits,
    kv: KvPrecision,
) -> Result<Session<X>> {
    let options = PlanOptions {
        context_length: Some(context_tokens),
        kv,
        weights: WeightPolicy::Keep,
    };
    let plan = ModelPlan::new(&description, &options, limits)?;
    let mut loading = pollster::block_on(Loading::new(executor, description, plan))?;
    loading.push(0, 0, bytes)?;
    pollster::block_on(loading.finish())
}
