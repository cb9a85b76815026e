// Writes a key/value cache of f16, two to a word, and moves what is in it. Index: vec4s from the start of [kv_head][position][head_dim].

@group(0) @binding(4) var<storage, read_write> key_cache: array<vec2<u32>>;
@group(0) @binding(5) var<storage, read_write> value_cache: array<vec2<u32>>;

// The largest finite f16: a value beyond it would become infinity and poison the softmax.
const F16_MAX: f32 = 65504.0;

fn pack(value: vec4<f32>) -> vec2<u32> {
    let v = clamp(value, vec4<f32>(-F16_MAX), vec4<f32>(F16_MAX));
    return vec2<u32>(pack2x16float(v.xy), pack2x16float(v.zw));
}

fn store_key(index: u32, value: vec4<f32>) {
    key_cache[index] = pack(value);
}

fn store_value(index: u32, value: vec4<f32>) {
    value_cache[index] = pack(value);
}

fn load_key(index: u32) -> vec4<f32> {
    let words = key_cache[index];
    return vec4<f32>(unpack2x16float(words.x), unpack2x16float(words.y));
}

fn move_value(source: u32, index: u32) {
    value_cache[index] = value_cache[source];
}
