//! Where the tests of this module find the fixtures.

use std::path::PathBuf;

/// The fixture folder; `None`, with a line saying so, where there is none and CI does not insist.
pub(crate) fn fixtures() -> Option<PathBuf> {
    let folder = match std::env::var_os("INKLING_FIXTURES") {
        Some(folder) => PathBuf::from(folder),
        None => PathBuf::from(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../shared/fixtures"
        )),
    };
    if folder.join("manifest.json").is_file() {
        return Some(folder);
    }
    assert!(
        std::env::var_os("CI").is_none(),
        "there are no fixtures at {}",
        folder.display()
    );
    eprintln!("skipped: there are no fixtures at {}", folder.display());
    None
}

/// A file of the fixture folder, decompressed if its name ends in `.gz`.
pub(crate) fn read(path: &str) -> Option<Vec<u8>> {
    let path = fixtures()?.join(path);
    let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    if path.extension().is_none_or(|extension| extension != "gz") {
        return Some(bytes);
    }
    let output = std::process::Command::new("gzip")
        .args(["-d", "-c"])
        .arg(&path)
        .output()
        .unwrap_or_else(|error| panic!("gzip: {error}"));
    assert!(output.status.success(), "gzip -d {}", path.display());
    Some(output.stdout)
}

pub(crate) fn read_json(path: &str) -> Option<serde_json::Value> {
    Some(serde_json::from_slice(&read(path)?).unwrap_or_else(|error| panic!("{path}: {error}")))
}

/// A JSON array of numbers as ids.
pub(crate) fn ids(json: &serde_json::Value) -> Vec<u32> {
    json.as_array()
        .unwrap_or_else(|| panic!("not a list: {json}"))
        .iter()
        .map(|id| {
            id.as_u64()
                .and_then(|id| u32::try_from(id).ok())
                .unwrap_or_else(|| panic!("no id: {id}"))
        })
        .collect()
}
