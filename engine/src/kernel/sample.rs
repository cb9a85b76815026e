//! Chooses the next token. See `shaders/sample.wgsl`.

use super::{Kernel, params, read, write};

params!(SampleParams { vocab_size: u32 });

pub const SAMPLE: Kernel = Kernel {
    name: "sample",
    wgsl: include_str!("../../../shaders/sample.wgsl"),
    imports: &[],
    binds: &[
        read(2, "logits"),
        write(3, "counts"),
        write(4, "next_id"),
        write(5, "ring"),
    ],
    params: SampleParams::FIELDS,
};
