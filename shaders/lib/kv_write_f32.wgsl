// Writes a key/value cache of f32. Index: vec4s from the start of [kv_head][position][head_dim].

@group(0) @binding(4) var<storage, read_write> key_cache: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read_write> value_cache: array<vec4<f32>>;

fn store_key(index: u32, value: vec4<f32>) {
    key_cache[index] = value;
}

fn store_value(index: u32, value: vec4<f32>) {
    value_cache[index] = value;
}
