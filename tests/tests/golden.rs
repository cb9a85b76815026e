//! The golden set of this repository: a tiny model and what another implementation computes of it.
//!
//! `tests/golden/make.py` made it, in NumPy and float64, sharing nothing with the engine. It needs no fixtures, so a
//! lone clone can prove the engine against something that is not the engine.

#![allow(clippy::panic, clippy::unwrap_used, reason = "tests")]

use std::ops::ControlFlow;

use inkling_engine::cpu::Cpu;
use inkling_engine::executor::Executor;
use inkling_engine::kernel::KvPrecision;
use inkling_engine::loading::Loading;
use inkling_engine::model::description::{Description, HfConfigs};
use inkling_engine::model::plan::{ModelPlan, PlanOptions};
use inkling_engine::sample::SamplingOptions;
use inkling_engine::session::{Generate, Session};
use inkling_engine::weights::layout::WeightPolicy;
use inkling_engine::weights::{Parsed, safetensors};
use inkling_tests::gpu;
use serde::Deserialize;

const CONFIG: &[u8] = include_bytes!("../golden/config.json");
const MODEL: &[u8] = include_bytes!("../golden/model.safetensors");
const EXPECTED: &[u8] = include_bytes!("../golden/expected.json");

#[derive(Deserialize)]
struct Expected {
    prompt: Vec<u32>,
    logits: Vec<Vec<f32>>,
    greedy: Vec<u32>,
    margins: Vec<f32>,
}

fn expected() -> Expected {
    serde_json::from_slice(EXPECTED).unwrap()
}

fn session<X: Executor>(executor: X) -> Session<X> {
    let Parsed::Done(header) =
        safetensors::header_from_bytes(MODEL, Some(MODEL.len() as u64)).unwrap()
    else {
        panic!("a whole file is not enough")
    };
    let shards = vec![("model.safetensors".to_owned(), header)];
    let description = Description::from_hf(HfConfigs::of(CONFIG), shards).unwrap();
    let options = PlanOptions {
        context_length: None,
        kv: KvPrecision::F32,
        weights: WeightPolicy::Keep,
    };
    let plan = ModelPlan::new(&description, &options, executor.limits()).unwrap();
    let mut loading = pollster::block_on(Loading::new(executor, description, plan)).unwrap();
    loading.push(0, 0, MODEL).unwrap();
    pollster::block_on(loading.finish()).unwrap()
}

fn worst_error(want: &[Vec<f32>], got: &[Vec<f32>]) -> f32 {
    assert_eq!(want.len(), got.len());
    let pairs = want.iter().flatten().zip(got.iter().flatten());
    pairs.fold(0.0, |worst, (want, got)| {
        let error = (want - got).abs();
        if error.is_nan() {
            f32::INFINITY
        } else {
            worst.max(error)
        }
    })
}

fn check<X: Executor>(executor: X, tolerance: f32) {
    let expected = expected();
    let mut session = session(executor);
    let positions: Vec<usize> = (0..expected.prompt.len()).collect();
    let logits = pollster::block_on(session.logits(&expected.prompt, &positions)).unwrap();
    let error = worst_error(&expected.logits, &logits);
    assert!(error < tolerance, "logits differ by {error}");
    // The comparison can fail: one position further is another answer.
    let shifted: Vec<Vec<f32>> = logits
        .iter()
        .cycle()
        .skip(1)
        .take(logits.len())
        .cloned()
        .collect();
    assert!(worst_error(&expected.logits, &shifted) > 100.0 * tolerance);

    // Every step is decided by more than rounding.
    assert!(
        expected
            .margins
            .iter()
            .all(|margin| *margin > 2.0 * tolerance)
    );
    let generate = Generate {
        sampling: SamplingOptions::default(),
        max_tokens: expected.greedy.len(),
        stop_ids: Vec::new(),
        fresh_context: true,
        keep_tokens: None,
    };
    let generated = session.generate(&expected.prompt, &generate, |_| ControlFlow::Continue(()));
    assert_eq!(
        pollster::block_on(generated).unwrap().tokens,
        expected.greedy
    );
}

#[test]
fn the_reference_agrees() {
    check(Cpu::new(), 1e-3);
}

#[test]
fn the_gpu_agrees_with_its_optional_features() {
    check(gpu(true), 5e-3);
}

#[test]
fn the_gpu_agrees_without_optional_features() {
    check(gpu(false), 5e-3);
}
