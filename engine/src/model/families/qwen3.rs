//! Qwen 3 (Yang et al. 2025; transformers' `Qwen3ForCausalLM`): Qwen 2 with a norm on each query and key head in place of
//! biases, and heads whose size is a number of its own.

use super::llama::{ATTENTION_BIASES, LLAMA};
use super::qwen2::QWEN2;
use crate::model::config::QkNorm;
use crate::model::family::Family;

pub const QWEN3: Family = Family {
    hf_class: "Qwen3ForCausalLM",
    model_type: "qwen3",
    gguf_name: "qwen3",
    qk_norm: QkNorm::PerHead,
    biases: ATTENTION_BIASES,
    gguf_interleaved: false,
    windows: QWEN2.windows,
    num_kv_heads: Some(32),
    head_dim: Some(128),
    ..LLAMA
};
