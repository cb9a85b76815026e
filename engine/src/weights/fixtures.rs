//! Where the correctness fixtures lie, for tests.

use std::path::PathBuf;

/// The path of a fixture; `None` (said on standard error) where they are absent, which CI does not allow.
pub fn path(name: &str) -> Option<PathBuf> {
    let root = std::env::var_os("INKLING_FIXTURES").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/fixtures"),
        PathBuf::from,
    );
    let path = root.join(name);
    if path.exists() {
        return Some(path);
    }
    assert!(
        std::env::var_os("CI").is_none(),
        "the fixture {} is missing",
        path.display()
    );
    eprintln!("skipped: the fixture {} is missing", path.display());
    None
}
