// Reads a key/value cache of f32. Index: vec4s from the start of [kv_head][position][head_dim].

@group(0) @binding(4) var<storage, read> key_cache: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read> value_cache: array<vec4<f32>>;

fn load_key(index: u32) -> vec4<f32> {
    return key_cache[index];
}

fn load_value(index: u32) -> vec4<f32> {
    return value_cache[index];
}
