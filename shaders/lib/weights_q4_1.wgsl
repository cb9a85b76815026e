// GGUF Q4_1 taken apart: value = code * d + m. Plane 1: the halves d and m of a block in one word.

@group(0) @binding(2) var<storage, read> weight_codes: array<vec4<u32>>;
@group(0) @binding(3) var<storage, read> weight_scales: array<u32>;

fn load_weights(row: u32, block: u32, blocks_per_row: u32, out: ptr<function, array<vec4<f32>, 8>>) {
    let at = row * blocks_per_row + block;
    let scale = f32_pair_from_halves(weight_scales[at]);
    let words = weight_codes[at];
    for (var i = 0u; i < 8u; i++) {
        (*out)[i] = numbers(four_bits(words, i)) * scale.x + scale.y;
    }
}
