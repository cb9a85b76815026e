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

/// The total of a `Content-Range: bytes 0-99/1234` header; `None` where it is absent, unknown (`*`) or odd.
pub fn total_from_content_range(header: &str) -> Option<u64> {
    let range = header.trim().strip_prefix("bytes")?.trim_start();
    range.rsplit_once('/')?.1.trim().parse().ok()
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
    fn content_range_totals() {
        assert_eq!(total_from_content_range("bytes 0-99/1234"), Some(1234));
        assert_eq!(total_from_content_range("bytes */1234"), Some(1234));
        assert_eq!(total_from_content_range("bytes 0-99/*"), None);
        assert_eq!(total_from_content_range("items 0-99/1234"), None);
        assert_eq!(total_from_content_range(""), None);
    }
}
