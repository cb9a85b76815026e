//! The decoder-only transformer, as commands.
//!
//! One block serves every dense family: where families differ, a tensor is there or not, or a number is another
//! (`Config`). Each step of [`Decoder::layer`] is one line with the shape it leaves behind. Two ways to run it:
//! many tokens at once (norm, then tiled products) and one token (norm inside the product, reductions over
//! lanes). Shapes: t tokens, d hidden size, q/k/v heads × head_dim, f intermediate size.

use super::builder::{Matrix, blocks};
use super::config::{Config, Norm, QkNorm, RopeUse};
use super::decoder_weights::{DecoderWeights, Layer, Linear, NormWeights};
use super::plan::Recordings;
use crate::kernel::attention::{ATTENTION, AttentionParams, SPLIT_TOKENS, rows_variant};
use crate::kernel::attention_merge::{ATTENTION_MERGE, AttentionMergeParams};
use crate::kernel::embed::{EMBED, EmbedParams};
use crate::kernel::linear::{ACTIVATION_NONE, LinearParams, activation_number};
use crate::kernel::matmul::{MATMUL, TILE_ROWS, TILE_TOKENS};
use crate::kernel::matvec::{MATVEC, ROWS_PER_WORKGROUP};
use crate::kernel::norm::{NORM, NormParams};
use crate::kernel::rope_cache::{ROPE_CACHE, RopeCacheParams};
use crate::kernel::sample::{SAMPLE, SampleParams};
use crate::kernel::{Kernel, KvPrecision};
use crate::plan::{Command, Count, Recording, Slot, Variant};
use crate::weights::layout::cols_padded;

/// How many tokens a recording is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Batch {
    Many,
    One,
}

impl Batch {
    fn tokens(self) -> Count {
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
struct Input {
    x: Slot,
    /// Floats per token.
    stride: usize,
    /// RMS norm that the one-token product applies as it reads.
    gamma: Option<Slot>,
    /// The row `step.head_row` instead of the step's tokens.
    head_row: bool,
}

/// Where a product goes and what happens to it on the way.
#[derive(Debug, Clone, Copy)]
struct Output {
    y: Slot,
    stride: usize,
    offset: usize,
    accumulate: bool,
    activation: u32,
    softcap: f32,
}

/// A model's graph.
pub struct Decoder<'a> {
    pub config: &'a Config,
    pub kv: KvPrecision,
    pub context_tokens: usize,
    pub weights: DecoderWeights,
}

impl Decoder<'_> {
    /// The whole model, in the pieces a session combines.
    pub fn recordings(&self) -> Recordings {
        Recordings {
            prefill: self.tokens(Batch::Many),
            decode: self.tokens(Batch::One),
            head: self.head(),
            sample: self.sample(),
        }
    }

    /// From ids to the residual stream after the last layer.
    fn tokens(&self, batch: Batch) -> Recording {
        let mut r = Recording::default();
        self.embed(&mut r, batch, &self.weights.embedding, false); //      x: [t, d]
        if let Some(positions) = &self.weights.positions {
            self.embed(&mut r, batch, positions, true); //                 x: [t, d]
        }
        for (index, layer) in self.weights.layers.iter().enumerate() {
            self.layer(&mut r, batch, index, layer); //                    x: [t, d]
        }
        r
    }

    /// One block: attention and MLP, each added to the residual stream.
    fn layer(&self, r: &mut Recording, batch: Batch, index: usize, layer: &Layer) {
        let s = &self.weights.scratch;
        let name = |what: &str| format!("layer {index} {what}");
        let inner = Output {
            activation: activation_number(self.config.activation),
            ..self.to(s.inner, layer.up.matrix.outputs)
        };

        let h = self.normed(r, batch, &name("attention norm"), layer.attn_norm); //                       [t, d]
        self.project(r, batch, &name("qkv"), layer, h); //                                                [t, q + k + v]
        self.rope_cache(r, batch, &name("rope"), layer); //                                               [t, q], cache
        self.attention(r, batch, &name("attention"), layer); //                                           [t, q]
        self.add(
            r,
            batch,
            &name("attention output"),
            &layer.o,
            s.attended,
            layer.post_attn_norm,
        ); //     [t, d]

        let h = self.normed(r, batch, &name("mlp norm"), layer.mlp_norm); //                              [t, d]
        self.linear(r, batch, &name("mlp up"), &layer.up, h, inner); //                                   [t, f]
        self.add(
            r,
            batch,
            &name("mlp down"),
            &layer.down,
            s.inner,
            layer.post_mlp_norm,
        ); //              [t, d]
    }

    fn embed(&self, r: &mut Recording, batch: Batch, table: &Matrix, positions: bool) {
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

    /// The residual stream as a product's input. Normalised into `h` for many tokens; for one, the RMS norm is
    /// left to the product.
    fn normed(
        &self,
        r: &mut Recording,
        batch: Batch,
        name: &str,
        norm: Option<NormWeights>,
    ) -> Input {
        let s = &self.weights.scratch;
        let stride = cols_padded(self.config.hidden_size);
        let plain = Input {
            x: s.x,
            stride,
            gamma: None,
            head_row: false,
        };
        let Some(norm) = norm else { return plain };
        if batch == Batch::One && self.config.norm == Norm::Rms {
            return Input {
                gamma: Some(norm.gamma),
                ..plain
            };
        }
        self.norm(
            r,
            batch.tokens(),
            name,
            norm,
            (s.x, s.h),
            self.norm_params(),
        );
        Input { x: s.h, ..plain }
    }

    /// Queries, keys and values.
    fn project(&self, r: &mut Recording, batch: Batch, name: &str, layer: &Layer, h: Input) {
        let s = &self.weights.scratch;
        let to = |y: Slot, offset: usize| Output {
            offset,
            ..self.to(y, self.qkv_width())
        };
        let (Some(raw), Some(values)) = (s.raw, &layer.values) else {
            return self.linear(r, batch, name, &layer.qkv, h, to(s.qkv, 0));
        };
        // OLMo 2: one norm over all queries and one over all keys stand between the product and the rotation.
        self.linear(r, batch, name, &layer.qkv, h, to(raw, 0));
        let q = self.config.num_heads * self.config.head_dim;
        let k = self.config.num_kv_heads * self.config.head_dim;
        self.linear(r, batch, name, values, h, to(s.qkv, q + k));
        for (gamma, offset, columns) in [(layer.q_norm, 0, q), (layer.k_norm, q, k)] {
            let Some(gamma) = gamma else { continue };
            let width = self.qkv_width() as u32;
            let params = NormParams {
                columns: columns as u32,
                x_stride: width,
                x_offset: offset as u32,
                y_stride: width,
                y_offset: offset as u32,
                ..self.norm_params()
            };
            self.norm(
                r,
                batch.tokens(),
                name,
                NormWeights { gamma, beta: None },
                (raw, s.qkv),
                params,
            );
        }
    }

    fn rope_cache(&self, r: &mut Recording, batch: Batch, name: &str, layer: &Layer) {
        let config = self.config;
        let (rope, table) = match layer.rope {
            RopeUse::None => (None, None),
            RopeUse::Global => (config.rope.as_ref(), self.weights.rope.as_ref()),
            RopeUse::Local => (config.rope_local.as_ref(), self.weights.rope_local.as_ref()),
        };
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

    fn attention(&self, r: &mut Recording, batch: Batch, name: &str, layer: &Layer) {
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

    /// Adds a sublayer's output to the residual stream, through its post-norm where it has one.
    fn add(
        &self,
        r: &mut Recording,
        batch: Batch,
        name: &str,
        linear: &Linear,
        from: Slot,
        post: Option<NormWeights>,
    ) {
        let s = &self.weights.scratch;
        let width = cols_padded(self.config.hidden_size);
        let input = Input {
            x: from,
            stride: cols_padded(linear.matrix.columns),
            gamma: None,
            head_row: false,
        };
        let Some(post) = post else {
            let output = Output {
                accumulate: true,
                ..self.to(s.x, width)
            };
            return self.linear(r, batch, name, linear, input, output);
        };
        self.linear(r, batch, name, linear, input, self.to(s.h, width));
        let params = NormParams {
            accumulate: 1,
            ..self.norm_params()
        };
        self.norm(r, batch.tokens(), name, post, (s.h, s.x), params);
    }

    /// The logits of row `step.head_row`.
    fn head(&self) -> Recording {
        let mut r = Recording::default();
        let s = &self.weights.scratch;
        let stride = cols_padded(self.config.hidden_size);
        let mut input = Input {
            x: s.x,
            stride,
            gamma: Some(self.weights.output_norm.gamma),
            head_row: true,
        };
        if self.config.norm == Norm::LayerNorm {
            let params = NormParams {
                use_head_row: 1,
                ..self.norm_params()
            };
            self.norm(
                &mut r,
                Count::Fixed(1),
                "output norm",
                self.weights.output_norm,
                (s.x, s.h),
                params,
            );
            input = Input {
                x: s.h,
                gamma: None,
                head_row: false,
                ..input
            };
        }
        let output = Output {
            softcap: self.config.final_softcap.unwrap_or(0.0),
            ..self.to(s.logits, self.config.vocab_size)
        };
        self.linear(
            &mut r,
            Batch::One,
            "head",
            &self.weights.head,
            input,
            output,
        );
        r
    }

    /// The next id from the logits.
    fn sample(&self) -> Recording {
        let s = &self.weights.scratch;
        let command = Command {
            label: "sample".into(),
            kernel: &SAMPLE,
            variant: Variant::default(),
            slots: vec![s.logits, s.counts, s.ids, s.ring],
            params: SampleParams {
                vocab_size: self.config.vocab_size as u32,
            }
            .words(),
            grid: [Count::Fixed(1), Count::Fixed(1)],
        };
        Recording {
            commands: vec![command],
        }
    }

    fn norm(
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

    fn linear(
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
        for shard in &matrix.shards {
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
                accumulate: u32::from(output.accumulate),
                gated: u32::from(matrix.gated),
                activation: output.activation,
                softcap: output.softcap,
                scale: 1.0,
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
                    input.x,
                    output.y,
                    input.gamma.unwrap_or(zeros),
                    linear.bias.unwrap_or(zeros),
                ],
                params: params.words(),
                grid,
            });
        }
    }

    /// Plainly into a slot with rows of `width` values.
    fn to(&self, y: Slot, width: usize) -> Output {
        let stride = if y == self.weights.scratch.qkv || Some(y) == self.weights.scratch.raw {
            width
        } else {
            cols_padded(width)
        };
        Output {
            y,
            stride,
            offset: 0,
            accumulate: false,
            activation: ACTIVATION_NONE,
            softcap: 0.0,
        }
    }

    /// A norm over the hidden size.
    fn norm_params(&self) -> NormParams {
        let stride = cols_padded(self.config.hidden_size) as u32;
        NormParams {
            columns: self.config.hidden_size as u32,
            x_stride: stride,
            y_stride: stride,
            epsilon: self.config.norm_eps,
            ..NormParams::default()
        }
    }

    fn qkv_width(&self) -> usize {
        (self.config.num_heads + 2 * self.config.num_kv_heads) * self.config.head_dim
    }

    fn attended_width(&self) -> usize {
        cols_padded(self.config.num_heads * self.config.head_dim)
    }
}
