// Blocks of 32 signed bytes with one f16 scale (GGUF Q8_0 taken apart): a plane of codes, a plane of scales.

@group(0) @binding(2) var<storage, read> weight_codes: array<vec4<u32>>;
@group(0) @binding(3) var<storage, read> weight_scales: array<u32>;

fn load_weights(row: u32, block: u32, blocks_per_row: u32, out: ptr<function, array<vec4<f32>, 8>>) {
    let words_per_row = (blocks_per_row + 1u) / 2u;
    let scale = f32_from_half(weight_scales[row * words_per_row + block / 2u] >> (16u * (block & 1u)));
    let base = (row * blocks_per_row + block) * 2u;
    for (var i = 0u; i < 2u; i++) {
        let words = weight_codes[base + i];
        for (var j = 0u; j < 4u; j++) {
            (*out)[4u * i + j] = scale * vec4<f32>(unpack4xI8(words[j]));
        }
    }
}
