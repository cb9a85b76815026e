// Rows of a quantised key/value cache. A row is one position of one key/value head, and `d` counts its vec4s: the codes
// of its values, then what each block of 32 of them has in common. The last block may be short.
//
// Scales and minima are the upper halves of f32. Their range is that of the values, so no block overflows or
// vanishes as with f16 (whose small numbers unpack2x16float may even take for zero, gpuweb issue 3421); what they
// lack in digits costs nothing, because codes are chosen for them as they are stored.

const BLOCK_VALUES: u32 = 32u;
const BLOCK_VEC4: u32 = 8u;

fn num_blocks() -> u32 {
    return (params.head_dim + BLOCK_VALUES - 1u) / BLOCK_VALUES;
}

// Eight bits: signed bytes, four to a word, then a scale for each block, two to a word.

fn q8_row_words() -> u32 {
    return params.head_dim / 4u + (num_blocks() + 1u) / 2u;
}

// Where the scale of vec4 `d` is in its row; its codes are in word `d`.
fn q8_scale_word(d: u32) -> u32 {
    return params.head_dim / 4u + d / BLOCK_VEC4 / 2u;
}

fn q8_values(codes: u32, scales: u32, d: u32) -> vec4<f32> {
    let is_second = (d / BLOCK_VEC4) & 1u;
    let scale = bitcast<f32>((scales << (16u * (1u - is_second))) & 0xffff0000u);
    return scale * vec4<f32>(unpack4xI8(codes));
}

// Four bits: as in 4-bit weights, byte j of word w holds value 8w + j in its low and 8w + 4 + j in its high nibble, so
// that one mask gives four consecutive values. Then a word for each block, the scale in its lower half and the
// minimum in its upper one.

fn q4_code_words() -> u32 {
    return (params.head_dim + 7u) / 8u;
}

fn q4_row_words() -> u32 {
    return q4_code_words() + num_blocks();
}

// Where scale and minimum of vec4 `d` are in its row; its codes are in word `d / 2`.
fn q4_block_word(d: u32) -> u32 {
    return q4_code_words() + d / BLOCK_VEC4;
}

fn q4_values(codes: u32, scale_and_minimum: u32, d: u32) -> vec4<f32> {
    let scale = bitcast<f32>(scale_and_minimum << 16u);
    let minimum = bitcast<f32>(scale_and_minimum & 0xffff0000u);
    return scale * vec4<f32>(unpack4xU8((codes >> (4u * (d & 1u))) & 0x0f0f0f0fu)) + minimum;
}
