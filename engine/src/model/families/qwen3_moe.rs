//! Qwen3-MoE (Yang et al. 2025; transformers' `Qwen3MoeForCausalLM`): Qwen 3 with a mixture of experts for an MLP.
//!
//! `decoder_sparse_step` and `mlp_only_layers` may leave some layers dense. The window, if any, is everywhere: this
//! class has no layer types.

use super::qwen3::QWEN3;
use crate::model::family::{Family, Mlp, SlidingLayers, Windows};

pub const QWEN3_MOE: Family = Family {
    hf_class: "Qwen3MoeForCausalLM",
    model_type: "qwen3_moe",
    gguf_name: "qwen3moe",
    mlp: Mlp::Mixture,
    windows: Windows {
        layers: SlidingLayers::All,
        ..QWEN3.windows
    },
    num_kv_heads: Some(4),
    head_dim: None,
    ..QWEN3
};
