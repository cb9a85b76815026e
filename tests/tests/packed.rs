//! GPTQ and AWQ matrices, loaded as a model loads them and read back by a kernel: every value as the fixtures have it.
//!
//! The truth is AutoGPTQ's and AutoAWQ's own unpacking. A value is a product of eleven bits and five, which f32
//! holds exactly, so there is no tolerance.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests"
)]

use std::path::Path;

use inkling_engine::cpu::Cpu;
use inkling_engine::executor::{Executor, RecordingId};
use inkling_engine::kernel::embed::{EMBED, EmbedParams};
use inkling_engine::model::builder::{Builder, Matrix};
use inkling_engine::model::description::{Description, HfConfigs, Source};
use inkling_engine::model::rows::Rows;
use inkling_engine::plan::{BufferRole, Command, Count, Recording, Slot, Step, Variant};
use inkling_engine::weights::layout::{WeightPolicy, WeightUse};
use inkling_engine::weights::loader::Loader;
use inkling_engine::weights::safetensors::{self, SafetensorsHeader};
use inkling_engine::weights::{Parsed, TensorInfo};
use inkling_tests::{fixtures, gpu};

fn header(bytes: &[u8]) -> SafetensorsHeader {
    match safetensors::header_from_bytes(bytes, Some(bytes.len() as u64)).unwrap() {
        Parsed::Done(header) => header,
        Parsed::NeedBytes(_) => panic!("a whole file is not enough"),
    }
}

/// A matrix on the device, three of its rows and what they must be.
struct Wanted {
    matrix: Matrix,
    name: String,
    ids: Slot,
    x: Slot,
    rows: [u32; 3],
    values: Vec<f32>,
}

/// Rows of every packed matrix of a folder that differ from the truth, and how many were compared.
async fn differences<X: Executor>(mut executor: X, folder: &Path) -> (Vec<String>, usize, X) {
    let weights = std::fs::read(folder.join("model.safetensors")).unwrap();
    let truth = std::fs::read(folder.join("expected.safetensors")).unwrap();
    let config = std::fs::read(folder.join("config.json")).unwrap();
    let shards = vec![("model.safetensors".to_owned(), header(&weights))];
    let description = Description::from_hf(HfConfigs::of(&config), shards).unwrap();
    let mut builder = Builder::new(&description, WeightPolicy::Keep, executor.limits());
    let tensors: Vec<&TensorInfo> = description.roles().map(|(_, tensor)| tensor).collect();
    let mut wanted = Vec::new();
    for expected in header(&truth).tensors {
        let Some(name) = expected.name.strip_prefix("deq.") else {
            continue;
        };
        let tensor = tensors.iter().find(|tensor| tensor.name == name).unwrap();
        assert!(matches!(description.source(name), Source::Packed(_)));
        let parts = [Rows::all(tensor)];
        let matrix = builder.matrix(name, &parts, WeightUse::Matrix).unwrap();
        let bytes = 3 * matrix.columns as u64 * 4;
        wanted.push(Wanted {
            name: name.to_owned(),
            ids: builder.buffer("ids", BufferRole::Tokens, 12).unwrap(),
            x: builder.buffer("x", BufferRole::Scratch, bytes).unwrap(),
            rows: [0, 1, matrix.outputs as u32 - 1],
            values: truth[expected.offset_bytes as usize..][..bytes as usize]
                .chunks_exact(4)
                .map(|word| f32::from_le_bytes(word.try_into().unwrap()))
                .collect(),
            matrix,
        });
    }
    let (buffers, placements) = builder.finish();
    executor.allocate(&buffers).await.unwrap();
    let mut loader = Loader::new(placements).unwrap();
    loader.push(0, 0, &weights, &mut executor).unwrap();
    loader.finish().unwrap();

    let commands = wanted.iter().map(command).collect();
    executor
        .prepare(vec![Recording { commands }])
        .await
        .unwrap();
    for want in &wanted {
        let ids = bytemuck::cast_slice(&want.rows);
        executor.write(want.ids.buffer, 0, ids).unwrap();
    }
    let step = Step::greedy(3, 0);
    executor.submit(&[RecordingId(0)], &step, None).unwrap();
    let mut differences = Vec::new();
    for want in &wanted {
        let columns = want.matrix.columns;
        let order: Vec<u32> = match want.matrix.shards[0].order {
            Some(slot) => bytemuck::pod_collect_to_vec(&executor.read(slot).await.unwrap()),
            None => (0..columns as u32).collect(),
        };
        let got: Vec<f32> = bytemuck::pod_collect_to_vec(&executor.read(want.x).await.unwrap());
        for (row, values) in want.values.chunks_exact(columns).enumerate() {
            let is_same = order.iter().enumerate().all(|(place, &column)| {
                got[row * columns + place].to_bits() == values[column as usize].to_bits()
            });
            if !is_same {
                differences.push(format!("{} row {}", want.name, want.rows[row]));
            }
        }
    }
    (differences, wanted.len(), executor)
}

/// Copies three rows of a matrix, as if they were the embeddings of three tokens.
fn command(want: &Wanted) -> Command {
    let [shard] = want.matrix.shards.as_slice() else {
        panic!("a small matrix is one shard");
    };
    let params = EmbedParams {
        blocks_per_row: want.matrix.columns as u32 / 32,
        first_row: 0,
        num_rows: shard.rows as u32,
        scale: 1.0,
        from_position: 0,
        accumulate: 0,
    };
    Command {
        label: want.name.clone(),
        kernel: &EMBED,
        variant: Variant {
            weights: Some(shard.layout),
            ..Variant::default()
        },
        slots: vec![shard.codes, shard.scales, want.ids, want.x],
        params: params.words(),
        grid: [Count::Fixed(3), Count::Fixed(1)],
    }
}

fn check<X: Executor>(mut executor: X) {
    let Some(root) = fixtures() else { return };
    let mut folders = 0;
    for entry in std::fs::read_dir(root.join("gptq_awq")).unwrap() {
        let folder = entry.unwrap().path();
        let (found, compared);
        (found, compared, executor) = pollster::block_on(differences(executor, &folder));
        assert!(found.is_empty(), "{}: {found:?}", folder.display());
        assert_eq!(compared, 7, "{}", folder.display());
        folders += 1;
    }
    assert_eq!(folders, 4);
}

#[test]
fn every_value_is_exact_on_the_reference() {
    check(Cpu::new());
}

#[test]
fn every_value_is_exact_on_the_gpu() {
    check(gpu(true));
}
