//! From a description to everything a session needs: buffers, placements, recordings, memory.

use super::builder::Builder;
use super::cache_layout::{CacheBuffer, CacheLayout};
use super::decoder::Decoder;
use super::decoder_weights::{DecoderWeights, Layer, NormWeights};
use super::description::Description;
use crate::error::{Error, Result};
use crate::executor::Limits;
use crate::kernel::KvPrecision;
use crate::kernel::kv_blocks::RowFormat;
use crate::plan::{BufferDesc, BufferRole, Recording, Slot};
use crate::weights::layout::WeightPolicy;
use crate::weights::placement::Placement;

/// What the caller decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlanOptions {
    /// `None`: as long as the model was made for, up to [`DEFAULT_CONTEXT_TOKENS`] and half of the weights' size.
    pub context_length: Option<usize>,
    pub kv: KvPrecision,
    pub weights: WeightPolicy,
}

/// Longest context that is planned without being asked for.
pub const DEFAULT_CONTEXT_TOKENS: usize = 8192;

/// KV cache that is always acceptable, however small the model; and all that is set aside for those that wait.
const SMALL_KV_BYTES: u64 = 256 << 20;

/// Tokens of a prompt computed by one submit: bounds scratch memory and how long a stop takes.
pub const PREFILL_TOKENS: usize = 256;

/// Ids that can be read back without waiting for them; a power of two.
pub const RING_TOKENS: usize = 64;

/// Bytes on the GPU, by what they are for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MemoryPlan {
    pub weights: u64,
    pub kv: u64,
    /// Activations, tables, ids.
    pub scratch: u64,
    /// Readback buffers and parameters.
    pub staging: u64,
    pub total: u64,
    /// For conversations that wait while another is answered. Only made when two take turns, so no part of the total.
    pub spare: u64,
}

/// Slots that the session itself reads or writes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SessionSlots {
    /// Ids of the step's tokens; the sampler puts the next id first.
    pub ids: Slot,
    /// How often each token was seen.
    pub counts: Slot,
    /// Which tokens may come next, one bit each; read where an answer is constrained.
    pub mask: Slot,
    /// What is added to some logits; read where an answer is constrained.
    pub biases: Slot,
    pub ring: Slot,
    pub logits: Slot,
    /// The residual stream, `[tokens][hidden]`: for looking inside.
    pub residual: Slot,
    /// The norm before the head.
    pub output_norm: NormWeights,
}

/// Recordings, in the order a session hands them to its executor.
#[derive(Debug, Clone, PartialEq)]
pub struct Recordings {
    /// Many tokens through all layers.
    pub prefill: Recording,
    /// One token through all layers.
    pub decode: Recording,
    /// The logits of one row.
    pub head: Recording,
    /// Mask and biases onto the logits; only for answers that have them.
    pub constrain: Recording,
    /// The next id from the logits.
    pub sample: Recording,
    /// Moves cached positions of all layers towards the beginning. Absent where positions are learned: they are
    /// part of what was cached, and no rotation takes them out.
    pub shift: Option<Recording>,
}

/// A table of rotary angles to be filled when the tensors it needs are there.
#[derive(Debug, Clone, PartialEq)]
pub struct RopeTable {
    pub slot: Slot,
    /// Local base (Gemma 3's windowed layers) or the usual one.
    pub local: bool,
    /// Where the loader puts the factors that the file keeps in a tensor, and how many.
    pub factors: Option<Slot>,
}

/// A model, ready to be allocated.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelPlan {
    pub buffers: Vec<BufferDesc>,
    pub placements: Vec<Placement>,
    pub recordings: Recordings,
    pub slots: SessionSlots,
    pub rope_tables: Vec<RopeTable>,
    pub context_tokens: usize,
    pub caches: CacheLayout,
    /// Positions that there is to be room for beside the cache.
    pub spare_tokens: usize,
    pub memory: MemoryPlan,
}

impl ModelPlan {
    /// Plans a model for an adapter with these limits.
    pub fn new(description: &Description, options: &PlanOptions, limits: Limits) -> Result<Self> {
        let context_tokens = context_tokens(description, options, limits)?;
        let mut builder = Builder::new(description, options.weights, limits);
        let weights = DecoderWeights::new(&mut builder, context_tokens, options.kv)?;
        let decoder = Decoder {
            config: &description.config,
            kv: options.kv,
            context_tokens,
            weights,
        };
        let recordings = decoder.recordings();
        let caches = caches(&decoder);
        let spare_tokens = context_tokens
            .min((SMALL_KV_BYTES / caches.token_bytes().max(1)) as usize)
            .max(1);
        let DecoderWeights {
            scratch,
            rope,
            rope_local,
            output_norm,
            ..
        } = decoder.weights;
        let rope_tables = rope.into_iter().chain(rope_local).collect();
        let slots = SessionSlots {
            ids: scratch.ids,
            counts: scratch.counts,
            mask: scratch.mask,
            biases: scratch.biases,
            ring: scratch.ring,
            logits: scratch.logits,
            residual: scratch.x,
            output_norm,
        };
        let (buffers, placements) = builder.finish();
        let memory = MemoryPlan {
            spare: spare_tokens as u64 * (caches.token_bytes() + caches.largest_bytes()),
            ..memory(&buffers, &recordings)
        };
        Ok(ModelPlan {
            buffers,
            placements,
            recordings,
            slots,
            rope_tables,
            context_tokens,
            caches,
            spare_tokens,
            memory,
        })
    }
}

fn caches(decoder: &Decoder<'_>) -> CacheLayout {
    let row_bytes = |rows: RowFormat| rows.row_bytes(decoder.config.head_dim);
    let (keys, values) = (row_bytes(decoder.kv.keys()), row_bytes(decoder.kv.values()));
    let of_layer = |layer: &Layer| {
        [(layer.key_cache, keys), (layer.value_cache, values)]
            .map(|(slot, row_bytes)| CacheBuffer { slot, row_bytes })
    };
    CacheLayout {
        buffers: decoder.weights.layers.iter().flat_map(of_layer).collect(),
        num_kv_heads: decoder.config.num_kv_heads,
        context_tokens: decoder.context_tokens,
    }
}

fn memory(buffers: &[BufferDesc], recordings: &Recordings) -> MemoryPlan {
    let sum = |wanted: &[BufferRole]| -> u64 {
        buffers
            .iter()
            .filter(|buffer| wanted.contains(&buffer.role))
            .map(|buffer| buffer.len_bytes)
            .sum()
    };
    let commands: usize = [
        &recordings.prefill,
        &recordings.decode,
        &recordings.head,
        &recordings.constrain,
        &recordings.sample,
    ]
    .into_iter()
    .chain(&recordings.shift)
    .map(|recording| recording.commands.len())
    .sum();
    let mut plan = MemoryPlan {
        weights: sum(&[BufferRole::Weights]),
        kv: sum(&[BufferRole::KvCache]),
        scratch: sum(&[BufferRole::Scratch, BufferRole::Table, BufferRole::Tokens]),
        staging: commands as u64 * crate::plan::SLOT_ALIGN_BYTES + 64 + 4 * RING_TOKENS as u64,
        total: 0,
        spare: 0,
    };
    plan.total = plan.weights + plan.kv + plan.scratch + plan.staging;
    plan
}

/// The context to plan for.
fn context_tokens(
    description: &Description,
    options: &PlanOptions,
    limits: Limits,
) -> Result<usize> {
    let config = &description.config;
    let of_layer = |rows: RowFormat| config.num_kv_heads as u64 * rows.row_bytes(config.head_dim);
    let (keys, values) = (of_layer(options.kv.keys()), of_layer(options.kv.values()));
    let per_token = (keys + values) * config.num_layers as u64;
    if per_token == 0 {
        return Err(Error::Config("there are no key/value heads".into()));
    }
    let fits_binding =
        (limits.max_binding_bytes.min(limits.max_buffer_bytes) / keys.max(values)) as usize;
    if let Some(asked) = options.context_length {
        if asked == 0 {
            return Err(Error::Request("a context of 0 tokens holds nothing".into()));
        }
        if asked > fits_binding {
            return Err(Error::OutOfMemory(format!(
                "a context of {asked} tokens does not fit this adapter; {fits_binding} is the most it can hold"
            )));
        }
        return Ok(asked);
    }
    let unscaled = config
        .rope
        .as_ref()
        .and_then(|rope| rope.unscaled_context())
        .unwrap_or(usize::MAX);
    let weights: u64 = description
        .tensors
        .iter()
        .map(|tensor| tensor.len_bytes)
        .sum();
    let affordable = (SMALL_KV_BYTES.max(weights / 2) / per_token) as usize;
    Ok(config
        .context_length
        .min(DEFAULT_CONTEXT_TOKENS)
        .min(unscaled)
        .min(fits_binding)
        .min(affordable)
        .max(1))
}
