//! Headers and block formats against the fixtures that other programs made.

use std::path::Path;

use super::dtype::dequantize_row;
use super::{Dtype, Parsed, fixtures, gguf, safetensors};
use crate::error::{Error, Result};

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
