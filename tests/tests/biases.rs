//! Attention biases of OLMo 2, which no fixture has, against the same model with the biases moved elsewhere.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use half::f16;
use inkling_engine::cpu::Cpu;
use inkling_engine::executor::{Executor, Limits};
use inkling_tests::tensors::{StoredTensor, Tensors, file_of, read_tensors};
use inkling_tests::{fixtures, gpu, load_hf};
use serde_json::Value;

const ROOMY: Limits = Limits {
    max_binding_bytes: 128 << 20,
    max_buffer_bytes: 256 << 20,
};
const TOKENS: [u32; 5] = [1, 303, 307, 261, 378];
const HIDDEN: usize = 64;
const LAYERS: usize = 3;

fn vector(values: &[f32]) -> StoredTensor {
    StoredTensor {
        dtype: "F32".into(),
        shape: vec![values.len() as u64],
        bytes: bytemuck::cast_slice(values).to_vec(),
    }
}

/// The model with one bias in each layer and zeros for the others.
fn with_bias(tensors: &Tensors, projection: &str, bias: impl Fn(usize) -> Vec<f32>) -> Tensors {
    let mut tensors = tensors.clone();
    for layer in 0..LAYERS {
        for name in ["q_proj", "k_proj", "v_proj", "o_proj"] {
            let values = if name == projection {
                bias(layer)
            } else {
                vec![0.0; HIDDEN]
            };
            tensors.insert(
                format!("model.layers.{layer}.self_attn.{name}.bias"),
                vector(&values),
            );
        }
    }
    tensors
}

fn logits<X: Executor>(executor: X, config: &Value, tensors: &Tensors) -> Vec<f32> {
    let config = serde_json::to_vec(config).unwrap();
    let mut session = load_hf(executor, &config, &file_of(tensors), 16, ROOMY).unwrap();
    pollster::block_on(session.logits(&TOKENS, &[4]))
        .unwrap()
        .concat()
}

fn difference(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    a.iter()
        .zip(b)
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, f32::max)
}

/// The weights of attention add up to one, so a bias b on the values is a bias W b on the output.
#[test]
fn a_bias_on_values_is_one_on_the_output() {
    let Some(folder) = fixtures().map(|root| root.join("models/olmo2")) else {
        return;
    };
    let mut config: Value =
        serde_json::from_slice(&std::fs::read(folder.join("config.json")).unwrap()).unwrap();
    config["attention_bias"] = true.into();
    let tensors = read_tensors(&folder.join("model.safetensors"));
    let bias = |layer: usize| -> Vec<f32> {
        (0..HIDDEN)
            .map(|i| ((i + 7 * layer) as f32).sin())
            .collect()
    };
    let moved = |layer: usize| -> Vec<f32> {
        let matrix = &tensors[&format!("model.layers.{layer}.self_attn.o_proj.weight")];
        let weights: Vec<f16> = bytemuck::pod_collect_to_vec(&matrix.bytes);
        let bias = bias(layer);
        let rows = weights.chunks_exact(HIDDEN);
        rows.map(|row| row.iter().zip(&bias).map(|(w, b)| w.to_f32() * b).sum())
            .collect()
    };
    let on_values = with_bias(&tensors, "v_proj", bias);
    let want = logits(Cpu::new(), &config, &with_bias(&tensors, "o_proj", moved));
    let reference = difference(&want, &logits(Cpu::new(), &config, &on_values));
    assert!(reference < 1e-3, "{reference}");
    let on_gpu = difference(&want, &logits(gpu(true), &config, &on_values));
    assert!(on_gpu < 5e-3, "{on_gpu}");

    // Every one of the four changes the model, and another way than the others.
    let changed: Vec<Vec<f32>> = ["q_proj", "k_proj", "v_proj", "o_proj"]
        .map(|name| logits(Cpu::new(), &config, &with_bias(&tensors, name, bias)))
        .into();
    config["attention_bias"] = false.into();
    let without = logits(Cpu::new(), &config, &tensors);
    for (index, one) in changed.iter().enumerate() {
        assert!(difference(one, &without) > 0.05, "{index}");
        for other in &changed[..index] {
            assert!(difference(one, other) > 0.05, "{index}");
        }
    }
}
