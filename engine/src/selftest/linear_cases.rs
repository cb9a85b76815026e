//! Cases for the matrix products.

use super::{Case, Noise, Tolerance};
use crate::kernel::Kernel;
use crate::kernel::linear::{
    ACCUMULATE_PRODUCT, ACCUMULATE_SUM, ACTIVATION_GELU, ACTIVATION_GELU_TANH, ACTIVATION_NONE,
    ACTIVATION_SILU, LinearParams,
};
use crate::kernel::matmul::{MATMUL, TILE_ROWS, TILE_TOKENS};
use crate::kernel::matvec::{MATVEC, ROWS_PER_WORKGROUP};
use crate::plan::{Count, Step, Variant};
use crate::weights::layout::Layout;

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    let (thorough, others) = by_thoroughness(&MATVEC);
    for (rows, blocks) in [
        (1u32, 1u32),
        (5, 2),
        (8, 3),
        (13, 7),
        (64, 28),
        (200, 33),
        (70, 40),
    ] {
        for &variant in &thorough {
            cases.extend(epilogues(&MATVEC, variant, rows, blocks, 1));
        }
    }
    for variant in others {
        for (rows, blocks) in [(5, 3), (13, 33)] {
            cases.extend(
                epilogues(&MATVEC, variant, rows, blocks, 1)
                    .into_iter()
                    .take(1),
            );
        }
    }
    let (thorough, others) = by_thoroughness(&MATMUL);
    for (rows, blocks, tokens) in [
        (1u32, 1u32, 1u32),
        (5, 2, 2),
        (64, 3, 31),
        (66, 2, 33),
        (130, 4, 65),
        (200, 7, 8),
    ] {
        for &variant in &thorough {
            cases.extend(epilogues(&MATMUL, variant, rows, blocks, tokens));
        }
    }
    for variant in others {
        cases.extend(epilogues(&MATMUL, variant, 66, 9, 33).into_iter().take(1));
    }
    cases
}

/// The variants for every shape and epilogue, and the others: these differ in `load_weights` alone, and a few plain
/// products read every kind of block that they have.
fn by_thoroughness(kernel: &Kernel) -> (Vec<Variant>, Vec<Variant>) {
    let variants = kernel.variants().into_iter();
    variants.partition(|variant| variant.weights.is_some_and(is_thorough))
}

/// Whether a layout is tried with every shape and epilogue.
pub(super) fn is_thorough(layout: Layout) -> bool {
    use Layout::{Bf16, F16, F32, Q4, Q8};
    [F32, F16, Bf16, Q8, Q4].contains(&layout)
}

/// The plain product, and one case per thing the epilogue or the prologue can do.
fn epilogues(
    kernel: &'static Kernel,
    variant: Variant,
    rows: u32,
    blocks: u32,
    tokens: u32,
) -> Vec<Case> {
    let plain = LinearParams {
        rows,
        blocks_per_row: blocks,
        x_stride_blocks: blocks + 1,
        y_stride: rows + 9,
        y_offset: 3,
        columns: blocks * 32 - 5,
        scale: 1.0,
        epsilon: 1e-5,
        ..LinearParams::default()
    };
    let mut all = vec![("plain", plain)];
    all.push((
        "bias",
        LinearParams {
            has_bias: 1,
            bias_offset: 2,
            scale: 0.5,
            ..plain
        },
    ));
    all.push((
        "residual",
        LinearParams {
            accumulate: ACCUMULATE_SUM,
            ..plain
        },
    ));
    all.push((
        "product",
        LinearParams {
            accumulate: ACCUMULATE_PRODUCT,
            activation: ACTIVATION_SILU,
            has_bias: 1,
            ..plain
        },
    ));
    all.push((
        "softcap",
        LinearParams {
            softcap: 3.0,
            ..plain
        },
    ));
    all.push((
        "gelu",
        LinearParams {
            activation: ACTIVATION_GELU_TANH,
            has_bias: 1,
            ..plain
        },
    ));
    all.push((
        "erf gelu",
        LinearParams {
            activation: ACTIVATION_GELU,
            ..plain
        },
    ));
    if rows.is_multiple_of(2) {
        let gated = LinearParams {
            gated: 1,
            activation: ACTIVATION_SILU,
            ..plain
        };
        all.push(("gated", gated));
        let up_bias_offset = rows / 2;
        all.push((
            "gated bias",
            LinearParams {
                has_bias: 1,
                up_bias_offset,
                activation: ACTIVATION_GELU_TANH,
                ..gated
            },
        ));
        all.push((
            "gated, no activation",
            LinearParams {
                activation: ACTIVATION_NONE,
                ..gated
            },
        ));
    }
    if *kernel == MATVEC {
        all.push((
            "norm",
            LinearParams {
                normalize: 1,
                ..plain
            },
        ));
        all.push((
            "head row",
            LinearParams {
                use_head_row: 1,
                ..plain
            },
        ));
    }
    all.into_iter()
        .filter_map(|(name, params)| {
            let mut noise = Noise(u64::from(rows * 1000 + blocks * 10 + tokens));
            let (codes, scales) = packed_matrix(&mut noise, variant, rows, blocks)?;
            let (x_rows, step) = if params.use_head_row == 1 {
                (
                    3,
                    Step {
                        head_row: 2,
                        ..Step::greedy(1, 0)
                    },
                )
            } else {
                (tokens, Step::greedy(tokens, 0))
            };
            let grid = if *kernel == MATVEC {
                [
                    Count::Fixed(rows.div_ceil(ROWS_PER_WORKGROUP)),
                    Count::Fixed(1),
                ]
            } else {
                [
                    Count::Fixed(rows.div_ceil(TILE_ROWS)),
                    Count::Tokens {
                        per_token: 1,
                        group: TILE_TOKENS,
                    },
                ]
            };
            let layout = variant.weights?;
            Some(Case {
                kernel,
                variant,
                shape: format!("{layout:?} {rows}x{} by {tokens}, {name}", blocks * 32),
                params: params.words(),
                step,
                grid,
                slots: vec![
                    codes,
                    scales,
                    noise.floats((x_rows * params.x_stride_blocks * 32) as usize),
                    noise.floats((tokens * params.y_stride + params.y_offset) as usize),
                    noise.floats((blocks * 32) as usize),
                    noise.floats((rows + 4) as usize),
                ],
                tolerances: vec![Tolerance::F32Sum],
            })
        })
        .collect()
}

/// A random matrix in the variant's layout: any bits are a valid matrix, but floats must be finite.
pub(super) fn packed_matrix(
    noise: &mut Noise,
    variant: Variant,
    rows: u32,
    blocks: u32,
) -> Option<(Vec<u32>, Vec<u32>)> {
    let layout = variant.weights?;
    let values = (rows * blocks * 32) as usize;
    Some(match layout {
        Layout::F32 => (noise.floats(values), vec![0]),
        Layout::F16 => (noise.half_pairs(values / 2, 1.0), vec![0]),
        Layout::Bf16 => {
            let mut bf16 = || noise.float().to_bits() >> 16;
            (
                (0..values / 2).map(|_| bf16() | bf16() << 16).collect(),
                vec![0],
            )
        }
        Layout::Q4 | Layout::Q4_1 => packed_blocks(noise, layout, rows, blocks, 0.1),
        Layout::Q5_0 | Layout::Q5_1 | Layout::Q2_K => {
            packed_blocks(noise, layout, rows, blocks, 0.05)
        }
        Layout::Q8 | Layout::IQ4_NL | Layout::Q3_K => {
            packed_blocks(noise, layout, rows, blocks, 0.01)
        }
        // Scales that are themselves multiplied by one: many of these halves are subnormal, as in real files.
        Layout::Q4_K | Layout::Q5_K | Layout::Q6_K | Layout::IQ4_XS => {
            packed_blocks(noise, layout, rows, blocks, 0.0005)
        }
        layout @ (Layout::Q4Group32 | Layout::Q4Group64 | Layout::Q4Group128) => {
            let codes = (0..values / 8).map(|_| noise.word()).collect();
            let groups = (blocks as usize * 32).div_ceil(layout.group_len()?);
            let rows = rows as usize;
            let mut metadata = noise.half_pairs(rows * groups.div_ceil(2), 0.1);
            metadata.extend((0..rows * groups.div_ceil(8)).map(|_| noise.word()));
            (codes, metadata)
        }
    })
}

fn packed_blocks(
    noise: &mut Noise,
    layout: Layout,
    rows: u32,
    blocks: u32,
    scale: f32,
) -> (Vec<u32>, Vec<u32>) {
    let sizes = layout.planes(blocks as usize * 32);
    let mut planes = sizes.iter().map(|bytes| {
        let num_words = rows as usize * bytes / 4;
        (0..num_words).map(|_| noise.word()).collect::<Vec<u32>>()
    });
    let codes = planes.next().unwrap_or_default();
    let mut scales = planes.next().unwrap_or_default();
    // With one half in the first word, the other bits of it are for something else, or for nothing.
    let halves = match layout {
        Layout::Q3_K | Layout::Q6_K | Layout::IQ4_XS => 0xffff,
        _ => 0xffff_ffff,
    };
    for shared in scales.chunks_mut(layout.shape().scale_words) {
        if let [first, ..] = shared {
            let pair = noise.half_pairs(1, scale)[0];
            *first = pair & halves | *first & !halves;
        }
    }
    (codes, scales)
}
