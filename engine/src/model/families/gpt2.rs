//! GPT-2 (Radford et al. 2019; transformers' `GPT2LMHeadModel`): LayerNorm, learned positions, a plain MLP with GELU, biases
//! everywhere, and matrices stored as `[inputs, outputs]` (`Conv1D`).

use super::llama::LLAMA;
use crate::model::config::{Activation, Norm};
use crate::model::family::{
    Bias, Family, FamilyBiases, Fields, Mlp, Names, Positions, Projections,
};
use crate::model::tensor_names::{LayerRole, Role};

pub const GPT2: Family = Family {
    hf_class: "GPT2LMHeadModel",
    model_type: "gpt2",
    gguf_name: "gpt2",
    norm: Norm::LayerNorm,
    projections: Projections::Fused,
    mlp: Mlp::Plain,
    activation: Activation::GeluTanh,
    biases: FamilyBiases {
        qkv: Bias::Always,
        attn_output: Bias::Always,
        mlp: Bias::Always,
    },
    positions: Positions::Learned,
    gguf_interleaved: false,
    tie_word_embeddings: true,
    fields: Fields {
        hidden_size: "n_embd",
        num_layers: "n_layer",
        num_heads: "n_head",
        context_length: "n_positions",
        intermediate_size: "n_inner",
        default_intermediate: Some(4),
        norm_eps: "layer_norm_epsilon",
        activation: &["activation_function"],
    },
    names: Names {
        body: "transformer.",
        layers: "h",
        outer: &[
            (Role::TokenEmbedding, "wte.weight"),
            (Role::PositionEmbedding, "wpe.weight"),
            (Role::OutputNorm, "ln_f.weight"),
            (Role::OutputNormBias, "ln_f.bias"),
        ],
        layer: &[
            (LayerRole::AttnNorm, "ln_1.weight"),
            (LayerRole::AttnNormBias, "ln_1.bias"),
            (LayerRole::Qkv, "attn.c_attn.weight"),
            (LayerRole::QkvBias, "attn.c_attn.bias"),
            (LayerRole::O, "attn.c_proj.weight"),
            (LayerRole::OBias, "attn.c_proj.bias"),
            (LayerRole::MlpNorm, "ln_2.weight"),
            (LayerRole::MlpNormBias, "ln_2.bias"),
            (LayerRole::Up, "mlp.c_fc.weight"),
            (LayerRole::UpBias, "mlp.c_fc.bias"),
            (LayerRole::Down, "mlp.c_proj.weight"),
            (LayerRole::DownBias, "mlp.c_proj.bias"),
        ],
    },
    hf_transposed: true,
    ..LLAMA
};
