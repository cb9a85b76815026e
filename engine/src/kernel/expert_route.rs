//! Chooses each token's experts. See `shaders/expert_route.wgsl`.

use super::{Kernel, params, read, write};

/// Most experts of a layer the kernel has room for.
pub const MAX_EXPERTS: usize = 1024;

params!(ExpertRouteParams {
    num_experts: u32,
    experts_per_token: u32,
    /// Floats from one token's logits to the next.
    logits_stride: u32,
    /// 1: the chosen experts' weights add up to one.
    normalize: u32,
});

pub const EXPERT_ROUTE: Kernel = Kernel {
    name: "expert_route",
    wgsl: include_str!("../../../shaders/expert_route.wgsl"),
    imports: &[],
    binds: &[
        read(2, "logits"),
        write(3, "chosen"),
        write(4, "chosen_weights"),
    ],
    params: ExpertRouteParams::FIELDS,
};
