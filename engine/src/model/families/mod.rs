//! The families, one file each.
//!
//! Each states what its paper and its transformers class say beyond the numbers of a configuration file, as the difference
//! to Llama. A new family whose block is made of the same parts is one more file and one more line here.

mod gemma;
mod gemma2;
mod gemma3;
mod gpt2;
mod granite;
mod llama;
mod mistral;
mod olmo2;
mod phi3;
mod qwen2;
mod qwen3;
mod qwen3_moe;
mod smollm3;

use super::family::Family;

/// Every family. Llama stands before Mistral because GGUF files call both `llama`.
pub static ALL: [&Family; 13] = [
    &llama::LLAMA,
    &mistral::MISTRAL,
    &qwen2::QWEN2,
    &qwen3::QWEN3,
    &qwen3_moe::QWEN3_MOE,
    &gemma::GEMMA,
    &gemma2::GEMMA2,
    &gemma3::GEMMA3,
    &phi3::PHI3,
    &smollm3::SMOLLM3,
    &olmo2::OLMO2,
    &granite::GRANITE,
    &gpt2::GPT2,
];
