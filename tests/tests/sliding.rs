//! A conversation that outgrows its context: what is forgotten, what stays, and that what stays is right.
//!
//! In a model of one layer, cached keys and values depend on their own token and position alone. There, moving what is
//! kept must give the logits of a fresh run over the tokens that are left, for every kind of rotary embedding.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests"
)]

use std::ops::ControlFlow;

use inkling_engine::Error;
use inkling_engine::cpu::Cpu;
use inkling_engine::executor::Executor;
use inkling_engine::kernel::KvPrecision;
use inkling_engine::loading::Loading;
use inkling_engine::model::description::{Description, HfConfigs};
use inkling_engine::model::plan::{ModelPlan, PlanOptions};
use inkling_engine::plan::Slot;
use inkling_engine::sample::SamplingOptions;
use inkling_engine::session::{Ended, Forgotten, Generate, Generated, Session};
use inkling_engine::weights::layout::WeightPolicy;
use inkling_engine::weights::{Parsed, safetensors};
use inkling_tests::{fixtures, gpu};
use serde_json::Value;

/// f32 sums in another order, and one rotation more: about 5e-6 here.
const F32_TOLERANCE: f32 = 1e-4;
/// A key is rounded to f16 once more by each move (2^-11 of its size): about 3e-3 here.
const F16_TOLERANCE: f32 = 1e-2;
/// A key is rounded to steps of 1/127 of the largest of its block once more by each move: about 0.04 at most.
/// Keys have 8 bits with values of four too, and values only move.
const QUANTISED_TOLERANCE: f32 = 0.08;
/// Between the executors: the same rounding of the same numbers, but for ties.
const AGREEMENT: f32 = 1e-2;

const CONTEXT: usize = 24;
const KEEP: usize = 6;
/// A quarter of the context.
const BLOCK: usize = 6;

struct Model {
    description: Description,
    bytes: Vec<u8>,
}

/// A fixture, with all its layers or only the first.
fn model(folder: &str, layers: Layers) -> Option<Model> {
    let folder = fixtures()?.join(folder);
    let mut config: Value =
        serde_json::from_slice(&std::fs::read(folder.join("config.json")).unwrap()).unwrap();
    let bytes = std::fs::read(folder.join("model.safetensors")).unwrap();
    let Parsed::Done(mut header) =
        safetensors::header_from_bytes(&bytes, Some(bytes.len() as u64)).unwrap()
    else {
        panic!("a whole file is not enough")
    };
    if layers == Layers::First {
        config["num_hidden_layers"] = 1.into();
        if let Some(kinds) = config["layer_types"].as_array_mut() {
            kinds.truncate(1);
        }
        header.tensors.retain(|tensor| {
            !tensor.name.contains("layers.") || tensor.name.starts_with("model.layers.0.")
        });
    }
    let config = serde_json::to_vec(&config).unwrap();
    let description =
        Description::from_hf(HfConfigs::of(&config), vec![("model".into(), header)]).unwrap();
    Some(Model { description, bytes })
}

#[derive(Clone, Copy, PartialEq)]
enum Layers {
    First,
    All,
}

/// The model on a device, and where its logits are.
fn load<X: Executor>(
    executor: X,
    model: &Model,
    context_tokens: usize,
    kv: KvPrecision,
) -> (Session<X>, Slot) {
    let options = PlanOptions {
        context_length: Some(context_tokens),
        kv,
        weights: WeightPolicy::Keep,
    };
    let plan = ModelPlan::new(&model.description, &options, executor.limits()).unwrap();
    let logits = plan.slots.logits;
    let loading = Loading::new(executor, model.description.clone(), plan);
    let mut loading = pollster::block_on(loading).unwrap();
    loading.push(0, 0, &model.bytes).unwrap();
    (pollster::block_on(loading.finish()).unwrap(), logits)
}

fn options(max_tokens: usize, keep_tokens: Option<usize>) -> Generate {
    Generate {
        sampling: SamplingOptions::default(),
        max_tokens,
        stop_ids: Vec::new(),
        fresh_context: false,
        keep_tokens,
    }
}

fn generate<X: Executor>(
    session: &mut Session<X>,
    prompt: &[u32],
    options: &Generate,
) -> Result<Generated, Error> {
    pollster::block_on(session.generate(prompt, options, |_| ControlFlow::Continue(())))
}

fn prompt(count: u32) -> Vec<u32> {
    (0..count).map(|i| (i * 37 + 11) % 350 + 1).collect()
}

fn left(conversation: &[u32], forgotten: Forgotten) -> Vec<u32> {
    [
        &conversation[..forgotten.first],
        &conversation[forgotten.end..],
    ]
    .concat()
}

fn last_logits<X: Executor>(session: &mut Session<X>, tokens: &[u32]) -> Vec<f32> {
    pollster::block_on(session.logits(tokens, &[tokens.len() - 1]))
        .unwrap()
        .remove(0)
}

fn worst_error(want: &[f32], got: &[f32]) -> f32 {
    assert_eq!(want.len(), got.len());
    want.iter().zip(got).fold(0.0, |worst, (want, got)| {
        let error = (want - got).abs();
        if error.is_nan() {
            f32::INFINITY
        } else {
            worst.max(error)
        }
    })
}

/// Slides five times in an answer and once for the next prompt; the logits of the last step against a fresh run. Gives
/// these logits.
fn check_one_layer<X: Executor>(
    executor: X,
    model: &Model,
    kv: KvPrecision,
    name: &str,
) -> Vec<f32> {
    let tolerance = match kv {
        KvPrecision::F32 => F32_TOLERANCE,
        KvPrecision::F16 => F16_TOLERANCE,
        KvPrecision::Q8 | KvPrecision::Q4 => QUANTISED_TOLERANCE,
    };
    let (mut session, logits) = load(executor, model, CONTEXT, kv);
    let mut conversation = prompt(20);
    let first = generate(&mut session, &conversation, &options(30, Some(KEEP))).unwrap();
    assert_eq!(first.ended, Ended::Length);
    assert_eq!(first.tokens.len(), 30);
    let gap = |blocks: usize| Forgotten {
        first: KEEP,
        end: KEEP + blocks * BLOCK,
    };
    assert_eq!(first.forgotten, gap(5));
    conversation.extend(&first.tokens);
    // All but the last token were fed.
    assert_eq!(session.cached_tokens(), 49 - 5 * BLOCK);

    // The next turn: the same conversation and more. 56 - 30 no longer fits, so eight more go.
    conversation.extend([5, 6, 7, 8, 9, 10]);
    let second = generate(&mut session, &conversation, &options(1, Some(KEEP))).unwrap();
    assert_eq!(second.forgotten.end, KEEP + 56 - (CONTEXT - BLOCK));
    assert_eq!(second.reused_tokens, 49 - second.forgotten.num_tokens());

    let kept = left(&conversation, second.forgotten);
    let mut executor = session.into_executor();
    let got: Vec<f32> =
        bytemuck::pod_collect_to_vec(&pollster::block_on(executor.read(logits)).unwrap());
    let (mut fresh, _) = load(executor, model, CONTEXT, kv);
    let want = last_logits(&mut fresh, &kept);
    let error = worst_error(&want, &got[..want.len()]);
    assert!(error < tolerance, "{name} {kv:?}: logits differ by {error}");

    // Only rotation tells two earlier tokens of one layer apart: exchanged, they must be noticed.
    let mut exchanged = kept.clone();
    exchanged.swap(KEEP, kept.len() - 2);
    let other = worst_error(&want, &last_logits(&mut fresh, &exchanged));
    match kv {
        KvPrecision::F32 | KvPrecision::F16 => assert!(other > 5.0 * tolerance, "{name}: {other}"),
        // A wider tolerance leaves less to notice here; between the executors it is noticed.
        KvPrecision::Q8 | KvPrecision::Q4 => assert!(other > 2.0 * AGREEMENT, "{name}: {other}"),
    }
    got[..want.len()].to_vec()
}

fn check_all(name: &str, interleaved: bool) {
    let Some(mut model) = model(&format!("models/{name}"), Layers::First) else {
        return;
    };
    if let Some(rope) = &mut model.description.config.rope {
        rope.interleaved = interleaved;
    }
    for kv in KvPrecision::ALL {
        let reference = check_one_layer(Cpu::new(), &model, kv, name);
        let gpu = check_one_layer(gpu(true), &model, kv, name);
        let error = worst_error(&reference, &gpu);
        assert!(
            error < AGREEMENT,
            "{name} {kv:?}: executors differ by {error}"
        );
    }
}

#[test]
fn moved_keys_are_those_of_a_fresh_run_with_yarn() {
    check_all("llama-yarn-bias", false);
}

#[test]
fn moved_keys_are_those_of_a_fresh_run_with_a_part_that_rotates() {
    check_all("phi3-partial-rotary", false);
}

#[test]
fn moved_keys_are_those_of_a_fresh_run_with_interleaved_pairs() {
    check_all("qwen2-bias", true);
}

#[test]
fn a_prompt_longer_than_the_context_keeps_its_beginning_and_its_end() {
    let Some(model) = model("models/llama-yarn-bias", Layers::First) else {
        return;
    };
    let (mut session, _) = load(Cpu::new(), &model, CONTEXT, KvPrecision::F32);
    let prompt = prompt(60);
    let answer = generate(&mut session, &prompt, &options(1, Some(KEEP))).unwrap();
    let forgotten = Forgotten {
        first: KEEP,
        end: 60 - (CONTEXT - BLOCK - KEEP),
    };
    assert_eq!(answer.forgotten, forgotten);
    let logits = last_logits(&mut session, &left(&prompt, forgotten));
    let best = (0..logits.len()).max_by(|&a, &b| logits[a].total_cmp(&logits[b]));
    assert_eq!(answer.tokens, [best.unwrap() as u32]);

    assert_eq!(
        generate(&mut session, &prompt, &options(1, Some(20))),
        Err(Error::NothingToForget {
            kept_tokens: 20,
            context_tokens: CONTEXT
        })
    );
    assert_eq!(
        generate(&mut session, &prompt, &options(1, None)),
        Err(Error::ContextFull {
            needed_tokens: 61,
            context_tokens: CONTEXT
        })
    );
    // Where it may not forget, or has nothing to, an answer ends with the context.
    for keep in [None, Some(20)] {
        let answer = generate(&mut session, &prompt[..20], &options(100, keep)).unwrap();
        assert_eq!(answer.ended, Ended::ContextFull);
        assert_eq!(answer.tokens.len(), CONTEXT - 20 + 1);
        assert!(answer.forgotten.is_empty());
    }
}

/// A position that was added to the embedding is part of all that was computed from it.
#[test]
fn learned_positions_end_with_the_context() {
    let Some(model) = model("models/gpt2", Layers::All) else {
        return;
    };
    let (mut session, _) = load(Cpu::new(), &model, CONTEXT, KvPrecision::F32);
    let answer = generate(&mut session, &prompt(20), &options(100, Some(KEEP))).unwrap();
    assert_eq!(answer.ended, Ended::ContextFull);
    assert_eq!(answer.tokens.len(), CONTEXT - 20 + 1);
    assert_eq!(
        generate(&mut session, &prompt(60), &options(1, Some(KEEP))),
        Err(Error::ContextFull {
            needed_tokens: 61,
            context_tokens: CONTEXT
        })
    );
}

/// Mean log-probability of `tokens[from..to]` given all before them.
fn mean_log_probability(session: &mut Session<impl Executor>, tokens: &[u32], from: usize) -> f64 {
    let positions: Vec<usize> = (from - 1..tokens.len() - 1).collect();
    let rows = pollster::block_on(session.logits(tokens, &positions)).unwrap();
    let sum: f64 = rows
        .iter()
        .zip(&tokens[from..])
        .map(|(row, &token)| {
            let exponentials: f64 = row.iter().map(|&logit| f64::from(logit).exp()).sum();
            f64::from(row[token as usize]) - exponentials.ln()
        })
        .sum();
    sum / rows.len() as f64
}

#[test]
fn a_trained_model_goes_on_past_its_context() {
    let Some(model) = model("real/stories260K", Layers::All) else {
        return;
    };
    let (mut session, _) = load(gpu(true), &model, 96, KvPrecision::F16);
    let sampling = SamplingOptions {
        temperature: 0.8,
        seed: 7,
        ..SamplingOptions::default()
    };
    let wanted = Generate {
        sampling,
        ..options(250, Some(0))
    };
    let answer = generate(&mut session, &[1], &wanted).unwrap();
    assert_eq!(answer.tokens.len(), 250);
    assert!(answer.forgotten.num_tokens() >= 250 - 96);

    // Judged by the same model with all of it in view.
    let (mut judge, _) = load(session.into_executor(), &model, 256, KvPrecision::F32);
    let story = [&[1][..], &answer.tokens].concat();
    let before = mean_log_probability(&mut judge, &story[..90], 1);
    let after = mean_log_probability(&mut judge, &story, 151);
    let mut shuffled = story.clone();
    shuffled[150..].reverse();
    let nonsense = mean_log_probability(&mut judge, &shuffled, 151);
    assert!(after > before - 0.7, "{after} after {before}");
    assert!(nonsense < before - 1.5, "{nonsense} after {before}");
}
