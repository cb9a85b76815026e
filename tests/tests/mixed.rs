//! A model whose tensors are of many types, down to those that kernels like to take together.
//!
//! Files of the mixed recipes (Q4_K_M and its like) differ between layers and between q, k and v; nothing forbids
//! other mixtures. Here the same tensors come from files of several types, so that no two of q, k
//! and v, nor gate and up, share a layout. The truth is the same numbers as plain floats.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests"
)]

use std::ops::ControlFlow;

use inkling_engine::cpu::Cpu;
use inkling_engine::executor::Executor;
use inkling_engine::kernel::KvPrecision;
use inkling_engine::loading::Loading;
use inkling_engine::model::description::Description;
use inkling_engine::model::plan::{ModelPlan, PlanOptions};
use inkling_engine::sample::SamplingOptions;
use inkling_engine::session::Generate;
use inkling_engine::weights::dtype::dequantize_row;
use inkling_engine::weights::gguf::{self, GgufHeader};
use inkling_engine::weights::layout::WeightPolicy;
use inkling_engine::weights::{Dtype, Parsed, TensorInfo};
use inkling_tests::{fixtures, gpu};

/// Sums of f32 in another order, as in `models.rs`.
const TOLERANCE: f32 = 5e-3;

/// One file: what its header says, and its bytes.
struct Model {
    header: GgufHeader,
    bytes: Vec<u8>,
}

impl Model {
    fn description(&self) -> Description {
        Description::from_gguf(vec![("mixed".into(), self.header.clone())]).unwrap()
    }
}

/// Files of one model in several types; the first lends what the others do not.
const FILES: [&str; 6] = ["Q4_0", "Q5_1", "Q6_K", "Q4_K_M", "IQ4_XS", "Q3_K_M"];

/// Which file each tensor of a layer comes from.
const SOURCES: [(&str, usize); 6] = [
    ("attn_q", 1),
    ("attn_k", 2),
    ("attn_v", 4),
    ("ffn_gate", 3),
    ("ffn_up", 2),
    ("ffn_down", 5),
];

fn mixed() -> Option<Model> {
    let folder = fixtures()?.join("gguf");
    let mut headers = Vec::new();
    // The files one after another are one file, in which a tensor lies further back.
    let mut bytes = Vec::new();
    for name in FILES {
        let file = std::fs::read(folder.join(format!("llama-k256-{name}.gguf"))).unwrap();
        let parsed = gguf::header_from_bytes(&file, Some(file.len() as u64)).unwrap();
        let Parsed::Done(mut header) = parsed else {
            panic!("a whole file is not enough")
        };
        for tensor in &mut header.tensors {
            tensor.offset_bytes += bytes.len() as u64;
        }
        headers.push(header);
        bytes.extend(file);
    }
    let mut header = headers[0].clone();
    for tensor in &mut header.tensors {
        let is_here = |(part, _): &&(&str, usize)| tensor.name.contains(&format!("{part}.weight"));
        let Some(&(_, file)) = SOURCES.iter().find(is_here) else {
            continue;
        };
        *tensor = headers[file]
            .tensors
            .iter()
            .find(|other| other.name == tensor.name)
            .unwrap()
            .clone();
    }
    Some(Model { header, bytes })
}

/// The same numbers, all of them floats.
fn as_floats(model: &Model) -> Model {
    let mut header = model.header.clone();
    let mut bytes = Vec::new();
    for tensor in &mut header.tensors {
        let count = tensor.shape.iter().product::<u64>() as usize;
        let source = &model.bytes[tensor.offset_bytes as usize..];
        let mut values = vec![0.0; count];
        dequantize_row(
            tensor.dtype,
            &source[..tensor.len_bytes as usize],
            &mut values,
        )
        .unwrap();
        tensor.dtype = Dtype::F32;
        tensor.offset_bytes = bytes.len() as u64;
        tensor.len_bytes = count as u64 * 4;
        bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
    }
    Model { header, bytes }
}

/// What a model makes of a prompt.
struct Answer {
    logits: Vec<Vec<f32>>,
    /// The most likely tokens that follow, decoded one by one.
    tokens: Vec<u32>,
    /// What a decoded token takes.
    num_commands: usize,
}

fn answer<X: Executor>(executor: X, model: &Model) -> Answer {
    let options = PlanOptions {
        context_length: Some(64),
        kv: KvPrecision::F32,
        weights: WeightPolicy::Keep,
    };
    let description = model.description();
    let plan = ModelPlan::new(&description, &options, executor.limits()).unwrap();
    let num_commands = plan.recordings.decode.commands.len();
    let loading = Loading::new(executor, description, plan);
    let mut loading = pollster::block_on(loading).unwrap();
    loading.push(0, 0, &model.bytes).unwrap();
    let mut session = pollster::block_on(loading.finish()).unwrap();
    let prompt = [5, 9, 30];
    let logits = pollster::block_on(session.logits(&prompt, &[0, 2])).unwrap();
    let generate = Generate {
        sampling: SamplingOptions::default(),
        max_tokens: 6,
        stop_ids: Vec::new(),
        fresh_context: true,
        keep_tokens: None,
    };
    let generated = session.generate(&prompt, &generate, |_| ControlFlow::Continue(()));
    Answer {
        logits,
        tokens: pollster::block_on(generated).unwrap().tokens,
        num_commands,
    }
}

fn largest_difference(want: &[Vec<f32>], got: &[Vec<f32>]) -> f32 {
    assert_eq!(want.len(), got.len());
    want.iter()
        .flatten()
        .zip(got.iter().flatten())
        .fold(0.0, |worst, (want, got)| {
            let error = (want - got).abs();
            if error.is_nan() {
                f32::INFINITY
            } else {
                error.max(worst)
            }
        })
}

#[test]
fn parts_of_different_layouts_work_together() {
    let Some(model) = mixed() else { return };
    let want = answer(Cpu::new(), &as_floats(&model));
    let on_cpu = answer(Cpu::new(), &model);
    let on_gpu = answer(gpu(true), &model);
    for got in [&on_cpu, &on_gpu] {
        assert!(largest_difference(&want.logits, &got.logits) < TOLERANCE);
        assert_eq!(want.tokens, got.tokens);
    }
    // Products of q, k and v are three instead of one, those of gate and up two instead of one.
    let more = 3 * model.description().config.num_layers;
    assert_eq!(on_gpu.num_commands, want.num_commands + more);
}

#[test]
fn a_gate_in_the_wrong_place_is_noticed() {
    let Some(model) = mixed() else { return };
    let mut swapped = as_floats(&model);
    let want = answer(Cpu::new(), &swapped);
    let tensors = &mut swapped.header.tensors;
    let at = |tensors: &[TensorInfo], name: &str| {
        let mut names = tensors.iter().map(|tensor| &tensor.name);
        names.position(|other| other == name).unwrap()
    };
    let gate = at(tensors, "blk.0.ffn_gate.weight");
    let up = at(tensors, "blk.0.ffn_up.weight");
    let offset_bytes = tensors[gate].offset_bytes;
    tensors[gate].offset_bytes = tensors[up].offset_bytes;
    tensors[up].offset_bytes = offset_bytes;
    let got = answer(Cpu::new(), &swapped);
    assert!(largest_difference(&want.logits, &got.logits) > 10.0 * TOLERANCE);
}
