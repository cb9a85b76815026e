//! How much room there is, and whether a download fits into it. Pure; asking the browser is [`crate::browser`]'s part.

use crate::wire::{ErrorKind, Space, WireError};

/// How many bytes are missing, where that is known and some are.
pub fn shortage_bytes(needed_bytes: u64, space: &Space) -> Option<u64> {
    let short = needed_bytes.saturating_sub(space.free_bytes()?);
    (short > 0).then_some(short)
}

/// The refusal of a download that cannot fit.
pub fn too_large_for(name: &str, needed_bytes: u64, space: &Space) -> Option<WireError> {
    let short_bytes = shortage_bytes(needed_bytes, space)?;
    Some(WireError::new(
        ErrorKind::StorageFull,
        format!(
            "{name} needs {} more of this browser's storage, and {} are free: delete stored models of {} or free disk space, then go on",
            size_text(needed_bytes),
            size_text(space.free_bytes().unwrap_or(0)),
            size_text(short_bytes),
        ),
    ))
}

/// The end of a download for which there was room until there was none.
pub fn ran_out(name: &str, needed_bytes: Option<u64>) -> WireError {
    let needed = needed_bytes.map_or_else(
        || format!("{name} is not all here"),
        |bytes| format!("{name} needs {} more", size_text(bytes)),
    );
    WireError::new(
        ErrorKind::StorageFull,
        format!(
            "this browser's storage is full: {needed}. Delete a stored model or free disk space, then go on; what has arrived is kept"
        ),
    )
}

/// Bytes for people, rounded up: a need that is understated is met in vain.
pub fn size_text(bytes: u64) -> String {
    const UNITS: [(&str, u64); 3] = [("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1000)];
    for (unit, unit_bytes) in UNITS {
        if bytes >= unit_bytes {
            let tenths = bytes.div_ceil(unit_bytes / 10);
            return if tenths >= 100 {
                format!("{} {unit}", tenths.div_ceil(10))
            } else {
                format!("{}.{} {unit}", tenths / 10, tenths % 10)
            };
        }
    }
    format!("{bytes} bytes")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn space(used: u64, quota: u64) -> Space {
        Space {
            used_bytes: Some(used),
            quota_bytes: Some(quota),
            is_persistent: false,
        }
    }

    #[test]
    fn what_fits_and_what_does_not() {
        assert_eq!(shortage_bytes(60, &space(40, 100)), None);
        assert_eq!(shortage_bytes(61, &space(40, 100)), Some(1));
        assert_eq!(shortage_bytes(5, &space(200, 100)), Some(5));
        // A browser that does not tell is asked by trying.
        assert_eq!(shortage_bytes(u64::MAX, &Space::default()), None);
        assert_eq!(too_large_for("m", 60, &space(40, 100)), None);
        let error = too_large_for("m", 2_000_000_000, &space(0, 500_000_000)).unwrap();
        assert_eq!(error.kind, ErrorKind::StorageFull);
        assert!(error.message.contains("2.0 GB"), "{error}");
        assert!(error.message.contains("500 MB are free"), "{error}");
    }

    #[test]
    fn sizes_are_never_understated() {
        for (bytes, text) in [
            (0, "0 bytes"),
            (999, "999 bytes"),
            (1000, "1.0 kB"),
            (1001, "1.1 kB"),
            (9_950_000, "10 MB"),
            (12_345_678, "13 MB"),
            (1_234_567_890, "1.3 GB"),
        ] {
            assert_eq!(size_text(bytes), text);
        }
        assert!(
            ran_out("m", Some(1_000_000))
                .message
                .contains("1.0 MB more")
        );
        assert!(ran_out("m", None).message.contains("not all here"));
    }
}
