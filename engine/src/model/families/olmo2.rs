//! OLMo 2 (OLMo Team 2025; transformers' `Olmo2ForCausalLM`): norms after each sublayer and none before, and a norm over all
//! queries and over all keys before the rotation.

use super::llama::{ATTENTION_BIASES, LLAMA};
use crate::model::config::QkNorm;
use crate::model::family::{Family, NormPlaces};

pub const OLMO2: Family = Family {
    hf_class: "Olmo2ForCausalLM",
    model_type: "olmo2",
    gguf_name: "olmo2",
    norm_places: NormPlaces::After,
    qk_norm: QkNorm::Whole,
    biases: ATTENTION_BIASES,
    gguf_interleaved: false,
    ..LLAMA
};
