//! What a model is, as data.
//!
//! One `Config` describes every decoder this engine runs: families differ in values, not in code paths
//! downstream. It is made from `config.json` or from GGUF metadata and checked before anything is allocated.

use super::family::Family;

/// Hyperparameters, in the names the field uses.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// For tensor names and messages; every number of its description has been taken over below.
    pub family: &'static Family,
    /// The name as the file gives it, for people: `LlamaForCausalLM`, `llama`.
    pub architecture: String,
    pub vocab_size: usize,
    pub hidden_size: usize,
    pub intermediate_size: usize,
    pub num_layers: usize,
    pub num_heads: usize,
    pub num_kv_heads: usize,
    pub head_dim: usize,
    /// Longest context the model was made for (`max_position_embeddings`).
    pub context_length: usize,
    pub norm: Norm,
    pub norm_eps: f32,
    /// Added to every norm weight (Gemma stores `w` and multiplies by `1 + w`; its GGUF files already hold the sum).
    pub norm_weight_offset: f32,
    pub qk_norm: QkNorm,
    pub activation: Activation,
    /// Rotary embedding of the layers marked [`RopeUse::Global`].
    pub rope: Option<Rope>,
    /// Gemma 3: the other base, of the sliding-window layers.
    pub rope_local: Option<Rope>,
    pub layers: Vec<LayerConfig>,
    /// Multiplies q·k before the softmax: `head_dim^-0.5` unless the model says otherwise.
    pub attention_scale: f32,
    pub attention_softcap: Option<f32>,
    pub final_softcap: Option<f32>,
    /// Multiplies the looked-up embedding (Gemma: sqrt(hidden_size)).
    pub embedding_scale: f32,
    /// Multiplies what a sublayer adds to the residual stream.
    pub residual_scale: f32,
    /// Multiplies the logits.
    pub logit_scale: f32,
    pub tie_word_embeddings: bool,
    pub experts: Option<Experts>,
    pub bos_token_id: Option<u32>,
    /// Every id that ends a turn, from config, generation_config and GGUF metadata, without repeats.
    pub eos_token_ids: Vec<u32>,
    pub generation: GenerationDefaults,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Norm {
    Rms,
    LayerNorm,
}

/// Normalisation of queries and keys before the rotary embedding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QkNorm {
    None,
    /// One weight of `head_dim`, per head (Qwen3, Gemma 3).
    PerHead,
    /// Over the whole projection (OLMo2).
    Whole,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activation {
    Silu,
    GeluTanh,
    Gelu,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LayerConfig {
    /// Tokens a query can see, itself included; `None`: all before it.
    pub window: Option<u32>,
    pub rope: RopeUse,
    /// The MLP is a mixture of experts.
    pub mixture: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RopeUse {
    None,
    Global,
    Local,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Rope {
    pub theta: f64,
    /// Dimensions of a head that rotate (`head_dim × partial_rotary_factor`); the rest pass through.
    pub rotary_dim: usize,
    /// Pairs are (2i, 2i+1), as llama.cpp lays out Llama's q and k, and not (i, i + rotary_dim/2).
    pub interleaved: bool,
    pub scaling: RopeScaling,
}

/// Context extension of the rotary embedding, as transformers' `modeling_rope_utils` defines it.
#[derive(Debug, Clone, PartialEq)]
pub enum RopeScaling {
    None,
    Linear {
        factor: f64,
    },
    Dynamic {
        factor: f64,
        original_context: usize,
    },
    Llama3 {
        factor: f64,
        low_freq_factor: f64,
        high_freq_factor: f64,
        original_context: usize,
    },
    Yarn {
        factor: f64,
        original_context: usize,
        beta_fast: f64,
        beta_slow: f64,
        attention_factor: f64,
        truncate: bool,
    },
    LongRope {
        short_factor: Vec<f64>,
        long_factor: Vec<f64>,
        original_context: usize,
        attention_factor: f64,
    },
    /// Per-frequency divisors stored as a tensor (`rope_freqs.weight` of GGUF Llama 3 files).
    Divisors {
        tensor: String,
    },
    /// Phi-3 GGUF files: `rope_factors_short.weight`, `rope_factors_long.weight`.
    LongRopeTensors {
        short: String,
        long: String,
        original_context: usize,
        attention_factor: f64,
    },
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Experts {
    pub num_experts: usize,
    pub num_experts_per_token: usize,
    pub intermediate_size: usize,
    pub norm_topk_prob: bool,
}

/// Sampling defaults a model publishes in generation_config.json (or GGUF `general.sampling.*`).
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct GenerationDefaults {
    pub temperature: Option<f32>,
    pub top_k: Option<u32>,
    pub top_p: Option<f32>,
    pub min_p: Option<f32>,
    pub repetition_penalty: Option<f32>,
    /// False: the model asks for greedy decoding.
    pub do_sample: Option<bool>,
}
