//! The vector of a text: what the head makes of it is the mean of the logits, because the head is linear.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use inkling_engine::Error;
use inkling_engine::cpu::Cpu;
use inkling_engine::executor::{Executor, Limits};
use inkling_engine::sample::SamplingOptions;
use inkling_engine::session::{Generate, Next, Session};
use inkling_tests::tensors::{StoredTensor, file_of, read_tensors};
use inkling_tests::{fixtures, gpu, load_hf};

const ROOMY: Limits = Limits {
    max_binding_bytes: 128 << 20,
    max_buffer_bytes: 256 << 20,
};

/// Models without a cap on their logits: an RMS norm of ragged width, one with an offset to its weights, a LayerNorm.
const MODELS: [(&str, &str); 3] = [
    ("llama-odd-96x24", "lm_head.weight"),
    ("gemma3-text", "model.embed_tokens.weight"),
    ("gpt2", "wte.weight"),
];

struct Fixture {
    config: Vec<u8>,
    weights: Vec<u8>,
    /// Row by row, one for each token.
    head: Vec<f32>,
    hidden_size: usize,
}

fn fixture(name: &str, head: &str) -> Option<Fixture> {
    let folder = fixtures()?.join("models").join(name);
    let tensors = read_tensors(&folder.join("model.safetensors"));
    let matrix = tensors
        .iter()
        .find(|(name, _)| name.ends_with(head))
        .or_else(|| {
            tensors
                .iter()
                .find(|(name, _)| name.ends_with("embed_tokens.weight"))
        })
        .unwrap()
        .1;
    Some(Fixture {
        config: std::fs::read(folder.join("config.json")).unwrap(),
        weights: file_of(&tensors),
        head: floats(matrix),
        hidden_size: matrix.shape[1] as usize,
    })
}

fn floats(tensor: &StoredTensor) -> Vec<f32> {
    let halves = tensor
        .bytes
        .chunks_exact(2)
        .map(|it| u16::from_le_bytes([it[0], it[1]]));
    match tensor.dtype.as_str() {
        "BF16" => halves
            .map(|it| half::bf16::from_bits(it).to_f32())
            .collect(),
        "F16" => halves.map(|it| half::f16::from_bits(it).to_f32()).collect(),
        _ => bytemuck::pod_collect_to_vec(&tensor.bytes),
    }
}

fn session<X: Executor>(executor: X, fixture: &Fixture) -> Session<X> {
    load_hf(executor, &fixture.config, &fixture.weights, 300, ROOMY).unwrap()
}

/// The largest difference between the head's product with `vector` and the mean of the logits, over the largest of those.
fn error_of(fixture: &Fixture, vector: &[f32], logits: &[Vec<f32>]) -> f64 {
    let count = logits.len() as f64;
    let (mut worst, mut largest) = (0f64, 0f64);
    for token in 0..logits[0].len() {
        let mean = logits.iter().map(|row| f64::from(row[token])).sum::<f64>() / count;
        let row = &fixture.head[token * fixture.hidden_size..][..fixture.hidden_size];
        let product: f64 = row.iter().zip(vector).map(|(a, b)| f64::from(a * b)).sum();
        worst = worst.max((product - mean).abs());
        largest = largest.max(mean.abs());
    }
    worst / largest
}

fn check<X: Executor>(mut session: Session<X>, fixture: &Fixture, tokens: &[u32], most: f64) {
    let vector = pollster::block_on(session.mean_hidden_state(tokens)).unwrap();
    assert_eq!(vector.len(), fixture.hidden_size);
    let positions: Vec<usize> = (0..tokens.len()).collect();
    let logits = pollster::block_on(session.logits(tokens, &positions)).unwrap();
    let error = error_of(fixture, &vector, &logits);
    assert!(error < most, "{error}");
    // The comparison can fail: another text has another vector.
    let other = pollster::block_on(session.mean_hidden_state(&tokens[1..])).unwrap();
    assert!(error_of(fixture, &other, &logits) > 20.0 * most);
}

#[test]
fn the_head_makes_mean_logits_of_a_mean_hidden_state() {
    for (name, head) in MODELS {
        let Some(fixture) = fixture(name, head) else {
            return;
        };
        let tokens = [5, 17, 3, 40, 40, 2, 11];
        check(session(Cpu::new(), &fixture), &fixture, &tokens, 1e-4);
        check(session(gpu(true), &fixture), &fixture, &tokens, 2e-3);
        check(session(gpu(false), &fixture), &fixture, &tokens, 2e-3);
    }
}

#[test]
fn a_text_of_several_batches_is_one_text() {
    let (name, head) = MODELS[0];
    let Some(fixture) = fixture(name, head) else {
        return;
    };
    let tokens: Vec<u32> = (0..270).map(|index| index * 7 % 60).collect();
    check(session(gpu(true), &fixture), &fixture, &tokens, 2e-3);
}

#[test]
fn an_answer_goes_on_after_a_text_was_embedded_meanwhile() {
    let (name, head) = MODELS[0];
    let Some(fixture) = fixture(name, head) else {
        return;
    };
    let options = Generate {
        sampling: SamplingOptions::default(),
        max_tokens: 8,
        stop_ids: Vec::new(),
        fresh_context: false,
        keep_tokens: None,
    };
    let mut session = session(gpu(true), &fixture);
    let alone = pollster::block_on(session.generate(&[5, 17, 3], &options, |_| {
        std::ops::ControlFlow::Continue(())
    }));
    let tokens = pollster::block_on(async {
        let mut generation = session.begin(&[5, 17, 3], &options).await?;
        session.advance(&mut generation, |_| Next::Pause).await?;
        session.mean_hidden_state(&[9, 9, 9, 9]).await?;
        session.advance(&mut generation, |_| Next::GoOn).await?;
        Ok::<_, Error>(generation.finish().tokens)
    });
    assert_eq!(tokens.unwrap(), alone.unwrap().tokens);
}

#[test]
fn what_cannot_be_embedded_is_refused() {
    let (name, head) = MODELS[0];
    let Some(fixture) = fixture(name, head) else {
        return;
    };
    let mut session = session(Cpu::new(), &fixture);
    let mut refused =
        |tokens: &[u32]| pollster::block_on(session.mean_hidden_state(tokens)).unwrap_err();
    assert!(matches!(refused(&[]), Error::Request(_)));
    assert!(matches!(refused(&[u32::MAX]), Error::Request(_)));
    assert!(matches!(refused(&[1; 301]), Error::ContextFull { .. }));
}
