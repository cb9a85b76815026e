//! What a person can do about a failure, by its kind. The message itself says what is wrong.

use inkling_host::wire::ErrorKind;

use crate::say;

/// Absent where the message already says all there is to do.
pub fn advice_for(kind: ErrorKind) -> Option<String> {
    match kind {
        ErrorKind::Network => Some(say!("advice-network")),
        ErrorKind::Forbidden => Some(say!("advice-forbidden")),
        ErrorKind::NotFound => Some(say!("advice-not-found")),
        ErrorKind::BadFile => Some(say!("advice-bad-file")),
        ErrorKind::Unsupported => Some(say!("advice-unsupported")),
        ErrorKind::OutOfMemory => Some(say!("advice-out-of-memory")),
        ErrorKind::StorageFull => Some(say!("advice-storage-full")),
        ErrorKind::Storage => Some(say!("advice-storage")),
        ErrorKind::DeviceLost => Some(say!("advice-device-lost")),
        ErrorKind::ContextFull => Some(say!("advice-context-full")),
        ErrorKind::Internal => Some(say!("advice-internal")),
        ErrorKind::BadRequest | ErrorKind::Cancelled | ErrorKind::Occupied | ErrorKind::Server => {
            None
        }
    }
}
