//! The families by their names in either kind of file, and what their configuration classes leave unsaid.

use super::config::{Activation, Family, Norm, QkNorm};
use crate::error::{Error, Result};

impl Family {
    /// Every family with its Hugging Face class, its `model_type` and its GGUF architecture.
    const NAMES: [(Self, &'static str, &'static str, &'static str); 12] = [
        (Self::Llama, "LlamaForCausalLM", "llama", "llama"),
        (Self::Mistral, "MistralForCausalLM", "mistral", "llama"),
        (Self::Qwen2, "Qwen2ForCausalLM", "qwen2", "qwen2"),
        (Self::Qwen3, "Qwen3ForCausalLM", "qwen3", "qwen3"),
        (
            Self::Qwen3Moe,
            "Qwen3MoeForCausalLM",
            "qwen3_moe",
            "qwen3moe",
        ),
        (Self::Gemma, "GemmaForCausalLM", "gemma", "gemma"),
        (Self::Gemma2, "Gemma2ForCausalLM", "gemma2", "gemma2"),
        (Self::Gemma3, "Gemma3ForCausalLM", "gemma3_text", "gemma3"),
        (Self::Phi3, "Phi3ForCausalLM", "phi3", "phi3"),
        (Self::SmolLm3, "SmolLM3ForCausalLM", "smollm3", "smollm3"),
        (Self::Olmo2, "Olmo2ForCausalLM", "olmo2", "olmo2"),
        (Self::Gpt2, "GPT2LMHeadModel", "gpt2", "gpt2"),
    ];

    pub(super) fn from_hf_class(class: &str) -> Result<Self> {
        Self::find(class, |(_, name, _, _)| name)
    }

    pub(super) fn from_model_type(model_type: &str) -> Result<Self> {
        Self::find(model_type, |(_, _, name, _)| name)
    }

    /// llama.cpp calls Mistral `llama`; the two differ only in values.
    pub(super) fn from_gguf(architecture: &str) -> Result<Self> {
        Self::find(architecture, |(_, _, _, name)| name)
    }

    fn find(
        wanted: &str,
        name: impl Fn((Self, &'static str, &'static str, &'static str)) -> &'static str,
    ) -> Result<Self> {
        Self::NAMES
            .into_iter()
            .find(|&row| name(row) == wanted)
            .map(|(family, ..)| family)
            .ok_or_else(|| {
                let mut supported: Vec<_> = Self::NAMES.into_iter().map(name).collect();
                supported.dedup();
                Error::UnsupportedArchitecture {
                    name: wanted.to_owned(),
                    supported: supported.join(", "),
                }
            })
    }

    pub(super) const fn is_gemma(self) -> bool {
        matches!(self, Self::Gemma | Self::Gemma2 | Self::Gemma3)
    }

    pub(super) const fn norm(self) -> Norm {
        match self {
            Self::Gpt2 => Norm::LayerNorm,
            Self::Llama
            | Self::Mistral
            | Self::Qwen2
            | Self::Qwen3
            | Self::Qwen3Moe
            | Self::Gemma
            | Self::Gemma2
            | Self::Gemma3
            | Self::Phi3
            | Self::SmolLm3
            | Self::Olmo2 => Norm::Rms,
        }
    }

    pub(super) const fn qk_norm(self) -> QkNorm {
        match self {
            Self::Qwen3 | Self::Qwen3Moe | Self::Gemma3 => QkNorm::PerHead,
            Self::Olmo2 => QkNorm::Whole,
            Self::Llama
            | Self::Mistral
            | Self::Qwen2
            | Self::Gemma
            | Self::Gemma2
            | Self::Phi3
            | Self::SmolLm3
            | Self::Gpt2 => QkNorm::None,
        }
    }

    /// What llama.cpp uses for the architecture; its metadata do not name it.
    pub(super) const fn activation(self) -> Activation {
        match self {
            Self::Gemma | Self::Gemma2 | Self::Gemma3 | Self::Gpt2 => Activation::GeluTanh,
            Self::Llama
            | Self::Mistral
            | Self::Qwen2
            | Self::Qwen3
            | Self::Qwen3Moe
            | Self::Phi3
            | Self::SmolLm3
            | Self::Olmo2 => Activation::Silu,
        }
    }

    /// llama.cpp's converter permutes q and k of these so that rotary pairs are neighbours.
    pub(super) const fn gguf_is_interleaved(self) -> bool {
        matches!(self, Self::Llama | Self::Mistral | Self::SmolLm3)
    }

    /// `num_key_value_heads` of the configuration class; `None`: as many as heads.
    pub(super) const fn default_num_kv_heads(self) -> Option<usize> {
        match self {
            Self::Mistral => Some(8),
            Self::Qwen2 | Self::Qwen3 => Some(32),
            Self::Qwen3Moe | Self::Gemma2 | Self::Gemma3 | Self::SmolLm3 => Some(4),
            Self::Gemma => Some(16),
            Self::Llama | Self::Phi3 | Self::Olmo2 | Self::Gpt2 => None,
        }
    }

    /// `head_dim` of the configuration class; `None`: `hidden_size / num_attention_heads`.
    pub(super) const fn default_head_dim(self) -> Option<usize> {
        match self {
            Self::Gemma | Self::Gemma2 | Self::Gemma3 => Some(256),
            Self::Qwen3 => Some(128),
            Self::Llama
            | Self::Mistral
            | Self::Qwen2
            | Self::Qwen3Moe
            | Self::Phi3
            | Self::SmolLm3
            | Self::Olmo2
            | Self::Gpt2 => None,
        }
    }

    pub(super) const fn default_rope_theta(self) -> f64 {
        match self {
            Self::Gemma3 => 1_000_000.0,
            Self::SmolLm3 => 2_000_000.0,
            Self::Llama
            | Self::Mistral
            | Self::Qwen2
            | Self::Qwen3
            | Self::Qwen3Moe
            | Self::Gemma
            | Self::Gemma2
            | Self::Phi3
            | Self::Olmo2
            | Self::Gpt2 => 10_000.0,
        }
    }

    /// `tie_word_embeddings` of the configuration class.
    pub(super) const fn default_tie(self) -> bool {
        match self {
            Self::Gemma | Self::Gemma2 | Self::Gemma3 | Self::SmolLm3 | Self::Gpt2 => true,
            Self::Llama
            | Self::Mistral
            | Self::Qwen2
            | Self::Qwen3
            | Self::Qwen3Moe
            | Self::Phi3
            | Self::Olmo2 => false,
        }
    }
}
