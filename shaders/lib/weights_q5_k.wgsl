// GGUF Q5_K taken apart: value = d * scale * code - d_min * minimum.
//
// Plane 1, for a superblock of eight blocks: the file's own 16 bytes of scales, then the fifth bits, a word for
// each block.

@group(0) @binding(2) var<storage, read> weight_codes: array<vec4<u32>>;
@group(0) @binding(3) var<storage, read> weight_scales: array<vec4<u32>>;

fn load_weights(row: u32, block: u32, blocks_per_row: u32, out: ptr<function, array<vec4<f32>, 8>>) {
    let superblocks_per_row = (blocks_per_row + 7u) / 8u;
    let base = (row * superblocks_per_row + block / 8u) * 3u;
    let within = block & 7u;
    let scale = scale_and_min(weight_scales[base], within);
    let fifth_bits = weight_scales[base + 1u + within / 4u][within & 3u];
    let words = weight_codes[row * blocks_per_row + block];
    for (var i = 0u; i < 8u; i++) {
        let codes = four_bits(words, i) | (one_bit(fifth_bits, i) << 4u);
        (*out)[i] = scale.x * numbers(codes) - scale.y;
    }
}
