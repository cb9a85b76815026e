//! What is done with stored models besides running them: listing, checking, handing out, deleting.
//!
//! Touches neither network nor engine, so all of it works offline and beside an answer that is being written.

use js_sys::Array;
use web_sys::Blob;

use crate::browser;
use crate::chunks::num_chunks;
use crate::fetch::Abort;
use crate::record::Record;
use crate::reporter::Reporter;
use crate::store::{ChunkState, Store};
use crate::wire::{ErrorKind, FromWorker, Phase, Progress, RequestId, WireError};

pub async fn list(id: RequestId, store: &Store) -> Result<FromWorker, WireError> {
    Ok(FromWorker::Models {
        id,
        models: store.list().await?,
        space: browser::space().await,
    })
}

pub async fn delete(id: RequestId, key: &str, store: &Store) -> Result<FromWorker, WireError> {
    store.delete(key).await?;
    list(id, store).await
}

/// Reads every chunk against its digest. What is damaged is forgotten, and the model counts as whole no more.
pub async fn verify(
    id: RequestId,
    key: &str,
    store: &Store,
    abort: &Abort,
    on_progress: &dyn Fn(Progress),
) -> Result<FromWorker, WireError> {
    let mut record = known(key, store).await?;
    let stored = store.stored_chunks(key).await?;
    let reporter = Reporter::new(on_progress);
    {
        let listed = record.clone().listed(&stored);
        let mut meter = reporter.meter();
        meter.set_total(Some(listed.stored_bytes));
        meter.set_files(0, record.files.len() as u32);
        meter.set_phase(Phase::Weights);
    }
    let mut chunks_damaged = 0;
    let num_files = record.files.len() as u32;
    for (index, file) in record.files.iter_mut().enumerate() {
        for (name, chunk) in stored.iter().filter(|(name, _)| *name == file.name) {
            abort.check()?;
            match store.chunk(key, name, *chunk).await? {
                ChunkState::Sound(bytes) => {
                    let count = u64::from(bytes.length());
                    reporter.meter().add_from_storage(count);
                }
                ChunkState::Damaged => {
                    chunks_damaged += 1;
                    file.is_verified = false;
                    store.delete_chunk(key, name, *chunk).await?;
                }
                // Deleted meanwhile, by another tab or by the next request of this one.
                ChunkState::Absent => {}
            }
            reporter.tell();
        }
        reporter.meter().set_files(index as u32 + 1, num_files);
    }
    if chunks_damaged > 0 {
        record.complete = false;
        store.put_record(&record).await?;
    }
    Ok(FromWorker::Verified {
        id,
        key: key.to_owned(),
        chunks_checked: stored.len() as u32,
        chunks_damaged,
    })
}

/// One file as a `Blob`, which the browser keeps on the disk where it is large.
pub async fn export(
    id: RequestId,
    key: &str,
    name: &str,
    store: &Store,
    abort: &Abort,
) -> Result<(FromWorker, Blob), WireError> {
    let record = known(key, store).await?;
    let file = record.files.iter().find(|file| file.name == name);
    let file = file.ok_or_else(|| {
        WireError::new(
            ErrorKind::NotFound,
            format!("the stored model has no file '{name}'"),
        )
    })?;
    let not_whole = || {
        WireError::new(
            ErrorKind::BadFile,
            format!(
                "{name} is not stored whole and sound; download the model again to get the rest, then save it"
            ),
        )
    };
    let len_bytes = file.len_bytes.ok_or_else(not_whole)?;
    let parts = Array::new();
    for chunk in 0..num_chunks(len_bytes) {
        abort.check()?;
        let ChunkState::Sound(bytes) = store.chunk(key, name, chunk).await? else {
            return Err(not_whole());
        };
        // Each becomes a Blob at once: only one lies in this worker's memory.
        let part = blob_of(&Array::of1(&bytes))?;
        parts.push(&part);
    }
    let blob = blob_of(&parts)?;
    if blob.size() as u64 != len_bytes {
        return Err(not_whole());
    }
    let exported = FromWorker::Exported {
        id,
        file: name.to_owned(),
    };
    Ok((exported, blob))
}

fn blob_of(parts: &Array) -> Result<Blob, WireError> {
    Blob::new_with_blob_sequence(parts).map_err(|_| {
        WireError::new(
            ErrorKind::OutOfMemory,
            "the browser has no room to put the file together; close other tabs and try again",
        )
    })
}

async fn known(key: &str, store: &Store) -> Result<Record, WireError> {
    store.record(key).await?.ok_or_else(|| {
        WireError::new(
            ErrorKind::NotFound,
            "this model is not stored in this browser",
        )
    })
}
