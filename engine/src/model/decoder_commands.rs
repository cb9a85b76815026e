//! The commands that the decoder's graph is made of.
//!
//! One function per kernel: from slots and numbers of the model to bindings, parameters and grid. The order of
//! the commands, and what they mean, stands in `decoder`.

use super::builder::{Matrix, blocks};
use super::config::{QkNorm, Rope, RopeUse};
use super::decoder::Decoder;
use super::decoder_weights::{Layer, Linear, NormWeights};
use super::plan::RopeTable;
use crate::kernel::Kernel;
use crate::kernel::attention::{ATTENTION, AttentionParams, SPLIT_TOKENS, rows_variant};
use crate::kernel::attention_merge::{ATTENTION_MERGE, AttentionMergeParams};
use crate::kernel::embed::{EMBED, EmbedParams};
use crate::kernel::gather::{COLUMNS_PER_WORKGROUP, GATHER, GatherParams};
use crate::kernel::linear::{ACCUMULATE_NONE, ACTIVATION_NONE, LinearParams};
use crate::kernel::matmul::{MATMUL, TILE_ROWS, TILE_TOKENS};
use crate::kernel::matvec::{MATVEC, ROWS_PER_WORKGROUP};
use crate::kernel::norm::{NORM, NormParams};
use crate::kernel::rope_cache::{ROPE_CACHE, RopeCacheParams};
use crate::kernel::rope_shift::{ROPE_SHIFT, RopeShiftParams};
use crate::plan::{Command, Count, Recording, Slot, Variant};
use crate::weights::layout::cols_padded;

/// How many tokens a recording is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Batch {
    Many,
    One,
}

impl Batch {
    pub(super) fn tokens(self) -> Count {
        match self {
            Batch::Many => Count::Tokens {
                per_token: 1,
                group: 1,
            },
            Batch::One => Count::Fixed(1),
        }
    }
}

/// The input of a product: what is multiplied, and the norm still to be applied to it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Input {
    pub x: Slot,
    /// Floats per token.
    pub stride: usize,
    /// RMS norm that the one-token product applies as it reads.
    pub gamma: Option<Slot>,
    /// The row `step.head_row` instead of the step's tokens.
    pub head_row: bool,
}

/// Where a product goes and what happens to it on the way.
#[derive(Debug, Clone, Copy)]
pub(super) struct Output {
    pub y: Slot,
    pub stride: usize,
    pub offset: usize,
    /// What becomes of the y that is there; a number of `kernel::linear`.
    pub accumulate: u32,
    pub activation: u32,
    pub softcap: f32,
    pub scale: f32,
}

impl Decoder<'_> {
    pub(super) fn embed(&self, r: &mut Recording, batch: Batch, table: &Matrix, positions: bool) {
        for shard in &table.shards {
            let params = EmbedParams {
                blocks_per_row: blocks(table.columns),
                first_row: shard.first_row as u32,
                num_rows: shard.rows as u32,
                scale: if positions {
                    1.0
                } else {
                    self.config.embedding_scale
                },
                from_position: u32::from(positions),
                accumulate: u32::from(positions),
            };
            r.commands.push(Command {
                label: "embedding".into(),
                kernel: &EMBED,
                variant: Variant {
                    weights: Some(shard.layout),
                    ..Variant::default()
                },
                slots: vec![
                    shard.codes,
                    shard.scales,
                    self.weights.scratch.ids,
                    self.weights.scratch.x,
                ],
                params: params.words(),
                grid: [batch.tokens(), Count::Fixed(1)],
            });
        }
    }

    pub(super) fn rope_cache(&self, r: &mut Recording, batch: Batch, name: &str, layer: &Layer) {
        let config = self.config;
        let (rope, table) = self.rope_of(layer);
        let zeros = self.weights.zeros;
        let per_head = config.qk_norm == QkNorm::PerHead;
        let gamma = |gamma: Option<Slot>| gamma.filter(|_| per_head).unwrap_or(zeros);
        let heads = (config.num_heads + 2 * config.num_kv_heads) as u32;
        let params = RopeCacheParams {
            num_heads: config.num_heads as u32,
            num_kv_heads: config.num_kv_heads as u32,
            head_dim: config.head_dim as u32,
            rotary_dim: rope.map_or(0, |rope| rope.rotary_dim as u32),
            interleaved: u32::from(rope.is_some_and(|rope| rope.interleaved)),
            context_tokens: self.context_tokens as u32,
            qk_norm: u32::from(per_head),
            epsilon: config.norm_eps,
            row_stride: self.qkv_width() as u32,
        };
        r.commands.push(Command {
            label: name.into(),
            kernel: &ROPE_CACHE,
            variant: Variant {
                kv: Some(self.kv),
                ..Variant::default()
            },
            slots: vec![
                self.weights.scratch.qkv,
                table.map_or(zeros, |table| table.slot),
                layer.key_cache,
                layer.value_cache,
                gamma(layer.q_norm),
                gamma(layer.k_norm),
            ],
            params: params.words(),
            grid: [Count::Fixed(heads), batch.tokens()],
        });
    }

    pub(super) fn rope_shift(&self, r: &mut Recording, name: &str, layer: &Layer) {
        let config = self.config;
        let (rope, table) = self.rope_of(layer);
        let params = RopeShiftParams {
            head_dim: config.head_dim as u32,
            rotary_dim: rope.map_or(0, |rope| rope.rotary_dim as u32),
            interleaved: u32::from(rope.is_some_and(|rope| rope.interleaved)),
            context_tokens: self.context_tokens as u32,
        };
        r.commands.push(Command {
            label: name.into(),
            kernel: &ROPE_SHIFT,
            variant: Variant {
                kv: Some(self.kv),
                ..Variant::default()
            },
            slots: vec![
                table.map_or(self.weights.zeros, |table| table.slot),
                layer.key_cache,
                layer.value_cache,
            ],
            params: params.words(),
            grid: [
                Count::Fixed(config.num_kv_heads as u32),
                Batch::Many.tokens(),
            ],
        });
    }

    /// How a layer's heads rotate, and the table of their angles.
    fn rope_of(&self, layer: &Layer) -> (Option<&Rope>, Option<&RopeTable>) {
        let config = self.config;
        match layer.rope {
            RopeUse::None => (None, None),
            RopeUse::Global => (config.rope.as_ref(), self.weights.rope.as_ref()),
            RopeUse::Local => (config.rope_local.as_ref(), self.weights.rope_local.as_ref()),
        }
    }

    pub(super) fn attention(&self, r: &mut Recording, batch: Batch, name: &str, layer: &Layer) {
        let config = self.config;
        let s = &self.weights.scratch;
        let (heads, kv_heads) = (config.num_heads as u32, config.num_kv_heads as u32);
        let group = heads / kv_heads;
        let splits = Count::Splits {
            window: layer.window,
            split_tokens: SPLIT_TOKENS,
        };
        let (rows, max_splits, splits) = match batch {
            Batch::Many => (8, 1, Count::Fixed(1)),
            Batch::One => (rows_variant(group), self.weights.max_splits, splits),
        };
        let params = AttentionParams {
            num_heads: heads,
            num_kv_heads: kv_heads,
            head_dim: config.head_dim as u32,
            context_tokens: self.context_tokens as u32,
            scale: config.attention_scale,
            softcap: config.attention_softcap.unwrap_or(0.0),
            window: layer.window,
            split_tokens: SPLIT_TOKENS,
            max_splits,
            query_stride: self.qkv_width() as u32,
            output_stride: self.attended_width() as u32,
        };
        r.commands.push(Command {
            label: name.into(),
            kernel: &ATTENTION,
            variant: Variant {
                kv: Some(self.kv),
                rows: Some(rows),
                weights: None,
            },
            slots: vec![
                s.qkv,
                s.attended,
                layer.key_cache,
                layer.value_cache,
                s.parts,
            ],
            params: params.words(),
            grid: [
                Count::TokenBlocks {
                    per_token: group,
                    group: rows,
                    heads: kv_heads,
                },
                splits,
            ],
        });
        if batch == Batch::One && max_splits > 1 {
            let window = layer.window;
            let params = AttentionMergeParams {
                head_dim: config.head_dim as u32,
                window,
                split_tokens: SPLIT_TOKENS,
                max_splits,
            };
            r.commands.push(Command {
                label: format!("{name} merge"),
                kernel: &ATTENTION_MERGE,
                variant: Variant::default(),
                slots: vec![s.parts, s.attended],
                params: params.words(),
                grid: [
                    Count::IfSplit {
                        window,
                        split_tokens: SPLIT_TOKENS,
                        groups: heads,
                    },
                    Count::Fixed(1),
                ],
            });
        }
    }

    pub(super) fn norm(
        &self,
        r: &mut Recording,
        rows: Count,
        name: &str,
        norm: NormWeights,
        (x, y): (Slot, Slot),
        params: NormParams,
    ) {
        let params = NormParams {
            subtract_mean: u32::from(norm.beta.is_some()),
            ..params
        };
        r.commands.push(Command {
            label: name.into(),
            kernel: &NORM,
            variant: Variant::default(),
            slots: vec![x, norm.gamma, norm.beta.unwrap_or(self.weights.zeros), y],
            params: params.words(),
            grid: [rows, Count::Fixed(1)],
        });
    }

    pub(super) fn linear(
        &self,
        r: &mut Recording,
        batch: Batch,
        name: &str,
        linear: &Linear,
        input: Input,
        output: Output,
    ) {
        let matrix = &linear.matrix;
        let zeros = self.weights.zeros;
        let mut order = None;
        for shard in &matrix.shards {
            if shard.order != order {
                order = shard.order;
                self.gather(r, batch, name, matrix, order, input);
            }
            let gathered = order.and(self.weights.scratch.gathered);
            let rows = shard.rows as u32;
            let (kernel, grid): (&'static Kernel, _) = match batch {
                Batch::Many => {
                    let tokens = Count::Tokens {
                        per_token: 1,
                        group: TILE_TOKENS,
                    };
                    (&MATMUL, [Count::Fixed(rows.div_ceil(TILE_ROWS)), tokens])
                }
                Batch::One => (
                    &MATVEC,
                    [
                        Count::Fixed(rows.div_ceil(ROWS_PER_WORKGROUP)),
                        Count::Fixed(1),
                    ],
                ),
            };
            let first_row = shard.first_row as u32;
            let params = LinearParams {
                rows,
                blocks_per_row: blocks(matrix.columns),
                x_stride_blocks: blocks(input.stride),
                y_stride: output.stride as u32,
                y_offset: output.offset as u32 + first_row,
                bias_offset: first_row,
                up_bias_offset: first_row + matrix.outputs as u32,
                columns: matrix.columns as u32,
                normalize: u32::from(input.gamma.is_some()),
                epsilon: self.config.norm_eps,
                has_bias: u32::from(linear.bias.is_some()),
                accumulate: output.accumulate,
                gated: u32::from(matrix.gated),
                activation: output.activation,
                softcap: output.softcap,
                scale: output.scale,
                use_head_row: u32::from(input.head_row),
            };
            r.commands.push(Command {
                label: name.into(),
                kernel,
                variant: Variant {
                    weights: Some(shard.layout),
                    ..Variant::default()
                },
                slots: vec![
                    shard.codes,
                    shard.scales,
                    gathered.unwrap_or(input.x),
                    output.y,
                    input.gamma.unwrap_or(zeros),
                    linear.bias.unwrap_or(zeros),
                ],
                params: params.words(),
                grid,
            });
        }
    }

    /// A product's input in the order in which a shard keeps its columns.
    fn gather(
        &self,
        r: &mut Recording,
        batch: Batch,
        name: &str,
        matrix: &Matrix,
        order: Option<Slot>,
        input: Input,
    ) {
        let (Some(order), Some(gathered)) = (order, self.weights.scratch.gathered) else {
            return;
        };
        let columns = matrix.columns as u32;
        let params = GatherParams {
            columns,
            x_stride: input.stride as u32,
            y_stride: input.stride as u32,
        };
        r.commands.push(Command {
            label: format!("{name} order"),
            kernel: &GATHER,
            variant: Variant::default(),
            slots: vec![input.x, order, gathered],
            params: params.words(),
            grid: [
                Count::Fixed(columns.div_ceil(COLUMNS_PER_WORKGROUP)),
                batch.tokens(),
            ],
        });
    }

    /// Plainly into a slot with rows of `width` values.
    pub(super) fn to(&self, y: Slot, width: usize) -> Output {
        let stride = if y == self.weights.scratch.qkv || Some(y) == self.weights.scratch.raw {
            width
        } else {
            cols_padded(width)
        };
        Output {
            y,
            stride,
            offset: 0,
            accumulate: ACCUMULATE_NONE,
            activation: ACTIVATION_NONE,
            softcap: 0.0,
            scale: 1.0,
        }
    }

    /// A norm over the hidden size.
    pub(super) fn norm_params(&self) -> NormParams {
        let stride = cols_padded(self.config.hidden_size) as u32;
        NormParams {
            columns: self.config.hidden_size as u32,
            x_stride: stride,
            y_stride: stride,
            epsilon: self.config.norm_eps,
            ..NormParams::default()
        }
    }

    pub(super) fn qkv_width(&self) -> usize {
        (self.config.num_heads + 2 * self.config.num_kv_heads) * self.config.head_dim
    }

    pub(super) fn attended_width(&self) -> usize {
        cols_padded(self.config.num_heads * self.config.head_dim)
    }
}
