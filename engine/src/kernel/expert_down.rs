//! y += Σ weight × W x over a token's experts. See `shaders/expert_down.wgsl`.

use super::{Import, Kernel, params, read, write};

params!(ExpertDownParams {
    /// Of one expert.
    rows: u32,
    blocks_per_row: u32,
    /// Blocks from one (token, choice) pair's input to the next.
    x_stride_blocks: u32,
    y_stride: u32,
    /// The experts that this part of the matrix holds.
    first_expert: u32,
    num_experts: u32,
    experts_per_token: u32,
});

pub const EXPERT_DOWN: Kernel = Kernel {
    name: "expert_down",
    wgsl: include_str!("../../../shaders/expert_down.wgsl"),
    imports: &[Import::Weights, Import::Reduce],
    binds: &[
        read(2, "weight_codes"),
        read(3, "weight_scales"),
        read(4, "x"),
        write(5, "y"),
        read(6, "chosen"),
        read(7, "chosen_weights"),
    ],
    params: ExpertDownParams::FIELDS,
};
