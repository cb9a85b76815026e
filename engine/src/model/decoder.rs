//! The decoder-only transformer, as commands.
//!
//! One block serves every family: where families differ, a tensor is there or not, or a number is another
//! (`Config`). Each step of [`Decoder::layer`] is one line with the shape it leaves behind. Two ways to run it:
//! many tokens at once (norm, then tiled products) and one token (norm inside the product, reductions over
//! lanes). Shapes: t tokens, d hidden size, q/k/v heads × head_dim, f intermediate size.

use super::config::{Config, Norm};
use super::decoder_commands::{Batch, Input, Output};
use super::decoder_weights::{DecoderWeights, Layer, Linear, Mlp, NormWeights};
use super::plan::Recordings;
use crate::kernel::KvPrecision;
use crate::kernel::constrain::{
    CONSTRAIN, ConstrainParams, MASKED, MAX_BIASES, TOKENS_PER_WORKGROUP,
};
use crate::kernel::linear::{ACCUMULATE_PRODUCT, ACCUMULATE_SUM, activation_number};
use crate::kernel::norm::NormParams;
use crate::kernel::sample::{SAMPLE, SampleParams};
use crate::plan::{Command, Count, Recording, Slot, Variant};
use crate::weights::layout::cols_padded;

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
            constrain: self.constrain(),
            sample: self.sample(),
            shift: self.shift(),
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
        let linears = std::iter::once(&layer.qkv).chain(&layer.values);
        let h = self.normed(r, batch, &name("attention norm"), layer.attn_norm, linears); //              [t, d]
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

        let (up, gate, down) = match &layer.mlp {
            Mlp::Dense { up, gate, down } => (up, gate.as_ref(), down),
            Mlp::Mixture(mixture) => {
                return self.mixture(r, batch, name, layer.mlp_norm, mixture); //                          [t, d]
            }
        };
        let linears = std::iter::once(up).chain(gate);
        let h = self.normed(r, batch, &name("mlp norm"), layer.mlp_norm, linears); //                     [t, d]
        self.mlp_up(r, batch, &name("mlp up"), (up, gate), h); //                                         [t, f]
        self.add(
            r,
            batch,
            &name("mlp down"),
            down,
            s.inner,
            layer.post_mlp_norm,
        ); //              [t, d]
    }

    /// The residual stream as a product's input. Normalised into `h` for many tokens; for one, the RMS norm is
    /// left to the products, unless they need their input in another order.
    fn normed<'l>(
        &self,
        r: &mut Recording,
        batch: Batch,
        name: &str,
        norm: Option<NormWeights>,
        mut linears: impl Iterator<Item = &'l Linear>,
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
        let reordered = linears.any(|linear| linear.matrix.is_reordered());
        if batch == Batch::One && self.config.norm == Norm::Rms && !reordered {
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

    /// The activated inside of the MLP.
    fn mlp_up(
        &self,
        r: &mut Recording,
        batch: Batch,
        name: &str,
        (up, gate): (&Linear, Option<&Linear>),
        h: Input,
    ) {
        let plain = self.to(self.weights.scratch.inner, up.matrix.outputs);
        let activated = Output {
            activation: activation_number(self.config.activation),
            ..plain
        };
        let Some(gate) = gate else {
            return self.linear(r, batch, name, up, h, activated);
        };
        let onto_up = Output {
            accumulate: ACCUMULATE_PRODUCT,
            ..activated
        };
        self.linear(r, batch, name, up, h, plain);
        self.linear(r, batch, name, gate, h, onto_up);
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
                accumulate: ACCUMULATE_SUM,
                scale: self.config.residual_scale,
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
            scale: self.config.logit_scale,
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

    /// What may come next, and how much likelier.
    fn constrain(&self) -> Recording {
        let s = &self.weights.scratch;
        let vocab_size = self.config.vocab_size as u32;
        let command = Command {
            label: "constrain".into(),
            kernel: &CONSTRAIN,
            variant: Variant::default(),
            slots: vec![s.logits, s.mask, s.biases],
            params: ConstrainParams {
                vocab_size,
                masked: MASKED,
            }
            .words(),
            grid: [
                Count::Fixed(
                    vocab_size
                        .max(MAX_BIASES as u32)
                        .div_ceil(TOKENS_PER_WORKGROUP),
                ),
                Count::Fixed(1),
            ],
        };
        Recording {
            commands: vec![command],
        }
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

    /// Every layer's cached positions towards the beginning.
    fn shift(&self) -> Option<Recording> {
        if self.weights.positions.is_some() {
            return None;
        }
        let mut r = Recording::default();
        for (index, layer) in self.weights.layers.iter().enumerate() {
            self.rope_shift(&mut r, &format!("layer {index} shift"), layer);
        }
        Some(r)
    }
}
