// Writes values of 4 bits, and moves them.

@group(0) @binding(5) var<storage, read_write> value_cache: array<u32>;

fn store_value(row: u32, d: u32, value: vec4<f32>) {
    quantise_q4(d, value);
    let row_words = q4_row_words();
    for (var word = d; word < row_words; word += ROW_INVOCATIONS) {
        value_cache[row * row_words + word] = q4_word(word);
    }
}

fn move_value(from_row: u32, to_row: u32, d: u32) {
    let row_words = q4_row_words();
    for (var word = d; word < row_words; word += ROW_INVOCATIONS) {
        value_cache[to_row * row_words + word] = value_cache[from_row * row_words + word];
    }
}
