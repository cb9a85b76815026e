//! Gemma 2 (Gemma Team 2024; transformers' `Gemma2ForCausalLM`): Gemma with norms on both sides of each sublayer, every
//! second layer sliding, soft-capped scores and logits, and a query scale of its own.

use super::gemma::GEMMA;
use crate::model::family::{
    AttentionScale, Family, GgufWindows, Names, NormPlaces, SlidingLayers, WindowSwitch, Windows,
};
use crate::model::tensor_names::LayerRole;

pub const GEMMA2: Family = Family {
    hf_class: "Gemma2ForCausalLM",
    model_type: "gemma2",
    gguf_name: "gemma2",
    norm_places: NormPlaces::Both,
    activation_aliases: &[],
    windows: Windows {
        switch: WindowSwitch::On,
        default_tokens: Some(4096),
        layers: SlidingLayers::Alternating,
        gguf: GgufWindows::GivenOrDefault,
    },
    // The 27B has 46 layers and scales by the hidden size per head (llama.cpp, `llama-model.cpp`).
    attention_scale: AttentionScale::QueryPreAttnScalar {
        default: 256.0,
        gguf_wide_layers: 46,
    },
    softcaps: Some((50.0, 30.0)),
    num_kv_heads: Some(4),
    names: Names {
        // Llama's name for this one means the norm after attention here.
        layer: &[(LayerRole::MlpNorm, "pre_feedforward_layernorm.weight")],
        ..GEMMA.names
    },
    ..GEMMA
};
