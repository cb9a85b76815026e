//! The number on a message: reading it, and writing another one on it.
//!
//! Must not know who the numbers belong to.

use crate::wire::{FromWorker, RequestId, ToWorker};

/// The number of the request that an answer belongs to.
pub(super) fn id_in(message: &mut FromWorker) -> Option<&mut RequestId> {
    match message {
        FromWorker::Progress { id, .. }
        | FromWorker::Loaded { id, .. }
        | FromWorker::Counted { id, .. }
        | FromWorker::Downloaded { id, .. }
        | FromWorker::Inspected { id, .. }
        | FromWorker::Measured { id, .. }
        | FromWorker::Roofline { id, .. }
        | FromWorker::Memory { id, .. }
        | FromWorker::Prefilled { id, .. }
        | FromWorker::Delta { id, .. }
        | FromWorker::Finished { id, .. }
        | FromWorker::Models { id, .. }
        | FromWorker::Verified { id, .. }
        | FromWorker::Exported { id, .. }
        | FromWorker::Unloaded { id } => Some(id),
        FromWorker::Failed { id, .. } => id.as_mut(),
        FromWorker::Ready { .. }
        | FromWorker::Unsupported { .. }
        | FromWorker::Model { .. }
        | FromWorker::LoadingElsewhere { .. }
        | FromWorker::Moved => None,
    }
}

/// The same answer to another number.
pub(super) fn with_id(mut message: FromWorker, number: RequestId) -> FromWorker {
    if let Some(id) = id_in(&mut message) {
        *id = number;
    }
    message
}

/// Nothing more comes to that number.
pub(super) fn ends_request(message: &FromWorker) -> bool {
    match message {
        FromWorker::Loaded { .. }
        | FromWorker::Counted { .. }
        | FromWorker::Downloaded { .. }
        | FromWorker::Inspected { .. }
        | FromWorker::Measured { .. }
        | FromWorker::Roofline { .. }
        | FromWorker::Finished { .. }
        | FromWorker::Models { .. }
        | FromWorker::Verified { .. }
        | FromWorker::Exported { .. }
        | FromWorker::Unloaded { .. }
        | FromWorker::Failed { .. } => true,
        FromWorker::Progress { .. }
        | FromWorker::Memory { .. }
        | FromWorker::Prefilled { .. }
        | FromWorker::Delta { .. }
        | FromWorker::Ready { .. }
        | FromWorker::Unsupported { .. }
        | FromWorker::Model { .. }
        | FromWorker::LoadingElsewhere { .. }
        | FromWorker::Moved => false,
    }
}

/// The same request under another number.
pub(super) fn numbered(mut message: ToWorker, number: RequestId) -> ToWorker {
    match &mut message {
        ToWorker::Load { id, .. }
        | ToWorker::Generate { id, .. }
        | ToWorker::CountTokens { id, .. }
        | ToWorker::Download { id, .. }
        | ToWorker::Inspect { id, .. }
        | ToWorker::Measure { id }
        | ToWorker::MeasureRoofline { id, .. }
        | ToWorker::Cancel { id }
        | ToWorker::ListModels { id }
        | ToWorker::VerifyModel { id, .. }
        | ToWorker::ExportFile { id, .. }
        | ToWorker::DeleteModel { id, .. }
        | ToWorker::Unload { id } => *id = number,
        ToWorker::Start { .. }
        | ToWorker::Hub { .. }
        | ToWorker::ForgetConversations
        | ToWorker::Connect { .. }
        | ToWorker::Serve { .. } => {}
    }
    message
}
