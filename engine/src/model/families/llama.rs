//! Llama 1 to 3 (Touvron et al. 2023; Grattafiori et al. 2024; transformers' `LlamaForCausalLM`).
//!
//! RMS norms before attention and MLP, rotary positions, grouped queries, SwiGLU. Also the common ground that the other
//! families state their differences to.

use crate::model::config::{Activation, Norm, QkNorm};
use crate::model::family::{
    AttentionScale, Bias, EmbeddingScale, Family, FamilyBiases, Fields, GgufWindows, Mlp, Names,
    NormPlaces, Positions, Projections, SlidingLayers, WindowSwitch, Windows,
};

pub const LLAMA: Family = Family {
    hf_class: "LlamaForCausalLM",
    model_type: "llama",
    gguf_name: "llama",

    norm: Norm::Rms,
    norm_places: NormPlaces::Before,
    hf_norm_weight_offset: 0.0,
    qk_norm: QkNorm::None,
    projections: Projections::Separate,
    mlp: Mlp::Gated,
    activation: Activation::Silu,
    activation_aliases: &[],
    biases: FamilyBiases {
        qkv: Bias::Field("attention_bias"),
        attn_output: Bias::Field("attention_bias"),
        mlp: Bias::Field("mlp_bias"),
    },

    positions: Positions::Rotary,
    gguf_interleaved: true,
    rope_theta: 10_000.0,
    local_rope_theta: None,
    rope_type_aliases: &[],
    unrotated_every: None,
    windows: Windows {
        switch: WindowSwitch::Absent,
        default_tokens: None,
        layers: SlidingLayers::All,
        gguf: GgufWindows::Ignored,
    },

    embedding_scale: EmbeddingScale::One,
    attention_scale: AttentionScale::HeadDim,
    softcaps: None,
    has_multipliers: false,

    num_kv_heads: None,
    head_dim: None,
    tie_word_embeddings: false,

    fields: Fields {
        hidden_size: "hidden_size",
        num_layers: "num_hidden_layers",
        num_heads: "num_attention_heads",
        context_length: "max_position_embeddings",
        intermediate_size: "intermediate_size",
        default_intermediate: None,
        norm_eps: "rms_norm_eps",
        activation: &["hidden_act"],
    },
    names: Names {
        body: "model.",
        layers: "layers",
        outer: &[],
        layer: &[],
    },
    hf_transposed: false,
};

/// No biases anywhere, whatever the configuration says.
pub const NO_BIASES: FamilyBiases = FamilyBiases {
    qkv: Bias::Never,
    attn_output: Bias::Never,
    mlp: Bias::Never,
};

/// `attention_bias` for all four projections of attention, none in the MLP.
pub const ATTENTION_BIASES: FamilyBiases = FamilyBiases {
    qkv: Bias::Field("attention_bias"),
    attn_output: Bias::Field("attention_bias"),
    mlp: Bias::Never,
};
