//! Y = X Wᵀ for many tokens. See `shaders/matmul.wgsl`.

use super::linear::{LINEAR_BINDS, LinearParams};
use super::{Import, Kernel};

/// Rows (places) and tokens of a workgroup's tile.
pub const TILE_ROWS: u32 = 64;
pub const TILE_TOKENS: u32 = 32;

pub const MATMUL: Kernel = Kernel {
    name: "matmul",
    wgsl: include_str!("../../../shaders/matmul.wgsl"),
    imports: &[Import::Activation, Import::Linear, Import::Weights],
    binds: LINEAR_BINDS,
    params: LinearParams::FIELDS,
};
