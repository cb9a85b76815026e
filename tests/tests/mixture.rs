//! The forms that a mixture of experts comes in, each made from the fixture and held to what the fixture gives.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::collections::BTreeMap;

use inkling_engine::cpu::Cpu;
use inkling_engine::executor::{Executor as _, Limits};
use inkling_engine::weights::{Parsed, safetensors};
use inkling_tests::{fixtures, gpu, load_hf};
use serde_json::{Value, json};

const ROOMY: Limits = Limits {
    max_binding_bytes: 128 << 20,
    max_buffer_bytes: 256 << 20,
};
const TOKENS: [u32; 7] = [1, 303, 307, 261, 378, 32, 383];
const EXPERTS: usize = 6;

/// A file's tensors by name: shape and bytes. All of this fixture are bfloat16.
type Tensors = BTreeMap<String, (Vec<u64>, Vec<u8>)>;

fn fixture() -> Option<(Value, Tensors)> {
    let folder = fixtures()?.join("models/qwen3-moe");
    let config = serde_json::from_slice(&std::fs::read(folder.join("config.json")).unwrap());
    let bytes = std::fs::read(folder.join("model.safetensors")).unwrap();
    let Parsed::Done(header) =
        safetensors::header_from_bytes(&bytes, Some(bytes.len() as u64)).unwrap()
    else {
        return None;
    };
    let tensors = header.tensors.into_iter().map(|tensor| {
        let from = tensor.offset_bytes as usize;
        let part = bytes[from..from + tensor.len_bytes as usize].to_vec();
        (tensor.name, (tensor.shape, part))
    });
    Some((config.unwrap(), tensors.collect()))
}

fn file(tensors: &Tensors) -> Vec<u8> {
    let (mut header, mut data) = (serde_json::Map::new(), Vec::new());
    for (name, (shape, bytes)) in tensors {
        let offsets = [data.len(), data.len() + bytes.len()];
        header.insert(
            name.clone(),
            json!({ "dtype": "BF16", "shape": shape, "data_offsets": offsets }),
        );
        data.extend_from_slice(bytes);
    }
    let header = serde_json::to_vec(&header).unwrap();
    let mut file = (header.len() as u64).to_le_bytes().to_vec();
    file.extend(header);
    file.extend(data);
    file
}

fn logits(config: &Value, tensors: &Tensors) -> Vec<Vec<f32>> {
    let config = serde_json::to_vec(config).unwrap();
    let mut session = load_hf(Cpu::new(), &config, &file(tensors), 16, ROOMY).unwrap();
    pollster::block_on(session.logits(&TOKENS, &[0, 6])).unwrap()
}

fn take(tensors: &mut Tensors, layer: usize, expert: usize, matrix: &str) -> Vec<u8> {
    let name = format!("model.layers.{layer}.mlp.experts.{expert}.{matrix}.weight");
    tensors.remove(&name).unwrap().1
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
        fused.insert(name("gate_up_proj"), (vec![6, 96, 64], gate_up));
        fused.insert(name("down_proj"), (vec![6, 64, 48], down));
    }
    let want = logits(&config, &per_expert);
    assert_eq!(want, logits(&config, &fused));

    // One expert's rows in another's place make another model.
    let (_, gate_up) = fused
        .get_mut("model.layers.0.mlp.experts.gate_up_proj")
        .unwrap();
    gate_up.rotate_left(96 * 64 * 2);
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
        let (shape, bytes) = router.unwrap();
        shape[0] = 1;
        bytes.truncate(64 * 2);
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
    let mut session = load_hf(device, &config, &file(&tensors), 64, limits).unwrap();
    let mut dispatches = |max_tokens| {
        let before = session.executor().counters().dispatches;
        let options = inkling_engine::session::Generate {
            sampling: inkling_engine::sample::SamplingOptions::default(),
            max_tokens,
            stop_ids: Vec::new(),
            fresh_context: true,
        };
        let go_on = |_| std::ops::ControlFlow::Continue(());
        pollster::block_on(session.generate(&[1], &options, go_on)).unwrap();
        session.executor().counters().dispatches - before
    };
    // Per layer: qkv, rope, attention, its output; norm, router, choice, up, down. Outside: embedding, head, sampler.
    let (short, long) = (dispatches(1), dispatches(11));
    assert_eq!((long - short) / 10, 9 * 2 + 3);
}
