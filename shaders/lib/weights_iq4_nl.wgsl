// GGUF IQ4_NL taken apart: value = d * level of code. Plane 1: the scales d, two to a word.

@group(0) @binding(2) var<storage, read> weight_codes: array<vec4<u32>>;
@group(0) @binding(3) var<storage, read> weight_scales: array<u32>;

fn load_weights(row: u32, block: u32, blocks_per_row: u32, out: ptr<function, array<vec4<f32>, 8>>) {
    let words_per_row = (blocks_per_row + 1u) / 2u;
    let scale = f32_from_half(weight_scales[row * words_per_row + block / 2u] >> (16u * (block & 1u)));
    let words = weight_codes[row * blocks_per_row + block];
    for (var i = 0u; i < 8u; i++) {
        (*out)[i] = scale * iq4_levels(four_bits(words, i));
    }
}
