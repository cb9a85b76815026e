//! What a family of models is, as data.
//!
//! A configuration file leaves much unsaid: which class it belongs to decides where norms stand, which layers slide, how
//! tensors are called. Each file in `families` is one such class; `from_hf`, `from_gguf` and `tensor_names` read
//! it, and nothing behind them asks which family it is. Fields that a file does give win over what stands here.

use super::config::{Activation, Norm, QkNorm};
use super::families;
use super::tensor_names::{LayerRole, Role};
use crate::error::{Error, Result};

/// One family. Its files state only what differs from Llama, which is written out in full.
#[derive(Debug, Clone, PartialEq)]
pub struct Family {
    /// `architectures` in config.json.
    pub hf_class: &'static str,
    /// `model_type` in config.json.
    pub model_type: &'static str,
    /// `general.architecture` in GGUF.
    pub gguf_name: &'static str,

    // The block.
    pub norm: Norm,
    pub norm_places: NormPlaces,
    /// What the class adds to every norm weight as it runs; llama.cpp's converter has added it to the file already.
    pub hf_norm_weight_offset: f32,
    pub qk_norm: QkNorm,
    pub projections: Projections,
    pub mlp: Mlp,
    pub activation: Activation,
    /// Names of activations that mean another one in this family's files.
    pub activation_aliases: &'static [(&'static str, Activation)],
    pub biases: FamilyBiases,

    // Positions.
    pub positions: Positions,
    /// llama.cpp's converter permutes q and k so that rotary pairs are neighbours.
    pub gguf_interleaved: bool,
    pub rope_theta: f64,
    /// Base of the sliding layers where they have one of their own.
    pub local_rope_theta: Option<f64>,
    /// `rope_type`s that mean another one in this family's files.
    pub rope_type_aliases: &'static [(&'static str, &'static str)],
    /// Every n-th layer does not rotate.
    pub unrotated_every: Option<usize>,
    pub windows: Windows,

    // Scales.
    pub embedding_scale: EmbeddingScale,
    pub attention_scale: AttentionScale,
    /// `attn_logit_softcapping` and `final_logit_softcapping` where a file leaves them out.
    pub softcaps: Option<(f64, f64)>,
    /// Granite's: `embedding_multiplier`, `attention_multiplier`, `residual_multiplier`, `logits_scaling`.
    pub has_multipliers: bool,

    // What the configuration class gives a field that is absent.
    /// `None`: as many as heads.
    pub num_kv_heads: Option<usize>,
    /// `None`: `hidden_size / num_attention_heads`.
    pub head_dim: Option<usize>,
    pub tie_word_embeddings: bool,

    // How Hugging Face files of the family are written.
    pub fields: Fields,
    pub names: Names,
    /// Matrices lie as `[inputs, outputs]`.
    pub hf_transposed: bool,
}

/// Where a block's norms stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NormPlaces {
    /// x + f(norm(x))
    Before,
    /// x + norm(f(x))
    After,
    /// x + norm(f(norm(x)))
    Both,
}

/// How query, key and value matrices are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Projections {
    Separate,
    Fused,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mlp {
    /// down(act(gate x) × up x) (Shazeer 2020).
    Gated,
    /// The same with gate and up in one tensor.
    GatedFused,
    /// down(act(up x)).
    Plain,
    /// Gated experts behind a router; some layers may be `Gated`.
    Mixture,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bias {
    Never,
    Always,
    /// As a field of config.json says. In GGUF: if the file has it.
    Field(&'static str),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FamilyBiases {
    pub qkv: Bias,
    pub attn_output: Bias,
    pub mlp: Bias,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Positions {
    Rotary,
    /// A table added to the embedding.
    Learned,
}

/// The sliding window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Windows {
    pub switch: WindowSwitch,
    /// `sliding_window` of the class where the field is absent.
    pub default_tokens: Option<usize>,
    /// Which layers slide where `layer_types` does not say.
    pub layers: SlidingLayers,
    pub gguf: GgufWindows,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WindowSwitch {
    /// The class has no window.
    Absent,
    On,
    /// `use_sliding_window`, off unless given.
    Field,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SlidingLayers {
    All,
    /// From `max_window_layers` on.
    Upper,
    /// The first and every second after it.
    Alternating,
    /// All but every n-th; `sliding_window_pattern` where it is given.
    AllButEvery(usize),
    /// Those without rotation.
    Unrotated,
}

/// What llama.cpp does with a window for this architecture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GgufWindows {
    Ignored,
    /// If the metadata give it.
    Given,
    /// The class's default if they do not.
    GivenOrDefault,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmbeddingScale {
    One,
    RootOfHiddenSize,
}

/// What q·k is multiplied by.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum AttentionScale {
    /// `head_dim^-0.5`
    HeadDim,
    /// `query_pre_attn_scalar^-0.5`. GGUF metadata do not give the scalar; it is `head_dim` but for the models with
    /// `gguf_wide_layers` layers, where it is `hidden_size / num_heads`.
    QueryPreAttnScalar {
        default: f64,
        gguf_wide_layers: usize,
    },
}

/// Names of fields of config.json.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fields {
    pub hidden_size: &'static str,
    pub num_layers: &'static str,
    pub num_heads: &'static str,
    pub context_length: &'static str,
    pub intermediate_size: &'static str,
    /// Times the hidden size where the field is absent; `None`: it must be there.
    pub default_intermediate: Option<usize>,
    pub norm_eps: &'static str,
    /// The first that is there counts.
    pub activation: &'static [&'static str],
}

/// Names of tensors in Hugging Face files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Names {
    /// Stands before every name of the model's body, and is missing from some files.
    pub body: &'static str,
    /// Stands before the layer's number.
    pub layers: &'static str,
    /// Names outside of the layers, where they are not Llama's.
    pub outer: &'static [(Role, &'static str)],
    /// Names within a layer, where they are not Llama's.
    pub layer: &'static [(LayerRole, &'static str)],
}

impl Family {
    pub(super) fn from_hf_class(class: &str) -> Result<&'static Self> {
        Self::find(class, |family| family.hf_class)
    }

    pub(super) fn from_model_type(model_type: &str) -> Result<&'static Self> {
        Self::find(model_type, |family| family.model_type)
    }

    /// llama.cpp calls Mistral `llama`; the two differ only in values.
    pub(super) fn from_gguf(architecture: &str) -> Result<&'static Self> {
        Self::find(architecture, |family| family.gguf_name)
    }

    fn find(wanted: &str, name: impl Fn(&Self) -> &'static str) -> Result<&'static Self> {
        families::ALL
            .iter()
            .find(|family| name(family) == wanted)
            .copied()
            .ok_or_else(|| {
                let mut supported: Vec<_> = families::ALL.iter().map(|f| name(f)).collect();
                supported.dedup();
                Error::UnsupportedArchitecture {
                    name: wanted.to_owned(),
                    supported: supported.join(", "),
                }
            })
    }

    pub(super) fn embedding_scale(&self, hidden_size: usize) -> f32 {
        match self.embedding_scale {
            EmbeddingScale::One => 1.0,
            EmbeddingScale::RootOfHiddenSize => (hidden_size as f32).sqrt(),
        }
    }

    /// Layer `index` does not rotate, where the file does not say.
    pub(super) fn is_unrotated(&self, index: usize, every: Option<usize>) -> bool {
        match self.positions {
            Positions::Learned => true,
            Positions::Rotary => self
                .unrotated_every
                .map(|usual| every.unwrap_or(usual).max(1))
                .is_some_and(|every| (index + 1).is_multiple_of(every)),
        }
    }

    /// Layer `index` slides, where the file does not say. `every` and `upper` are the file's numbers for the patterns
    /// that have one.
    pub(super) fn slides(
        &self,
        index: usize,
        unrotated: bool,
        every: Option<usize>,
        upper: usize,
    ) -> bool {
        match self.windows.layers {
            SlidingLayers::All => true,
            SlidingLayers::Upper => index >= upper,
            SlidingLayers::Alternating => index.is_multiple_of(2),
            SlidingLayers::AllButEvery(usual) => {
                !(index + 1).is_multiple_of(every.unwrap_or(usual).max(1))
            }
            SlidingLayers::Unrotated => unrotated,
        }
    }
}
