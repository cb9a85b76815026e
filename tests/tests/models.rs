//! Whole models against ground truth that transformers made: logits, and greedy tokens.
//!
//! Every supported fixture, as a folder and as GGUF, on the reference and on the GPU with and without its optional
//! features. The truth comes from outside, so nothing this engine gets wrong on both sides can hide.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests"
)]

use std::ops::ControlFlow;

use inkling_engine::cpu::Cpu;
use inkling_engine::executor::Executor;
use inkling_engine::kernel::KvPrecision;
use inkling_engine::model::plan::PlanOptions;
use inkling_engine::sample::SamplingOptions;
use inkling_engine::session::Generate;
use inkling_engine::weights::layout::WeightPolicy;
use inkling_tests::support::{self, Environment};
use inkling_tests::truth::{self, Fixture};
use inkling_tests::{fixtures, gpu};

/// f32 sums in another order: the fixtures' own tolerances, against differences above 1.1 for any feature left out.
const CPU_TOLERANCE: f32 = 1e-3;
const GPU_TOLERANCE: f32 = 5e-3;

/// Everything exactly as the file has it, in 32 bits.
const EXACT: PlanOptions = PlanOptions {
    context_length: None,
    kv: KvPrecision::F32,
    weights: WeightPolicy::Keep,
};

/// Largest difference, and whether the most likely token agrees where its lead is clear.
fn difference(want: &[f32], got: &[f32], tolerance: f32) -> (f32, bool) {
    let worst = want.iter().zip(got).fold(0.0f32, |worst, (want, got)| {
        let error = (want - got).abs();
        if error.is_nan() {
            f32::INFINITY
        } else {
            worst.max(error)
        }
    });
    let worst = if want.len() == got.len() {
        worst
    } else {
        f32::INFINITY
    };
    let best = |row: &[f32]| {
        (0..row.len())
            .max_by(|&a, &b| row[a].total_cmp(&row[b]))
            .unwrap_or_default()
    };
    let top = best(want);
    let second = want
        .iter()
        .enumerate()
        .filter(|(id, _)| *id != top)
        .map(|(_, &logit)| logit)
        .fold(f32::NEG_INFINITY, f32::max);
    (
        worst,
        best(got) == top || want[top] - second < 2.0 * tolerance,
    )
}

/// Every complaint about a model on an executor.
async fn complaints<X: Executor>(
    executor: X,
    fixture: &Fixture,
    tolerance: f32,
) -> (Vec<String>, X) {
    let mut session = truth::load(executor, fixture, &EXACT).await;
    let mut complaints = Vec::new();
    for (number, prompt) in fixture.prompts.iter().enumerate() {
        let name = format!("{} prompt {number}", fixture.name);
        let rows = session
            .logits(&prompt.ids, &prompt.positions)
            .await
            .unwrap();
        for ((want, got), position) in prompt.logits.iter().zip(&rows).zip(&prompt.positions) {
            let (error, same_top) = difference(want, got, tolerance);
            if error > tolerance || !same_top {
                complaints.push(format!(
                    "{name} position {position}: error {error:.1e}, same token {same_top}"
                ));
            }
        }
        let clear = prompt
            .margins
            .iter()
            .take_while(|&&margin| margin >= 2.0 * tolerance)
            .count();
        let options = Generate {
            sampling: SamplingOptions::default(),
            max_tokens: clear,
            stop_ids: Vec::new(),
            fresh_context: number % 2 == 0,
            keep_tokens: None,
        };
        let generated = session
            .generate(&prompt.ids, &options, |_| ControlFlow::Continue(()))
            .await
            .unwrap();
        if generated.tokens[..] != prompt.greedy[..clear] {
            complaints.push(format!(
                "{name}: greedy {:?} instead of {:?}",
                generated.tokens,
                &prompt.greedy[..clear]
            ));
        }
    }
    assert!(
        !fixture.prompts.is_empty(),
        "{} has no prompts",
        fixture.name
    );
    (complaints, session.into_executor())
}

/// Checks every model of a kind, and leaves word of those that agree for the table in the README.
fn check<X: Executor>(mut executor: X, environment: Environment, kind: &str) {
    let Some(root) = fixtures() else { return };
    let tolerance = match environment {
        Environment::Reference => CPU_TOLERANCE,
        Environment::Vulkan | Environment::VulkanPlain => GPU_TOLERANCE,
    };
    let mut all = Vec::new();
    let mut agreeing = Vec::new();
    let paths = truth::paths(&root, kind);
    assert!(!paths.is_empty(), "no fixtures in {kind}");
    for path in paths {
        let fixture = truth::fixture(&path);
        // The device goes from model to model, as it does in the page.
        let found;
        (found, executor) = pollster::block_on(complaints(executor, &fixture, tolerance));
        if found.is_empty() {
            agreeing.push(support::Checked::from(&fixture));
        }
        all.extend(found);
    }
    support::record(environment, kind, &agreeing);
    assert!(all.is_empty(), "{}", all.join("\n"));
}

#[test]
fn folders_on_the_reference() {
    check(Cpu::new(), Environment::Reference, "models");
}

#[test]
fn trained_weights_on_the_reference() {
    check(Cpu::new(), Environment::Reference, "real");
}

#[test]
fn gguf_on_the_reference() {
    check(Cpu::new(), Environment::Reference, "gguf");
}

#[test]
fn packed_checkpoints_on_the_reference() {
    check(Cpu::new(), Environment::Reference, "gptq_awq");
}

#[test]
fn packed_checkpoints_on_the_gpu() {
    check(gpu(true), Environment::Vulkan, "gptq_awq");
}

#[test]
fn folders_on_the_gpu() {
    check(gpu(true), Environment::Vulkan, "models");
}

#[test]
fn folders_on_the_gpu_without_optional_features() {
    check(gpu(false), Environment::VulkanPlain, "models");
}

#[test]
fn trained_weights_on_the_gpu() {
    check(gpu(true), Environment::Vulkan, "real");
}

#[test]
fn gguf_on_the_gpu() {
    check(gpu(true), Environment::Vulkan, "gguf");
}

#[test]
fn gguf_on_the_gpu_without_optional_features() {
    check(gpu(false), Environment::VulkanPlain, "gguf");
}

#[test]
fn the_comparison_can_fail() {
    let Some(root) = fixtures() else { return };
    let mut model = truth::fixture(&root.join("models/llama3-tied-gqa"));
    // Two prompts with each other's truth: logits and tokens are both wrong now.
    model.prompts.retain(|prompt| prompt.positions.len() > 1);
    model.prompts.truncate(2);
    let [first, second] = model.prompts.as_mut_slice() else {
        panic!("too few prompts")
    };
    std::mem::swap(&mut first.logits[0], &mut second.logits[0]);
    std::mem::swap(&mut first.greedy, &mut second.greedy);
    std::mem::swap(&mut first.margins, &mut second.margins);
    let (found, _) = pollster::block_on(complaints(Cpu::new(), &model, GPU_TOLERANCE));
    assert_eq!(
        found
            .iter()
            .filter(|complaint| complaint.contains("error"))
            .count(),
        2,
        "{found:?}"
    );
    assert_eq!(
        found
            .iter()
            .filter(|complaint| complaint.contains("greedy"))
            .count(),
        2,
        "{found:?}"
    );

    let row = [0.0, 1.0, 5.0];
    assert_eq!(difference(&row, &row, 1e-3), (0.0, true));
    assert_eq!(
        difference(&row, &[0.0, 1.0, f32::NAN], 1e-3).0,
        f32::INFINITY
    );
    assert_eq!(difference(&row, &row[..2], 1e-3).0, f32::INFINITY);
    assert!(!difference(&row, &[9.0, 1.0, 5.0], 1e-3).1);
}
