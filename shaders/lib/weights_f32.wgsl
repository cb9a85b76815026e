// A matrix of f32: rows padded to 32 columns, one plane.

@group(0) @binding(2) var<storage, read> weight_codes: array<vec4<f32>>;

fn load_weights(row: u32, block: u32, blocks_per_row: u32, out: ptr<function, array<vec4<f32>, 8>>) {
    let base = (row * blocks_per_row + block) * 8u;
    for (var i = 0u; i < 8u; i++) {
        (*out)[i] = weight_codes[base + i];
    }
}
