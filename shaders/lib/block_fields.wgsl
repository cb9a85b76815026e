// What the modules of ggml's block formats share: halves, fields of 4, 2 and 1 bits, scales packed in 6 bits.
//
// A block is 32 weights. A field of its codes lies so that one shift and one mask give the four *consecutive*
// codes 4i to 4i + 3, one to a byte, in the order the activations lie. The metadata of K formats are the file's
// own words; only what has no aligned words there (codes, high bits) was moved.

// Half precision by integer arithmetic, exact in every case. unpack2x16float may take subnormal halves for zero
// (gpuweb issue 3421), and the scale of a K superblock usually is one: a largest weight of 0.1 over 32 * 127.
fn f32_from_half(bits: u32) -> f32 {
    let exponent = (bits >> 10u) & 31u;
    // A subnormal half has the exponent of the smallest normal one, and no leading bit.
    let significand = (bits & 0x3ffu) | (min(exponent, 1u) << 10u);
    let signed_power = ((bits & 0x8000u) << 16u) | ((max(exponent, 1u) + 102u) << 23u);
    return f32(significand) * bitcast<f32>(signed_power);
}

// Both halves of a word.
fn f32_pair_from_halves(word: u32) -> vec2<f32> {
    return vec2<f32>(f32_from_half(word), f32_from_half(word >> 16u));
}

fn four_bits(words: vec4<u32>, i: u32) -> u32 {
    return (words[i / 2u] >> (4u * (i & 1u))) & 0x0f0f0f0fu;
}

fn two_bits(words: vec2<u32>, i: u32) -> u32 {
    return (words[i / 4u] >> (2u * (i & 3u))) & 0x03030303u;
}

fn one_bit(word: u32, i: u32) -> u32 {
    return (word >> i) & 0x01010101u;
}

// Four codes as numbers.
fn numbers(codes: u32) -> vec4<f32> {
    return vec4<f32>(unpack4xU8(codes));
}

// Scale and minimum of block `block` (of eight) in a superblock of Q4_K or Q5_K. `head` holds the halves d and
// d_min, then 12 bytes: of blocks 0 to 3 in six bits each, of 4 to 7 in a nibble each and the two bits left over.
fn scale_and_min(head: vec4<u32>, block: u32) -> vec2<f32> {
    let shift = 8u * (block & 3u);
    let bytes = head.yzw >> vec3<u32>(shift);
    var scale = bytes.x & 63u;
    var minimum = bytes.y & 63u;
    if block >= 4u {
        scale = (bytes.z & 15u) | ((bytes.x >> 2u) & 48u);
        minimum = ((bytes.z >> 4u) & 15u) | ((bytes.y >> 2u) & 48u);
    }
    return f32_pair_from_halves(head.x) * vec2<f32>(f32(scale), f32(minimum));
}

// The levels that four codes of IQ4_NL and IQ4_XS stand for. The sixteen levels are signed bytes in four words;
// a table in memory would be slower than choosing a word and shifting.
fn iq4_levels(codes: u32) -> vec4<f32> {
    let c = unpack4xU8(codes);
    let odd_word = (c & vec4<u32>(4u)) != vec4<u32>(0u);
    let negative = select(vec4<u32>(0xbfad9881u), vec4<u32>(0xf6eaddcfu), odd_word);
    let positive = select(vec4<u32>(0x26190d01u), vec4<u32>(0x71594535u), odd_word);
    let bytes = select(negative, positive, c >= vec4<u32>(8u));
    let topmost = bytes << (vec4<u32>(24u) - 8u * (c & vec4<u32>(3u)));
    return vec4<f32>(bitcast<vec4<i32>>(topmost) >> vec4<u32>(24u));
}
