// Reads values of 4 bits; their keys have eight. Attention is an exponential of the keys and a mean of the values: keys of
// four bits cost a trained model a hundred times what values of four bits do.

@group(0) @binding(5) var<storage, read> value_cache: array<u32>;

fn load_value(row: u32, d: u32) -> vec4<f32> {
    let first = row * q4_row_words();
    return q4_values(value_cache[first + d / 2u], value_cache[first + q4_block_word(d)], d);
}
