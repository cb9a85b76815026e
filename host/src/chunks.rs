//! A file as a row of equal chunks: the unit that is fetched, hashed and stored. Pure arithmetic.

/// Large enough that a request costs little beside its bytes, small enough that three fit in flight and that
/// an interrupted download loses little.
pub const CHUNK_BYTES: u64 = 8 * 1024 * 1024;

/// Requests in flight at once for one file.
pub const CHUNKS_IN_FLIGHT: usize = 3;

/// How many chunks a file has. An empty file has none.
pub fn num_chunks(file_bytes: u64) -> u64 {
    file_bytes.div_ceil(CHUNK_BYTES)
}

/// Where a chunk starts and how long it is; `None` behind the end of the file.
pub fn chunk_range(file_bytes: u64, chunk: u64) -> Option<(u64, u64)> {
    let start = chunk.checked_mul(CHUNK_BYTES)?;
    let left = file_bytes.checked_sub(start)?;
    (left > 0).then(|| (start, left.min(CHUNK_BYTES)))
}

/// A `Content-Range` header: which bytes of how many an answer holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContentRange {
    /// First byte and the one behind the last; absent in `bytes */1234`.
    pub part: Option<(u64, u64)>,
    pub total_bytes: Option<u64>,
}

impl ContentRange {
    /// `None` where the header is odd: then it says nothing.
    pub fn parse(header: &str) -> Option<Self> {
        let range = header.trim().strip_prefix("bytes")?.trim_start();
        let (part, total) = range.rsplit_once('/')?;
        let part = match part.split_once('-') {
            Some((first, last)) => {
                let first: u64 = first.trim().parse().ok()?;
                let end = last.trim().parse::<u64>().ok()?.checked_add(1)?;
                (first < end).then_some((first, end))
            }
            None => None,
        };
        Some(Self {
            part,
            total_bytes: total.trim().parse().ok(),
        })
    }

    /// Whether this is the answer to a request for `len` bytes from `start`: all of them, or all to the end of the file.
    pub fn answers(&self, start: u64, len: u64) -> bool {
        let Some((first, end)) = self.part else {
            return true;
        };
        let wanted_end = start.saturating_add(len);
        let expected_end = self
            .total_bytes
            .map_or(wanted_end, |total| wanted_end.min(total));
        let is_last_part = self.total_bytes.is_none() && end < wanted_end;
        first == start && (end == expected_end || is_last_part)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_cover_a_file_exactly_once() {
        for file_bytes in [
            0,
            1,
            CHUNK_BYTES - 1,
            CHUNK_BYTES,
            CHUNK_BYTES + 1,
            5 * CHUNK_BYTES + 77,
        ] {
            let mut position = 0;
            for chunk in 0..num_chunks(file_bytes) {
                let (start, len) = chunk_range(file_bytes, chunk).unwrap();
                assert_eq!(start, position);
                assert!(len > 0 && len <= CHUNK_BYTES);
                position += len;
            }
            assert_eq!(position, file_bytes);
            assert_eq!(chunk_range(file_bytes, num_chunks(file_bytes)), None);
        }
        assert_eq!(chunk_range(10, u64::MAX), None);
    }

    #[test]
    fn content_ranges() {
        let range = |first, end, total_bytes| ContentRange {
            part: Some((first, end)),
            total_bytes,
        };
        for (header, want) in [
            ("bytes 0-99/1234", Some(range(0, 100, Some(1234)))),
            (" bytes 5-5/*", Some(range(5, 6, None))),
            (
                "bytes */1234",
                Some(ContentRange {
                    part: None,
                    total_bytes: Some(1234),
                }),
            ),
            ("bytes a-99/1234", None),
            ("items 0-99/1234", None),
            ("bytes 0-18446744073709551615/*", None),
            ("", None),
        ] {
            assert_eq!(ContentRange::parse(header), want, "{header}");
        }
    }

    #[test]
    fn another_part_than_the_one_asked_for_is_noticed() {
        let answers = |header: &str| ContentRange::parse(header).unwrap().answers(100, 50);
        assert!(answers("bytes 100-149/1000"));
        assert!(answers("bytes 100-119/120"));
        assert!(answers("bytes 100-119/*"));
        assert!(answers("bytes */1000"));
        assert!(!answers("bytes 101-149/1000"));
        assert!(!answers("bytes 0-49/1000"));
        assert!(!answers("bytes 100-120/1000"));
        assert!(!answers("bytes 100-150/1000"));
    }
}
