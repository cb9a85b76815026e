//! Query/key norm, rotary embedding, cache write. See `shaders/rope_cache.wgsl`.

use super::{Import, Kernel, params, read, write};

/// Longest head the kernel has room for.
pub const MAX_HEAD_DIM: usize = 256;

params!(RopeCacheParams {
    num_heads: u32,
    num_kv_heads: u32,
    head_dim: u32,
    /// 0: no rotation.
    rotary_dim: u32,
    interleaved: u32,
    /// Capacity of the cache.
    context_tokens: u32,
    /// 1: RMS-normalises each query and key head.
    qk_norm: u32,
    epsilon: f32,
    /// Floats from one token's queries, keys and values to the next.
    row_stride: u32,
});

pub const ROPE_CACHE: Kernel = Kernel {
    name: "rope_cache",
    wgsl: include_str!("../../../shaders/rope_cache.wgsl"),
    imports: &[Import::KvWrite],
    binds: &[
        write(2, "qkv"),
        read(3, "rope_table"),
        write(4, "key_cache"),
        write(5, "value_cache"),
        read(6, "query_gamma"),
        read(7, "key_gamma"),
    ],
    params: RopeCacheParams::FIELDS,
};
