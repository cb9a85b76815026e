//! The kernel cases and whole models in a browser.
//!
//! Shader compilers differ: what lavapipe computes says nothing of what a browser makes of the same WGSL. Pages
//! of the browser tests load this module. Part of no shipped page.

mod models;

use inkling_engine::gpu::{Gpu, GpuOptions};
use inkling_engine::selftest;
use wasm_bindgen::prelude::wasm_bindgen;

/// Runs every case and returns `adapter`, the number of cases, and a line for each that failed. `rest`: only the cases in
/// which it matters whether there are subgroups, because the others have run.
#[wasm_bindgen]
pub async fn run(subgroups: bool, rest: bool) -> String {
    let options = GpuOptions {
        subgroups: Some(subgroups),
        ..GpuOptions::default()
    };
    let mut gpu = match Gpu::open(&options).await {
        Ok(gpu) => gpu,
        Err(error) => return format!("no adapter\n0\n{error}"),
    };
    let mut cases = selftest::cases();
    cases.retain(|case| !rest || case.kernel.reduces());
    let mut lines = vec![format!("{:?}", gpu.report()), cases.len().to_string()];
    let outcomes = selftest::run_all(&mut gpu, &cases).await;
    for (case, outcome) in cases.iter().zip(outcomes) {
        match outcome {
            Ok(outcome) if outcome.passed => {}
            Ok(outcome) => lines.push(format!(
                "{} {}: error {:.2e}",
                case.kernel.name, case.shape, outcome.error
            )),
            Err(error) => lines.push(format!("{} {}: {error}", case.kernel.name, case.shape)),
        }
    }
    lines.join("\n")
}
