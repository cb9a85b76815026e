// Writes a key/value cache of f16, two to a word, and moves what is in it. A row is one position of one key/value
// head, `d` counts its vec4s and is the number of the invocation; those beyond the row's end store nothing.

@group(0) @binding(4) var<storage, read_write> key_cache: array<vec2<u32>>;
@group(0) @binding(5) var<storage, read_write> value_cache: array<vec2<u32>>;

// The largest finite f16: a value beyond it would become infinity and poison the softmax.
const F16_MAX: f32 = 65504.0;

fn pack(value: vec4<f32>) -> vec2<u32> {
    let v = clamp(value, vec4<f32>(-F16_MAX), vec4<f32>(F16_MAX));
    return vec2<u32>(pack2x16float(v.xy), pack2x16float(v.zw));
}

fn store_key(row: u32, d: u32, value: vec4<f32>) {
    let head_vec4 = params.head_dim / 4u;
    if d < head_vec4 {
        key_cache[row * head_vec4 + d] = pack(value);
    }
}

fn store_value(row: u32, d: u32, value: vec4<f32>) {
    let head_vec4 = params.head_dim / 4u;
    if d < head_vec4 {
        value_cache[row * head_vec4 + d] = pack(value);
    }
}

fn load_key(row: u32, d: u32) -> vec4<f32> {
    let words = key_cache[row * (params.head_dim / 4u) + d];
    return vec4<f32>(unpack2x16float(words.x), unpack2x16float(words.y));
}

fn move_value(from_row: u32, to_row: u32, d: u32) {
    let head_vec4 = params.head_dim / 4u;
    if d < head_vec4 {
        value_cache[to_row * head_vec4 + d] = value_cache[from_row * head_vec4 + d];
    }
}
