// GGUF IQ4_XS taken apart: value = d * (scale - 32) * level of code.
//
// Plane 1, for a superblock of eight blocks: the file's own eight bytes. The half d, then of each block's scale
// the high two bits, in the next word the low four.

@group(0) @binding(2) var<storage, read> weight_codes: array<vec4<u32>>;
@group(0) @binding(3) var<storage, read> weight_scales: array<vec2<u32>>;

fn load_weights(row: u32, block: u32, blocks_per_row: u32, out: ptr<function, array<vec4<f32>, 8>>) {
    let superblocks_per_row = (blocks_per_row + 7u) / 8u;
    let head = weight_scales[row * superblocks_per_row + block / 8u];
    let within = block & 7u;
    let high = (head.x >> (16u + 2u * within)) & 3u;
    let low = (head.y >> (4u * within)) & 15u;
    let scale = f32_from_half(head.x) * (f32(low | (high << 4u)) - 32.0);
    let words = weight_codes[row * blocks_per_row + block];
    for (var i = 0u; i < 8u; i++) {
        (*out)[i] = scale * iq4_levels(four_bits(words, i));
    }
}
