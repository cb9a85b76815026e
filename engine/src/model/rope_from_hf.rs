//! The rotary embedding as `config.json` describes it.
//!
//! Follows transformers' `modeling_rope_utils.py` in both styles: `rope_theta` with `rope_scaling` (version 4)
//! and `rope_parameters` (version 5).

use super::config::{Rope, RopeScaling};
use super::family::{Family, Positions};
use super::fields::Fields;
use crate::error::{Error, Result};

/// The embedding of most layers, and that of sliding ones where they have one of their own.
pub(super) fn ropes(
    family: &'static Family,
    config: Fields<'_>,
    head_dim: usize,
    context_length: usize,
) -> Result<(Option<Rope>, Option<Rope>)> {
    if family.positions == Positions::Learned {
        return Ok((None, None));
    }
    let parameters = config.object("rope_parameters")?;
    let (global, local) = match parameters {
        Some(p) if p.has("full_attention") => {
            (p.object("full_attention")?, p.object("sliding_attention")?)
        }
        Some(p) => (Some(p), None),
        None => (config.object("rope_scaling")?, None),
    };
    let source = Source {
        family,
        config,
        head_dim,
        context_length,
    };
    let top_theta = config.f64("rope_theta")?.unwrap_or(family.rope_theta);
    let rope = source.rope(global, top_theta)?;
    let rope_local = match family.local_rope_theta {
        Some(usual) => {
            let theta = config.f64("rope_local_base_freq")?.unwrap_or(usual);
            Some(source.rope(local, theta)?)
        }
        None => None,
    };
    Ok((Some(rope), rope_local))
}

struct Source<'a> {
    family: &'static Family,
    config: Fields<'a>,
    head_dim: usize,
    context_length: usize,
}

impl Source<'_> {
    fn rope(&self, parameters: Option<Fields<'_>>, top_theta: f64) -> Result<Rope> {
        let from = |key: &str| -> Result<Option<f64>> {
            parameters.map_or(Ok(None), |parameters| parameters.f64(key))
        };
        let theta = from("rope_theta")?.unwrap_or(top_theta);
        let partial = match from("partial_rotary_factor")? {
            Some(factor) => factor,
            None => self.config.f64("partial_rotary_factor")?.unwrap_or(1.0),
        };
        if !(partial > 0.0 && partial <= 1.0) {
            return Err(Error::Config(format!(
                "partial_rotary_factor must be above 0 and at most 1, found {partial}"
            )));
        }
        let rotary_dim = (self.head_dim as f64 * partial) as usize;
        let scaling = match parameters {
            Some(parameters) => self.scaling(parameters, rotary_dim)?,
            None => RopeScaling::None,
        };
        Ok(Rope {
            theta,
            rotary_dim,
            interleaved: false,
            scaling,
        })
    }

    fn scaling(&self, p: Fields<'_>, rotary_dim: usize) -> Result<RopeScaling> {
        let kind = match p.str("rope_type")? {
            Some(kind) => kind,
            None => p.str("type")?.unwrap_or("default"),
        };
        let aliases = self.family.rope_type_aliases;
        let kind = aliases
            .iter()
            .find(|(name, _)| *name == kind)
            .map_or(kind, |(_, meant)| meant);
        let original = match p.usize("original_max_position_embeddings")? {
            Some(original) => Some(original),
            None => self.config.usize("original_max_position_embeddings")?,
        };
        let original_context = original.unwrap_or(self.context_length);
        if original_context == 0 {
            return Err(Error::Config(
                "original_max_position_embeddings is zero".into(),
            ));
        }
        let ratio = self.context_length as f64 / original_context as f64;
        Ok(match kind {
            "default" => RopeScaling::None,
            "linear" => RopeScaling::Linear {
                factor: positive(p, "factor")?,
            },
            "dynamic" => RopeScaling::Dynamic {
                factor: positive(p, "factor")?,
                original_context,
            },
            "llama3" => RopeScaling::Llama3 {
                factor: positive(p, "factor")?,
                low_freq_factor: positive(p, "low_freq_factor")?,
                high_freq_factor: positive(p, "high_freq_factor")?,
                original_context,
            },
            "yarn" => {
                let factor = p.f64("factor")?.unwrap_or(ratio);
                RopeScaling::Yarn {
                    factor,
                    original_context,
                    beta_fast: p.f64("beta_fast")?.unwrap_or(32.0),
                    beta_slow: p.f64("beta_slow")?.unwrap_or(1.0),
                    attention_factor: yarn_attention_factor(p, factor)?,
                    truncate: p.bool("truncate")?.unwrap_or(true),
                }
            }
            "longrope" => {
                let factor = p.f64("factor")?.unwrap_or(ratio);
                RopeScaling::LongRope {
                    short_factor: divisors(p, "short_factor", rotary_dim)?,
                    long_factor: divisors(p, "long_factor", rotary_dim)?,
                    original_context,
                    attention_factor: match p.f64("attention_factor")? {
                        Some(given) => given,
                        None => longrope_attention_factor(factor, original_context),
                    },
                }
            }
            other => {
                return Err(Error::Config(format!(
                    "the rope type '{other}' is not known (default, linear, dynamic, llama3, yarn and longrope are)"
                )));
            }
        })
    }
}

fn positive(p: Fields<'_>, key: &str) -> Result<f64> {
    let value = p.need_f64(key)?;
    if value > 0.0 {
        Ok(value)
    } else {
        Err(Error::Config(format!(
            "the rope {key} must be above 0, found {value}"
        )))
    }
}

fn divisors(p: Fields<'_>, key: &str, rotary_dim: usize) -> Result<Vec<f64>> {
    let list = p
        .numbers(key)?
        .ok_or_else(|| Error::Config(format!("longrope needs {key}")))?;
    if list.len() != rotary_dim / 2 || list.iter().any(|&x| x <= 0.0) {
        return Err(Error::Config(format!(
            "{key} must be {} numbers above 0, found {} numbers",
            rotary_dim / 2,
            list.len()
        )));
    }
    Ok(list)
}

/// YaRN's magnitude correction (`get_mscale`).
pub(super) fn yarn_mscale(factor: f64, mscale: f64) -> f64 {
    if factor <= 1.0 {
        1.0
    } else {
        0.1 * mscale * factor.ln() + 1.0
    }
}

fn yarn_attention_factor(p: Fields<'_>, factor: f64) -> Result<f64> {
    if let Some(given) = p.f64("attention_factor")? {
        return Ok(given);
    }
    let (mscale, all) = (p.f64("mscale")?, p.f64("mscale_all_dim")?);
    Ok(match (mscale, all) {
        (Some(mscale), Some(all)) if mscale != 0.0 && all != 0.0 => {
            yarn_mscale(factor, mscale) / yarn_mscale(factor, all)
        }
        _ => yarn_mscale(factor, 1.0),
    })
}

fn longrope_attention_factor(factor: f64, original_context: usize) -> f64 {
    if factor <= 1.0 || original_context <= 1 {
        1.0
    } else {
        (1.0 + factor.ln() / (original_context as f64).ln()).sqrt()
    }
}
