//! [`Config`] from `config.json` and `generation_config.json`, as transformers 4 and 5 write them.
//!
//! A field that is absent takes the value that the family's configuration class gives it; a field that is there
//! and not understood is an error, because a model that runs with the wrong hyperparameters looks alive and
//! talks nonsense.

use serde_json::Value;

use super::config::{
    Activation, Config, Experts, Family, GenerationDefaults, LayerConfig, RopeUse,
};
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
    if c.get("quantization_config").is_some() {
        return Err(Error::Unsupported(
            "the checkpoint is quantised by quantization_config, which is not supported; use a GGUF file or the unquantised checkpoint".into(),
        ));
    }
    let gpt2 = family == Family::Gpt2;
    let key = |usual: &'static str, gpt2_name: &'static str| if gpt2 { gpt2_name } else { usual };

    let hidden_size = c.need_usize(key("hidden_size", "n_embd"))?;
    let num_layers = c.need_usize(key("num_hidden_layers", "n_layer"))?;
    let num_heads = c.need_usize(key("num_attention_heads", "n_head"))?;
    let vocab_size = c.need_usize("vocab_size")?;
    let context_length = c.need_usize(key("max_position_embeddings", "n_positions"))?;
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
        None => family.default_num_kv_heads().unwrap_or(num_heads),
    };
    let head_dim = match c.usize("head_dim")? {
        Some(n) => n,
        None => match family.default_head_dim() {
            Some(default) if !c.has("head_dim") => default,
            _ => limits::head_dim(hidden_size, num_heads)?,
        },
    };
    let intermediate_size = match c.usize(key("intermediate_size", "n_inner"))? {
        Some(n) => n,
        None if gpt2 => 4 * hidden_size,
        None => c.need_usize("intermediate_size")?,
    };
    let norm_eps = c.need_f64(key("rms_norm_eps", "layer_norm_epsilon"))? as f32;
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
        norm: family.norm(),
        norm_eps,
        norm_weight_offset: if family.is_gemma() { 1.0 } else { 0.0 },
        qk_norm: family.qk_norm(),
        activation: activation(family, c)?,
        rope,
        rope_local,
        layers: layers(family, c, num_layers)?,
        attention_scale: attention_scale(family, c, head_dim)?,
        attention_softcap: softcap(family, c, "attn_logit_softcapping", 50.0)?,
        final_softcap: softcap(family, c, "final_logit_softcapping", 30.0)?,
        embedding_scale: limits::embedding_scale(family, hidden_size),
        tie_word_embeddings: match c.bool("tie_word_embeddings")? {
            Some(tied) => tied,
            None => family.default_tie() || !has_lm_head,
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

fn family(c: Fields<'_>) -> Result<(Family, String)> {
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

fn activation(family: Family, c: Fields<'_>) -> Result<Activation> {
    let name = if family == Family::Gpt2 {
        c.str("activation_function")?
    } else if family.is_gemma() {
        // `hidden_act` is what Gemma's first files say by mistake; `hidden_activation` overrides it.
        match c.str("hidden_activation")? {
            Some(name) => Some(name),
            None => c.str("hidden_act")?,
        }
    } else {
        c.str("hidden_act")?
    };
    match name {
        None => Ok(family.activation()),
        Some("silu" | "swish") => Ok(Activation::Silu),
        Some("gelu_pytorch_tanh" | "gelu_new" | "gelu_fast") => Ok(Activation::GeluTanh),
        Some("gelu") if family == Family::Gemma => Ok(Activation::GeluTanh),
        Some("gelu") => Ok(Activation::Gelu),
        Some(other) => Err(Error::Config(format!(
            "the activation '{other}' is not known (silu, gelu, gelu_new and gelu_pytorch_tanh are)"
        ))),
    }
}

fn attention_scale(family: Family, c: Fields<'_>, head_dim: usize) -> Result<f32> {
    if family == Family::Gpt2 {
        if c.bool("scale_attn_by_inverse_layer_idx")? == Some(true) {
            return Err(Error::Unsupported(
                "scale_attn_by_inverse_layer_idx is not supported".into(),
            ));
        }
        if c.bool("scale_attn_weights")? == Some(false) {
            return Ok(1.0);
        }
    }
    let base = if matches!(family, Family::Gemma2 | Family::Gemma3) {
        c.f64("query_pre_attn_scalar")?.unwrap_or(256.0)
    } else {
        head_dim as f64
    };
    if base > 0.0 {
        Ok(base.powf(-0.5) as f32)
    } else {
        Err(Error::Config(format!(
            "query_pre_attn_scalar must be above 0, found {base}"
        )))
    }
}

/// Only Gemma 2 caps by default; Gemma 3 kept the fields and sets them to null.
fn softcap(family: Family, c: Fields<'_>, key: &str, gemma2: f64) -> Result<Option<f32>> {
    let cap = match c.f64(key)? {
        Some(cap) => Some(cap),
        None if family == Family::Gemma2 && !c.has(key) => Some(gemma2),
        None => None,
    };
    match cap {
        Some(cap) if cap <= 0.0 => {
            Err(Error::Config(format!("{key} must be above 0, found {cap}")))
        }
        _ => Ok(cap.map(|cap| cap as f32)),
    }
}

fn layers(family: Family, c: Fields<'_>, num_layers: usize) -> Result<Vec<LayerConfig>> {
    let window = window(family, c)?;
    let types = c.array("layer_types")?;
    if types.is_some_and(|types| types.len() < num_layers) {
        return Err(Error::Config(format!(
            "layer_types has fewer entries than the {num_layers} layers"
        )));
    }
    let no_rope = c.array("no_rope_layers")?;
    let no_rope_interval = c.usize("no_rope_layer_interval")?.unwrap_or(4).max(1);
    let pattern = match c.usize("sliding_window_pattern")? {
        Some(pattern) => pattern,
        None => c.usize("_sliding_window_pattern")?.unwrap_or(6),
    }
    .max(1);
    let dense_layers = c.array("mlp_only_layers")?.unwrap_or_default();
    let sparse_step = c.usize("decoder_sparse_step")?.unwrap_or(1);
    if sparse_step == 0 {
        return Err(Error::Config("decoder_sparse_step is zero".into()));
    }
    let max_window_layers = c.usize("max_window_layers")?.unwrap_or(28);

    (0..num_layers)
        .map(|i| {
            let has_rope = match (family, no_rope) {
                (Family::SmolLm3, Some(list)) => {
                    list.get(i).and_then(Value::as_u64).unwrap_or(1) != 0
                }
                (Family::SmolLm3, None) => (i + 1) % no_rope_interval != 0,
                (Family::Gpt2, _) => false,
                _ => true,
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
            let slides = match family {
                Family::Mistral | Family::Phi3 => window.is_some(),
                Family::Qwen2 | Family::Qwen3 => listed.unwrap_or(i >= max_window_layers),
                // The mixture has no layer types: its window, if any, is everywhere.
                Family::Qwen3Moe => listed.unwrap_or(true),
                Family::Gemma2 => listed.unwrap_or(i % 2 == 0),
                Family::Gemma3 => listed.unwrap_or((i + 1) % pattern != 0),
                Family::SmolLm3 => listed.unwrap_or(!has_rope),
                Family::Llama | Family::Gemma | Family::Olmo2 | Family::Gpt2 => false,
            };
            Ok(LayerConfig {
                window: if slides { window } else { None },
                rope: match (has_rope, family) {
                    (false, _) => RopeUse::None,
                    (true, Family::Gemma3) if slides => RopeUse::Local,
                    (true, _) => RopeUse::Global,
                },
                mixture: family == Family::Qwen3Moe
                    && (i + 1) % sparse_step == 0
                    && !dense_layers.iter().any(|layer| layer.as_u64() == Some(i as u64)),
            })
        })
        .collect()
}

/// The sliding window where it is switched on.
fn window(family: Family, c: Fields<'_>) -> Result<Option<u32>> {
    let default = match family {
        Family::Mistral | Family::Gemma2 | Family::Gemma3 if !c.has("sliding_window") => Some(4096),
        _ => None,
    };
    let switched = match family {
        Family::Qwen2 | Family::Qwen3 | Family::Qwen3Moe | Family::SmolLm3 => {
            c.bool("use_sliding_window")?.unwrap_or(false)
        }
        Family::Mistral | Family::Phi3 | Family::Gemma2 | Family::Gemma3 => true,
        Family::Llama | Family::Gemma | Family::Olmo2 | Family::Gpt2 => false,
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

fn experts(family: Family, c: Fields<'_>) -> Result<Option<Experts>> {
    if family != Family::Qwen3Moe {
        return Ok(None);
    }
    Ok(Some(Experts {
        num_experts: c.need_usize("num_experts")?,
        num_experts_per_token: c.need_usize("num_experts_per_tok")?,
        intermediate_size: c.need_usize("moe_intermediate_size")?,
        norm_topk_prob: c.bool("norm_topk_prob")?.unwrap_or(false),
    }))
}

fn biases(family: Family, c: Fields<'_>) -> Result<Biases> {
    let flag = |key: &str| -> Result<Presence> {
        Ok(if c.bool(key)?.unwrap_or(false) {
            Presence::Required
        } else {
            Presence::Absent
        })
    };
    let (qkv, attn_output, mlp) = match family {
        Family::Gpt2 => (Presence::Required, Presence::Required, Presence::Required),
        Family::Qwen2 => (Presence::Required, Presence::Absent, Presence::Absent),
        Family::Phi3 | Family::Mistral => (Presence::Absent, Presence::Absent, Presence::Absent),
        Family::Llama | Family::SmolLm3 => {
            let attention = flag("attention_bias")?;
            (attention, attention, flag("mlp_bias")?)
        }
        Family::Qwen3
        | Family::Qwen3Moe
        | Family::Gemma
        | Family::Gemma2
        | Family::Gemma3
        | Family::Olmo2 => {
            let attention = flag("attention_bias")?;
            (attention, attention, Presence::Absent)
        }
    };
    Ok(Biases {
        qkv,
        attn_output,
        mlp,
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
