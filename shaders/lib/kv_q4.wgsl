// Reads a key/value cache of 4 bits: the values have four, the keys eight. Attention is an exponential of the keys and a
// mean of the values: keys of four bits cost a trained model a hundred times what values of four bits do.

@group(0) @binding(4) var<storage, read> key_cache: array<u32>;
@group(0) @binding(5) var<storage, read> value_cache: array<u32>;

fn load_key(row: u32, d: u32) -> vec4<f32> {
    let first = row * q8_row_words();
    return q8_values(key_cache[first + d], key_cache[first + q8_scale_word(d)], d);
}

fn load_value(row: u32, d: u32) -> vec4<f32> {
    let first = row * q4_row_words();
    return q4_values(value_cache[first + d / 2u], value_cache[first + q4_block_word(d)], d);
}
