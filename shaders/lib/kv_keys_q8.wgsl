// Reads keys of 8 bits.

@group(0) @binding(4) var<storage, read> key_cache: array<u32>;

fn load_key(row: u32, d: u32) -> vec4<f32> {
    let first = row * q8_row_words();
    return q8_values(key_cache[first + d], key_cache[first + q8_scale_word(d)], d);
}
