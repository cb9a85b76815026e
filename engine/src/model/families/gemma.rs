//! Gemma (Gemma Team 2024; transformers' `GemmaForCausalLM`): Llama with GeGLU, embeddings scaled by the root of the hidden
//! size, norm weights stored as the difference to one, and the embedding as the head.
//!
//! Its first configurations say `gelu` and mean the tanh form, which the class corrects.

use super::llama::{ATTENTION_BIASES, LLAMA};
use crate::model::config::Activation;
use crate::model::family::{EmbeddingScale, Family, Fields};

pub const GEMMA: Family = Family {
    hf_class: "GemmaForCausalLM",
    model_type: "gemma",
    gguf_name: "gemma",
    hf_norm_weight_offset: 1.0,
    activation: Activation::GeluTanh,
    activation_aliases: &[("gelu", Activation::GeluTanh)],
    biases: ATTENTION_BIASES,
    gguf_interleaved: false,
    embedding_scale: EmbeddingScale::RootOfHiddenSize,
    num_kv_heads: Some(16),
    head_dim: Some(256),
    tie_word_embeddings: true,
    fields: Fields {
        activation: &["hidden_activation", "hidden_act"],
        ..LLAMA.fields
    },
    ..LLAMA
};
