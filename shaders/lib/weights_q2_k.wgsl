// GGUF Q2_K taken apart: value = d * scale * code - d_min * minimum, scale and minimum for each 16 weights.
//
// Two-bit codes: a block is one vec2<u32>. Plane 1, for a superblock of eight blocks: the halves d and d_min,
// then 16 bytes with a scale in the low and a minimum in the high nibble; two of them are a block's.

@group(0) @binding(2) var<storage, read> weight_codes: array<vec2<u32>>;
@group(0) @binding(3) var<storage, read> weight_scales: array<u32>;

fn load_weights(row: u32, block: u32, blocks_per_row: u32, out: ptr<function, array<vec4<f32>, 8>>) {
    let superblocks_per_row = (blocks_per_row + 7u) / 8u;
    let base = (row * superblocks_per_row + block / 8u) * 5u;
    let within = block & 7u;
    let d = f32_pair_from_halves(weight_scales[base]);
    let bytes = weight_scales[base + 1u + within / 2u] >> (16u * (within & 1u));
    let words = weight_codes[row * blocks_per_row + block];
    for (var i = 0u; i < 8u; i++) {
        let byte = bytes >> (8u * (i / 4u));
        let scale = d * vec2<f32>(f32(byte & 15u), f32((byte >> 4u) & 15u));
        (*out)[i] = scale.x * numbers(two_bits(words, i)) - scale.y;
    }
}
