//! Descriptions of every fixture model, and the broken folders.

use std::collections::HashSet;
use std::path::Path;

use super::config::{Activation, QkNorm, RopeScaling, RopeUse};
use super::description::{Description, HfConfigs, Source};
use super::tensor_names::{LayerRole, Role};
use crate::error::{Error, Result};
use crate::weights::safetensors::{self, SafetensorsHeader, ShardIndex};
use crate::weights::{Parsed, fixtures, gguf};

fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).map_err(|_| Error::Config(format!("{} is missing", path.display())))
}

fn safetensors_header(path: &Path) -> Result<SafetensorsHeader> {
    let bytes = read(path)?;
    match safetensors::header_from_bytes(&bytes, Some(bytes.len() as u64))? {
        Parsed::Done(header) => Ok(header),
        Parsed::NeedBytes(n) => panic!("asks for {n} bytes of {}", path.display()),
    }
}

/// A folder as the command line reads it.
pub(crate) fn folder(path: &Path) -> Result<Description> {
    let config = read(&path.join("config.json"))?;
    let generation = read(&path.join("generation_config.json")).ok();
    let index_path = path.join("model.safetensors.index.json");
    let shards = if index_path.exists() {
        let index = ShardIndex::from_json(&read(&index_path)?)?;
        let shards = index
            .files
            .iter()
            .map(|file| Ok((file.clone(), safetensors_header(&path.join(file))?)))
            .collect::<Result<Vec<_>>>()?;
        index.check(&shards)?;
        shards
    } else {
        let file = "model.safetensors";
        vec![(file.to_owned(), safetensors_header(&path.join(file))?)]
    };
    let configs = HfConfigs {
        config: &config,
        generation_config: generation.as_deref(),
        quantize_config: None,
    };
    Description::from_hf(configs, shards)
}

fn model(name: &str) -> Option<Description> {
    Some(folder(&fixtures::path(name)?).unwrap())
}

fn gguf_parts(names: &[&str]) -> Option<Vec<(String, gguf::GgufHeader)>> {
    names
        .iter()
        .map(|name| {
            let bytes = std::fs::read(fixtures::path(&format!("gguf/{name}"))?).unwrap();
            match gguf::header_from_bytes(&bytes, Some(bytes.len() as u64)).unwrap() {
                Parsed::Done(header) => Some(((*name).to_owned(), header)),
                Parsed::NeedBytes(n) => panic!("asks for {n}"),
            }
        })
        .collect()
}

fn gguf_model(name: &str) -> Option<Description> {
    Some(Description::from_gguf(gguf_parts(&[name])?).unwrap())
}

#[test]
fn every_folder_is_described() {
    let Some(path) = fixtures::path("models") else {
        return;
    };
    let mut count = 0;
    for entry in std::fs::read_dir(path).unwrap() {
        let path = entry.unwrap().path();
        let description = folder(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        // Every tensor of these files has a role.
        assert_eq!(
            description.roles().count(),
            description.tensors.len(),
            "{}",
            path.display()
        );
        count += 1;
    }
    assert_eq!(count, 15);
}

#[test]
fn packed_matrices_count_as_what_they_are() {
    let Some(path) = fixtures::path("gptq_awq") else {
        return;
    };
    for entry in std::fs::read_dir(path).unwrap() {
        let path = entry.unwrap().path();
        let description = folder(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        // Of the configuration: an embedding, q and o, k and v, three of the MLP, three norms.
        let want = 300 * 128 + 2 * 128 * 128 + 2 * 64 * 128 + 3 * 256 * 128 + 3 * 128;
        assert_eq!(description.num_parameters(), want, "{}", path.display());
        let down = description
            .require(Role::Layer(0, LayerRole::Down))
            .unwrap();
        assert_eq!(down.shape, [128, 256]);
    }
}

#[test]
fn every_gguf_file_is_described() {
    let Some(path) = fixtures::path("gguf") else {
        return;
    };
    for entry in std::fs::read_dir(path).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|e| e != "gguf") {
            continue;
        }
        let name = path.file_name().unwrap().to_str().unwrap();
        let description = gguf_model(name).unwrap();
        let unused: Vec<_> = description
            .tensors
            .iter()
            .filter(|t| !description.roles().any(|(_, used)| used.name == t.name))
            .map(|t| t.name.as_str())
            .collect();
        assert!(
            unused.iter().all(|name| name.starts_with("rope_f")),
            "{name}: {unused:?}"
        );
        assert!(!description.config.eos_token_ids.is_empty(), "{name}");
    }
}

#[test]
fn both_files_of_a_model_give_the_same_configuration() {
    for (hf, file) in [
        ("models/llama3-tied-gqa", "llama3-tied-gqa-F32.gguf"),
        ("models/qwen2-bias", "qwen2-Q8_0.gguf"),
        ("models/qwen3-qknorm", "qwen3-Q4_0.gguf"),
        ("models/qwen3-moe", "qwen3moe-BF16.gguf"),
        ("models/olmo2", "olmo2-Q8_0.gguf"),
        ("models/smollm3-nope", "smollm3-Q8_0.gguf"),
        ("models/gemma3-text", "gemma3-Q4_0.gguf"),
    ] {
        let (Some(a), Some(b)) = (model(hf), gguf_model(file)) else {
            return;
        };
        let (mut a, b) = (a.config, b.config);
        // These are allowed to differ: how files store things, not what the model computes.
        a.architecture.clone_from(&b.architecture);
        a.norm_weight_offset = b.norm_weight_offset;
        a.eos_token_ids.clone_from(&b.eos_token_ids);
        a.generation = b.generation;
        for (a, b) in [(&mut a.rope, &b.rope), (&mut a.rope_local, &b.rope_local)] {
            if let (Some(a), Some(b)) = (a, b) {
                a.interleaved = b.interleaved;
                if matches!(b.scaling, RopeScaling::Divisors { .. }) {
                    a.scaling = b.scaling.clone();
                }
            }
        }
        assert_eq!(a, b, "{hf}");
    }
}

#[test]
fn what_sets_families_apart() {
    let Some(gemma2) = model("models/gemma2-softcap") else {
        return;
    };
    let c = &gemma2.config;
    assert_eq!(c.attention_softcap, Some(5.0));
    assert_eq!(c.final_softcap, Some(12.0));
    assert_eq!(c.attention_scale, 14f32.powf(-0.5));
    assert_eq!((c.embedding_scale, c.norm_weight_offset), (8.0, 1.0));
    assert!(c.tie_word_embeddings);
    assert_eq!(c.eos_token_ids, [1, 6]);
    assert_eq!(c.activation, Activation::GeluTanh);
    let windows: Vec<_> = c.layers.iter().map(|l| l.window).collect();
    assert_eq!(windows, [Some(20), None, Some(20), None]);

    let c = model("models/gemma3-text").unwrap().config;
    assert_eq!(c.qk_norm, QkNorm::PerHead);
    assert_eq!(c.layers[5].rope, RopeUse::Global);
    assert_eq!((c.layers[5].window, c.layers[6].window), (None, Some(16)));
    assert_eq!(c.layers[6].rope, RopeUse::Local);
    assert_eq!(c.rope.unwrap().theta, 1e6);
    assert_eq!(c.rope_local.unwrap().theta, 1e4);

    let c = model("models/llama-yarn-bias").unwrap().config;
    let RopeScaling::Yarn {
        factor,
        original_context,
        attention_factor,
        ..
    } = c.rope.unwrap().scaling
    else {
        panic!("yarn");
    };
    assert_eq!((factor, original_context), (4.0, 64));
    assert!((attention_factor - 1.138_629_4).abs() < 1e-6);

    let c = model("models/phi3-partial-rotary").unwrap().config;
    assert_eq!(c.rope.unwrap().rotary_dim, 24);
    let c = model("models/phi3-longrope").unwrap().config;
    assert!(c.layers.iter().all(|l| l.window == Some(40)));
    let RopeScaling::LongRope {
        attention_factor, ..
    } = c.rope.unwrap().scaling
    else {
        panic!("longrope");
    };
    assert!((attention_factor - 1.118_034).abs() < 1e-6);

    let c = model("models/smollm3-nope").unwrap().config;
    assert_eq!(c.layers[3].rope, RopeUse::None);
    assert_eq!(c.layers[2].rope, RopeUse::Global);
    assert!(c.tie_word_embeddings);

    let gpt2 = model("models/gpt2").unwrap();
    assert_eq!(gpt2.config.intermediate_size, 256);
    let source = |role| gpt2.source(&gpt2.require(role).unwrap().name);
    let up = Role::Layer(0, LayerRole::Up);
    assert_eq!(source(up), &Source::Columns);
    assert_eq!(gpt2.require(up).unwrap().shape, [256, 64]);
    assert_eq!(source(Role::Layer(0, LayerRole::UpBias)), &Source::Rows);
    assert_eq!(source(Role::TokenEmbedding), &Source::Rows);

    let c = model("models/mistral-swa").unwrap().config;
    assert!(c.layers.iter().all(|l| l.window == Some(24)));
    let stories = gguf_model("stories260K-Q8_0.gguf").unwrap();
    assert_eq!(stories.config.family.hf_class, "LlamaForCausalLM");
    assert!(stories.config.rope.unwrap().interleaved);
}

#[test]
fn a_split_model_is_put_together_whole() {
    let part = |i| format!("split/llama3-tied-gqa-F16-0000{i}-of-00003.gguf");
    let names = [part(3), part(1), part(2)];
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let Some(parts) = gguf_parts(&names) else {
        return;
    };
    let whole = Description::from_gguf(parts.clone()).unwrap();
    assert_eq!(whole.tensors.len(), 30);
    assert_eq!(whole.require(Role::OutputNorm).unwrap().file, 2);
    assert!(whole.file_names[2].contains("00003"));
    assert!(Description::from_gguf(parts[..2].to_vec()).is_err());
    let twice = vec![parts[0].clone(), parts[0].clone(), parts[1].clone()];
    assert!(Description::from_gguf(twice).is_err());
}

/// The tokenizer's cases are judged where the tokenizer is.
fn is_tokenizer_case(name: &str) -> bool {
    name.starts_with("tok-") || name.starts_with("template-")
}

#[test]
fn malformed_folders() {
    let Some(path) = fixtures::path("malformed/manifest.json") else {
        return;
    };
    let started = std::time::Instant::now();
    let manifest: serde_json::Value =
        serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let (mut count, mut messages) = (0, HashSet::new());
    for case in manifest["cases"].as_array().unwrap() {
        let file = case["file"].as_str().unwrap();
        let Some(name) = file.strip_prefix("folder/") else {
            continue;
        };
        if is_tokenizer_case(name) {
            continue;
        }
        let path = fixtures::path("malformed/folder").unwrap().join(name);
        let result = folder(&path).map(|_| ());
        match case["must"].as_str().unwrap() {
            "ok" => assert_eq!(result, Ok(()), "{name}"),
            "error" => {
                let error = result.expect_err(name).to_string();
                assert!(messages.insert(error.clone()), "{name} again says: {error}");
            }
            _ => {}
        }
        count += 1;
    }
    assert!(count > 20);
    assert!(started.elapsed().as_secs() < 5);
}

#[test]
fn unknown_architectures_are_named_with_those_that_work() {
    let configs = HfConfigs::of(br#"{"architectures":["MambaForCausalLM"]}"#);
    let error = Description::from_hf(configs, vec![]).unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains("MambaForCausalLM") && text.contains("Qwen3ForCausalLM"),
        "{text}"
    );
}

#[test]
fn a_tensor_that_an_architecture_needs_is_missed() {
    let Some(mut parts) = gguf_parts(&["qwen2-Q8_0.gguf"]) else {
        return;
    };
    assert!(Description::from_gguf(parts.clone()).is_ok());
    let tensors = &mut parts[0].1.tensors;
    tensors.retain(|tensor| tensor.name != "blk.1.attn_k.bias");
    let error = Description::from_gguf(parts).unwrap_err().to_string();
    assert!(error.contains("blk.1.attn_k.bias"), "{error}");
}

#[test]
fn roles_of_either_naming_find_the_same_shapes() {
    let (Some(hf), Some(gguf)) = (
        model("models/llama3-tied-gqa"),
        gguf_model("llama3-tied-gqa-F32.gguf"),
    ) else {
        return;
    };
    for (role, tensor) in hf.roles() {
        assert_eq!(gguf.require(role).unwrap().shape, tensor.shape, "{role:?}");
    }
    assert!(hf.require(Role::LmHead).is_err());
    assert!(hf.layer_tensor(3, LayerRole::Q).is_none());
    assert_eq!(hf.num_parameters(), gguf.num_parameters());
}
