//! The SHA-256 of a file that never lies in memory whole, and how servers publish one. Pure.
//!
//! Chunks are hashed by the browser; a whole file passes piece by piece, which browsers cannot hash. Must not know
//! where the bytes come from.

use sha2::{Digest, Sha256};

/// The digest of all bytes pushed so far.
#[derive(Debug, Clone, Default)]
pub struct FileDigest {
    hasher: Sha256,
}

impl FileDigest {
    pub fn push(&mut self, bytes: &[u8]) {
        self.hasher.update(bytes);
    }

    /// Lower-case hexadecimal.
    pub fn finish(self) -> String {
        let digest = self.hasher.finalize();
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// A SHA-256 written as a validator, as model hubs do for large files; `None` for every other validator.
pub fn digest_from_etag(header: &str) -> Option<String> {
    // A weak validator (`W/"…"`) does not promise the same bytes.
    digest_from_hex(header.trim().trim_matches('"'))
}

/// 64 hexadecimal digits, lower-case.
pub fn digest_from_hex(text: &str) -> Option<String> {
    let is_digest = text.len() == 64 && text.chars().all(|c| c.is_ascii_hexdigit());
    is_digest.then(|| text.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From FIPS 180-4's examples.
    const OF_ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    #[test]
    fn pieces_give_the_digest_of_the_whole() {
        let mut digest = FileDigest::default();
        digest.push(b"a");
        digest.push(b"");
        digest.push(b"bc");
        assert_eq!(digest.finish(), OF_ABC);
        let mut other = FileDigest::default();
        other.push(b"abd");
        assert_ne!(other.finish(), OF_ABC);
    }

    #[test]
    fn a_validator_that_is_a_digest_is_told_from_one_that_is_not() {
        let upper = format!("\"{}\"", OF_ABC.to_ascii_uppercase());
        assert_eq!(digest_from_etag(&upper).as_deref(), Some(OF_ABC));
        for other in [
            "",
            "\"65-abc\"",
            &format!("W/\"{OF_ABC}\""),
            &OF_ABC[1..],
            &format!("{}g", &OF_ABC[1..]),
        ] {
            assert_eq!(digest_from_etag(other), None, "{other}");
        }
    }
}
