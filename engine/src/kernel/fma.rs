//! Multiplies and adds as fast as it goes, for comparison. See `shaders/fma.wgsl`.

use super::{Kernel, params, read, write};

/// Invocations of a workgroup.
pub const WORKGROUP: u32 = 256;

/// Sequences of an invocation, of four numbers each.
pub const SEQUENCES: u32 = 8;

params!(FmaParams {
    num_steps: u32,
    /// Between -1 and 1.
    multiplier: f32,
});

pub const FMA: Kernel = Kernel {
    name: "fma",
    wgsl: include_str!("../../../shaders/fma.wgsl"),
    imports: &[],
    binds: &[read(2, "x"), write(3, "sums")],
    params: FmaParams::FIELDS,
};
