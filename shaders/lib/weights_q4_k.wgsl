// GGUF Q4_K taken apart: value = d * scale * code - d_min * minimum.
//
// Plane 1, for a superblock of eight blocks: one vec4<u32>, the file's own 16 bytes of scales.

@group(0) @binding(2) var<storage, read> weight_codes: array<vec4<u32>>;
@group(0) @binding(3) var<storage, read> weight_scales: array<vec4<u32>>;

fn load_weights(row: u32, block: u32, blocks_per_row: u32, out: ptr<function, array<vec4<f32>, 8>>) {
    let superblocks_per_row = (blocks_per_row + 7u) / 8u;
    let head = weight_scales[row * superblocks_per_row + block / 8u];
    let scale = scale_and_min(head, block & 7u);
    let words = weight_codes[row * blocks_per_row + block];
    for (var i = 0u; i < 8u; i++) {
        (*out)[i] = scale.x * numbers(four_bits(words, i)) - scale.y;
    }
}
