//! Mistral (Jiang et al. 2023; transformers' `MistralForCausalLM`): Llama with a sliding window in every layer.
//!
//! GGUF files call it `llama`, and llama.cpp runs it without the window.

use super::llama::{LLAMA, NO_BIASES};
use crate::model::family::{Family, WindowSwitch, Windows};

pub const MISTRAL: Family = Family {
    hf_class: "MistralForCausalLM",
    model_type: "mistral",
    biases: NO_BIASES,
    windows: Windows {
        switch: WindowSwitch::On,
        default_tokens: Some(4096),
        ..LLAMA.windows
    },
    num_kv_heads: Some(8),
    ..LLAMA
};
