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
use std::path::{Path, PathBuf};

use inkling_engine::cpu::Cpu;
use inkling_engine::executor::Executor;
use inkling_engine::kernel::KvPrecision;
use inkling_engine::loading::Loading;
use inkling_engine::model::description::Description;
use inkling_engine::model::plan::{ModelPlan, PlanOptions};
use inkling_engine::sample::SamplingOptions;
use inkling_engine::session::{Generate, Session};
use inkling_engine::weights::layout::WeightPolicy;
use inkling_engine::weights::safetensors::SafetensorsHeader;
use inkling_engine::weights::{Parsed, gguf, safetensors};
use inkling_tests::{fixtures, gpu};
use serde_json::Value;

/// f32 sums in another order: the fixtures' own tolerances, against differences above 1.1 for any feature left out.
const CPU_TOLERANCE: f32 = 1e-3;
const GPU_TOLERANCE: f32 = 5e-3;

/// Fixtures this version says it does not run.
const UNSUPPORTED: [&str; 1] = ["gpt2"];

/// A model on disk and what it must say.
struct Fixture {
    name: String,
    description: Description,
    files: Vec<Vec<u8>>,
    prompts: Vec<Prompt>,
}

struct Prompt {
    ids: Vec<u32>,
    positions: Vec<usize>,
    /// One row per position.
    logits: Vec<Vec<f32>>,
    greedy: Vec<u32>,
    margins: Vec<f32>,
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(
        &std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display())),
    )
    .unwrap()
}

fn numbers<T: serde::de::DeserializeOwned>(value: &Value) -> Vec<T> {
    serde_json::from_value(value.clone()).unwrap_or_default()
}

fn safetensors_header(bytes: &[u8]) -> SafetensorsHeader {
    match safetensors::header_from_bytes(bytes, Some(bytes.len() as u64)).unwrap() {
        Parsed::Done(header) => header,
        Parsed::NeedBytes(_) => panic!("a whole file is not enough"),
    }
}

/// The prompts of an expectation that have exact logits.
fn prompts(expected: &Value, truth: &Path) -> Vec<Prompt> {
    let bytes = std::fs::read(truth).unwrap();
    let header = safetensors_header(&bytes);
    let rows = |name: &str| -> Option<Vec<Vec<f32>>> {
        let tensor = header.tensors.iter().find(|tensor| tensor.name == name)?;
        let from = tensor.offset_bytes as usize;
        let values: Vec<f32> = bytes[from..from + tensor.len_bytes as usize]
            .chunks_exact(4)
            .map(|word| f32::from_le_bytes(word.try_into().unwrap()))
            .collect();
        Some(
            values
                .chunks_exact(tensor.shape[1] as usize)
                .map(<[f32]>::to_vec)
                .collect(),
        )
    };
    let greedy_key = if expected["prompts"][0].get("greedy_exact").is_some() {
        "greedy_exact"
    } else {
        "greedy"
    };
    let prompt = |prompt: &Value| {
        let id = prompt["id"].as_str().unwrap();
        Some(Prompt {
            ids: numbers(&prompt["ids"]),
            positions: numbers(&prompt["positions"]),
            logits: rows(&format!("{id}.logits")).or_else(|| rows(&format!("{id}.exact")))?,
            greedy: numbers(&prompt[greedy_key]),
            margins: numbers(&prompt[format!("{greedy_key}_margin")]),
        })
    };
    expected["prompts"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(prompt)
        .collect()
}

fn folder(path: &Path) -> Fixture {
    let mut names: Vec<PathBuf> = std::fs::read_dir(path)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    names.retain(|name| {
        name.file_name()
            .unwrap()
            .to_str()
            .unwrap()
            .starts_with("model")
            && name.extension().unwrap() == "safetensors"
    });
    names.sort();
    let files: Vec<Vec<u8>> = names
        .iter()
        .map(|name| std::fs::read(name).unwrap())
        .collect();
    let shards = names
        .iter()
        .zip(&files)
        .map(|(name, bytes)| (name.display().to_string(), safetensors_header(bytes)));
    let config = std::fs::read(path.join("config.json")).unwrap();
    Fixture {
        name: path.file_name().unwrap().to_str().unwrap().to_owned(),
        description: Description::from_hf(&config, None, shards.collect()).unwrap(),
        files,
        prompts: prompts(
            &json(&path.join("expected.json")),
            &path.join("expected.safetensors"),
        ),
    }
}

fn gguf_model(expectation: &Path) -> Fixture {
    let expected = json(expectation);
    let names: Vec<String> = match &expected["file"] {
        Value::String(name) => vec![name.clone()],
        several => numbers(several),
    };
    let mut files = Vec::new();
    let mut parts = Vec::new();
    for name in names {
        let bytes = std::fs::read(expectation.parent().unwrap().join(&name)).unwrap();
        match gguf::header_from_bytes(&bytes, Some(bytes.len() as u64)).unwrap() {
            Parsed::Done(header) => parts.push((name, header)),
            Parsed::NeedBytes(_) => panic!("a whole file is not enough"),
        }
        files.push(bytes);
    }
    let name = expectation
        .file_name()
        .unwrap()
        .to_str()
        .unwrap()
        .replace(".expected.json", "");
    let truth = expectation.with_extension("safetensors");
    Fixture {
        name,
        description: Description::from_gguf(parts).unwrap(),
        files,
        prompts: prompts(&expected, &truth),
    }
}

/// Paths of all fixtures of a kind, in order.
fn paths(root: &Path, kind: &str) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(root.join(kind))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    let is_one = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_str().unwrap();
        let stem = name.strip_suffix(".expected.json");
        let wanted = if kind == "gguf" {
            stem.is_some()
        } else {
            path.is_dir()
        };
        wanted && !UNSUPPORTED.contains(&stem.unwrap_or(name))
    };
    paths.retain(is_one);
    paths.sort();
    paths
}

fn fixture(path: &Path) -> Fixture {
    if path.is_dir() {
        folder(path)
    } else {
        gguf_model(path)
    }
}

async fn load<X: Executor>(executor: X, fixture: &Fixture) -> Session<X> {
    let options = PlanOptions {
        context_length: None,
        kv: KvPrecision::F32,
        weights: WeightPolicy::Keep,
    };
    let plan = ModelPlan::new(&fixture.description, &options, executor.limits()).unwrap();
    let mut loading = Loading::new(executor, fixture.description.clone(), plan)
        .await
        .unwrap();
    for (file, bytes) in fixture.files.iter().enumerate() {
        loading.push(file, 0, bytes).unwrap();
    }
    loading.finish().await.unwrap()
}

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
    let mut session = load(executor, fixture).await;
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

fn check<X: Executor>(mut executor: X, kind: &str, tolerance: f32) {
    let Some(root) = fixtures() else { return };
    let mut all = Vec::new();
    let paths = paths(&root, kind);
    assert!(!paths.is_empty(), "no fixtures in {kind}");
    for path in paths {
        // The device goes from model to model, as it does in the page.
        let found;
        (found, executor) = pollster::block_on(complaints(executor, &fixture(&path), tolerance));
        all.extend(found);
    }
    assert!(all.is_empty(), "{}", all.join("\n"));
}

#[test]
fn folders_on_the_reference() {
    check(Cpu::new(), "models", CPU_TOLERANCE);
}

#[test]
fn trained_weights_on_the_reference() {
    check(Cpu::new(), "real", CPU_TOLERANCE);
}

#[test]
fn gguf_on_the_reference() {
    check(Cpu::new(), "gguf", CPU_TOLERANCE);
}

#[test]
fn folders_on_the_gpu() {
    check(gpu(true), "models", GPU_TOLERANCE);
}

#[test]
fn folders_on_the_gpu_without_optional_features() {
    check(gpu(false), "models", GPU_TOLERANCE);
}

#[test]
fn trained_weights_on_the_gpu() {
    check(gpu(true), "real", GPU_TOLERANCE);
}

#[test]
fn gguf_on_the_gpu() {
    check(gpu(true), "gguf", GPU_TOLERANCE);
}

#[test]
fn gguf_on_the_gpu_without_optional_features() {
    check(gpu(false), "gguf", GPU_TOLERANCE);
}

#[test]
fn the_comparison_can_fail() {
    let Some(root) = fixtures() else { return };
    let mut model = folder(&root.join("models/llama3-tied-gqa"));
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
