// A matrix of bfloat16, two to a word. A bfloat16 is the upper half of an f32, so widening is exact.

@group(0) @binding(2) var<storage, read> weight_codes: array<vec4<u32>>;

fn widen(word: u32) -> vec2<f32> {
    return vec2<f32>(bitcast<f32>(word << 16u), bitcast<f32>(word & 0xffff0000u));
}

fn load_weights(row: u32, block: u32, blocks_per_row: u32, out: ptr<function, array<vec4<f32>, 8>>) {
    let base = (row * blocks_per_row + block) * 4u;
    for (var i = 0u; i < 4u; i++) {
        let words = weight_codes[base + i];
        (*out)[2u * i] = vec4<f32>(widen(words.x), widen(words.y));
        (*out)[2u * i + 1u] = vec4<f32>(widen(words.z), widen(words.w));
    }
}
