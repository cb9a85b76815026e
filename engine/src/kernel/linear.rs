//! What the two matrix products share: parameters, bindings, activations. See `shaders/lib/linear.wgsl`.

use super::{Bind, params, read, write};
use crate::model::config::Activation;

params!(LinearParams {
    /// Rows of this part of the matrix (gate and up rows together where gated).
    rows: u32,
    blocks_per_row: u32,
    x_stride_blocks: u32,
    /// Floats from one token's results to the next.
    y_stride: u32,
    y_offset: u32,
    bias_offset: u32,
    up_bias_offset: u32,
    /// Columns without padding: the count of the RMS norm's mean.
    columns: u32,
    /// 1: RMS-normalises x on the way (one-token kernel only).
    normalize: u32,
    epsilon: f32,
    has_bias: u32,
    /// What becomes of the y that is there; see `ACCUMULATE_NONE`.
    accumulate: u32,
    /// 1: y = activation(gate) × up.
    gated: u32,
    activation: u32,
    /// 0: none.
    softcap: f32,
    scale: f32,
    /// 1: reads the row `step.head_row` of x.
    use_head_row: u32,
});

/// y = the result.
pub const ACCUMULATE_NONE: u32 = 0;
/// y += the result: the residual.
pub const ACCUMULATE_SUM: u32 = 1;
/// y ×= the result: a gate on what "up" left there, where the two cannot share a matrix.
pub const ACCUMULATE_PRODUCT: u32 = 2;

/// Numbers of the activations in `shaders/lib/activation.wgsl`.
pub const ACTIVATION_NONE: u32 = 0;
pub const ACTIVATION_SILU: u32 = 1;
pub const ACTIVATION_GELU_TANH: u32 = 2;
pub const ACTIVATION_GELU: u32 = 3;

/// The number the shader knows an activation by.
pub fn activation_number(activation: Activation) -> u32 {
    match activation {
        Activation::Silu => ACTIVATION_SILU,
        Activation::GeluTanh => ACTIVATION_GELU_TANH,
        Activation::Gelu => ACTIVATION_GELU,
    }
}

pub const LINEAR_BINDS: &[Bind] = &[
    read(2, "weight_codes"),
    read(3, "weight_scales"),
    read(4, "x"),
    write(5, "y"),
    read(6, "gamma"),
    read(7, "bias"),
];
