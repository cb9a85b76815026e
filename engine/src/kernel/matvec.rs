//! y = W x for one token. See `shaders/matvec.wgsl`.

use super::linear::{LINEAR_BINDS, LinearParams};
use super::{Import, Kernel};

/// Rows (places) one workgroup computes.
pub const ROWS_PER_WORKGROUP: u32 = 8;

pub const MATVEC: Kernel = Kernel {
    name: "matvec",
    wgsl: include_str!("../../../shaders/matvec.wgsl"),
    imports: &[
        Import::Activation,
        Import::Linear,
        Import::Weights,
        Import::Reduce,
    ],
    binds: LINEAR_BINDS,
    params: LinearParams::FIELDS,
};
