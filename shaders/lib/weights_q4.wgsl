// Blocks of 32 four-bit codes with one f16 scale: value = scale * (code - 8).
//
// A block is one aligned vec4<u32>. Byte j of word w holds element 8w + j in its low and 8w + 4 + j in its high
// nibble, so one mask and one shift each give four *consecutive* weights, in the order the activations lie.

@group(0) @binding(2) var<storage, read> weight_codes: array<vec4<u32>>;
@group(0) @binding(3) var<storage, read> weight_scales: array<u32>;

fn load_weights(row: u32, block: u32, blocks_per_row: u32, out: ptr<function, array<vec4<f32>, 8>>) {
    let words_per_row = (blocks_per_row + 1u) / 2u;
    let scale = f32_from_half(weight_scales[row * words_per_row + block / 2u] >> (16u * (block & 1u)));
    let words = weight_codes[row * blocks_per_row + block];
    for (var i = 0u; i < 8u; i++) {
        (*out)[i] = scale * (numbers(four_bits(words, i)) - 8.0);
    }
}
