//! Cases for a mixture's kernels: the choice of experts, and the products with the chosen ones.

use super::linear_cases::{is_thorough, packed_matrix};
use super::{Case, Noise, Tolerance};
use crate::kernel::expert_down::{EXPERT_DOWN, ExpertDownParams};
use crate::kernel::expert_route::{EXPERT_ROUTE, ExpertRouteParams};
use crate::kernel::expert_up::{EXPERT_UP, ExpertUpParams};
use crate::kernel::linear::{ACTIVATION_GELU_TANH, ACTIVATION_SILU};
use crate::kernel::matvec::ROWS_PER_WORKGROUP;
use crate::plan::{Count, Step, Variant};

/// Rows of one expert, blocks of a row, tokens, experts of the part, experts per token, first expert of the part.
const SHAPES: [(u32, u32, u32, u32, u32, u32); 4] = [
    (2, 1, 1, 1, 1, 0),
    (10, 3, 3, 4, 2, 0),
    (24, 33, 2, 3, 3, 2),
    (96, 2, 5, 5, 4, 7),
];

pub(super) fn cases() -> Vec<Case> {
    let mut cases = route_cases();
    for (index, shape) in SHAPES.into_iter().enumerate() {
        // One shape with every kind of block is enough for layouts that others stand for.
        let tried = |variant: &Variant| index == 2 || variant.weights.is_some_and(is_thorough);
        cases.extend(
            EXPERT_UP
                .variants()
                .into_iter()
                .filter(tried)
                .filter_map(|variant| up_case(variant, shape)),
        );
        cases.extend(
            EXPERT_DOWN
                .variants()
                .into_iter()
                .filter(tried)
                .filter_map(|variant| down_case(variant, shape)),
        );
    }
    cases
}

fn route_cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (experts, per_token, tokens) in [
        (1u32, 1u32, 1u32),
        (6, 2, 5),
        (60, 4, 2),
        (128, 8, 3),
        (1000, 1000, 1),
    ] {
        for normalize in [0, 1] {
            let mut noise = Noise(u64::from(experts * 10 + tokens));
            let stride = experts + 3;
            let mut logits: Vec<u32> = (0..tokens * stride)
                .map(|_| (noise.float() * 9.0).to_bits())
                .collect();
            if experts > 3 {
                // A tie for the largest: the lower number must come first.
                logits[1] = 9.5f32.to_bits();
                logits[3] = 9.5f32.to_bits();
            }
            let params = ExpertRouteParams {
                num_experts: experts,
                experts_per_token: per_token,
                logits_stride: stride,
                normalize,
            };
            let results = (tokens * per_token) as usize;
            cases.push(Case {
                kernel: &EXPERT_ROUTE,
                variant: Variant::default(),
                shape: format!(
                    "{per_token} of {experts} experts, {tokens} tokens, normalize {normalize}"
                ),
                params: params.words(),
                step: Step::greedy(tokens, 0),
                grid: [Count::Fixed(tokens), Count::Fixed(1)],
                slots: vec![logits, vec![0; results], vec![0; results]],
                tolerances: vec![Tolerance::Exact, Tolerance::F32Sum],
            });
        }
    }
    cases
}

/// Experts inside of the part that a dispatch holds, and on either side of it where there is one.
fn choices(noise: &mut Noise, pairs: u32, first_expert: u32, experts: u32) -> Vec<u32> {
    let range = first_expert + experts + 2;
    (0..pairs)
        .map(|pair| match pair {
            0 => first_expert + experts - 1,
            _ => noise.word() % range,
        })
        .collect()
}

fn up_case(
    variant: Variant,
    (rows, blocks, tokens, experts, per_token, first_expert): (u32, u32, u32, u32, u32, u32),
) -> Option<Case> {
    let mut noise = Noise(u64::from(rows * 1000 + blocks));
    let (codes, scales) = packed_matrix(&mut noise, variant, experts * rows, blocks)?;
    let params = ExpertUpParams {
        rows,
        blocks_per_row: blocks,
        x_stride_blocks: blocks + 1,
        y_stride: rows / 2 + 5,
        first_expert,
        num_experts: experts,
        experts_per_token: per_token,
        activation: if blocks == 3 {
            ACTIVATION_GELU_TANH
        } else {
            ACTIVATION_SILU
        },
    };
    let pairs = tokens * per_token;
    Some(Case {
        kernel: &EXPERT_UP,
        variant,
        shape: format!(
            "{experts} experts of {rows}x{}, {per_token} for each of {tokens} tokens",
            blocks * 32
        ),
        params: params.words(),
        step: Step::greedy(tokens, 0),
        grid: [
            Count::Fixed(rows.div_ceil(ROWS_PER_WORKGROUP)),
            Count::Fixed(pairs),
        ],
        slots: vec![
            codes,
            scales,
            noise.floats((tokens * params.x_stride_blocks * 32) as usize),
            noise.floats((pairs * params.y_stride) as usize),
            choices(&mut noise, pairs, first_expert, experts),
        ],
        tolerances: vec![Tolerance::F32Sum],
    })
}

fn down_case(
    variant: Variant,
    (rows, blocks, tokens, experts, per_token, first_expert): (u32, u32, u32, u32, u32, u32),
) -> Option<Case> {
    let mut noise = Noise(u64::from(rows * 1000 + blocks));
    let (codes, scales) = packed_matrix(&mut noise, variant, experts * rows, blocks)?;
    let params = ExpertDownParams {
        rows,
        blocks_per_row: blocks,
        x_stride_blocks: blocks + 1,
        y_stride: rows + 5,
        first_expert,
        num_experts: experts,
        experts_per_token: per_token,
    };
    let pairs = tokens * per_token;
    Some(Case {
        kernel: &EXPERT_DOWN,
        variant,
        shape: format!(
            "{experts} experts of {rows}x{}, {per_token} for each of {tokens} tokens",
            blocks * 32
        ),
        params: params.words(),
        step: Step::greedy(tokens, 0),
        grid: [
            Count::Fixed(rows.div_ceil(ROWS_PER_WORKGROUP)),
            Count::Fixed(tokens),
        ],
        slots: vec![
            codes,
            scales,
            noise.floats((pairs * params.x_stride_blocks * 32) as usize),
            noise.floats((tokens * params.y_stride) as usize),
            choices(&mut noise, pairs, first_expert, experts),
            noise.floats(pairs as usize),
        ],
        tolerances: vec![Tolerance::F32Sum],
    })
}
