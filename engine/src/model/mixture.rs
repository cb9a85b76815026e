//! The mixture-of-experts MLP (Shazeer et al. 2017; Qwen3-MoE's `Qwen3MoeSparseMoeBlock`): weights and commands.
//!
//! A router scores the experts, each token keeps its best few, and their outputs are added by weight. Which experts
//! these are is only known on the device, so the products read it from a buffer; a dispatch covers all choices
//! and reads the weights of no other expert.

use super::builder::{Builder, ExpertMatrices, blocks};
use super::config::Experts;
use super::decoder::Decoder;
use super::decoder_commands::{Batch, Input};
use super::decoder_weights::{Linear, NormWeights};
use super::rows::Rows;
use super::tensor_names::{LayerRole, Role};
use crate::error::{Error, Result};
use crate::kernel::expert_down::{EXPERT_DOWN, ExpertDownParams};
use crate::kernel::expert_route::{EXPERT_ROUTE, ExpertRouteParams};
use crate::kernel::expert_up::{EXPERT_UP, ExpertUpParams};
use crate::kernel::linear::activation_number;
use crate::kernel::matvec::ROWS_PER_WORKGROUP;
use crate::plan::{BufferRole, Command, Count, Recording, Slot, Variant};
use crate::weights::layout::{WeightUse, cols_padded};

/// WebGPU's guaranteed `maxComputeWorkgroupsPerDimension`, which the (token, choice) pairs of a batch must not exceed.
const MAX_WORKGROUPS: usize = 65_535;

/// The weights of one layer's mixture.
pub struct Mixture {
    pub router: Linear,
    /// Of each expert the gate rows, then the up rows.
    pub up: ExpertMatrices,
    pub down: ExpertMatrices,
}

/// What the layers' mixtures share beside the dense scratch.
#[derive(Debug, Clone, Copy)]
pub struct MixtureScratch {
    /// The router's, [t, experts].
    pub logits: Slot,
    /// Numbers of the chosen experts, [t, k].
    pub chosen: Slot,
    /// Their weights, [t, k].
    pub weights: Slot,
}

impl MixtureScratch {
    /// For batches of up to `tokens`.
    pub fn new(builder: &mut Builder<'_>, experts: Experts, tokens: usize) -> Result<Self> {
        let pairs = tokens * experts.num_experts_per_token;
        if pairs > MAX_WORKGROUPS {
            return Err(Error::Unsupported(format!(
                "{} experts for each token; up to {} are supported",
                experts.num_experts_per_token,
                MAX_WORKGROUPS / tokens.max(1)
            )));
        }
        let mut scratch = |label: &str, words: usize| {
            builder.buffer(label, BufferRole::Scratch, words as u64 * 4)
        };
        Ok(MixtureScratch {
            logits: scratch("router logits", tokens * cols_padded(experts.num_experts))?,
            chosen: scratch("chosen experts", pairs)?,
            weights: scratch("weights of chosen experts", pairs)?,
        })
    }
}

impl Mixture {
    /// The mixture of layer `index`, from whichever form its tensors have.
    pub fn new(builder: &mut Builder<'_>, index: usize, experts: Experts) -> Result<Self> {
        let description = builder.description;
        let require = |role| -> Result<Rows<'_>> {
            Ok(Rows::all(description.require(Role::Layer(index, role))?))
        };
        let router = require(LayerRole::Router)?;
        let count = experts.num_experts;
        let fused = description.layer_tensor(index, LayerRole::ExpertsGateUp);
        let stacked = description.layer_tensor(index, LayerRole::ExpertsDown);
        let up = |expert: usize| -> Result<Vec<Rows<'_>>> {
            Ok(match (fused, stacked) {
                (Some(fused), _) => vec![Rows::all(fused).part(expert, count)],
                (None, Some(_)) => vec![
                    require(LayerRole::ExpertsGate)?.part(expert, count),
                    require(LayerRole::ExpertsUp)?.part(expert, count),
                ],
                (None, None) => vec![
                    require(LayerRole::ExpertGate(expert))?,
                    require(LayerRole::ExpertUp(expert))?,
                ],
            })
        };
        let down = |expert: usize| -> Result<Vec<Rows<'_>>> {
            Ok(match stacked {
                Some(stacked) => vec![Rows::all(stacked).part(expert, count)],
                None => vec![require(LayerRole::ExpertDown(expert))?],
            })
        };
        let up = (0..count).map(up).collect::<Result<Vec<_>>>()?;
        let down = (0..count).map(down).collect::<Result<Vec<_>>>()?;
        Ok(Mixture {
            router: Linear {
                matrix: builder.matrix(
                    &format!("layer {index} router"),
                    &[router],
                    WeightUse::Router,
                )?,
                bias: None,
            },
            up: builder.expert_matrices(&format!("layer {index} experts' gate and up"), &up)?,
            down: builder.expert_matrices(&format!("layer {index} experts' down"), &down)?,
        })
    }
}

impl Decoder<'_> {
    /// x += Σ over the chosen experts e of weight(e) × down(e)(act(gate(e) h) × up(e) h), with h = norm(x).
    pub(super) fn mixture(
        &self,
        r: &mut Recording,
        batch: Batch,
        name: impl Fn(&str) -> String,
        norm: Option<NormWeights>,
        mixture: &Mixture,
    ) {
        let s = &self.weights.scratch;
        let (Some(experts), Some(scratch)) = (self.config.experts, s.mixture) else {
            return;
        };
        // The router and every expert read the same row, so it is normalised once and not within each product.
        let mut h = Input {
            x: s.x,
            stride: cols_padded(self.config.hidden_size),
            gamma: None,
            head_row: false,
        };
        if let Some(norm) = norm {
            let params = self.norm_params();
            let label = name("mlp norm");
            self.norm(r, batch.tokens(), &label, norm, (s.x, s.h), params); // h: [t, d]
            h.x = s.h;
        }
        let logits = self.to(scratch.logits, experts.num_experts);
        self.linear(r, batch, &name("router"), &mixture.router, h, logits); //  [t, experts]
        self.route(r, batch, name("experts"), experts, scratch); //             [t, k]
        self.experts_up(
            r,
            batch,
            &name("experts up"),
            (h, s.inner),
            experts,
            &mixture.up,
        ); //                                                                     [t, k, f]
        self.experts_down(
            r,
            batch,
            &name("experts down"),
            (s.inner, s.x),
            experts,
            &mixture.down,
        ); //                                                                     [t, d]
    }

    fn route(
        &self,
        r: &mut Recording,
        batch: Batch,
        label: String,
        experts: Experts,
        scratch: MixtureScratch,
    ) {
        let params = ExpertRouteParams {
            num_experts: experts.num_experts as u32,
            experts_per_token: experts.num_experts_per_token as u32,
            logits_stride: cols_padded(experts.num_experts) as u32,
            normalize: u32::from(experts.norm_topk_prob),
        };
        r.commands.push(Command {
            label,
            kernel: &EXPERT_ROUTE,
            variant: Variant::default(),
            slots: vec![scratch.logits, scratch.chosen, scratch.weights],
            params: params.words(),
            grid: [batch.tokens(), Count::Fixed(1)],
        });
    }

    fn experts_up(
        &self,
        r: &mut Recording,
        batch: Batch,
        name: &str,
        (h, inner): (Input, Slot),
        experts: Experts,
        matrices: &ExpertMatrices,
    ) {
        let Some(scratch) = self.weights.scratch.mixture else {
            return;
        };
        for shard in &matrices.shards {
            let rows = matrices.rows as u32;
            let params = ExpertUpParams {
                rows,
                blocks_per_row: blocks(matrices.columns),
                x_stride_blocks: blocks(h.stride),
                y_stride: cols_padded(experts.intermediate_size) as u32,
                first_expert: shard.first_expert as u32,
                num_experts: shard.num_experts as u32,
                experts_per_token: experts.num_experts_per_token as u32,
                activation: activation_number(self.config.activation),
            };
            r.commands.push(Command {
                label: name.into(),
                kernel: &EXPERT_UP,
                variant: Variant {
                    weights: Some(shard.layout),
                    ..Variant::default()
                },
                slots: vec![shard.codes, shard.scales, h.x, inner, scratch.chosen],
                params: params.words(),
                grid: [
                    Count::Fixed(rows.div_ceil(ROWS_PER_WORKGROUP)),
                    batch.pairs(experts),
                ],
            });
        }
    }

    fn experts_down(
        &self,
        r: &mut Recording,
        batch: Batch,
        name: &str,
        (inner, x): (Slot, Slot),
        experts: Experts,
        matrices: &ExpertMatrices,
    ) {
        let Some(scratch) = self.weights.scratch.mixture else {
            return;
        };
        for shard in &matrices.shards {
            let rows = matrices.rows as u32;
            let params = ExpertDownParams {
                rows,
                blocks_per_row: blocks(matrices.columns),
                x_stride_blocks: blocks(experts.intermediate_size),
                y_stride: cols_padded(self.config.hidden_size) as u32,
                first_expert: shard.first_expert as u32,
                num_experts: shard.num_experts as u32,
                experts_per_token: experts.num_experts_per_token as u32,
            };
            r.commands.push(Command {
                label: name.into(),
                kernel: &EXPERT_DOWN,
                variant: Variant {
                    weights: Some(shard.layout),
                    ..Variant::default()
                },
                slots: vec![
                    shard.codes,
                    shard.scales,
                    inner,
                    x,
                    scratch.chosen,
                    scratch.weights,
                ],
                params: params.words(),
                grid: [
                    Count::Fixed(rows.div_ceil(ROWS_PER_WORKGROUP)),
                    batch.tokens(),
                ],
            });
        }
    }
}

impl Batch {
    /// One workgroup for each (token, choice) pair.
    fn pairs(self, experts: Experts) -> Count {
        let per_token = experts.num_experts_per_token as u32;
        match self {
            Batch::Many => Count::Tokens {
                per_token,
                group: 1,
            },
            Batch::One => Count::Fixed(per_token),
        }
    }
}
