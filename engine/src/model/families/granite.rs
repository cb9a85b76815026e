//! Granite 3 (IBM 2024; transformers' `GraniteForCausalLM`): Llama with four multipliers (after maximal update
//! parametrisation, Yang et al. 2022): on the embedding, on q·k, on what each sublayer adds, and on the logits.

use super::llama::LLAMA;
use crate::model::family::Family;

pub const GRANITE: Family = Family {
    hf_class: "GraniteForCausalLM",
    model_type: "granite",
    gguf_name: "granite",
    has_multipliers: true,
    ..LLAMA
};
