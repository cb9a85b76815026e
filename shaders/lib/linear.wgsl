// What a matrix product does around its sums, shared by the one-token and the many-token kernels.
//
// Bindings, the parameters, which weight row stands in which place, and the epilogue: bias, residual or product
// with what is there (`accumulate`), gated activation, soft-capping.

struct Params {
    rows: u32,
    blocks_per_row: u32,
    x_stride_blocks: u32,
    y_stride: u32,
    y_offset: u32,
    bias_offset: u32,
    up_bias_offset: u32,
    columns: u32,
    normalize: u32,
    epsilon: f32,
    has_bias: u32,
    accumulate: u32,
    gated: u32,
    activation: u32,
    softcap: f32,
    scale: f32,
    use_head_row: u32,
}

const ACCUMULATE_SUM: u32 = 1u;
const ACCUMULATE_PRODUCT: u32 = 2u;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(4) var<storage, read> x: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read_write> y: array<f32>;
@group(0) @binding(6) var<storage, read> gamma: array<vec4<f32>>;
@group(0) @binding(7) var<storage, read> bias: array<f32>;

// A gated matrix holds the gate's rows, then as many rows of "up". Places alternate between the two, so that
// one invocation always has both halves of a pair: place 2i is gate row i, place 2i + 1 is up row i.
fn weight_row(place: u32) -> u32 {
    if params.gated == 1u {
        return place / 2u + (place & 1u) * (params.rows / 2u);
    }
    return place;
}

// Writes the results of four neighbouring places of one token.
fn store_four(first_place: u32, token: u32, sums: vec4<f32>) {
    let y_base = token * params.y_stride + params.y_offset;
    if params.gated == 1u {
        for (var pair = 0u; pair < 2u; pair++) {
            let row = first_place / 2u + pair;
            if row < params.rows / 2u {
                var gate = sums[2u * pair];
                var up = sums[2u * pair + 1u];
                if params.has_bias == 1u {
                    gate += bias[params.bias_offset + row];
                    up += bias[params.up_bias_offset + row];
                }
                y[y_base + row] = activate(params.activation, gate) * up;
            }
        }
        return;
    }
    for (var i = 0u; i < 4u; i++) {
        let row = first_place + i;
        if row < params.rows {
            var value = sums[i];
            if params.has_bias == 1u {
                value += bias[params.bias_offset + row];
            }
            value *= params.scale;
            value = activate(params.activation, value);
            if params.softcap > 0.0 {
                value = params.softcap * tanh_clamped(value / params.softcap);
            }
            if params.accumulate == ACCUMULATE_SUM {
                value += y[y_base + row];
            } else if params.accumulate == ACCUMULATE_PRODUCT {
                value *= y[y_base + row];
            }
            y[y_base + row] = value;
        }
    }
}
