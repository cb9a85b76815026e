//! The reference models on disk, and what transformers or llama.cpp computed with them.
//!
//! Reads every kind of fixture into one shape, so that each test can ask its own question of all of them. Must not know
//! what is asked, nor how a model is run.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test whose truth is not as described must fail"
)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use inkling_engine::executor::Executor;
use inkling_engine::loading::Loading;
use inkling_engine::model::config::RopeScaling;
use inkling_engine::model::description::{Description, HfConfigs};
use inkling_engine::model::plan::{ModelPlan, PlanOptions};
use inkling_engine::session::Session;
use inkling_engine::weights::safetensors::SafetensorsHeader;
use inkling_engine::weights::{Parsed, gguf, safetensors};
use serde_json::Value;

/// A model on disk and what it must say.
pub struct Fixture {
    /// `gguf/llama-odd-Q4_0`: the folder of its kind, and its own name.
    pub name: String,
    pub description: Description,
    pub files: Vec<Vec<u8>>,
    pub prompts: Vec<Prompt>,
    /// Everything the expectation says.
    pub expected: Value,
    /// How its matrices are stored, as people call it: `GGUF Q4_K`, `safetensors BF16`, `GPTQ`.
    pub formats: BTreeSet<String>,
}

pub struct Prompt {
    pub ids: Vec<u32>,
    pub positions: Vec<usize>,
    /// One row per position.
    pub logits: Vec<Vec<f32>>,
    pub greedy: Vec<u32>,
    pub margins: Vec<f32>,
}

/// Paths of all fixtures of a kind, in order.
pub fn paths(root: &Path, kind: &str) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(root.join(kind))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    let is_one = |path: &PathBuf| {
        let name = path.file_name().unwrap().to_str().unwrap();
        if kind == "gguf" {
            name.ends_with(".expected.json")
        } else {
            path.is_dir()
        }
    };
    paths.retain(is_one);
    paths.sort();
    paths
}

/// The model of such a path.
pub fn fixture(path: &Path) -> Fixture {
    if path.parent().unwrap().ends_with("gptq_awq") {
        let mut fixture = folder(path);
        round_frequencies(&mut fixture.description);
        fixture
    } else if path.is_dir() {
        folder(path)
    } else {
        gguf_model(path)
    }
}

/// The truth of the packed fixtures was computed by a model that had been turned to half precision and back, and
/// its rotary frequencies with it. A model whose weights are loaded has them in f32, as transformers does and
/// this engine; the difference is 0.08 in a logit after 200 tokens. So the same rounding is asked for here, as
/// factors of the frequencies, which leaves everything else to be compared at the usual tolerance.
fn round_frequencies(description: &mut Description) {
    let rope = description.config.rope.as_mut().unwrap();
    let factors = (0..rope.rotary_dim / 2).map(|pair| {
        let frequency = rope.theta.powf(-2.0 * pair as f64 / rope.rotary_dim as f64);
        frequency / half::f16::from_f64(frequency).to_f64()
    });
    rope.scaling = RopeScaling::LongRope {
        short_factor: factors.collect(),
        long_factor: Vec::new(),
        original_context: usize::MAX,
        attention_factor: 1.0,
    };
}

/// The model on an executor, with all its weights.
pub async fn load<X: Executor>(
    executor: X,
    fixture: &Fixture,
    options: &PlanOptions,
) -> Session<X> {
    let plan = ModelPlan::new(&fixture.description, options, executor.limits()).unwrap();
    let mut loading = Loading::new(executor, fixture.description.clone(), plan)
        .await
        .unwrap();
    for (file, bytes) in fixture.files.iter().enumerate() {
        loading.push(file, 0, bytes).unwrap();
    }
    loading.finish().await.unwrap()
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
    let description = Description::from_hf(HfConfigs::of(&config), shards.collect()).unwrap();
    let quantization: Value =
        serde_json::from_slice::<Value>(&config).unwrap()["quantization_config"].take();
    let formats = match quantization["quant_method"].as_str() {
        Some(method) => BTreeSet::from([method.to_uppercase()]),
        None => matrix_formats("safetensors", &description),
    };
    let expected = json(&path.join("expected.json"));
    Fixture {
        name: name_from_path(path),
        description,
        files,
        prompts: prompts(&expected, &path.join("expected.safetensors")),
        expected,
        formats,
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
    let truth = expectation.with_extension("safetensors");
    let description = Description::from_gguf(parts).unwrap();
    Fixture {
        name: name_from_path(expectation),
        formats: matrix_formats("GGUF", &description),
        description,
        files,
        prompts: prompts(&expected, &truth),
        expected,
    }
}

/// `models/olmo2`, `gguf/llama-odd-Q4_0`.
fn name_from_path(path: &Path) -> String {
    let part = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
    let kind = part(path.parent().unwrap());
    format!("{kind}/{}", part(path).replace(".expected.json", ""))
}

fn matrix_formats(container: &str, description: &Description) -> BTreeSet<String> {
    let matrices = description
        .roles()
        .filter(|(_, tensor)| tensor.shape.len() > 1);
    matrices
        .map(|(_, tensor)| format!("{container} {}", tensor.dtype))
        .collect()
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
