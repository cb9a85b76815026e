//! Headers and block formats against the fixtures that other programs made.

use std::path::Path;

use super::dtype::dequantize_row;
use super::layout::{Layout, WeightPolicy, WeightUse};
use super::loader::{LoadReport, Loader};
use super::pack::unpack_row;
use super::placement::{Placement, Shard, Target};
use super::{Dtype, Parsed, TensorInfo, WeightSink, fixtures, gguf, safetensors};
use crate::error::{Error, Result};
use crate::plan::BufferId;

fn cases(folder: &str) -> Vec<(String, String)> {
    let Some(path) = fixtures::path("malformed/manifest.json") else {
        return Vec::new();
    };
    let manifest: serde_json::Value =
        serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let text = |case: &serde_json::Value, key: &str| case[key].as_str().unwrap().to_owned();
    let cases: Vec<_> = manifest["cases"]
        .as_array()
        .unwrap()
        .iter()
        .map(|case| (text(case, "file"), text(case, "must")))
        .filter(|(file, _)| file.starts_with(folder))
        .collect();
    assert!(cases.len() > 20);
    cases
}

/// Reads a header as a loader does: a prefix first, more when asked.
fn in_steps<T>(
    bytes: &[u8],
    first: usize,
    parse: impl Fn(&[u8]) -> Result<Parsed<T>>,
) -> Result<T> {
    let mut have = first.min(bytes.len());
    for _ in 0..20 {
        match parse(&bytes[..have])? {
            Parsed::Done(done) => return Ok(done),
            Parsed::NeedBytes(n) => {
                assert!(n > have as u64, "no progress at {have}");
                have = usize::try_from(n).unwrap().min(bytes.len());
            }
        }
    }
    panic!("too many requests");
}

/// Holds a result against the manifest's word; the messages must differ from case to case of another kind.
fn judge(file: &str, must: &str, result: &Result<()>) {
    match (must, result) {
        ("ok", Err(error)) => panic!("{file} must load: {error}"),
        ("error", Ok(())) => panic!("{file} must be refused"),
        ("ok" | "error" | "either", _) => {}
        (other, _) => panic!("{file}: the manifest says {other}"),
    }
    if let Err(error) = result {
        assert!(error.to_string().len() < 400, "{file}: {error}");
    }
}

fn read(file: &str) -> Vec<u8> {
    std::fs::read(fixtures::path(&format!("malformed/{file}")).unwrap()).unwrap()
}

#[test]
fn malformed_safetensors() {
    for (file, must) in cases("safetensors/") {
        let bytes = read(&file);
        let len = bytes.len() as u64;
        for first in [0, 10, bytes.len()] {
            let result = in_steps(&bytes, first, |b| {
                safetensors::header_from_bytes(b, Some(len))
            });
            judge(&file, &must, &result.map(|_| ()));
        }
    }
}

#[test]
fn malformed_gguf() {
    let started = std::time::Instant::now();
    for (file, must) in cases("gguf/") {
        let bytes = read(&file);
        let len = bytes.len() as u64;
        for first in [0, 10, bytes.len()] {
            let result = in_steps(&bytes, first, |b| gguf::header_from_bytes(b, Some(len)))
                .and_then(|header| {
                    crate::model::inspect::gguf(&[(file.clone(), header)]).map(|_| ())
                });
            judge(&file, &must, &result);
        }
        // Not knowing the file's size must neither panic nor ask for the impossible.
        if let Ok(Parsed::NeedBytes(n)) = gguf::header_from_bytes(&bytes, None) {
            assert!(n <= 4 * super::cursor::MAX_HEADER_BYTES, "{file}: {n}");
        }
    }
    assert!(started.elapsed().as_secs() < 5);
}

#[test]
#[should_panic(expected = "must be refused")]
fn a_header_that_should_be_refused_is_noticed() {
    judge("file", "error", &Ok(()));
}

#[test]
#[should_panic(expected = "must load")]
fn a_header_that_should_load_is_noticed() {
    judge("file", "ok", &Err(Error::Unsupported(String::new())));
}

#[test]
fn every_cut_and_every_flipped_byte_is_survived() {
    for file in ["gguf/valid.gguf", "safetensors/valid.safetensors"] {
        if fixtures::path(&format!("malformed/{file}")).is_none() {
            return;
        }
        let bytes = read(file);
        for i in 0..bytes.len() {
            for value in [0, 0x7f, 0xff, bytes[i] ^ 1] {
                let mut broken = bytes.clone();
                broken[i] = value;
                let len = Some(bytes.len() as u64);
                let _ = gguf::header_from_bytes(&broken, len).is_ok();
                let _ = safetensors::header_from_bytes(&broken, len).is_ok();
                let _ = gguf::header_from_bytes(&broken[..i], None).is_ok();
                let _ = safetensors::header_from_bytes(&broken[..i], None).is_ok();
            }
        }
    }
}

fn whole_gguf(bytes: &[u8]) -> gguf::GgufHeader {
    match gguf::header_from_bytes(bytes, Some(bytes.len() as u64)).unwrap() {
        Parsed::Done(header) => header,
        Parsed::NeedBytes(n) => panic!("asks for {n}"),
    }
}

fn close(want: f32, got: f32) -> bool {
    (want - got).abs() <= 1e-6 * want.abs()
}

#[test]
fn closeness_can_fail() {
    assert!(close(1.0, 1.0 + 5e-7));
    assert!(!close(1.0, 1.0 + 1e-5));
    assert!(!close(0.0, 1e-9));
}

/// Rows 0, 1 and the last of some tensors of each type, dequantised by gguf-py.
#[test]
fn dequantised_rows_agree_with_the_reference() {
    let Some(folder) = fixtures::path("gguf") else {
        return;
    };
    let mut seen = std::collections::BTreeSet::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "gguf") {
            check_file(&path, &mut seen);
        }
    }
    for dtype in Dtype::ALL {
        if dtype.is_quantized() || matches!(dtype, Dtype::F16 | Dtype::BF16) {
            assert!(seen.contains(&dtype), "no row of type {dtype} was checked");
        }
    }
}

fn check_file(path: &Path, seen: &mut std::collections::BTreeSet<Dtype>) {
    let bytes = std::fs::read(path).unwrap();
    let header = whole_gguf(&bytes);
    let want_bytes = std::fs::read(path.with_extension("expected.safetensors")).unwrap();
    let Parsed::Done(want) =
        safetensors::header_from_bytes(&want_bytes, Some(want_bytes.len() as u64)).unwrap()
    else {
        panic!("a whole file must parse");
    };
    for expected in &want.tensors {
        let Some(name) = expected.name.strip_prefix("deq.") else {
            continue;
        };
        let tensor = header.tensors.iter().find(|t| t.name == name).unwrap();
        let cols = *tensor.shape.last().unwrap() as usize;
        let rows: u64 = tensor.shape[..tensor.shape.len() - 1].iter().product();
        let row_bytes = tensor.dtype.bytes_of(cols as u64).unwrap();
        assert_eq!(expected.shape, [3, cols as u64]);
        for (i, row) in [0, 1, rows - 1].into_iter().enumerate() {
            let at = (tensor.offset_bytes + row * row_bytes) as usize;
            let mut got = vec![0.0; cols];
            dequantize_row(tensor.dtype, &bytes[at..at + row_bytes as usize], &mut got).unwrap();
            let at = expected.offset_bytes as usize + i * cols * 4;
            for (j, y) in got.iter().enumerate() {
                let b = &want_bytes[at + j * 4..at + j * 4 + 4];
                let want = f32::from_le_bytes(b.try_into().unwrap());
                assert!(
                    close(want, *y),
                    "{} {name} {} row {row} col {j}: {want} {y}",
                    path.display(),
                    tensor.dtype
                );
            }
        }
        seen.insert(tensor.dtype);
    }
}

/// One buffer per plane, numbered as the placements below number them.
#[derive(Default)]
struct Buffers(Vec<Vec<u8>>);

impl WeightSink for Buffers {
    fn write(&mut self, buffer: BufferId, offset_bytes: u64, bytes: &[u8]) -> Result<()> {
        let index = buffer.0 as usize;
        self.0.resize(self.0.len().max(index + 1), Vec::new());
        assert_eq!(self.0[index].len() as u64, offset_bytes, "rows in order");
        self.0[index].extend_from_slice(bytes);
        Ok(())
    }
}

/// Every tensor of a file on its own, planes 2i and 2i + 1.
fn placements(tensors: &[TensorInfo], policy: WeightPolicy) -> Vec<Placement> {
    tensors
        .iter()
        .enumerate()
        .map(|(i, tensor)| {
            let cols = *tensor.shape.last().unwrap();
            let rows = tensor.shape.iter().product::<u64>() / cols;
            let layout = Layout::for_tensor(tensor.dtype, policy, WeightUse::Matrix);
            let planes = layout.planes(cols as usize).len() as u32;
            let buffer = 2 * i as u32;
            let target = if tensor.shape.len() == 1 {
                Target::Vector {
                    buffer: BufferId(buffer),
                    offset_bytes: 0,
                    add: 0.0,
                }
            } else {
                let planes = (0..planes).map(|p| (BufferId(buffer + p), 0)).collect();
                let shards = vec![Shard {
                    first_row: 0,
                    num_rows: rows,
                    planes,
                }];
                Target::Matrix { layout, shards }
            };
            Placement {
                name: tensor.name.clone(),
                file: 0,
                offset_bytes: tensor.offset_bytes,
                len_bytes: tensor.len_bytes,
                dtype: tensor.dtype,
                rows,
                cols,
                target,
            }
        })
        .collect()
}

fn load(bytes: &[u8], placements: Vec<Placement>) -> Result<(Buffers, LoadReport)> {
    let (mut loader, mut buffers) = (Loader::new(placements)?, Buffers::default());
    for range in loader.needed_ranges(0) {
        let mut at = range.start;
        // Pieces of a size that divides nothing.
        for piece in bytes[range.start as usize..range.end as usize].chunks(7919) {
            loader.push(0, at, piece, &mut buffers)?;
            at += piece.len() as u64;
        }
    }
    Ok((buffers, loader.finish()?))
}

#[test]
fn whole_files_arrive_as_the_numbers_they_stand_for() {
    let Some(folder) = fixtures::path("gguf") else {
        return;
    };
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "gguf") {
            let bytes = std::fs::read(&path).unwrap();
            let header = whole_gguf(&bytes);
            let all = placements(&header.tensors, WeightPolicy::Keep);
            let (buffers, report) = load(&bytes, all.clone()).unwrap();
            assert_eq!(report.conversion.sum_squared_value, 0.0, "{path:?}");
            for (i, placement) in all.iter().enumerate() {
                check_loaded(&bytes, placement, &buffers.0[2 * i..]);
            }
        }
    }
}

fn check_loaded(file: &[u8], placement: &Placement, buffers: &[Vec<u8>]) {
    let cols = placement.cols as usize;
    let row_bytes = placement.dtype.bytes_of(placement.cols).unwrap() as usize;
    let source = &file[placement.offset_bytes as usize..][..placement.len_bytes as usize];
    for (r, source) in source.chunks_exact(row_bytes).enumerate() {
        let mut want = vec![0.0; cols];
        dequantize_row(placement.dtype, source, &mut want).unwrap();
        let mut got = vec![0.0; cols];
        match &placement.target {
            Target::Vector { .. } => {
                dequantize_row(Dtype::F32, &buffers[0], &mut got).unwrap();
            }
            Target::Matrix { layout, .. } => {
                let sizes = layout.planes(cols);
                let row: Vec<&[u8]> = buffers
                    .iter()
                    .zip(sizes.iter())
                    .map(|(plane, &size)| &plane[r * size..(r + 1) * size])
                    .collect();
                unpack_row(*layout, cols, &row, &mut got).unwrap();
            }
            Target::Columns { .. } | Target::Part { .. } => panic!("not placed here"),
        }
        assert_eq!(want, got, "{} row {r}", placement.name);
    }
}

#[test]
fn a_trained_model_loses_little_at_four_bits() {
    let Some(path) = fixtures::path("real/stories260K/model.safetensors") else {
        return;
    };
    let bytes = std::fs::read(path).unwrap();
    let Parsed::Done(header) = safetensors::header_from_bytes(&bytes, None).unwrap() else {
        panic!("a whole file must parse");
    };
    let (_, report) = load(&bytes, placements(&header.tensors, WeightPolicy::Q4)).unwrap();
    let error = report.conversion.relative_error();
    assert!(error > 0.01 && error < 0.09, "{error}");
}

#[test]
fn weights_that_are_not_numbers_do_not_load() {
    let Some(path) = fixtures::path("malformed/folder/nan-weights/model.safetensors") else {
        return;
    };
    let bytes = std::fs::read(path).unwrap();
    let Parsed::Done(header) = safetensors::header_from_bytes(&bytes, None).unwrap() else {
        panic!("a whole file must parse");
    };
    for policy in [WeightPolicy::Keep, WeightPolicy::Q4] {
        let result = load(&bytes, placements(&header.tensors, policy));
        assert!(matches!(result, Err(Error::Tensor { .. })));
    }
}
