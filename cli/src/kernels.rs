//! `kernels`: every kernel of the engine against its reference, on this adapter.

use clap::Args;
use inkling_engine::gpu::{Gpu, GpuOptions};
use inkling_engine::plan::Variant;
use inkling_engine::selftest::{self, Case};
use serde_json::{Value, json};

use crate::bench::{adapter_json, features_json};
use crate::failure::Failure;
use crate::options::AdapterOptions;

#[derive(Args)]
pub(crate) struct Kernels {
    #[command(flatten)]
    adapter: AdapterOptions,
    /// Only kernels whose name contains this.
    #[arg(long, value_name = "NAME")]
    filter: Option<String>,
}

/// What to print, and whether to be content.
pub(crate) struct Checked {
    pub report: Value,
    pub all_passed: bool,
}

impl Kernels {
    pub(crate) fn run(&self) -> Result<Checked, Failure> {
        let filter = self.filter.as_deref().unwrap_or_default();
        let cases: Vec<Case> = selftest::cases()
            .into_iter()
            .filter(|case| case.kernel.name.contains(filter))
            .collect();
        if cases.is_empty() {
            return Err(format!("no kernel's name contains '{filter}'").into());
        }
        pollster::block_on(async {
            let options = self.adapter.gpu_options();
            let mut gpu = Gpu::open(&options).await?;
            let adapter = adapter_json(gpu.report());
            let mut rows = check(&mut gpu, &cases).await;
            if gpu.report().f16 || gpu.report().subgroups {
                // The other tier: what a device without the optional features would run.
                let plain = GpuOptions {
                    f16: Some(false),
                    subgroups: Some(false),
                    ..options
                };
                rows.extend(check(&mut Gpu::open(&plain).await?, &cases).await);
            }
            let num_rows = rows.len();
            let passed = rows.iter().filter(|row| row["pass"] == true).count();
            let report = json!({ "adapter": adapter, "kernels": rows, "passed": passed, "failed": num_rows - passed });
            Ok(Checked {
                report,
                all_passed: passed == num_rows,
            })
        })
    }
}

async fn check(gpu: &mut Gpu, cases: &[Case]) -> Vec<Value> {
    let features = features_json(gpu.report());
    let mut rows = Vec::new();
    let outcomes = selftest::run_all(gpu, cases).await;
    for (case, outcome) in cases.iter().zip(outcomes) {
        let mut row = json!({
            "kernel": case.kernel.name,
            "variant": variant_text(case.variant),
            "features": features,
            "shape": case.shape,
            "pass": false,
        });
        match outcome {
            Ok(outcome) => {
                row["pass"] = outcome.passed.into();
                // JSON has no infinity.
                if outcome.error.is_finite() {
                    row["error"] = outcome.error.into();
                } else {
                    row["reason"] = "a result is not a number".into();
                }
            }
            Err(error) => row["reason"] = error.to_string().into(),
        }
        rows.push(row);
    }
    rows
}

/// What stands behind a kernel's imports, for people.
fn variant_text(variant: Variant) -> String {
    let Variant { weights, kv, rows } = variant;
    let weights = weights.map(|layout| format!("weights {}", layout.name()));
    let kv = kv.map(|kv| format!("kv {kv:?}").to_lowercase());
    let rows = rows.map(|rows| format!("rows {rows}"));
    let parts: Vec<String> = weights.into_iter().chain(kv).chain(rows).collect();
    if parts.is_empty() {
        "only".into()
    } else {
        parts.join(", ")
    }
}
