// Reads a key/value cache of f32. A row is one position of one key/value head, `d` counts its vec4s.

@group(0) @binding(4) var<storage, read> key_cache: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read> value_cache: array<vec4<f32>>;

fn load_key(row: u32, d: u32) -> vec4<f32> {
    return key_cache[row * (params.head_dim / 4u) + d];
}

fn load_value(row: u32, d: u32) -> vec4<f32> {
    return value_cache[row * (params.head_dim / 4u) + d];
}
