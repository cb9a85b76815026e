//! Gemma 3, text (Gemma Team 2025; transformers' `Gemma3ForCausalLM`): Gemma 2 with a norm on each query and key head in
//! place of soft-capping, five sliding layers to a global one, and another rotary base in the sliding ones.

use super::gemma2::GEMMA2;
use crate::model::config::QkNorm;
use crate::model::family::{AttentionScale, Family, GgufWindows, SlidingLayers, Windows};

pub const GEMMA3: Family = Family {
    hf_class: "Gemma3ForCausalLM",
    model_type: "gemma3_text",
    gguf_name: "gemma3",
    qk_norm: QkNorm::PerHead,
    rope_theta: 1_000_000.0,
    local_rope_theta: Some(10_000.0),
    windows: Windows {
        layers: SlidingLayers::AllButEvery(6),
        gguf: GgufWindows::Given,
        ..GEMMA2.windows
    },
    attention_scale: AttentionScale::QueryPreAttnScalar {
        default: 256.0,
        gguf_wide_layers: 62,
    },
    // The class kept the fields and sets them to null.
    softcaps: None,
    ..GEMMA2
};
