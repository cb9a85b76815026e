// Activations of a feed-forward block. The numbers are read out of this file by a test of the Rust side.

const ACTIVATION_NONE: u32 = 0u;
const ACTIVATION_SILU: u32 = 1u;
const ACTIVATION_GELU_TANH: u32 = 2u;
const ACTIVATION_GELU: u32 = 3u;

// tanh by the exponential, clamped: some drivers' tanh overflows to NaN for large arguments.
fn tanh_clamped(x: f32) -> f32 {
    let e = exp(2.0 * clamp(x, -15.0, 15.0));
    return (e - 1.0) / (e + 1.0);
}

// A Chebyshev fit of erfc (Press et al., Numerical Recipes, 2nd ed., section 6.2): relative error below 1.2e-7.
fn erf(x: f32) -> f32 {
    let a = min(abs(x), 4.0);
    let t = 1.0 / (1.0 + 0.5 * a);
    let poly = -1.26551223 + t * (1.00002368 + t * (0.37409196 + t * (0.09678418 + t * (-0.18628806
        + t * (0.27886807 + t * (-1.13520398 + t * (1.48851587 + t * (-0.82215223 + t * 0.17087277))))))));
    let tail = t * exp(-a * a + poly);
    return sign(x) * (1.0 - tail);
}

fn activate(kind: u32, x: f32) -> f32 {
    switch kind {
        case ACTIVATION_GELU_TANH: {
            return 0.5 * x * (1.0 + tanh_clamped(0.7978845608 * (x + 0.044715 * x * x * x)));
        }
        case ACTIVATION_GELU: {
            return 0.5 * x * (1.0 + erf(x * 0.70710678));
        }
        case ACTIVATION_SILU: {
            return x / (1.0 + exp(-x));
        }
        default: {
            return x;
        }
    }
}
