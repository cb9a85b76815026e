//! y\[t\]\[i\] = x\[t\]\[order\[i\]\]. See `shaders/gather.wgsl`.

use super::{Kernel, params, read, write};

params!(GatherParams {
    columns: u32,
    /// Floats from one row of x to the next.
    x_stride: u32,
    y_stride: u32,
});

/// Columns one workgroup moves.
pub const COLUMNS_PER_WORKGROUP: u32 = 64;

pub const GATHER: Kernel = Kernel {
    name: "gather",
    wgsl: include_str!("../../../shaders/gather.wgsl"),
    imports: &[],
    binds: &[read(2, "x"), read(3, "order"), write(4, "y")],
    params: GatherParams::FIELDS,
};
