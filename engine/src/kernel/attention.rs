//! Attention over the cache. See `shaders/attention.wgsl`.

use super::{Import, Kernel, params, read, write};

/// Positions a split of decode attention covers.
pub const SPLIT_TOKENS: u32 = 256;

params!(AttentionParams {
    num_heads: u32,
    num_kv_heads: u32,
    head_dim: u32,
    context_tokens: u32,
    scale: f32,
    /// 0: none.
    softcap: f32,
    /// Tokens a query sees, itself included; 0: all.
    window: u32,
    split_tokens: u32,
    /// 1: never split (several tokens at once).
    max_splits: u32,
    query_stride: u32,
    output_stride: u32,
});

pub const ATTENTION: Kernel = Kernel {
    name: "attention",
    wgsl: include_str!("../../../shaders/attention.wgsl"),
    imports: &[Import::Activation, Import::KvRead, Import::Rows],
    binds: &[
        read(2, "query"),
        write(3, "output"),
        read(4, "key_cache"),
        read(5, "value_cache"),
        write(6, "parts"),
    ],
    params: AttentionParams::FIELDS,
};

/// Query rows per workgroup for `rows` (token, head) pairs that share a key/value head.
pub fn rows_variant(rows: u32) -> u32 {
    match rows {
        0 | 1 => 1,
        2 => 2,
        3 | 4 => 4,
        _ => 8,
    }
}
