// Four-bit codes with an f16 scale and a four-bit zero per group of columns (GPTQ, AWQ):
// value = scale * (code - zero).
//
// Codes lie as in weights_q4.wgsl. The second binding holds the scales of all rows, two to a word, then the zeros
// of all rows, eight to a word. It has exactly the length of both, which is how the number of rows is known.

@group(0) @binding(2) var<storage, read> weight_codes: array<vec4<u32>>;
@group(0) @binding(3) var<storage, read> weight_scales: array<u32>;

fn load_weights(row: u32, block: u32, blocks_per_row: u32, out: ptr<function, array<vec4<f32>, 8>>) {
    let groups = (blocks_per_row + GROUP_BLOCKS - 1u) / GROUP_BLOCKS;
    let scale_words = (groups + 1u) / 2u;
    let zero_words = (groups + 7u) / 8u;
    let first_zero = arrayLength(&weight_scales) / (scale_words + zero_words) * scale_words;
    let group = block / GROUP_BLOCKS;
    let pair = unpack2x16float(weight_scales[row * scale_words + group / 2u]);
    let scale = select(pair.x, pair.y, (group & 1u) == 1u);
    let zeros = weight_scales[first_zero + row * zero_words + group / 8u];
    let zero = f32((zeros >> (4u * (group & 7u))) & 15u);
    let words = weight_codes[row * blocks_per_row + block];
    for (var i = 0u; i < 4u; i++) {
        let low = vec4<f32>(unpack4xU8(words[i] & 0x0f0f0f0fu));
        let high = vec4<f32>(unpack4xU8((words[i] >> 4u) & 0x0f0f0f0fu));
        (*out)[2u * i] = scale * (low - zero);
        (*out)[2u * i + 1u] = scale * (high - zero);
    }
}
