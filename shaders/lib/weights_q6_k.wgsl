// GGUF Q6_K taken apart: value = d * scale * (code - 32), a signed byte of scale for each 16 weights.
//
// Plane 1, for a superblock of eight blocks: 21 words. The half d, 16 scales, and the high two bits of the codes,
// two words for each block.

@group(0) @binding(2) var<storage, read> weight_codes: array<vec4<u32>>;
@group(0) @binding(3) var<storage, read> weight_scales: array<u32>;

fn load_weights(row: u32, block: u32, blocks_per_row: u32, out: ptr<function, array<vec4<f32>, 8>>) {
    let superblocks_per_row = (blocks_per_row + 7u) / 8u;
    let base = (row * superblocks_per_row + block / 8u) * 21u;
    let within = block & 7u;
    let d = f32_from_half(weight_scales[base]);
    // Two of the scales are this block's: the upper or the lower half of a word.
    let bytes = unpack4xI8(weight_scales[base + 1u + within / 2u]);
    let scales = d * vec2<f32>(select(bytes.xy, bytes.zw, (within & 1u) == 1u));
    let high = base + 5u + 2u * within;
    let high_bits = vec2<u32>(weight_scales[high], weight_scales[high + 1u]);
    let words = weight_codes[row * blocks_per_row + block];
    for (var i = 0u; i < 8u; i++) {
        let codes = four_bits(words, i) | (two_bits(high_bits, i) << 4u);
        (*out)[i] = select(scales.x, scales.y, i >= 4u) * (numbers(codes) - 32.0);
    }
}
