//! Reading little-endian fields from the first bytes of a file that may go on.
//!
//! A field that lies beyond the bytes at hand is not an error as long as the file can hold it: the reader asks
//! for more. It never trusts a length from the file further than the file's own size.

use crate::error::Error;

/// No real header comes near this; a file that claims more is broken or hostile.
pub const MAX_HEADER_BYTES: u64 = 512 << 20;

/// Why reading stopped.
#[derive(Debug)]
pub enum Stop {
    /// The prefix must be at least this long to go on.
    Need(u64),
    Bad(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Bad(error)
    }
}

pub type Step<T> = Result<T, Stop>;

pub struct Cursor<'a> {
    format: &'static str,
    bytes: &'a [u8],
    position: usize,
    file_len_bytes: Option<u64>,
}

impl<'a> Cursor<'a> {
    pub const fn new(format: &'static str, bytes: &'a [u8], file_len_bytes: Option<u64>) -> Self {
        Self {
            format,
            bytes,
            position: 0,
            file_len_bytes,
        }
    }

    pub const fn position(&self) -> u64 {
        self.position as u64
    }

    pub fn bad<T>(&self, reason: impl Into<String>) -> Step<T> {
        Err(Stop::Bad(Error::Malformed {
            format: self.format,
            reason: reason.into(),
        }))
    }

    /// The most bytes that can follow the current position in a sane header.
    pub fn most_left_bytes(&self) -> u64 {
        self.file_len_bytes
            .unwrap_or(MAX_HEADER_BYTES)
            .min(MAX_HEADER_BYTES)
            .saturating_sub(self.position())
    }

    /// Takes `len_bytes`, which the file gave as the size of `what`.
    pub fn take(&mut self, len_bytes: u64, what: &str) -> Step<&'a [u8]> {
        let left = &self.bytes[self.position.min(self.bytes.len())..];
        if let Some(taken) = usize::try_from(len_bytes).ok().and_then(|n| left.get(..n)) {
            self.position += taken.len();
            return Ok(taken);
        }
        let end = self.position().saturating_add(len_bytes);
        match self.file_len_bytes {
            Some(file) if end > file => self.bad(format!(
                "the file ends inside {what} ({len_bytes} bytes at byte {}, file of {file})",
                self.position
            )),
            _ if end > MAX_HEADER_BYTES => self.bad(format!(
                "{what} claims {len_bytes} bytes, more than any header has"
            )),
            _ => Err(Stop::Need(end)),
        }
    }

    pub fn array<const N: usize>(&mut self, what: &str) -> Step<[u8; N]> {
        let bytes = self.take(N as u64, what)?;
        let mut out = [0; N];
        out.copy_from_slice(bytes);
        Ok(out)
    }

    pub fn u32(&mut self, what: &str) -> Step<u32> {
        Ok(u32::from_le_bytes(self.array(what)?))
    }

    pub fn u64(&mut self, what: &str) -> Step<u64> {
        Ok(u64::from_le_bytes(self.array(what)?))
    }
}

/// How many bytes to ask for when `needed_bytes` are required and `have_bytes` were not enough: growing by a
/// factor keeps the number of requests small when a vocabulary of megabytes is read field by field.
pub fn ask_for(needed_bytes: u64, have_bytes: usize, file_len_bytes: Option<u64>) -> u64 {
    const FIRST: u64 = 64 << 10;
    let grown = needed_bytes
        .max((have_bytes as u64).saturating_mul(4))
        .max(FIRST);
    match file_len_bytes {
        Some(file) => grown.min(file.max(needed_bytes)),
        None => grown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asks_only_for_what_the_file_can_hold() {
        let mut cursor = Cursor::new("test", &[1, 2, 3], Some(10));
        assert!(matches!(cursor.take(8, "field"), Err(Stop::Need(8))));
        assert!(matches!(cursor.take(11, "field"), Err(Stop::Bad(_))));
        assert!(matches!(cursor.take(u64::MAX, "field"), Err(Stop::Bad(_))));
        let mut open = Cursor::new("test", &[], None);
        assert!(matches!(open.take(u64::MAX, "field"), Err(Stop::Bad(_))));
        assert!(matches!(open.take(100, "field"), Err(Stop::Need(100))));
    }

    #[test]
    fn requests_grow() {
        assert_eq!(ask_for(24, 0, None), 64 << 10);
        assert_eq!(ask_for(70_000, 65_536, None), 262_144);
        assert_eq!(ask_for(70_000, 65_536, Some(100_000)), 100_000);
    }
}
