//! [`Config`] from GGUF metadata, read as llama.cpp reads them (`llama-model.cpp`, `load_hparams`).
//!
//! Some things the metadata do not say are fixed per architecture there, and so they are here, in `families`: which
//! layers slide, which rotate, how q and k are laid out.

use super::config::{
    Config, Experts, GenerationDefaults, LayerConfig, Norm, Rope, RopeScaling, RopeUse,
};
use super::family::{AttentionScale, Bias, Family, GgufWindows, Mlp, Positions};
use super::limits;
use super::rope_from_hf::yarn_mscale;
use super::tensor_names::{Biases, Presence};
use crate::error::{Error, Result};
use crate::weights::TensorInfo;
use crate::weights::metadata::Metadata;

/// Tokens that end a turn whatever the metadata name as end of sequence, as llama.cpp finds them by their text.
const END_OF_TURN: [&str; 9] = [
    "<|eot_id|>",
    "<|eom_id|>",
    "<|im_end|>",
    "<|end|>",
    "<end_of_turn>",
    "<|endoftext|>",
    "<|end_of_text|>",
    "<EOT>",
    "<end_of_utterance>",
];
/// `tokenizer.ggml.token_type` of control and user-defined tokens.
const SPECIAL_TYPES: [u64; 2] = [3, 4];

/// Which biases a model has: where its class leaves the choice, the file shows it by having them.
pub(super) fn biases(family: &Family) -> Biases {
    let presence = |bias: Bias| match bias {
        Bias::Always => Presence::Required,
        Bias::Never | Bias::Field(_) => Presence::Optional,
    };
    Biases {
        qkv: presence(family.biases.qkv),
        attn_output: presence(family.biases.attn_output),
        mlp: presence(family.biases.mlp),
    }
}

/// `general.architecture`, which any model must have.
pub(super) fn architecture(metadata: &Metadata) -> Result<&str> {
    const KEY: &str = "general.architecture";
    metadata.text(KEY).ok_or_else(|| {
        Error::Config(if metadata.get(KEY).is_some() {
            format!("{KEY} in the GGUF metadata is not a string")
        } else {
            format!("the GGUF metadata do not give {KEY}")
        })
    })
}

/// The configuration of a model of which all `tensors` of all parts are known.
pub(super) fn config_from_metadata(metadata: &Metadata, tensors: &[TensorInfo]) -> Result<Config> {
    let architecture = architecture(metadata)?;
    let family = Family::from_gguf(architecture)?;
    let keys = Keys {
        metadata,
        architecture,
    };
    let tensor = |name: &str| tensors.iter().find(|tensor| tensor.name == name);

    let hidden_size = keys.need_usize("embedding_length")?;
    let num_layers = keys.need_usize("block_count")?;
    let num_heads = keys.need_usize("attention.head_count")?;
    let context_length = keys.need_usize("context_length")?;
    // The vocabulary is as long as the embedding; the metadata key is optional and the token list may be shorter.
    let vocab_size = match tensor("token_embd.weight").and_then(|t| t.shape.first().copied()) {
        Some(rows) => usize::try_from(rows).unwrap_or(usize::MAX),
        None => {
            return Err(Error::Tensor {
                name: "token_embd.weight".into(),
                reason: "is missing".into(),
            });
        }
    };
    limits::basic(
        hidden_size,
        num_layers,
        num_heads,
        vocab_size,
        context_length,
    )?;
    let num_kv_heads = keys.usize("attention.head_count_kv")?.unwrap_or(num_heads);
    let head_dim = match keys.usize("attention.key_length")? {
        Some(head_dim) => head_dim,
        None => limits::head_dim(hidden_size, num_heads)?,
    };
    if let Some(value_length) = keys.usize("attention.value_length")?
        && value_length != head_dim
    {
        return Err(Error::Unsupported(format!(
            "values of {value_length} dimensions with keys of {head_dim} are not supported"
        )));
    }
    let eps_key = match family.norm {
        Norm::LayerNorm => "attention.layer_norm_epsilon",
        Norm::Rms => "attention.layer_norm_rms_epsilon",
    };
    let (rope, rope_local) = ropes(keys, family, head_dim, context_length, &tensor)?;

    let config = Config {
        family,
        architecture: architecture.to_owned(),
        vocab_size,
        hidden_size,
        intermediate_size: keys.need_usize("feed_forward_length")?,
        num_layers,
        num_heads,
        num_kv_heads,
        head_dim,
        context_length,
        norm: family.norm,
        norm_eps: keys.need_f64(eps_key)? as f32,
        // The converter has already added Gemma's one.
        norm_weight_offset: 0.0,
        qk_norm: family.qk_norm,
        activation: family.activation,
        rope,
        rope_local,
        layers: layers(keys, family, num_layers)?,
        attention_scale: multiplier(keys, family, "attention.scale")?.unwrap_or_else(|| {
            attention_scale(family, hidden_size, num_layers, num_heads, head_dim)
        }),
        attention_softcap: softcap(keys, "attn_logit_softcapping", family.softcaps.map(|c| c.0))?,
        final_softcap: softcap(
            keys,
            "final_logit_softcapping",
            family.softcaps.map(|c| c.1),
        )?,
        embedding_scale: multiplier(keys, family, "embedding_scale")?
            .unwrap_or(family.embedding_scale(hidden_size)),
        residual_scale: multiplier(keys, family, "residual_scale")?.unwrap_or(1.0),
        logit_scale: 1.0 / multiplier(keys, family, "logit_scale")?.unwrap_or(1.0),
        tie_word_embeddings: tensor("output.weight").is_none(),
        experts: experts(keys, family)?,
        bos_token_id: metadata.u32("tokenizer.ggml.bos_token_id"),
        eos_token_ids: eos_ids(metadata),
        generation: GenerationDefaults {
            temperature: sampling(metadata, "temp"),
            top_k: metadata.u32("general.sampling.top_k"),
            top_p: sampling(metadata, "top_p"),
            min_p: sampling(metadata, "min_p"),
            repetition_penalty: sampling(metadata, "penalty_repeat"),
            do_sample: None,
        },
    };
    limits::check(&config)?;
    Ok(config)
}

/// Keys of one architecture.
#[derive(Clone, Copy)]
struct Keys<'a> {
    metadata: &'a Metadata,
    architecture: &'a str,
}

impl<'a> Keys<'a> {
    fn key(self, key: &str) -> String {
        format!("{}.{key}", self.architecture)
    }

    fn wrong(self, key: &str, wanted: &str) -> Error {
        Error::Config(format!("{} must be {wanted}", self.key(key)))
    }

    /// A whole number. Some writers give one per layer; they must then agree.
    fn usize(self, key: &str) -> Result<Option<usize>> {
        let full = self.key(key);
        if self.metadata.get(&full).is_none() {
            return Ok(None);
        }
        let number = match self.metadata.numbers(&full) {
            Some(list) => {
                let first = list.get(0);
                if list.iter().any(|number| Some(number) != first) {
                    return Err(Error::Unsupported(format!(
                        "{full} differs from layer to layer, which is not supported"
                    )));
                }
                first
            }
            None => self.metadata.number(&full),
        };
        number
            .and_then(|number| number.as_u64())
            .and_then(|n| usize::try_from(n).ok())
            .map(Some)
            .ok_or_else(|| self.wrong(key, "a whole number, not negative"))
    }

    fn need_usize(self, key: &str) -> Result<usize> {
        self.usize(key)?.ok_or_else(|| {
            Error::Config(format!("the GGUF metadata do not give {}", self.key(key)))
        })
    }

    fn f64(self, key: &str) -> Result<Option<f64>> {
        let full = self.key(key);
        if self.metadata.get(&full).is_none() {
            return Ok(None);
        }
        self.metadata
            .f64(&full)
            .filter(|x| x.is_finite())
            .map(Some)
            .ok_or_else(|| self.wrong(key, "a number"))
    }

    fn need_f64(self, key: &str) -> Result<f64> {
        self.f64(key)?.ok_or_else(|| {
            Error::Config(format!("the GGUF metadata do not give {}", self.key(key)))
        })
    }

    fn text(self, key: &str) -> Option<&'a str> {
        self.metadata.text(&self.key(key))
    }
}

fn ropes<'t>(
    keys: Keys<'_>,
    family: &Family,
    head_dim: usize,
    context_length: usize,
    tensor: &impl Fn(&str) -> Option<&'t TensorInfo>,
) -> Result<(Option<Rope>, Option<Rope>)> {
    if family.positions == Positions::Learned {
        return Ok((None, None));
    }
    let rotary_dim = keys.usize("rope.dimension_count")?.unwrap_or(head_dim);
    let rope = Rope {
        theta: keys.f64("rope.freq_base")?.unwrap_or(10_000.0),
        rotary_dim,
        interleaved: family.gguf_interleaved,
        scaling: scaling(keys, rotary_dim, context_length, tensor)?,
    };
    // Gemma 3 scales the rotation of its global layers only.
    let given = keys.f64("rope.freq_base_swa")?;
    let rope_local = family.local_rope_theta.map(|usual| Rope {
        theta: given.unwrap_or(usual),
        rotary_dim,
        interleaved: family.gguf_interleaved,
        scaling: RopeScaling::None,
    });
    Ok((Some(rope), rope_local))
}

fn scaling<'t>(
    keys: Keys<'_>,
    rotary_dim: usize,
    context_length: usize,
    tensor: &impl Fn(&str) -> Option<&'t TensorInfo>,
) -> Result<RopeScaling> {
    let (short, long, divisors) = (
        "rope_factors_short.weight",
        "rope_factors_long.weight",
        "rope_freqs.weight",
    );
    let original_context = keys
        .usize("rope.scaling.original_context_length")?
        .unwrap_or(context_length);
    let check = |name: &str| match tensor(name) {
        Some(found) if found.shape == [(rotary_dim / 2) as u64] && found.dtype.is_float() => Ok(()),
        Some(found) => Err(Error::Tensor {
            name: name.to_owned(),
            reason: format!(
                "must be {} floating-point numbers, found shape {:?} of type {}",
                rotary_dim / 2,
                found.shape,
                found.dtype
            ),
        }),
        None => Err(Error::Tensor {
            name: name.to_owned(),
            reason: "is missing".into(),
        }),
    };
    if tensor(short).is_some() || tensor(long).is_some() {
        check(short)?;
        check(long)?;
        return Ok(RopeScaling::LongRopeTensors {
            short: short.into(),
            long: long.into(),
            original_context,
            attention_factor: keys.f64("rope.scaling.attn_factor")?.unwrap_or(1.0),
        });
    }
    if tensor(divisors).is_some() {
        check(divisors)?;
        return Ok(RopeScaling::Divisors {
            tensor: divisors.into(),
        });
    }
    let factor = match keys.f64("rope.scaling.factor")? {
        Some(factor) => factor,
        // The key of older files.
        None => keys.f64("rope.scale_linear")?.unwrap_or(1.0),
    };
    match keys.text("rope.scaling.type") {
        // Zero means unset, as in llama.cpp.
        Some("none") => Ok(RopeScaling::None),
        None | Some("linear") if factor == 0.0 || factor == 1.0 => Ok(RopeScaling::None),
        None | Some("linear") if factor > 0.0 => Ok(RopeScaling::Linear { factor }),
        Some("yarn") if factor > 0.0 => Ok(RopeScaling::Yarn {
            factor,
            original_context,
            beta_fast: keys.f64("rope.scaling.yarn_beta_fast")?.unwrap_or(32.0),
            beta_slow: keys.f64("rope.scaling.yarn_beta_slow")?.unwrap_or(1.0),
            attention_factor: keys.f64("rope.scaling.attn_factor")?.unwrap_or(1.0)
                * yarn_mscale(factor, 1.0),
            truncate: true,
        }),
        // The factors are tensors; without them nothing is scaled.
        Some("longrope") => Ok(RopeScaling::None),
        None | Some("linear" | "yarn") => Err(Error::Config(format!(
            "the rope scaling factor must be above 0, found {factor}"
        ))),
        Some(other) => Err(Error::Config(format!(
            "the rope scaling type '{other}' is not known (none, linear, yarn and longrope are)"
        ))),
    }
}

fn layers(keys: Keys<'_>, family: &Family, num_layers: usize) -> Result<Vec<LayerConfig>> {
    let given = keys.usize("attention.sliding_window")?;
    let window = match family.windows.gguf {
        GgufWindows::Ignored => None,
        GgufWindows::Given => given,
        GgufWindows::GivenOrDefault => given.or(family.windows.default_tokens),
    };
    let window = window
        .filter(|&window| window > 0)
        .and_then(|window| u32::try_from(window).ok());
    Ok((0..num_layers)
        .map(|i| {
            let unrotated = family.is_unrotated(i, None);
            let slides = window.is_some() && family.slides(i, unrotated, None, num_layers);
            LayerConfig {
                window: if slides { window } else { None },
                rope: match unrotated {
                    true => RopeUse::None,
                    false if slides && family.local_rope_theta.is_some() => RopeUse::Local,
                    false => RopeUse::Global,
                },
                mixture: family.mlp == Mlp::Mixture,
            }
        })
        .collect())
}

/// Where a family's scale is not in the metadata, llama.cpp tells the model by its depth.
fn attention_scale(
    family: &Family,
    hidden_size: usize,
    num_layers: usize,
    num_heads: usize,
    head_dim: usize,
) -> f32 {
    let base = match family.attention_scale {
        AttentionScale::QueryPreAttnScalar {
            gguf_wide_layers, ..
        } if num_layers == gguf_wide_layers => hidden_size as f64 / num_heads as f64,
        AttentionScale::QueryPreAttnScalar { .. } | AttentionScale::HeadDim => head_dim as f64,
    };
    base.powf(-0.5) as f32
}

/// One of Granite's multipliers. Zero means unset, as in llama.cpp.
fn multiplier(keys: Keys<'_>, family: &Family, key: &str) -> Result<Option<f32>> {
    if !family.has_multipliers {
        return Ok(None);
    }
    match keys.f64(key)?.filter(|&value| value != 0.0) {
        Some(value) if value < 0.0 => Err(keys.wrong(key, "above 0")),
        value => Ok(value.map(|value| value as f32)),
    }
}

fn softcap(keys: Keys<'_>, key: &str, default: Option<f64>) -> Result<Option<f32>> {
    let cap = keys.f64(key)?.or(default);
    Ok(cap.filter(|&cap| cap > 0.0).map(|cap| cap as f32))
}

fn experts(keys: Keys<'_>, family: &Family) -> Result<Option<Experts>> {
    if family.mlp != Mlp::Mixture {
        // Mixtral's files call themselves llama.
        return match keys.usize("expert_count")? {
            None | Some(0) => Ok(None),
            Some(_) => Err(Error::Unsupported(format!(
                "mixtures of experts of the architecture '{}' are not supported",
                keys.architecture
            ))),
        };
    }
    Ok(Some(Experts {
        num_experts: keys.need_usize("expert_count")?,
        num_experts_per_token: keys.need_usize("expert_used_count")?,
        intermediate_size: keys.need_usize("expert_feed_forward_length")?,
        // llama.cpp normalises always for this architecture.
        norm_topk_prob: true,
    }))
}

fn eos_ids(metadata: &Metadata) -> Vec<u32> {
    let mut ids = Vec::new();
    for key in ["eos_token_id", "eot_token_id", "eom_token_id"] {
        if let Some(id) = metadata.u32(&format!("tokenizer.ggml.{key}")) {
            ids.push(id);
        }
    }
    if let (Some(tokens), Some(types)) = (
        metadata.strings("tokenizer.ggml.tokens"),
        metadata.numbers("tokenizer.ggml.token_type"),
    ) {
        for (id, (token, kind)) in tokens.iter().zip(types.iter()).enumerate() {
            let is_special = kind.as_u64().is_some_and(|k| SPECIAL_TYPES.contains(&k));
            if is_special
                && END_OF_TURN.contains(&token)
                && let Ok(id) = u32::try_from(id)
            {
                ids.push(id);
            }
        }
    }
    let mut unique = Vec::new();
    for id in ids {
        if !unique.contains(&id) {
            unique.push(id);
        }
    }
    unique
}

fn sampling(metadata: &Metadata, key: &str) -> Option<f32> {
    metadata
        .f64(&format!("general.sampling.{key}"))
        .map(|x| x as f32)
}
