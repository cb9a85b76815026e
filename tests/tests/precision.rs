//! What fewer bits cost: keys and values in half precision, eight and four bits, and weights rounded to four on arrival.
//!
//! The cache is judged by how far the distributions of the next token move from the truth, rounding by how much
//! more surprised the model is by a text than llama.cpp's rounding of the same matrices makes it.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "tests; what they measure can be read with --nocapture"
)]

use std::ops::ControlFlow;

use half::f16;
use inkling_engine::cpu::Cpu;
use inkling_engine::executor::Executor;
use inkling_engine::kernel::KvPrecision;
use inkling_engine::model::plan::PlanOptions;
use inkling_engine::sample::SamplingOptions;
use inkling_engine::session::{Generate, Session};
use inkling_engine::weights::layout::{BLOCK_LEN, Layout, WeightPolicy};
use inkling_engine::weights::{Dtype, pack};
use inkling_tests::truth::{self, Fixture};
use inkling_tests::{fixtures, gpu};

/// Mean Kullback-Leibler divergence, in nats, that half-precision keys and values may cost a model.
const MOST_DIVERGENCE: f64 = 1e-3;

/// A precision of the cache, and the mean divergence that it may cost: models of random weights, and a trained one.
/// Measured (bench/results/2026-11-21-kv.json): half precision 3e-6 at most; 8 bits 1.9e-3 at most and 1.6e-3; 4 bits 0.17
/// at most and 3.5e-3. Random weights attend to a few positions at random, which every error moves.
const CACHES: [(KvPrecision, f64, f64); 3] = [
    (KvPrecision::F16, MOST_DIVERGENCE, MOST_DIVERGENCE),
    (KvPrecision::Q8, 5e-3, 5e-3),
    (KvPrecision::Q4, 0.3, 5e-3),
];

const EXACT: PlanOptions = PlanOptions {
    context_length: None,
    kv: KvPrecision::F32,
    weights: WeightPolicy::Keep,
};
const HALF_KV: PlanOptions = PlanOptions {
    kv: KvPrecision::F16,
    ..EXACT
};
const ROUNDED: PlanOptions = PlanOptions {
    weights: WeightPolicy::Q4,
    ..EXACT
};

/// Logarithms of the softmax, in f64.
fn log_probabilities(logits: &[f32]) -> Vec<f64> {
    let max = logits
        .iter()
        .fold(f64::NEG_INFINITY, |max, &logit| max.max(f64::from(logit)));
    let sum: f64 = logits
        .iter()
        .map(|&logit| (f64::from(logit) - max).exp())
        .sum();
    logits
        .iter()
        .map(|&logit| f64::from(logit) - max - sum.ln())
        .collect()
}

/// KL(softmax(truth) ‖ softmax(ours)) in nats; not a number where a logit is not one.
fn divergence(truth: &[f32], ours: &[f32]) -> f64 {
    assert_eq!(truth.len(), ours.len());
    log_probabilities(truth)
        .iter()
        .zip(log_probabilities(ours))
        .map(|(p, q)| p.exp() * (p - q))
        .sum()
}

/// Mean divergence over all rows that the truth of a model has.
fn mean_divergence<X: Executor>(executor: X, fixture: &Fixture, options: &PlanOptions) -> (f64, X) {
    let mut session = pollster::block_on(truth::load(executor, fixture, options));
    let (mut sum, mut count) = (0.0, 0);
    for prompt in &fixture.prompts {
        let rows = pollster::block_on(session.logits(&prompt.ids, &prompt.positions)).unwrap();
        for (truth, ours) in prompt.logits.iter().zip(&rows) {
            sum += divergence(truth, ours);
            count += 1;
        }
    }
    assert!(count > 0, "{} has no logits", fixture.name);
    (sum / f64::from(count), session.into_executor())
}

fn check_caches<X: Executor>(mut executor: X, models: Vec<Fixture>) {
    for fixture in models {
        for (kv, of_random, of_trained) in CACHES {
            let is_trained = fixture.name.starts_with("real/");
            let most = if is_trained { of_trained } else { of_random };
            let options = PlanOptions { kv, ..EXACT };
            let mean;
            (mean, executor) = mean_divergence(executor, &fixture, &options);
            println!("{}: mean divergence {mean:.1e} with {kv:?}", fixture.name);
            // Not `<=`'s negation: a mean that is not a number must fail too.
            assert!(
                mean <= most,
                "{}: mean divergence {mean:.1e} with {kv:?}",
                fixture.name
            );
        }
    }
}

#[test]
fn keys_and_values_of_fewer_bits_on_the_reference() {
    let Some(root) = fixtures() else { return };
    let kinds = ["models", "real"];
    let paths = kinds.iter().flat_map(|kind| truth::paths(&root, kind));
    check_caches(
        Cpu::new(),
        paths.map(|path| truth::fixture(&path)).collect(),
    );
}

#[test]
fn keys_and_values_of_fewer_bits_on_the_gpu() {
    let Some(root) = fixtures() else { return };
    // Plain attention, windows with two rotary bases, and trained weights.
    let names = [
        "models/llama3-tied-gqa",
        "models/gemma3-text",
        "real/stories260K",
    ];
    let models = || names.map(|name| truth::fixture(&root.join(name))).into();
    check_caches(gpu(true), models());
    check_caches(gpu(false), models());
}

#[test]
fn the_divergence_is_known_and_can_be_too_large() {
    // 1/4 and 3/4 against 1/2 and 1/2, by hand; and against itself, shifted.
    let truth = [0.0, 3f32.ln()];
    let by_hand = 0.25 * 0.5f64.ln() + 0.75 * 1.5f64.ln();
    assert!((divergence(&truth, &[7.0, 7.0]) - by_hand).abs() < 1e-6);
    assert!(divergence(&truth, &[100.0, 100.0 + 3f32.ln()]).abs() < 1e-5);
    assert!(divergence(&truth, &[f32::NAN, 0.0]).is_nan());

    let Some(root) = fixtures() else { return };
    // Every row against the truth of the next position: the bound notices by far.
    let mut fixture = truth::fixture(&root.join("models/llama3-tied-gqa"));
    for prompt in &mut fixture.prompts {
        prompt.logits.rotate_left(1);
    }
    fixture.prompts.retain(|prompt| prompt.logits.len() > 1);
    let (mean, _) = mean_divergence(Cpu::new(), &fixture, &HALF_KV);
    assert!(mean > 100.0 * MOST_DIVERGENCE, "{mean}");

    // So do the others, which are wider.
    for (kv, most, _) in CACHES {
        let (mean, _) = mean_divergence(Cpu::new(), &fixture, &PlanOptions { kv, ..EXACT });
        println!("every row against the next: {mean:.1e} with {kv:?}");
        assert!(mean > 3.0 * most, "{mean} with {kv:?}");
    }
}

/// ggml's `quantize_row_q4_0_ref` and back: the value of largest magnitude becomes code −8, codes are chosen for the
/// scale before it is rounded to half precision.
fn ggml_q4_0(block: &mut [f32]) {
    let largest = block
        .iter()
        .fold(0f32, |m, &v| if v.abs() > m.abs() { v } else { m });
    let scale = largest / -8.0;
    let inverse = if scale == 0.0 { 0.0 } else { 1.0 / scale };
    let stored = f16::from_f32(scale).to_f32();
    for x in block {
        let code = ((*x * inverse + 8.5) as i32).min(15);
        *x = (code - 8) as f32 * stored;
    }
}

/// ggml's `quantize_row_q8_0_ref` and back.
fn ggml_q8_0(block: &mut [f32]) {
    let scale = block.iter().fold(0f32, |m, v| m.max(v.abs())) / 127.0;
    let inverse = if scale == 0.0 { 0.0 } else { 1.0 / scale };
    let stored = f16::from_f32(scale).to_f32();
    for x in block {
        *x = f32::from((*x * inverse).round() as i8) * stored;
    }
}

/// The engine's rounding of a row, and back, through the packing that every matrix passes on arrival.
fn ours(layout: Layout, row: &mut [f32]) {
    let mut planes: Vec<Vec<u8>> = layout
        .planes(row.len())
        .iter()
        .map(|_| Vec::new())
        .collect();
    let bytes: Vec<u8> = row.iter().flat_map(|x| x.to_le_bytes()).collect();
    pack::pack_rows(Dtype::F32, layout, row.len(), &bytes, &mut planes).unwrap();
    let planes: Vec<&[u8]> = planes.iter().map(Vec::as_slice).collect();
    pack::unpack_row(layout, row.len(), &planes, row).unwrap();
}

/// A rounding of rows: their last block may be short, as if zeros followed.
fn ggml(rounding: fn(&mut [f32])) -> impl Fn(&mut [f32]) {
    move |row| row.chunks_mut(BLOCK_LEN).for_each(rounding)
}

/// Matrices that llama.cpp's own conversion would leave alone: their rows are not whole blocks.
#[derive(Clone, Copy, PartialEq)]
enum UnevenRows {
    Kept,
    Rounded,
}

/// The model with its 32-bit matrices rounded and written back as 32-bit numbers.
fn rounded(
    fixture: &Fixture,
    uneven: UnevenRows,
    matrix: impl Fn(&mut [f32]),
    embedding: impl Fn(&mut [f32]),
) -> Vec<Vec<u8>> {
    let mut files = fixture.files.clone();
    for tensor in &fixture.description.tensors {
        let [_, columns] = tensor.shape[..] else {
            continue;
        };
        let columns = columns as usize;
        assert_eq!(tensor.dtype, Dtype::F32);
        if uneven == UnevenRows::Kept && !columns.is_multiple_of(BLOCK_LEN) {
            continue;
        }
        let from = tensor.offset_bytes as usize;
        let bytes = &mut files[tensor.file][from..from + tensor.len_bytes as usize];
        for row_bytes in bytes.chunks_exact_mut(columns * 4) {
            let mut row: Vec<f32> = bytemuck::pod_collect_to_vec(row_bytes);
            if tensor.name.contains("embed_tokens") || tensor.name.contains("lm_head") {
                embedding(&mut row);
            } else {
                matrix(&mut row);
            }
            row_bytes.copy_from_slice(bytemuck::cast_slice(&row));
        }
    }
    files
}

fn trained(root: &std::path::Path) -> Fixture {
    truth::fixture(&root.join("real/stories260K"))
}

fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// The two roundings above are ggml's, bit for bit: gguf-py 0.19 (`gguf.quants.quantize` and `dequantize`) gives the same
/// matrices of the trained model, whose bytes in the order of the file have these FNV-1a hashes.
#[test]
fn the_rounding_compared_with_is_ggmls() {
    let Some(root) = fixtures() else { return };
    let fixture = trained(&root);
    let hash = |rounding: fn(&mut [f32])| {
        let files = rounded(&fixture, UnevenRows::Kept, ggml(rounding), ggml(rounding));
        fnv1a(&files[0])
    };
    assert_eq!(hash(ggml_q4_0), 0x6d51_9434_08f3_4348);
    assert_eq!(hash(ggml_q8_0), 0xc38f_cd5a_ffbc_b97c);
}

/// Texts to be surprised by: the reference's own, and what the model itself makes up.
fn texts(fixture: &Fixture, session: &mut Session<Cpu>) -> Vec<Vec<u32>> {
    let written: Vec<u32> =
        serde_json::from_value(fixture.expected["perplexity"]["ids"].clone()).unwrap();
    let mut texts = vec![written];
    for seed in 0..NUM_STORIES {
        let options = Generate {
            sampling: SamplingOptions {
                temperature: 1.0,
                seed,
                ..SamplingOptions::default()
            },
            max_tokens: STORY_TOKENS,
            stop_ids: Vec::new(),
            fresh_context: true,
            keep_tokens: None,
        };
        let story = session.generate(&[1], &options, |_| ControlFlow::Continue(()));
        let mut story = pollster::block_on(story).unwrap().tokens;
        story.insert(0, 1);
        texts.push(story);
    }
    texts
}

const NUM_STORIES: u64 = 4;
const STORY_TOKENS: usize = 250;

/// Mean negative log-likelihood of the texts' tokens but the first ones, and how many they are.
fn surprise(session: &mut Session<Cpu>, texts: &[Vec<u32>]) -> (f64, usize) {
    let (mut sum, mut count) = (0.0, 0);
    for text in texts {
        let positions: Vec<usize> = (0..text.len() - 1).collect();
        let rows = pollster::block_on(session.logits(text, &positions)).unwrap();
        for (row, &next) in rows.iter().zip(&text[1..]) {
            sum -= log_probabilities(row)[next as usize];
            count += 1;
        }
    }
    (sum / count as f64, count)
}

/// Measured on 1113 tokens (nats per token; bench/results/2026-11-21-fidelity.json): float 1.2644; all matrices rounded,
/// ours 1.3426 against ggml's 1.3525; only those with rows of whole blocks, ours 1.3302 against 1.3345. Embedding and
/// head, one tensor here, have 8 bits on both sides.
#[test]
fn rounding_on_arrival_surprises_no_more_than_llama_cpps() {
    let Some(root) = fixtures() else { return };
    let fixture = trained(&root);
    let load = |files: Vec<Vec<u8>>, options| {
        let fixture = Fixture {
            files,
            name: fixture.name.clone(),
            description: fixture.description.clone(),
            prompts: Vec::new(),
            expected: fixture.expected.clone(),
            formats: fixture.formats.clone(),
        };
        pollster::block_on(truth::load(Cpu::new(), &fixture, options))
    };
    let mut exact = load(fixture.files.clone(), &EXACT);
    let texts = texts(&fixture, &mut exact);
    let (float, count) = surprise(&mut exact, &texts);
    assert!(count >= 256, "{count} tokens are too few");
    // The product's own path: what a person's browser computes with. It pads uneven rows with zeros.
    let mut arrived = load(fixture.files.clone(), &ROUNDED);
    let (product, _) = surprise(&mut arrived, &texts);
    let with = |files| surprise(&mut load(files, &EXACT), &texts).0;
    let ggml_all = with(rounded(
        &fixture,
        UnevenRows::Rounded,
        ggml(ggml_q4_0),
        ggml(ggml_q8_0),
    ));
    println!(
        "{count} tokens: float {float:.5}; all matrices: ours {product:.5}, ggml {ggml_all:.5}"
    );
    assert!(product <= ggml_all, "{product} against ggml's {ggml_all}");
    // What llama.cpp's conversion does by itself, with the same rows left alone on both sides.
    let own = rounded(
        &fixture,
        UnevenRows::Kept,
        |row| ours(Layout::Q4, row),
        |row| ours(Layout::Q8, row),
    );
    let even = with(own);
    let ggml_even = with(rounded(
        &fixture,
        UnevenRows::Kept,
        ggml(ggml_q4_0),
        ggml(ggml_q8_0),
    ));
    println!("rows of whole blocks only: ours {even:.5}, ggml {ggml_even:.5}");
    assert!(even <= ggml_even, "{even} against ggml's {ggml_even}");
    // The measure tells: rounding costs something, and four bits cost more than eight.
    let eight = with(rounded(
        &fixture,
        UnevenRows::Rounded,
        ggml(ggml_q8_0),
        ggml(ggml_q8_0),
    ));
    assert!(float < even && eight < product, "{float} {eight} {product}");
}
