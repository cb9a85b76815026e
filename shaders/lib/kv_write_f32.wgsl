// Writes a key/value cache of f32, and moves what is in it. Index: vec4s from the start of [kv_head][position][head_dim].

@group(0) @binding(4) var<storage, read_write> key_cache: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read_write> value_cache: array<vec4<f32>>;

fn store_key(index: u32, value: vec4<f32>) {
    key_cache[index] = value;
}

fn store_value(index: u32, value: vec4<f32>) {
    value_cache[index] = value;
}

fn load_key(index: u32) -> vec4<f32> {
    return key_cache[index];
}

fn move_value(source: u32, index: u32) {
    value_cache[index] = value_cache[source];
}
