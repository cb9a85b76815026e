//! What may come next, and how much likelier. See `shaders/constrain.wgsl`.

use super::{Kernel, params, read, write};

params!(ConstrainParams {
    vocab_size: u32,
    /// The logit of what may not come.
    masked: f32,
});

/// Below every logit, and finite after any temperature or penalty.
pub const MASKED: f32 = -1.0e30;

/// Tokens that can have a bias at once.
pub const MAX_BIASES: usize = 1024;

/// Tokens, or biases, of one workgroup.
pub const TOKENS_PER_WORKGROUP: u32 = 64;

/// Words of the list of biases: how many, and a token and a float each.
pub const BIAS_WORDS: usize = 1 + 2 * MAX_BIASES;

pub const CONSTRAIN: Kernel = Kernel {
    name: "constrain",
    wgsl: include_str!("../../../shaders/constrain.wgsl"),
    imports: &[],
    binds: &[write(2, "logits"), read(3, "mask"), read(4, "biases")],
    params: ConstrainParams::FIELDS,
};
