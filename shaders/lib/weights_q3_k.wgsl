// GGUF Q3_K taken apart: value = d * (scale - 32) * (code - 4), a scale for each 16 weights.
//
// The low two bits of the codes: a block is one vec2<u32>. Plane 1, for a superblock of eight blocks: the half d,
// 12 bytes with 16 scales, and the third bits, a word for each block.

@group(0) @binding(2) var<storage, read> weight_codes: array<vec2<u32>>;
@group(0) @binding(3) var<storage, read> weight_scales: array<vec4<u32>>;

// Six bits: the low four in a nibble of the first eight bytes, the others in two bits of the last four.
fn scale_of_16(head: vec4<u32>, group: u32) -> f32 {
    let shift = 8u * (group & 3u);
    let nibbles = select(head.y, head.z, (group & 4u) != 0u) >> (shift + 4u * (group / 8u));
    let pairs = head.w >> (shift + 2u * (group / 4u));
    return f32((nibbles & 15u) | ((pairs & 3u) << 4u)) - 32.0;
}

fn load_weights(row: u32, block: u32, blocks_per_row: u32, out: ptr<function, array<vec4<f32>, 8>>) {
    let superblocks_per_row = (blocks_per_row + 7u) / 8u;
    let base = (row * superblocks_per_row + block / 8u) * 3u;
    let within = block & 7u;
    let head = weight_scales[base];
    let third_bits = weight_scales[base + 1u + within / 4u][within & 3u];
    let d = f32_from_half(head.x);
    let scales = d * vec2<f32>(scale_of_16(head, 2u * within), scale_of_16(head, 2u * within + 1u));
    let words = weight_codes[row * blocks_per_row + block];
    for (var i = 0u; i < 8u; i++) {
        let codes = two_bits(words, i) | (one_bit(third_bits, i) << 2u);
        (*out)[i] = select(scales.x, scales.y, i >= 4u) * (numbers(codes) - 4.0);
    }
}
