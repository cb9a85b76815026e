//! Bytes that one decoded token must read, from the plan: the lower bound that a memory's bandwidth sets.

use super::config::Config;
use super::plan::{MemoryPlan, ModelPlan};
use crate::kernel::embed::{EMBED, EmbedParams};
use crate::kernel::expert_down::EXPERT_DOWN;
use crate::kernel::expert_up::EXPERT_UP;
use crate::plan::{BufferRole, Command, Slot};

/// Weights: every matrix once, of a mixture the chosen experts' share, and one row of the embedding.
#[must_use]
pub fn weight_bytes_per_token(config: &Config, plan: &ModelPlan) -> u64 {
    let is_weight = |slot: &Slot| {
        let buffer = plan.buffers.get(slot.buffer.0 as usize);
        buffer.is_some_and(|buffer| buffer.role == BufferRole::Weights)
    };
    let of_command = |command: &Command| -> u64 {
        let mut slots = command.slots.clone();
        // A layout without scales binds its codes in their place; they are read once.
        slots.dedup();
        let bytes: u64 = slots
            .iter()
            .filter(|slot| is_weight(slot))
            .map(|slot| slot.len_bytes)
            .sum();
        if command.kernel == &EMBED {
            bytes / u64::from(EmbedParams::from_words(&command.params).num_rows.max(1))
        } else if command.kernel == &EXPERT_UP || command.kernel == &EXPERT_DOWN {
            // A part of the experts may hold none of the chosen ones, another several: over all parts it is this.
            config.experts.map_or(bytes, |experts| {
                bytes * experts.num_experts_per_token as u64 / experts.num_experts.max(1) as u64
            })
        } else {
            bytes
        }
    };
    let is_embedding = |command: &&Command| command.kernel == &EMBED;
    let mut commands: Vec<&Command> = plan
        .recordings
        .decode
        .commands
        .iter()
        .chain(&plan.recordings.head.commands)
        .collect();
    // Of an embedding in several shards one is read.
    let embedding = commands
        .iter()
        .copied()
        .find(|command| is_embedding(command));
    commands.retain(|command| !is_embedding(command));
    commands.into_iter().chain(embedding).map(of_command).sum()
}

/// Keys and values that the token at `position` attends to.
#[must_use]
pub fn kv_bytes_at(
    config: &Config,
    memory: MemoryPlan,
    context_tokens: usize,
    position: usize,
) -> u64 {
    let caches = 2 * config.num_layers as u64 * context_tokens as u64;
    let per_layer_and_token = 2 * (memory.kv / caches.max(1));
    let visible = |window: Option<u32>| {
        window.map_or(position + 1, |window| (position + 1).min(window as usize))
    };
    config
        .layers
        .iter()
        .map(|layer| visible(layer.window) as u64 * per_layer_and_token)
        .sum()
}
