//! Reads memory as fast as it comes, for comparison. See `shaders/stream.wgsl`.

use super::{Kernel, params, read, write};

/// Invocations of a workgroup.
pub const WORKGROUP: u32 = 256;

params!(StreamParams {
    /// Length of the buffer in units of 16 bytes.
    num_vec4: u32,
    /// Invocations of the whole grid.
    num_invocations: u32,
});

pub const STREAM: Kernel = Kernel {
    name: "stream",
    wgsl: include_str!("../../../shaders/stream.wgsl"),
    imports: &[],
    binds: &[read(2, "data"), write(3, "sums")],
    params: StreamParams::FIELDS,
};
