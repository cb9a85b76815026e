//! Cached positions move towards the beginning. See `shaders/rope_shift.wgsl`.

use super::{Import, Kernel, params, read, write};

params!(RopeShiftParams {
    head_dim: u32,
    /// 0: keys only move.
    rotary_dim: u32,
    interleaved: u32,
    /// Capacity of the cache.
    context_tokens: u32,
});

/// Most positions of one dispatch: a grid has no more than 65535 workgroups in y.
pub const MAX_SHIFTED_TOKENS: usize = 32768;

pub const ROPE_SHIFT: Kernel = Kernel {
    name: "rope_shift",
    wgsl: include_str!("../../../shaders/rope_shift.wgsl"),
    imports: &[Import::KvWrite],
    binds: &[
        read(3, "rope_table"),
        write(4, "key_cache"),
        write(5, "value_cache"),
    ],
    params: RopeShiftParams::FIELDS,
};
