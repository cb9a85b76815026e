//! Qwen 2 and 2.5 (Yang et al. 2024; transformers' `Qwen2ForCausalLM`): Llama with biases on q, k and v.
//!
//! The upper layers may slide, which no published configuration switches on.

use super::llama::LLAMA;
use crate::model::family::{Bias, Family, FamilyBiases, SlidingLayers, WindowSwitch, Windows};

pub const QWEN2: Family = Family {
    hf_class: "Qwen2ForCausalLM",
    model_type: "qwen2",
    gguf_name: "qwen2",
    biases: FamilyBiases {
        qkv: Bias::Always,
        attn_output: Bias::Never,
        mlp: Bias::Never,
    },
    gguf_interleaved: false,
    windows: Windows {
        switch: WindowSwitch::Field,
        default_tokens: Some(4096),
        layers: SlidingLayers::Upper,
        ..LLAMA.windows
    },
    num_kv_heads: Some(32),
    ..LLAMA
};
