//! What configuration files mean in each family, where no fixture says it.

use serde_json::{Value, json};

use super::config::{Activation, Config, RopeScaling, RopeUse};
use super::from_hf::config_from_json;

/// A small configuration with every field that most classes ask for, and `own` on top.
fn config(own: Value) -> Config {
    let mut fields = json!({
        "hidden_size": 64,
        "num_hidden_layers": 4,
        "num_attention_heads": 4,
        "num_key_value_heads": 1,
        "head_dim": 16,
        "intermediate_size": 96,
        "vocab_size": 100,
        "max_position_embeddings": 256,
        "rms_norm_eps": 1e-6,
    });
    for (key, value) in own.as_object().unwrap() {
        fields[key] = value.clone();
    }
    let bytes = serde_json::to_vec(&fields).unwrap();
    config_from_json(&bytes, None, true).unwrap().config
}

#[test]
fn gemma_1_is_read_as_its_class_reads_it() {
    let c = config(json!({
        "architectures": ["GemmaForCausalLM"],
        "hidden_act": "gelu",
        "head_dim": 24,
    }));
    assert_eq!(c.activation, Activation::GeluTanh);
    assert_eq!((c.embedding_scale, c.norm_weight_offset), (8.0, 1.0));
    assert_eq!((c.head_dim, c.num_kv_heads), (24, 1));
    assert!(c.tie_word_embeddings);
    assert_eq!((c.attention_softcap, c.final_softcap), (None, None));
    assert!((c.attention_scale - 24f32.powf(-0.5)).abs() < 1e-7);
    assert!(c.layers.iter().all(|layer| layer.window.is_none()));
    assert_eq!(c.rope.unwrap().theta, 10_000.0);
    // `hidden_activation` was added to override the wrong name.
    let c = config(json!({
        "architectures": ["GemmaForCausalLM"],
        "hidden_act": "silu",
        "hidden_activation": "gelu_pytorch_tanh",
    }));
    assert_eq!(c.activation, Activation::GeluTanh);
}

#[test]
fn granite_multipliers_are_granites_alone() {
    let multipliers = json!({
        "architectures": ["GraniteForCausalLM"],
        "embedding_multiplier": 12.0,
        "attention_multiplier": 0.0625,
        "residual_multiplier": 0.25,
        "logits_scaling": 8.0,
    });
    let c = config(multipliers.clone());
    assert_eq!(
        (
            c.embedding_scale,
            c.attention_scale,
            c.residual_scale,
            c.logit_scale
        ),
        (12.0, 0.0625, 0.25, 0.125)
    );
    let mut llama = multipliers;
    llama["architectures"] = json!(["LlamaForCausalLM"]);
    let c = config(llama);
    assert_eq!(
        (
            c.embedding_scale,
            c.attention_scale,
            c.residual_scale,
            c.logit_scale
        ),
        (1.0, 0.25, 1.0, 1.0)
    );
}

#[test]
fn windows_by_class() {
    let windows = |own: Value| -> Vec<Option<u32>> {
        config(own)
            .layers
            .iter()
            .map(|layer| layer.window)
            .collect()
    };
    let of = |class: &str| json!({ "architectures": [class] });
    assert_eq!(windows(of("LlamaForCausalLM")), [None; 4]);
    // The class's own window where the field is absent, none where it is null.
    assert_eq!(windows(of("MistralForCausalLM")), [Some(4096); 4]);
    let mut null = of("MistralForCausalLM");
    null["sliding_window"] = Value::Null;
    assert_eq!(windows(null), [None; 4]);
    let mut gemma2 = of("Gemma2ForCausalLM");
    gemma2["sliding_window"] = 8.into();
    assert_eq!(windows(gemma2), [Some(8), None, Some(8), None]);
    let mut qwen2 = of("Qwen2ForCausalLM");
    qwen2["sliding_window"] = 8.into();
    qwen2["max_window_layers"] = 3.into();
    assert_eq!(windows(qwen2.clone()), [None; 4]);
    qwen2["use_sliding_window"] = true.into();
    assert_eq!(windows(qwen2), [None, None, None, Some(8)]);
    let mut gemma3 = of("Gemma3ForCausalLM");
    gemma3["sliding_window"] = 8.into();
    gemma3["sliding_window_pattern"] = 2.into();
    assert_eq!(windows(gemma3.clone()), [Some(8), None, Some(8), None]);
    gemma3["layer_types"] = json!([
        "full_attention",
        "full_attention",
        "sliding_attention",
        "full_attention"
    ]);
    let c = config(gemma3);
    assert_eq!(c.layers[2].rope, RopeUse::Local);
    assert_eq!(c.layers[0].rope, RopeUse::Global);
    assert_eq!(c.layers[0].window, None);
}

#[test]
fn both_styles_of_rope_scaling_say_the_same() {
    let factors: Vec<f64> = (1..=8).map(f64::from).collect();
    for (class, scaling, wanted) in [
        (
            "LlamaForCausalLM",
            json!({ "rope_type": "linear", "factor": 2.0 }),
            RopeScaling::Linear { factor: 2.0 },
        ),
        (
            "LlamaForCausalLM",
            json!({ "rope_type": "dynamic", "factor": 2.0 }),
            RopeScaling::Dynamic {
                factor: 2.0,
                original_context: 256,
            },
        ),
        (
            "LlamaForCausalLM",
            json!({
                "rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0,
                "high_freq_factor": 4.0, "original_max_position_embeddings": 64,
            }),
            RopeScaling::Llama3 {
                factor: 8.0,
                low_freq_factor: 1.0,
                high_freq_factor: 4.0,
                original_context: 64,
            },
        ),
        (
            "Qwen2ForCausalLM",
            json!({
                "rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 64,
                "attention_factor": 1.25,
            }),
            RopeScaling::Yarn {
                factor: 4.0,
                original_context: 64,
                beta_fast: 32.0,
                beta_slow: 1.0,
                attention_factor: 1.25,
                truncate: true,
            },
        ),
        (
            "Phi3ForCausalLM",
            json!({
                "rope_type": "su", "short_factor": factors, "long_factor": factors,
                "original_max_position_embeddings": 256,
            }),
            RopeScaling::LongRope {
                short_factor: factors.clone(),
                long_factor: factors.clone(),
                original_context: 256,
                attention_factor: 1.0,
            },
        ),
    ] {
        let old = config(json!({
            "architectures": [class], "rope_theta": 5000.0, "rope_scaling": scaling,
        }));
        let mut parameters = scaling.clone();
        parameters["rope_theta"] = 5000.0.into();
        let new = config(json!({ "architectures": [class], "rope_parameters": parameters }));
        // The first files call the type `type`.
        let mut oldest = scaling;
        oldest["type"] = oldest["rope_type"].take();
        let oldest = config(json!({
            "architectures": [class], "rope_theta": 5000.0, "rope_scaling": oldest,
        }));
        assert_eq!(old.rope, new.rope);
        assert_eq!(old.rope, oldest.rope);
        let rope = old.rope.unwrap();
        assert_eq!((rope.theta, rope.rotary_dim), (5000.0, 16));
        assert_eq!(rope.scaling, wanted);
    }
}
