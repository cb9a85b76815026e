//! The forms that a mixture of experts comes in, each made from the fixture and held to what the fixture gives.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use inkling_engine::cpu::Cpu;
use inkling_engine::executor::{Executor as _, Limits};
use inkling_tests::tensors::{StoredTensor, Tensors, file_of, read_tensors};
use inkling_tests::{fixtures, gpu, load_hf};
use serde_json::{Value, json};

const ROOMY: Limits = Limits {
    max_binding_bytes: 128 << 20,
    max_buffer_bytes: 256 << 20,
};
const TOKENS: [u32; 7] = [1, 303, 307, 261, 378, 32, 383];
const EXPERTS: usize = 6;

fn fixture() -> Option<(Value, Tensors)> {
    let folder = fixtures()?.join("models/qwen3-moe");
    let config = serde_json::from_slice(&std::fs::read(folder.join("config.json")).unwrap());
    let tensors = read_tensors(&folder.join("model.safetensors"));
    Some((config.unwrap(), tensors))
}

fn logits(config: &Value, tensors: &Tensors) -> Vec<Vec<f32>> {
    let config = serde_json::to_vec(config).unwrap();
    let mut session = load_hf(Cpu::new(), &config, &file_of(tensors), 16, ROOMY).unwrap();
    pollster::block_on(session.logits(&TOKENS, &[0, 6])).unwrap()
}

fn take(tensors: &mut Tensors, layer: usize, expert: usize, matrix: &str) -> Vec<u8> {
    let name = format!("model.layers.{layer}.mlp.experts.{expert}.{matrix}.weight");
    tensors.remove(&name).unwrap().bytes
}

#[test]
fn experts_in_two_tensors_are_the_same_model() {
    let Some((config, per_expert)) = fixture() else {
        return;
    };
    let mut fused = per_expert.clone();
    for layer in 0..2 {
        let (mut gate_up, mut down) = (Vec::new(), Vec::new());
        for expert in 0..EXPERTS {
            gate_up.extend(take(&mut fused, layer, expert, "gate_proj"));
            gate_up.extend(take(&mut fused, layer, expert, "up_proj"));
            down.extend(take(&mut fused, layer, expert, "down_proj"));
        }
        let name = |what: &str| format!("model.layers.{layer}.mlp.experts.{what}");
        let stacked = |shape: [u64; 3], bytes| StoredTensor {
            dtype: "BF16".into(),
            shape: shape.to_vec(),
            bytes,
        };
        fused.insert(name("gate_up_proj"), stacked([6, 96, 64], gate_up));
        fused.insert(name("down_proj"), stacked([6, 64, 48], down));
    }
    let want = logits(&config, &per_expert);
    assert_eq!(want, logits(&config, &fused));

    // One expert's rows in another's place make another model.
    let gate_up = fused.get_mut("model.layers.0.mlp.experts.gate_up_proj");
    gate_up.unwrap().bytes.rotate_left(96 * 64 * 2);
    assert_ne!(want, logits(&config, &fused));
}

/// A mixture of one expert is a dense MLP: its only weight is one.
#[test]
fn dense_layers_stand_between_mixtures() {
    let Some((mut config, mut tensors)) = fixture() else {
        return;
    };
    config["num_experts"] = 1.into();
    config["num_experts_per_tok"] = 1.into();
    config["intermediate_size"] = 48.into();
    for layer in 0..2 {
        let router = tensors.get_mut(&format!("model.layers.{layer}.mlp.gate.weight"));
        let router = router.unwrap();
        router.shape[0] = 1;
        router.bytes.truncate(64 * 2);
        for expert in 1..EXPERTS {
            for matrix in ["gate_proj", "up_proj", "down_proj"] {
                take(&mut tensors, layer, expert, matrix);
            }
        }
    }
    let want = logits(&config, &tensors);

    for matrix in ["gate_proj", "up_proj", "down_proj"] {
        let name = format!("model.layers.0.mlp.experts.0.{matrix}.weight");
        let tensor = tensors.remove(&name).unwrap();
        tensors.insert(format!("model.layers.0.mlp.{matrix}.weight"), tensor);
    }
    for (key, value) in [
        ("mlp_only_layers", json!([0])),
        ("decoder_sparse_step", json!(2)),
    ] {
        let mut config = config.clone();
        config[key] = value;
        let got = logits(&config, &tensors);
        for (want, got) in want.iter().flatten().zip(got.iter().flatten()) {
            assert!((want - got).abs() < 1e-4, "{key}: {want} and {got}");
        }
    }
}

/// Bytes read per token are what makes a mixture fast: a dispatch per shard, whatever the number of experts.
#[test]
fn a_decoded_token_runs_each_product_of_a_mixture_once() {
    let Some((config, tensors)) = fixture() else {
        return;
    };
    let device = gpu(true);
    let limits = device.limits();
    let config = serde_json::to_vec(&config).unwrap();
    let mut session = load_hf(device, &config, &file_of(&tensors), 64, limits).unwrap();
    let mut dispatches = |max_tokens| {
        let before = session.executor().counters().dispatches;
        let options = inkling_engine::session::Generate {
            sampling: inkling_engine::sample::SamplingOptions::default(),
            max_tokens,
            stop_ids: Vec::new(),
            fresh_context: true,
            keep_tokens: None,
        };
        let generated = session.generate(&[1], &options, |_| std::ops::ControlFlow::Continue(()));
        pollster::block_on(generated).unwrap();
        session.executor().counters().dispatches - before
    };
    // Per layer: qkv, rope, attention, its output; norm, router, choice, up, down. Outside: embedding, head, sampler.
    let (short, long) = (dispatches(1), dispatches(11));
    assert_eq!((long - short) / 10, 9 * 2 + 3);
}
