// Writes a key/value cache of f32, and moves what is in it. A row is one position of one key/value head, `d` counts
// its vec4s and is the number of the invocation; those beyond the row's end store nothing.

@group(0) @binding(4) var<storage, read_write> key_cache: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read_write> value_cache: array<vec4<f32>>;

fn store_key(row: u32, d: u32, value: vec4<f32>) {
    let head_vec4 = params.head_dim / 4u;
    if d < head_vec4 {
        key_cache[row * head_vec4 + d] = value;
    }
}

fn store_value(row: u32, d: u32, value: vec4<f32>) {
    let head_vec4 = params.head_dim / 4u;
    if d < head_vec4 {
        value_cache[row * head_vec4 + d] = value;
    }
}

fn load_key(row: u32, d: u32) -> vec4<f32> {
    return key_cache[row * (params.head_dim / 4u) + d];
}

fn move_value(from_row: u32, to_row: u32, d: u32) {
    let head_vec4 = params.head_dim / 4u;
    if d < head_vec4 {
        value_cache[to_row * head_vec4 + d] = value_cache[from_row * head_vec4 + d];
    }
}
