//! x\[t\] = table\[id of t\] × scale. See `shaders/embed.wgsl`.

use super::{Import, Kernel, params, read, write};

params!(EmbedParams {
    blocks_per_row: u32,
    /// First row of the table that this dispatch's part holds.
    first_row: u32,
    num_rows: u32,
    scale: f32,
    /// 1: the row is the token's position (learned positions), not its id.
    from_position: u32,
    /// 1: adds to x.
    accumulate: u32,
});

pub const EMBED: Kernel = Kernel {
    name: "embed",
    wgsl: include_str!("../../../shaders/embed.wgsl"),
    imports: &[Import::Weights],
    binds: &[
        read(2, "weight_codes"),
        read(3, "weight_scales"),
        read(6, "ids"),
        write(7, "x"),
    ],
    params: EmbedParams::FIELDS,
};
