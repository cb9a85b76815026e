//! Phi-3, 3.5 and 4-mini (Abdin et al. 2024; transformers' `Phi3ForCausalLM`): Llama with q, k and v in one tensor and gate and
//! up in another, a sliding window, partial rotation and LongRoPE.
//!
//! Early configurations call LongRoPE `su` or `yarn`.

use super::llama::{LLAMA, NO_BIASES};
use crate::model::family::{Family, GgufWindows, Mlp, Projections, WindowSwitch, Windows};

pub const PHI3: Family = Family {
    hf_class: "Phi3ForCausalLM",
    model_type: "phi3",
    gguf_name: "phi3",
    projections: Projections::Fused,
    mlp: Mlp::GatedFused,
    biases: NO_BIASES,
    gguf_interleaved: false,
    rope_type_aliases: &[("su", "longrope"), ("yarn", "longrope")],
    windows: Windows {
        switch: WindowSwitch::On,
        gguf: GgufWindows::Given,
        ..LLAMA.windows
    },
    ..LLAMA
};
