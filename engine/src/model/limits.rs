//! Bounds that any configuration must keep, whichever file it came from.
//!
//! They are far above any model that could run here, and low enough that nothing derived from them overflows or
//! allocates without measure before the tensors have been seen.

use super::config::Config;
use crate::error::{Error, Result};
use crate::kernel::expert_route::MAX_EXPERTS;

const MAX_LAYERS: usize = 1024;
const MAX_HIDDEN: usize = 1 << 18;
const MAX_HEADS: usize = 4096;
const MAX_HEAD_DIM: usize = 4096;
const MAX_VOCAB: usize = 1 << 23;
const MAX_CONTEXT: usize = 1 << 28;
const MAX_LAYER_EXPERTS: usize = 1 << 17;

/// What everything else is computed from.
pub(super) fn basic(
    hidden_size: usize,
    num_layers: usize,
    num_heads: usize,
    vocab_size: usize,
    context_length: usize,
) -> Result<()> {
    within("hidden size", hidden_size, MAX_HIDDEN)?;
    within("number of layers", num_layers, MAX_LAYERS)?;
    within("number of attention heads", num_heads, MAX_HEADS)?;
    within("vocabulary size", vocab_size, MAX_VOCAB)?;
    within("context length", context_length, MAX_CONTEXT)
}

pub(super) fn within(what: &str, value: usize, max: usize) -> Result<()> {
    if (1..=max).contains(&value) {
        Ok(())
    } else {
        Err(Error::Config(format!(
            "the {what} must be from 1 to {max}, found {value}"
        )))
    }
}

/// `head_dim` where a file does not give it.
pub(super) fn head_dim(hidden_size: usize, num_heads: usize) -> Result<usize> {
    match hidden_size.checked_div(num_heads) {
        Some(head_dim) if hidden_size.is_multiple_of(num_heads) => Ok(head_dim),
        _ => Err(Error::Config(format!(
            "the hidden size {hidden_size} does not divide into {num_heads} heads, and no head_dim is given"
        ))),
    }
}

/// Everything that can be checked without the tensors.
pub(super) fn check(config: &Config) -> Result<()> {
    within(
        "intermediate size",
        config.intermediate_size,
        8 * MAX_HIDDEN,
    )?;
    within("head dimension", config.head_dim, MAX_HEAD_DIM)?;
    within(
        "number of key and value heads",
        config.num_kv_heads,
        config.num_heads,
    )?;
    if !config.num_heads.is_multiple_of(config.num_kv_heads) {
        return Err(Error::Config(format!(
            "{} attention heads cannot share {} key and value heads evenly",
            config.num_heads, config.num_kv_heads
        )));
    }
    if !(config.norm_eps > 0.0 && config.norm_eps < 1.0) {
        return Err(Error::Config(format!(
            "the norm's epsilon must be between 0 and 1, found {}",
            config.norm_eps
        )));
    }
    for rope in [&config.rope, &config.rope_local].into_iter().flatten() {
        if !(rope.theta > 0.0 && rope.theta.is_finite()) {
            return Err(Error::Config(format!(
                "the rope base must be above 0, found {}",
                rope.theta
            )));
        }
        within(
            "number of rotating dimensions",
            rope.rotary_dim,
            config.head_dim,
        )?;
        if !rope.rotary_dim.is_multiple_of(2) {
            return Err(Error::Config(format!(
                "the number of rotating dimensions must be even, found {}",
                rope.rotary_dim
            )));
        }
    }
    if let Some(experts) = config.experts {
        within("number of experts", experts.num_experts, MAX_EXPERTS)?;
        within(
            "number of experts in all layers",
            experts.num_experts * config.num_layers,
            MAX_LAYER_EXPERTS,
        )?;
        within(
            "number of experts per token",
            experts.num_experts_per_token,
            experts.num_experts,
        )?;
        within(
            "experts' intermediate size",
            experts.intermediate_size,
            8 * MAX_HIDDEN,
        )?;
    }
    Ok(())
}
