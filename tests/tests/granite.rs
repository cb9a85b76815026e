//! Granite's four multipliers, against the Llama whose weights have absorbed them. No fixture of a Granite exists.

#![allow(clippy::unwrap_used, reason = "tests")]

use inkling_engine::cpu::Cpu;
use inkling_engine::executor::{Executor, Limits};
use inkling_tests::tensors::{Tensors, file_of, read_tensors};
use inkling_tests::{fixtures, gpu, load_hf};
use serde_json::{Value, json};

const ROOMY: Limits = Limits {
    max_binding_bytes: 128 << 20,
    max_buffer_bytes: 256 << 20,
};
const TOKENS: [u32; 6] = [1, 303, 307, 261, 378, 32];
const EMBEDDING: f32 = 3.0;
const RESIDUAL: f32 = 0.22;
const LOGITS: f32 = 8.0;
const ATTENTION: f32 = 0.3;

fn scale(tensors: &mut Tensors, ending: &str, factor: f32) {
    let mut count = 0;
    for (_, tensor) in tensors
        .iter_mut()
        .filter(|(name, _)| name.ends_with(ending))
    {
        assert_eq!(tensor.dtype, "F32");
        let values: Vec<f32> = bytemuck::pod_collect_to_vec(&tensor.bytes);
        let scaled = values.iter().flat_map(|x| (x * factor).to_le_bytes());
        tensor.bytes = scaled.collect();
        count += 1;
    }
    assert!(count > 0, "{ending}");
}

fn logits<X: Executor>(executor: X, config: &Value, tensors: &Tensors) -> Vec<f32> {
    let config = serde_json::to_vec(config).unwrap();
    let mut session = load_hf(executor, &config, &file_of(tensors), 16, ROOMY).unwrap();
    let rows = pollster::block_on(session.logits(&TOKENS, &[0, 5])).unwrap();
    rows.concat()
}

fn difference(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    a.iter()
        .zip(b)
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, f32::max)
}

#[test]
fn granite_is_a_llama_with_multipliers() {
    let Some(folder) = fixtures().map(|root| root.join("models/llama-odd-96x24")) else {
        return;
    };
    let mut granite: Value =
        serde_json::from_slice(&std::fs::read(folder.join("config.json")).unwrap()).unwrap();
    let llama = granite.clone();
    for (key, value) in [
        ("architectures", json!(["GraniteForCausalLM"])),
        ("model_type", json!("granite")),
        ("embedding_multiplier", json!(EMBEDDING)),
        ("attention_multiplier", json!(ATTENTION)),
        ("residual_multiplier", json!(RESIDUAL)),
        ("logits_scaling", json!(LOGITS)),
    ] {
        granite[key] = value;
    }
    let tensors = read_tensors(&folder.join("model.safetensors"));
    let mut absorbed = tensors.clone();
    scale(&mut absorbed, "embed_tokens.weight", EMBEDDING);
    scale(&mut absorbed, "q_proj.weight", ATTENTION * 24f32.sqrt());
    scale(&mut absorbed, "o_proj.weight", RESIDUAL);
    scale(&mut absorbed, "down_proj.weight", RESIDUAL);
    scale(&mut absorbed, "lm_head.weight", 1.0 / LOGITS);

    let want = logits(Cpu::new(), &llama, &absorbed);
    let reference = difference(&want, &logits(Cpu::new(), &granite, &tensors));
    assert!(reference < 1e-4, "{reference}");
    let on_gpu = difference(&want, &logits(gpu(true), &granite, &tensors));
    assert!(on_gpu < 5e-4, "{on_gpu}");
    // Without the multipliers it is another model.
    assert!(difference(&want, &logits(Cpu::new(), &llama, &tensors)) > 0.1);
}
