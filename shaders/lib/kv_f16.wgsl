// Reads a key/value cache of f16, two to a word. A row is one position of one key/value head, `d` counts its vec4s.

@group(0) @binding(4) var<storage, read> key_cache: array<vec2<u32>>;
@group(0) @binding(5) var<storage, read> value_cache: array<vec2<u32>>;

fn load_key(row: u32, d: u32) -> vec4<f32> {
    let words = key_cache[row * (params.head_dim / 4u) + d];
    return vec4<f32>(unpack2x16float(words.x), unpack2x16float(words.y));
}

fn load_value(row: u32, d: u32) -> vec4<f32> {
    let words = value_cache[row * (params.head_dim / 4u) + d];
    return vec4<f32>(unpack2x16float(words.x), unpack2x16float(words.y));
}
