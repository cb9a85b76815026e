//! Matrices larger than a binding are cut by rows; what comes out may not depend on where.

#![allow(clippy::unwrap_used, reason = "tests")]

use inkling_engine::Error;
use inkling_engine::cpu::Cpu;
use inkling_engine::executor::{Executor, Limits};
use inkling_tests::{fixtures, gpu, load_gguf};

/// Room for the activations of these small models, and not for their larger matrices.
const TIGHT: Limits = Limits {
    max_binding_bytes: 64 << 10,
    max_buffer_bytes: 64 << 10,
};
const ROOMY: Limits = Limits {
    max_binding_bytes: 128 << 20,
    max_buffer_bytes: 256 << 20,
};
const CONTEXT_TOKENS: usize = 32;
const TOKENS: [u32; 9] = [1, 303, 307, 261, 378, 32, 383, 286, 261];

fn logits<X: Executor>(executor: X, bytes: &[u8], limits: Limits) -> Vec<Vec<f32>> {
    let mut session = load_gguf(executor, bytes, CONTEXT_TOKENS, limits).unwrap();
    pollster::block_on(session.logits(&TOKENS, &[0, 4, 8])).unwrap()
}

#[test]
fn cut_matrices_give_the_same_logits() {
    let Some(folder) = fixtures() else { return };
    let mut cut = 0;
    for name in [
        "gguf/llama3-tied-gqa-F32.gguf",
        "gguf/llama-odd-Q4_0.gguf",
        "gguf/qwen3moe-BF16.gguf",
    ] {
        let bytes = std::fs::read(folder.join(name)).unwrap();
        let whole = logits(Cpu::new(), &bytes, ROOMY);
        let in_parts = logits(Cpu::new(), &bytes, TIGHT);
        assert_eq!(whole, in_parts, "{name}");
        let on_gpu = logits(gpu(true), &bytes, TIGHT);
        for (want, got) in whole.iter().flatten().zip(on_gpu.iter().flatten()) {
            assert!((want - got).abs() < 5e-3, "{name}: {want} and {got}");
        }
        // Without this the test could pass because nothing was cut.
        cut += usize::from(bytes.len() as u64 > 2 * TIGHT.max_binding_bytes);
    }
    assert!(cut > 0);
}

#[test]
fn what_cannot_be_cut_is_refused_with_a_sentence() {
    let Some(folder) = fixtures() else { return };
    let bytes = std::fs::read(folder.join("gguf/llama3-tied-gqa-F32.gguf")).unwrap();
    let limits = Limits {
        max_binding_bytes: 4 << 10,
        max_buffer_bytes: 4 << 10,
    };
    let refused = load_gguf(Cpu::new(), &bytes, CONTEXT_TOKENS, limits).err();
    let is_explained =
        matches!(&refused, Some(Error::OutOfMemory(sentence)) if sentence.contains("context"));
    assert!(is_explained, "{refused:?}");
}
