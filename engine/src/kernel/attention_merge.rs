//! Adds the parts of a split attention. See `shaders/attention_merge.wgsl`.

use super::{Kernel, params, read, write};

params!(AttentionMergeParams {
    head_dim: u32,
    window: u32,
    split_tokens: u32,
    max_splits: u32,
});

pub const ATTENTION_MERGE: Kernel = Kernel {
    name: "attention_merge",
    wgsl: include_str!("../../../shaders/attention_merge.wgsl"),
    imports: &[],
    binds: &[read(2, "parts"), write(3, "output")],
    params: AttentionMergeParams::FIELDS,
};
