// Writes keys of 8 bits, and reads them to turn them.

@group(0) @binding(4) var<storage, read_write> key_cache: array<u32>;

fn store_key(row: u32, d: u32, value: vec4<f32>) {
    quantise_q8(d, value);
    let row_words = q8_row_words();
    for (var word = d; word < row_words; word += ROW_INVOCATIONS) {
        key_cache[row * row_words + word] = q8_word(word);
    }
}

fn load_key(row: u32, d: u32) -> vec4<f32> {
    let first = row * q8_row_words();
    return q8_values(key_cache[first + d], key_cache[first + q8_scale_word(d)], d);
}
