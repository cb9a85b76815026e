// GGUF Q5_0 taken apart: value = (code - 16) * d. Plane 1, for two blocks: their scales in one word, then the
// fifth bits of each.

@group(0) @binding(2) var<storage, read> weight_codes: array<vec4<u32>>;
@group(0) @binding(3) var<storage, read> weight_scales: array<u32>;

fn load_weights(row: u32, block: u32, blocks_per_row: u32, out: ptr<function, array<vec4<f32>, 8>>) {
    let pairs_per_row = (blocks_per_row + 1u) / 2u;
    let base = (row * pairs_per_row + block / 2u) * 3u;
    let odd = block & 1u;
    let scale = f32_from_half(weight_scales[base] >> (16u * odd));
    let fifth_bits = weight_scales[base + 1u + odd];
    let words = weight_codes[row * blocks_per_row + block];
    for (var i = 0u; i < 8u; i++) {
        let codes = four_bits(words, i) | (one_bit(fifth_bits, i) << 4u);
        (*out)[i] = (numbers(codes) - 16.0) * scale;
    }
}
