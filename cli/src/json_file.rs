//! Small JSON files named on the command line.

use std::path::Path;

use serde::de::DeserializeOwned;

use crate::failure::Failure;

/// Far above any list of tokens or messages; a file that is larger was named by mistake.
const MAX_BYTES: u64 = 256 << 20;

/// The bytes of a file, refused where it is larger than such a file can be.
pub(crate) fn bytes(path: &Path) -> Result<Vec<u8>, Failure> {
    let failure = |error: std::io::Error| format!("{} cannot be read: {error}", path.display());
    let len_bytes = std::fs::metadata(path).map_err(failure)?.len();
    if len_bytes > MAX_BYTES {
        return Err(format!(
            "{} has {len_bytes} bytes, which is too large for such a file",
            path.display()
        )
        .into());
    }
    Ok(std::fs::read(path).map_err(failure)?)
}

/// The text of a file.
pub(crate) fn text(path: &Path) -> Result<String, Failure> {
    let text = String::from_utf8(bytes(path)?);
    text.map_err(|_| format!("{} is not UTF-8 text", path.display()).into())
}

/// The bytes of a file that may be absent.
pub(crate) fn bytes_if_present(path: &Path) -> Result<Option<Vec<u8>>, Failure> {
    if path.exists() {
        bytes(path).map(Some)
    } else {
        Ok(None)
    }
}

/// A file's JSON; `what` says what it should be.
pub(crate) fn parse<T: DeserializeOwned>(path: &Path, what: &str) -> Result<T, Failure> {
    let parsed = serde_json::from_slice(&bytes(path)?);
    parsed.map_err(|error| format!("{} is not {what}: {error}", path.display()).into())
}
