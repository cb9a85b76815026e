// Rounds rows of a quantised key/value cache. `d` is the number of the invocation, of 64; what those beyond the row's end
// bring is not looked at.
//
// What a block has in common needs all of its values, so the row passes through workgroup memory: these functions must
// be called by every invocation, in uniform control flow, and once.

const ROW_INVOCATIONS: u32 = 64u;
// Blocks whose scale would be smaller have none: its inverse is no number.
const SMALLEST_SCALE: f32 = 1.0e-30;

var<workgroup> vec4_lowest: array<f32, ROW_INVOCATIONS>;
var<workgroup> vec4_largest: array<f32, ROW_INVOCATIONS>;
// Four codes, a byte each.
var<workgroup> vec4_codes: array<u32, ROW_INVOCATIONS>;
var<workgroup> block_words: array<u32, ROW_INVOCATIONS / BLOCK_VEC4>;

// The lowest and the largest value of the block that vec4 `d` belongs to.
fn block_extremes(d: u32, value: vec4<f32>) -> vec2<f32> {
    vec4_lowest[d] = min(min(value.x, value.y), min(value.z, value.w));
    vec4_largest[d] = max(max(value.x, value.y), max(value.z, value.w));
    workgroupBarrier();
    let first = d - d % BLOCK_VEC4;
    let end = min(first + BLOCK_VEC4, params.head_dim / 4u);
    var lowest = vec4_lowest[first];
    var largest = vec4_largest[first];
    for (var i = first + 1u; i < end; i++) {
        lowest = min(lowest, vec4_lowest[i]);
        largest = max(largest, vec4_largest[i]);
    }
    return vec2<f32>(lowest, largest);
}

// A scale as it is stored: rounded up, so that the largest value still has a code; or zero.
fn stored_scale(exact: f32) -> u32 {
    return select(0u, (bitcast<u32>(exact) + 0xffffu) & 0xffff0000u, exact >= SMALLEST_SCALE);
}

fn inverse_of(scale_bits: u32) -> f32 {
    if scale_bits == 0u {
        return 0.0;
    }
    return 1.0 / bitcast<f32>(scale_bits);
}

fn keep_in_workgroup(d: u32, codes: vec4<u32>, block_word: u32) {
    vec4_codes[d] = codes.x | (codes.y << 8u) | (codes.z << 16u) | (codes.w << 24u);
    if d % BLOCK_VEC4 == 0u {
        block_words[d / BLOCK_VEC4] = block_word;
    }
    workgroupBarrier();
}

fn quantise_q8(d: u32, value: vec4<f32>) {
    let extremes = block_extremes(d, value);
    let scale = stored_scale(max(-extremes.x, extremes.y) / 127.0);
    let codes = vec4<i32>(clamp(round(value * inverse_of(scale)), vec4<f32>(-127.0), vec4<f32>(127.0)));
    keep_in_workgroup(d, bitcast<vec4<u32>>(codes) & vec4<u32>(255u), scale >> 16u);
}

// Word `word` of the row that was rounded last.
fn q8_word(word: u32) -> u32 {
    let code_words = params.head_dim / 4u;
    if word < code_words {
        return vec4_codes[word];
    }
    let block = 2u * (word - code_words);
    return block_words[block] | select(0u, block_words[block + 1u] << 16u, block + 1u < num_blocks());
}

fn quantise_q4(d: u32, value: vec4<f32>) {
    let extremes = block_extremes(d, value);
    // Down to the upper half of an f32: away from zero where it is negative.
    let bits = bitcast<u32>(extremes.x);
    let minimum = (bits + select(0u, 0xffffu, extremes.x < 0.0)) & 0xffff0000u;
    let above = value - bitcast<f32>(minimum);
    let scale = stored_scale((extremes.y - bitcast<f32>(minimum)) / 15.0);
    let codes = vec4<u32>(clamp(round(above * inverse_of(scale)), vec4<f32>(0.0), vec4<f32>(15.0)));
    keep_in_workgroup(d, codes, minimum | (scale >> 16u));
}

fn q4_word(word: u32) -> u32 {
    let code_words = q4_code_words();
    if word < code_words {
        return vec4_codes[2u * word] | select(0u, vec4_codes[2u * word + 1u] << 4u, 2u * word + 1u < params.head_dim / 4u);
    }
    return block_words[word - code_words];
}
