//! The decoder's weights and activations, laid out in buffers.

use super::builder::{Builder, Matrix};
use super::config::{Config, Norm, QkNorm, RopeUse};
use super::mixture::{Mixture, MixtureScratch};
use super::plan::{PREFILL_TOKENS, RING_TOKENS, RopeTable};
use super::rows::Rows;
use super::tensor_names::{LayerRole, Role};
use crate::error::{Error, Result};
use crate::kernel::KvPrecision;
use crate::kernel::attention::SPLIT_TOKENS;
use crate::kernel::constrain::BIAS_WORDS;
use crate::kernel::kv_blocks::RowFormat;
use crate::kernel::rope_cache::MAX_HEAD_DIM;
use crate::plan::{BufferRole, Slot};
use crate::weights::TensorInfo;
use crate::weights::layout::{WeightUse, cols_padded};

/// A weight and, for LayerNorm, a bias.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NormWeights {
    pub gamma: Slot,
    pub beta: Option<Slot>,
}

/// A matrix with its bias.
pub struct Linear {
    pub matrix: Matrix,
    pub bias: Option<Slot>,
}

pub struct Layer {
    pub attn_norm: Option<NormWeights>,
    /// Without the value rows where `values` holds them.
    pub qkv: Linear,
    pub values: Option<Linear>,
    pub q_norm: Option<Slot>,
    pub k_norm: Option<Slot>,
    pub o: Linear,
    pub post_attn_norm: Option<NormWeights>,
    pub mlp_norm: Option<NormWeights>,
    pub mlp: Mlp,
    pub post_mlp_norm: Option<NormWeights>,
    pub key_cache: Slot,
    pub value_cache: Slot,
    /// 0: no window.
    pub window: u32,
    pub rope: RopeUse,
}

/// The second half of a block.
pub enum Mlp {
    Dense {
        /// With the gate's rows, unless `gate` holds them.
        up: Linear,
        /// The gate, where its layout, or the order of its columns, is not that of "up".
        gate: Option<Linear>,
        down: Linear,
    },
    Mixture(Mixture),
}

/// Activations, shared by all layers.
pub struct Scratch {
    /// The residual stream, [t, d].
    pub x: Slot,
    /// A normalised copy, or a sublayer's output before its post-norm, [t, d].
    pub h: Slot,
    /// Queries, keys, values, [t, q + k + v].
    pub qkv: Slot,
    /// Queries and keys before a norm over all of them; only OLMo 2.
    pub raw: Option<Slot>,
    /// Attention's output, [t, q].
    pub attended: Slot,
    /// Activated, [t, f]; of a mixture for each chosen expert, [t, k, f].
    pub inner: Slot,
    pub mixture: Option<MixtureScratch>,
    /// The input of a product that keeps its columns in another order.
    pub gathered: Option<Slot>,
    /// Parts of split attention.
    pub parts: Slot,
    pub logits: Slot,
    pub ids: Slot,
    pub counts: Slot,
    /// Of a constraint: one bit for each token.
    pub mask: Slot,
    pub biases: Slot,
    pub ring: Slot,
}

pub struct DecoderWeights {
    pub embedding: Matrix,
    /// GPT-2's learned positions.
    pub positions: Option<Matrix>,
    pub layers: Vec<Layer>,
    pub output_norm: NormWeights,
    pub head: Linear,
    pub scratch: Scratch,
    pub rope: Option<RopeTable>,
    pub rope_local: Option<RopeTable>,
    pub max_splits: u32,
    pub zeros: Slot,
}

impl DecoderWeights {
    /// Lays out weights and activations.
    pub fn new(builder: &mut Builder<'_>, context_tokens: usize, kv: KvPrecision) -> Result<Self> {
        let description = builder.description;
        let config = &description.config;
        check_supported(builder)?;
        let table = Rows::all(description.require(Role::TokenEmbedding)?);
        let embedding_use = if config.tie_word_embeddings {
            WeightUse::LmHead
        } else {
            WeightUse::Embedding
        };
        let embedding = builder.matrix("token embedding", &[table], embedding_use)?;
        let positions = match description.tensor(Role::PositionEmbedding) {
            Some(tensor) => Some(builder.matrix(
                "position embedding",
                &[Rows::all(tensor)],
                WeightUse::Embedding,
            )?),
            None => None,
        };
        let head = match description.tensor(Role::LmHead) {
            Some(tensor) if !config.tie_word_embeddings => {
                builder.matrix("language head", &[Rows::all(tensor)], WeightUse::LmHead)?
            }
            _ => embedding.clone(),
        };
        let output_norm = norm_weights(builder, Role::OutputNorm, Role::OutputNormBias)
            .ok_or_else(|| Error::Config("there is no output norm".into()))?;
        let mut layers = Vec::with_capacity(config.num_layers);
        for index in 0..config.num_layers {
            layers.push(layer(builder, index, context_tokens, kv)?);
        }
        let max_splits = (context_tokens as u32).div_ceil(SPLIT_TOKENS).max(1);
        Ok(DecoderWeights {
            embedding,
            positions,
            layers,
            output_norm,
            head: Linear {
                matrix: head,
                bias: None,
            },
            scratch: scratch(builder, context_tokens, max_splits)?,
            rope: rope_table(builder, context_tokens, RopeUse::Global)?,
            rope_local: rope_table(builder, context_tokens, RopeUse::Local)?,
            max_splits,
            zeros: builder.zeros(),
        })
    }
}

/// What the kernels cannot do is refused here, by name, before anything is downloaded.
fn check_supported(builder: &Builder<'_>) -> Result<()> {
    let description = builder.description;
    let config = &description.config;
    if config.head_dim > MAX_HEAD_DIM || !config.head_dim.is_multiple_of(4) {
        return Err(Error::Unsupported(format!(
            "heads of {} dimensions; up to {MAX_HEAD_DIM} in multiples of 4 are supported",
            config.head_dim
        )));
    }
    Ok(())
}

fn norm_weights(builder: &mut Builder<'_>, weight: Role, bias: Role) -> Option<NormWeights> {
    let add = builder.description.config.norm_weight_offset;
    let gamma = builder.optional_vector(weight, add)?;
    let beta = match builder.description.config.norm {
        Norm::LayerNorm => builder.optional_vector(bias, 0.0),
        Norm::Rms => None,
    };
    Some(NormWeights { gamma, beta })
}

fn layer(
    builder: &mut Builder<'_>,
    index: usize,
    context_tokens: usize,
    kv: KvPrecision,
) -> Result<Layer> {
    let config = &builder.description.config;
    let role = |role: LayerRole| Role::Layer(index, role);
    let add = config.norm_weight_offset;
    let layer = config
        .layers
        .get(index)
        .ok_or_else(|| Error::Config(format!("layer {index} is not described")))?;
    let cache_rows = (config.num_kv_heads * context_tokens) as u64;
    let cache_bytes = |rows: RowFormat| cache_rows * rows.row_bytes(config.head_dim);
    let (key_bytes, value_bytes) = (cache_bytes(kv.keys()), cache_bytes(kv.values()));
    let (qkv, values) = projections(builder, index)?;
    Ok(Layer {
        attn_norm: norm_weights(
            builder,
            role(LayerRole::AttnNorm),
            role(LayerRole::AttnNormBias),
        ),
        qkv,
        values,
        q_norm: builder.optional_vector(role(LayerRole::QNorm), add),
        k_norm: builder.optional_vector(role(LayerRole::KNorm), add),
        o: linear(builder, index, LayerRole::O, LayerRole::OBias)?,
        // No family pairs a post-norm with LayerNorm, so there is no bias to ask for.
        post_attn_norm: builder
            .optional_vector(role(LayerRole::PostAttnNorm), add)
            .map(|gamma| NormWeights { gamma, beta: None }),
        mlp_norm: norm_weights(
            builder,
            role(LayerRole::MlpNorm),
            role(LayerRole::MlpNormBias),
        ),
        mlp: match config.experts.filter(|_| layer.mixture) {
            Some(experts) => Mlp::Mixture(Mixture::new(builder, index, experts)?),
            None => {
                let (up, gate) = up(builder, index)?;
                let down = linear(builder, index, LayerRole::Down, LayerRole::DownBias)?;
                Mlp::Dense { up, gate, down }
            }
        },
        post_mlp_norm: builder
            .optional_vector(role(LayerRole::PostMlpNorm), add)
            .map(|gamma| NormWeights { gamma, beta: None }),
        key_cache: builder.buffer(
            &format!("layer {index} keys"),
            BufferRole::KvCache,
            key_bytes,
        )?,
        value_cache: builder.buffer(
            &format!("layer {index} values"),
            BufferRole::KvCache,
            value_bytes,
        )?,
        window: layer.window.unwrap_or(0),
        rope: layer.rope,
    })
}

fn linear(
    builder: &mut Builder<'_>,
    index: usize,
    matrix: LayerRole,
    bias: LayerRole,
) -> Result<Linear> {
    let tensor = builder.description.require(Role::Layer(index, matrix))?;
    Ok(Linear {
        matrix: builder.matrix(&tensor.name, &[Rows::all(tensor)], WeightUse::Matrix)?,
        bias: builder.optional_vector(Role::Layer(index, bias), 0.0),
    })
}

/// Queries, keys and values as one matrix; for a norm over whole projections, the values apart.
fn projections(builder: &mut Builder<'_>, index: usize) -> Result<(Linear, Option<Linear>)> {
    let description = builder.description;
    let config = &description.config;
    let label = format!("layer {index} qkv");
    let kv_rows = config.num_kv_heads * config.head_dim;
    let parts = match description.layer_tensor(index, LayerRole::Qkv) {
        Some(fused) => {
            let all = Rows::all(fused);
            let values = Rows {
                first_row: all.rows.saturating_sub(kv_rows),
                rows: kv_rows.min(all.rows),
                ..all
            };
            [
                Rows {
                    rows: all.rows - values.rows,
                    ..all
                },
                values,
            ]
            .to_vec()
        }
        None => [LayerRole::Q, LayerRole::K, LayerRole::V]
            .iter()
            .map(|&role| Ok(Rows::all(description.require(Role::Layer(index, role))?)))
            .collect::<Result<Vec<_>>>()?,
    };
    let bias_tensors = match description.layer_tensor(index, LayerRole::QkvBias) {
        Some(fused) => vec![fused],
        None => [LayerRole::QBias, LayerRole::KBias, LayerRole::VBias]
            .iter()
            .filter_map(|&role| description.layer_tensor(index, role))
            .collect(),
    };
    let mut vector =
        |tensors: &[&TensorInfo]| (!tensors.is_empty()).then(|| builder.vector(tensors, 0.0));
    if config.qk_norm != QkNorm::Whole {
        let bias = vector(&bias_tensors);
        return Ok((
            Linear {
                matrix: builder.matrix(&label, &parts, WeightUse::Matrix)?,
                bias,
            },
            None,
        ));
    }
    let Some((values, queries_and_keys)) = parts.split_last() else {
        return Err(Error::Config("there are no projections".into()));
    };
    // Apart like the matrices; no family with this norm stores them in one tensor.
    let (values_bias, bias) = match bias_tensors.split_last() {
        Some((values, others)) => (vector(&[*values]), vector(others)),
        None => (None, None),
    };
    let matrix = builder.matrix(&label, queries_and_keys, WeightUse::Matrix)?;
    let values = builder.matrix(
        &format!("layer {index} values"),
        &[*values],
        WeightUse::Matrix,
    )?;
    Ok((
        Linear { matrix, bias },
        Some(Linear {
            matrix: values,
            bias: values_bias,
        }),
    ))
}

/// The first half of the MLP: gate and up as one matrix, or apart where their layouts differ; or up alone.
fn up(builder: &mut Builder<'_>, index: usize) -> Result<(Linear, Option<Linear>)> {
    let description = builder.description;
    let label = format!("layer {index} gate and up");
    if let Some(fused) = description.layer_tensor(index, LayerRole::GateUp) {
        let all = Rows::all(fused);
        let gate = Rows {
            rows: all.rows / 2,
            ..all
        };
        let up = Rows {
            first_row: gate.rows,
            ..gate
        };
        let matrix = builder.gated_matrix(&label, gate, up)?;
        return Ok((Linear { matrix, bias: None }, None));
    }
    let up = description.require(Role::Layer(index, LayerRole::Up))?;
    let Some(gate) = description.layer_tensor(index, LayerRole::Gate) else {
        return Ok((
            linear(builder, index, LayerRole::Up, LayerRole::UpBias)?,
            None,
        ));
    };
    let bias_of = |role| description.layer_tensor(index, role);
    if !builder.can_gate(gate, up) {
        return Ok((
            linear(builder, index, LayerRole::Up, LayerRole::UpBias)?,
            Some(linear(
                builder,
                index,
                LayerRole::Gate,
                LayerRole::GateBias,
            )?),
        ));
    }
    let bias = match (bias_of(LayerRole::GateBias), bias_of(LayerRole::UpBias)) {
        (Some(gate), Some(up)) => Some(builder.vector(&[gate, up], 0.0)),
        _ => None,
    };
    let matrix = builder.gated_matrix(&label, Rows::all(gate), Rows::all(up))?;
    Ok((Linear { matrix, bias }, None))
}

fn scratch(builder: &mut Builder<'_>, context_tokens: usize, max_splits: u32) -> Result<Scratch> {
    let config = &builder.description.config;
    let tokens = PREFILL_TOKENS.min(context_tokens) as u64;
    let heads = config.num_heads + 2 * config.num_kv_heads;
    let rows = |width: usize| tokens * cols_padded(width) as u64 * 4;
    let whole_norm = config.qk_norm == QkNorm::Whole;
    let mixture = config
        .experts
        .map(|experts| MixtureScratch::new(builder, experts, tokens as usize))
        .transpose()?;
    let of_experts = config.experts.map_or(0, |experts| {
        experts.num_experts_per_token as u64 * rows(experts.intermediate_size)
    });
    let has_orders = builder.has_orders();
    let widest = (config.num_heads * config.head_dim)
        .max(config.hidden_size)
        .max(config.intermediate_size);
    let mut scratch =
        |label: &str, len_bytes: u64| builder.buffer(label, BufferRole::Scratch, len_bytes);
    Ok(Scratch {
        x: scratch("residual stream", rows(config.hidden_size))?,
        h: scratch("normalised", rows(config.hidden_size))?,
        qkv: scratch("queries, keys, values", rows(heads * config.head_dim))?,
        raw: if whole_norm {
            Some(scratch("projections", rows(heads * config.head_dim))?)
        } else {
            None
        },
        attended: scratch("attention output", rows(config.num_heads * config.head_dim))?,
        inner: scratch("mlp", rows(config.intermediate_size).max(of_experts))?,
        mixture,
        gathered: if has_orders {
            Some(scratch("reordered", rows(widest))?)
        } else {
            None
        },
        parts: scratch(
            "attention parts",
            (config.num_heads * (config.head_dim + 2)) as u64 * u64::from(max_splits) * 4,
        )?,
        logits: scratch("logits", config.vocab_size as u64 * 4)?,
        ids: builder.buffer("ids", BufferRole::Tokens, tokens * 4)?,
        counts: builder.buffer(
            "token counts",
            BufferRole::Tokens,
            config.vocab_size as u64 * 4,
        )?,
        mask: builder.buffer(
            "token mask",
            BufferRole::Tokens,
            config.vocab_size.div_ceil(32) as u64 * 4,
        )?,
        biases: builder.buffer("token biases", BufferRole::Tokens, BIAS_WORDS as u64 * 4)?,
        ring: builder.buffer("sampled ids", BufferRole::Tokens, RING_TOKENS as u64 * 4)?,
    })
}

/// The table of a base, if any layer uses it.
fn rope_table(
    builder: &mut Builder<'_>,
    context_tokens: usize,
    used: RopeUse,
) -> Result<Option<RopeTable>> {
    let description = builder.description;
    let config: &Config = &description.config;
    let local = used == RopeUse::Local;
    let rope = if local {
        &config.rope_local
    } else {
        &config.rope
    };
    let Some(rope) = rope
        .as_ref()
        .filter(|_| config.layers.iter().any(|layer| layer.rope == used))
    else {
        return Ok(None);
    };
    let bytes = (context_tokens * rope.rotary_dim / 2) as u64 * 8;
    let slot = builder.buffer("rotary angles", BufferRole::Table, bytes)?;
    let factors = match rope.factors_tensor(context_tokens) {
        Some(name) => {
            let tensor = description
                .tensor_named(name)
                .ok_or_else(|| Error::Tensor {
                    name: name.to_owned(),
                    reason: "is missing, and the rotary embedding needs it".into(),
                })?;
            if tensor.shape.iter().product::<u64>() != (rope.rotary_dim / 2) as u64 {
                return Err(Error::Tensor {
                    name: name.to_owned(),
                    reason: "does not have one factor per pair".into(),
                });
            }
            let slot = builder.vector(&[tensor], 0.0);
            Some(Slot {
                len_bytes: (rope.rotary_dim / 2) as u64 * 4,
                ..slot
            })
        }
        None => None,
    };
    Ok(Some(RopeTable {
        slot,
        local,
        factors,
    }))
}
