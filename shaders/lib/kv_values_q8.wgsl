// Reads values of 8 bits.

@group(0) @binding(5) var<storage, read> value_cache: array<u32>;

fn load_value(row: u32, d: u32) -> vec4<f32> {
    let first = row * q8_row_words();
    return q8_values(value_cache[first + d], value_cache[first + q8_scale_word(d)], d);
}
