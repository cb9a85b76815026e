// GGUF Q5_1 taken apart: value = code * d + m. Plane 1, for a block: the halves d and m, then the fifth bits.

@group(0) @binding(2) var<storage, read> weight_codes: array<vec4<u32>>;
@group(0) @binding(3) var<storage, read> weight_scales: array<vec2<u32>>;

fn load_weights(row: u32, block: u32, blocks_per_row: u32, out: ptr<function, array<vec4<f32>, 8>>) {
    let at = row * blocks_per_row + block;
    let head = weight_scales[at];
    let scale = f32_pair_from_halves(head.x);
    let words = weight_codes[at];
    for (var i = 0u; i < 8u; i++) {
        let codes = four_bits(words, i) | (one_bit(head.y, i) << 4u);
        (*out)[i] = numbers(codes) * scale.x + scale.y;
    }
}
