//! [`Config`] from `config.json` and `generation_config.json`, as transformers 4 and 5 write them.
//!
//! A field that is absent takes the value that the family's configuration class gives it; a field that is there
//! and not understood is an error, because a model that runs with the wrong hyperparameters looks alive and
//! talks nonsense.

use serde_json::Value;

use super::config::{Activation, Config, Experts, GenerationDefaults, LayerConfig, RopeUse};
use super::family::{AttentionScale, Bias, Family, Mlp, WindowSwitch};
use super::fields::Fields;
use super::limits;
use super::rope_from_hf;
use super::tensor_names::{Biases, Presence};
use crate::error::{Error, Result};

const PLACE: &str = "config.json";

/// What the configuration file says, and what it says about tensors.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct HfConfig {
    pub config: Config,
    pub biases: Biases,
}

/// `has_lm_head` decides tying where the file does not say.
pub(super) fn config_from_json(
    config_json: &[u8],
    generation_config: Option<&[u8]>,
    has_lm_head: bool,
) -> Result<HfConfig> {
    let json = parse(config_json, PLACE)?;
    let c = Fields::new(&json, PLACE)?;
    let (family, architecture) = family(c)?;
    let fields = &family.fields;
    let hidden_size = c.need_usize(fields.hidden_size)?;
    let num_layers = c.need_usize(fields.num_layers)?;
    let num_heads = c.need_usize(fields.num_heads)?;
    let vocab_size = c.need_usize("vocab_size")?;
    let context_length = c.need_usize(fields.context_length)?;
    limits::basic(
        hidden_size,
        num_layers,
        num_heads,
        vocab_size,
        context_length,
    )?;

    let num_kv_heads = match c.usize("num_key_value_heads")? {
        Some(n) => n,
        None if c.has("num_key_value_heads") => num_heads,
        None => family.num_kv_heads.unwrap_or(num_heads),
    };
    let head_dim = match c.usize("head_dim")? {
        Some(n) => n,
        None => match family.head_dim {
            Some(default) if !c.has("head_dim") => default,
            _ => limits::head_dim(hidden_size, num_heads)?,
        },
    };
    let intermediate_size = match (
        c.usize(fields.intermediate_size)?,
        fields.default_intermediate,
    ) {
        (Some(n), _) => n,
        (None, Some(times)) => times * hidden_size,
        (None, None) => c.need_usize(fields.intermediate_size)?,
    };
    let norm_eps = c.need_f64(fields.norm_eps)? as f32;
    let (rope, rope_local) = rope_from_hf::ropes(family, c, head_dim, context_length)?;
    let generation_json = generation_config
        .map(|bytes| parse(bytes, "generation_config.json"))
        .transpose()?;
    let generation = generation_json
        .as_ref()
        .map(|value| Fields::new(value, "generation_config.json"))
        .transpose()?;

    let config = Config {
        family,
        architecture,
        vocab_size,
        hidden_size,
        intermediate_size,
        num_layers,
        num_heads,
        num_kv_heads,
        head_dim,
        context_length,
        norm: family.norm,
        norm_eps,
        norm_weight_offset: family.hf_norm_weight_offset,
        qk_norm: family.qk_norm,
        activation: activation(family, c)?,
        rope,
        rope_local,
        layers: layers(family, c, num_layers)?,
        attention_scale: attention_scale(family, c, head_dim)?,
        attention_softcap: softcap(c, "attn_logit_softcapping", family.softcaps.map(|c| c.0))?,
        final_softcap: softcap(c, "final_logit_softcapping", family.softcaps.map(|c| c.1))?,
        embedding_scale: multiplier(family, c, "embedding_multiplier")?
            .unwrap_or(family.embedding_scale(hidden_size)),
        residual_scale: multiplier(family, c, "residual_multiplier")?.unwrap_or(1.0),
        logit_scale: 1.0 / multiplier(family, c, "logits_scaling")?.unwrap_or(1.0),
        tie_word_embeddings: match c.bool("tie_word_embeddings")? {
            Some(tied) => tied,
            None => family.tie_word_embeddings || !has_lm_head,
        },
        experts: experts(family, c)?,
        bos_token_id: c.ids("bos_token_id")?.first().copied(),
        eos_token_ids: eos_ids(c, generation)?,
        generation: generation.map_or(Ok(GenerationDefaults::default()), defaults)?,
    };
    limits::check(&config)?;
    Ok(HfConfig {
        config,
        biases: biases(family, c)?,
    })
}

fn parse(bytes: &[u8], place: &str) -> Result<Value> {
    serde_json::from_slice(bytes)
        .map_err(|error| Error::Config(format!("{place} is not valid JSON: {error}")))
}

fn family(c: Fields<'_>) -> Result<(&'static Family, String)> {
    let class = match c.array("architectures")? {
        Some([first, ..]) => Some(first.as_str().ok_or_else(|| {
            Error::Config(format!("{PLACE}: architectures must be a list of strings"))
        })?),
        Some([]) | None => None,
    };
    match (class, c.str("model_type")?) {
        (Some(class), _) => Ok((Family::from_hf_class(class)?, class.to_owned())),
        (None, Some(model_type)) => {
            Ok((Family::from_model_type(model_type)?, model_type.to_owned()))
        }
        (None, None) => Err(Error::Config(format!(
            "{PLACE} gives neither architectures nor model_type"
        ))),
    }
}

fn activation(family: &Family, c: Fields<'_>) -> Result<Activation> {
    let mut name = None;
    for key in family.fields.activation {
        name = name.or(c.str(key)?);
    }
    let alias = |name| family.activation_aliases.iter().find(|(n, _)| *n == name);
    match name {
        None => Ok(family.activation),
        Some(name) if let Some((_, meant)) = alias(name) => Ok(*meant),
        Some("silu" | "swish") => Ok(Activation::Silu),
        Some("gelu_pytorch_tanh" | "gelu_new" | "gelu_fast") => Ok(Activation::GeluTanh),
        Some("gelu") => Ok(Activation::Gelu),
        Some(other) => Err(Error::Config(format!(
            "the activation '{other}' is not known (silu, gelu, gelu_new and gelu_pytorch_tanh are)"
        ))),
    }
}

fn attention_scale(family: &Family, c: Fields<'_>, head_dim: usize) -> Result<f32> {
    if c.bool("scale_attn_by_inverse_layer_idx")? == Some(true) {
        return Err(Error::Unsupported(
            "scale_attn_by_inverse_layer_idx is not supported".into(),
        ));
    }
    if c.bool("scale_attn_weights")? == Some(false) {
        return Ok(1.0);
    }
    if let Some(scale) = multiplier(family, c, "attention_multiplier")? {
        return Ok(scale);
    }
    let base = match family.attention_scale {
        AttentionScale::HeadDim => head_dim as f64,
        AttentionScale::QueryPreAttnScalar { default, .. } => {
            c.f64("query_pre_attn_scalar")?.unwrap_or(default)
        }
    };
    if base > 0.0 {
        Ok(base.powf(-0.5) as f32)
    } else {
        Err(Error::Config(format!(
            "query_pre_attn_scalar must be above 0, found {base}"
        )))
    }
}

/// One of Granite's multipliers; the class gives each the value 1.
fn multiplier(family: &Family, c: Fields<'_>, key: &str) -> Result<Option<f32>> {
    if !family.has_multipliers {
        return Ok(None);
    }
    match c.f64(key)?.unwrap_or(1.0) {
        value if value > 0.0 => Ok(Some(value as f32)),
        value => Err(Error::Config(format!(
            "{key} must be above 0, found {value}"
        ))),
    }
}

/// A field that is there and null is no cap, whatever the class's default.
fn softcap(c: Fields<'_>, key: &str, default: Option<f64>) -> Result<Option<f32>> {
    let cap = match c.f64(key)? {
        None if !c.has(key) => default,
        given => given,
    };
    match cap {
        Some(cap) if cap <= 0.0 => {
            Err(Error::Config(format!("{key} must be above 0, found {cap}")))
        }
        _ => Ok(cap.map(|cap| cap as f32)),
    }
}

fn layers(family: &Family, c: Fields<'_>, num_layers: usize) -> Result<Vec<LayerConfig>> {
    let window = window(family, c)?;
    let types = c.array("layer_types")?;
    if types.is_some_and(|types| types.len() < num_layers) {
        return Err(Error::Config(format!(
            "layer_types has fewer entries than the {num_layers} layers"
        )));
    }
    let no_rope = c.array("no_rope_layers")?;
    let no_rope_interval = c.usize("no_rope_layer_interval")?;
    let pattern = match c.usize("sliding_window_pattern")? {
        Some(pattern) => Some(pattern),
        None => c.usize("_sliding_window_pattern")?,
    };
    let dense_layers = c.array("mlp_only_layers")?.unwrap_or_default();
    let sparse_step = c.usize("decoder_sparse_step")?.unwrap_or(1);
    if sparse_step == 0 {
        return Err(Error::Config("decoder_sparse_step is zero".into()));
    }
    let max_window_layers = c.usize("max_window_layers")?.unwrap_or(28);

    (0..num_layers)
        .map(|i| {
            let unrotated = match no_rope.filter(|_| family.unrotated_every.is_some()) {
                Some(list) => list.get(i).and_then(Value::as_u64) == Some(0),
                None => family.is_unrotated(i, no_rope_interval),
            };
            let listed = match types.and_then(|types| types.get(i)) {
                None => None,
                Some(kind) => match kind.as_str() {
                    Some("full_attention") => Some(false),
                    Some("sliding_attention") => Some(true),
                    _ => {
                        return Err(Error::Config(format!(
                            "layer_types: {kind} is not known (full_attention and sliding_attention are)"
                        )));
                    }
                },
            };
            let slides = family.windows.switch != WindowSwitch::Absent
                && listed
                    .unwrap_or_else(|| family.slides(i, unrotated, pattern, max_window_layers));
            Ok(LayerConfig {
                window: if slides { window } else { None },
                rope: match unrotated {
                    true => RopeUse::None,
                    false if slides && family.local_rope_theta.is_some() => RopeUse::Local,
                    false => RopeUse::Global,
                },
                mixture: family.mlp == Mlp::Mixture
                    && (i + 1).is_multiple_of(sparse_step)
                    && !dense_layers
                        .iter()
                        .any(|layer| layer.as_u64() == Some(i as u64)),
            })
        })
        .collect()
}

/// The sliding window where it is switched on.
fn window(family: &Family, c: Fields<'_>) -> Result<Option<u32>> {
    let default = family
        .windows
        .default_tokens
        .filter(|_| !c.has("sliding_window"));
    let switched = match family.windows.switch {
        WindowSwitch::Absent => false,
        WindowSwitch::On => true,
        WindowSwitch::Field => c.bool("use_sliding_window")?.unwrap_or(false),
    };
    if !switched {
        return Ok(None);
    }
    match c.usize("sliding_window")?.or(default) {
        None => Ok(None),
        Some(0) => Err(Error::Config("sliding_window is zero".into())),
        // A window beyond any context is none.
        Some(window) => Ok(u32::try_from(window).ok()),
    }
}

fn experts(family: &Family, c: Fields<'_>) -> Result<Option<Experts>> {
    if family.mlp != Mlp::Mixture {
        return Ok(None);
    }
    Ok(Some(Experts {
        num_experts: c.need_usize("num_experts")?,
        num_experts_per_token: c.need_usize("num_experts_per_tok")?,
        intermediate_size: c.need_usize("moe_intermediate_size")?,
        norm_topk_prob: c.bool("norm_topk_prob")?.unwrap_or(false),
    }))
}

fn biases(family: &Family, c: Fields<'_>) -> Result<Biases> {
    let presence = |bias: Bias| -> Result<Presence> {
        Ok(match bias {
            Bias::Never => Presence::Absent,
            Bias::Always => Presence::Required,
            Bias::Field(key) if c.bool(key)?.unwrap_or(false) => Presence::Required,
            Bias::Field(_) => Presence::Absent,
        })
    };
    Ok(Biases {
        qkv: presence(family.biases.qkv)?,
        attn_output: presence(family.biases.attn_output)?,
        mlp: presence(family.biases.mlp)?,
    })
}

fn eos_ids(c: Fields<'_>, generation: Option<Fields<'_>>) -> Result<Vec<u32>> {
    let mut ids = c.ids("eos_token_id")?;
    if let Some(generation) = generation {
        ids.extend(generation.ids("eos_token_id")?);
    }
    let mut unique = Vec::new();
    for id in ids {
        if !unique.contains(&id) {
            unique.push(id);
        }
    }
    Ok(unique)
}

fn defaults(g: Fields<'_>) -> Result<GenerationDefaults> {
    let f32 = |key: &str| -> Result<Option<f32>> { Ok(g.f64(key)?.map(|x| x as f32)) };
    Ok(GenerationDefaults {
        temperature: f32("temperature")?,
        top_k: g.usize("top_k")?.and_then(|k| u32::try_from(k).ok()),
        top_p: f32("top_p")?,
        min_p: f32("min_p")?,
        repetition_penalty: f32("repetition_penalty")?,
        do_sample: g.bool("do_sample")?,
    })
}
