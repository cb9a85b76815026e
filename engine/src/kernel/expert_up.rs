//! y = activation(gate x) × up x of the chosen experts. See `shaders/expert_up.wgsl`.

use super::{Import, Kernel, params, read, write};

params!(ExpertUpParams {
    /// Of one expert, gate and up together.
    rows: u32,
    blocks_per_row: u32,
    x_stride_blocks: u32,
    /// Floats from one (token, choice) pair's results to the next.
    y_stride: u32,
    /// The experts that this part of the matrix holds.
    first_expert: u32,
    num_experts: u32,
    experts_per_token: u32,
    activation: u32,
});

pub const EXPERT_UP: Kernel = Kernel {
    name: "expert_up",
    wgsl: include_str!("../../../shaders/expert_up.wgsl"),
    imports: &[Import::Activation, Import::Weights, Import::Reduce],
    binds: &[
        read(2, "weight_codes"),
        read(3, "weight_scales"),
        read(4, "x"),
        write(5, "y"),
        read(6, "chosen"),
    ],
    params: ExpertUpParams::FIELDS,
};
