//! SmolLM3 (Hugging Face 2025; transformers' `SmolLM3ForCausalLM`): Llama in which every fourth layer has no positions at all
//! (NoPE, Yang et al. 2025).

use super::llama::LLAMA;
use crate::model::family::{Family, SlidingLayers, WindowSwitch, Windows};

pub const SMOLLM3: Family = Family {
    hf_class: "SmolLM3ForCausalLM",
    model_type: "smollm3",
    gguf_name: "smollm3",
    rope_theta: 2_000_000.0,
    unrotated_every: Some(4),
    windows: Windows {
        switch: WindowSwitch::Field,
        layers: SlidingLayers::Unrotated,
        ..LLAMA.windows
    },
    num_kv_heads: Some(4),
    tie_word_embeddings: true,
    ..LLAMA
};
