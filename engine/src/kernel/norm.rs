//! RMS norm and LayerNorm of rows. See `shaders/norm.wgsl`.

use super::{Kernel, params, read, write};

params!(NormParams {
    columns: u32,
    /// Floats from one row of x to the next, and to the first.
    x_stride: u32,
    x_offset: u32,
    y_stride: u32,
    y_offset: u32,
    epsilon: f32,
    /// 1: LayerNorm.
    subtract_mean: u32,
    /// 1: y += instead of y =.
    accumulate: u32,
    /// 1: reads the row `step.head_row` and writes row 0.
    use_head_row: u32,
});

pub const NORM: Kernel = Kernel {
    name: "norm",
    wgsl: include_str!("../../../shaders/norm.wgsl"),
    imports: &[],
    binds: &[
        read(2, "x"),
        read(3, "gamma"),
        read(4, "beta"),
        write(5, "y"),
    ],
    params: NormParams::FIELDS,
};
