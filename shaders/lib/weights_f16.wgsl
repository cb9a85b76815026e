// A matrix of f16, two to a word (unpack2x16float needs no shader-f16): rows padded to 32 columns, one plane.

@group(0) @binding(2) var<storage, read> weight_codes: array<vec4<u32>>;

fn load_weights(row: u32, block: u32, blocks_per_row: u32, out: ptr<function, array<vec4<f32>, 8>>) {
    let base = (row * blocks_per_row + block) * 4u;
    for (var i = 0u; i < 4u; i++) {
        let words = weight_codes[base + i];
        (*out)[2u * i] = vec4<f32>(unpack2x16float(words.x), unpack2x16float(words.y));
        (*out)[2u * i + 1u] = vec4<f32>(unpack2x16float(words.z), unpack2x16float(words.w));
    }
}
