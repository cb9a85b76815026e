// Reads a key/value cache of f16, two to a word. Index: vec4s from the start of [kv_head][position][head_dim].

@group(0) @binding(4) var<storage, read> key_cache: array<vec2<u32>>;
@group(0) @binding(5) var<storage, read> value_cache: array<vec2<u32>>;

fn load_key(index: u32) -> vec4<f32> {
    let words = key_cache[index];
    return vec4<f32>(unpack2x16float(words.x), unpack2x16float(words.y));
}

fn load_value(index: u32) -> vec4<f32> {
    let words = value_cache[index];
    return vec4<f32>(unpack2x16float(words.x), unpack2x16float(words.y));
}
