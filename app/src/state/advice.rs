//! What a person can do about a failure, by its kind. The message itself says what is wrong.

use inkling_host::wire::ErrorKind;

/// Absent where the message already says all there is to do.
pub fn advice_for(kind: ErrorKind) -> Option<&'static str> {
    match kind {
        ErrorKind::Network => Some(
            "Check the address and your connection. The server must also allow other sites to read its files (CORS).",
        ),
        ErrorKind::Forbidden => Some(
            "If the model is private, or its licence has to be accepted, do that on its page and give Inkling an access token.",
        ),
        ErrorKind::NotFound => {
            Some("Check the address for a typing mistake, and that the model is public.")
        }
        ErrorKind::BadFile => Some(
            "Download the file again or try another copy. What is stored already was left alone.",
        ),
        ErrorKind::Unsupported => Some("Try another model, or another file of the same model."),
        ErrorKind::OutOfMemory => {
            Some("Close other tabs that use the graphics card, or choose a smaller model.")
        }
        ErrorKind::StorageFull => {
            Some("Delete a stored model or free space on the disk, then try again.")
        }
        ErrorKind::Storage => {
            Some("Allow this site to store data and leave private browsing, then try again.")
        }
        ErrorKind::DeviceLost => Some(
            "This happens when the driver restarts or the computer slept. Load the model again: your conversation is still here.",
        ),
        ErrorKind::ContextFull => Some("Start a new chat, or ask something shorter."),
        ErrorKind::Internal => Some("Load the model again. If it happens twice, please report it."),
        ErrorKind::BadRequest | ErrorKind::Cancelled => None,
    }
}
