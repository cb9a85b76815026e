//! Logits of whole models in a browser.
//!
//! The shipped worker gives out tokens, not logits; this gives the logits of any model file, so that a test can
//! hold a browser to the same tolerance as the native executors. Weights stay exact and the cache is f32.

use std::cell::RefCell;

use inkling_engine::error::{Error, Result};
use inkling_engine::executor::Executor;
use inkling_engine::gpu::{Gpu, GpuOptions};
use inkling_engine::kernel::KvPrecision;
use inkling_engine::loading::Loading;
use inkling_engine::model::description::{Description, HfConfigs};
use inkling_engine::model::plan::{ModelPlan, PlanOptions};
use inkling_engine::weights::layout::WeightPolicy;
use inkling_engine::weights::{Parsed, gguf, safetensors};
use js_sys::{Array, Uint8Array};
use wasm_bindgen::JsError;
use wasm_bindgen::prelude::wasm_bindgen;

thread_local! {
    /// The device goes from model to model, as it does in the page: what was compiled for one serves the next.
    static GPU: RefCell<Option<Gpu>> = const { RefCell::new(None) };
}

/// Rows of logits one after another, of some positions of `tokens`. With `config` (a `config.json`) the files are
/// safetensors, without it the parts of a GGUF model.
#[wasm_bindgen]
pub async fn logits(
    config: Option<Vec<u8>>,
    files: Array,
    tokens: Vec<u32>,
    positions: Vec<usize>,
) -> std::result::Result<Vec<f32>, JsError> {
    let files: Vec<Vec<u8>> = files
        .iter()
        .map(|file| Uint8Array::new(&file).to_vec())
        .collect();
    let rows = rows(config, &files, &tokens, &positions).await;
    rows.map_err(|error| JsError::new(&error.to_string()))
}

async fn rows(
    config: Option<Vec<u8>>,
    files: &[Vec<u8>],
    tokens: &[u32],
    positions: &[usize],
) -> Result<Vec<f32>> {
    let description = description(config, files)?;
    let kept = GPU.with_borrow_mut(Option::take);
    let gpu = match kept {
        Some(gpu) => gpu,
        None => Gpu::open(&GpuOptions::default()).await?,
    };
    let options = PlanOptions {
        context_length: None,
        kv: KvPrecision::F32,
        weights: WeightPolicy::Keep,
    };
    let plan = ModelPlan::new(&description, &options, gpu.limits())?;
    let mut loading = Loading::new(gpu, description, plan).await?;
    for (file, bytes) in files.iter().enumerate() {
        loading.push(file, 0, bytes)?;
    }
    let mut session = loading.finish().await?;
    let rows = session.logits(tokens, positions).await?;
    GPU.set(Some(session.into_executor()));
    Ok(rows.concat())
}

fn description(config: Option<Vec<u8>>, files: &[Vec<u8>]) -> Result<Description> {
    let named = |index: usize| format!("file {index}");
    match config {
        Some(config) => {
            let mut shards = Vec::new();
            for (index, bytes) in files.iter().enumerate() {
                let header = safetensors::header_from_bytes(bytes, Some(bytes.len() as u64))?;
                shards.push((named(index), whole(header)?));
            }
            Description::from_hf(HfConfigs::of(&config), shards)
        }
        None => {
            let mut parts = Vec::new();
            for (index, bytes) in files.iter().enumerate() {
                let header = gguf::header_from_bytes(bytes, Some(bytes.len() as u64))?;
                parts.push((named(index), whole(header)?));
            }
            Description::from_gguf(parts)
        }
    }
}

fn whole<T>(parsed: Parsed<T>) -> Result<T> {
    match parsed {
        Parsed::Done(header) => Ok(header),
        Parsed::NeedBytes(_) => Err(Error::Unsupported("a header is cut off".into())),
    }
}
