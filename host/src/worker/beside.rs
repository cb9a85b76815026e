//! Requests that need no engine: they run beside the queue, so that none waits behind an answer or a load.

use std::future::Future;

use wasm_bindgen_futures::spawn_local;
use web_sys::{Blob, File};

use super::clients::{send, send_with_blob};
use super::{Shared, not_started};
use crate::download::download;
use crate::fetch::Abort;
use crate::fit::inspect;
use crate::shelf;
use crate::wire::{FromWorker, ModelSource, RequestId, WireError};

/// What ends a request, and the bytes that ride beside it.
type Outcome = Result<(FromWorker, Option<Blob>), WireError>;

pub(super) fn start_download(
    id: RequestId,
    source: ModelSource,
    files: Vec<File>,
    shared: &Shared,
) {
    start(id, shared, async move |shared: Shared, abort: Abort| {
        let on_progress = |progress| send(FromWorker::Progress { id, progress });
        let surroundings = shared.surroundings(abort, &on_progress).await;
        let message = download(id, &source, &files, &surroundings).await?;
        Ok((message, None))
    });
}

pub(super) fn start_inspection(
    id: RequestId,
    source: ModelSource,
    files: Vec<File>,
    shared: &Shared,
) {
    start(id, shared, async move |shared: Shared, abort: Abort| {
        let limits = shared.limits.get().ok_or_else(not_started)?;
        let on_progress = |progress| send(FromWorker::Progress { id, progress });
        let surroundings = shared.surroundings(abort, &on_progress).await;
        let message = inspect(id, &source, &files, limits, &surroundings).await?;
        Ok((message, None))
    });
}

pub(super) fn start_listing(id: RequestId, shared: &Shared) {
    start(id, shared, async move |shared: Shared, _| {
        let store = shared.storage.open().await?;
        Ok((shelf::list(id, &store).await?, None))
    });
}

pub(super) fn start_check(id: RequestId, key: String, shared: &Shared) {
    start(id, shared, async move |shared: Shared, abort: Abort| {
        let on_progress = |progress| send(FromWorker::Progress { id, progress });
        let store = shared.storage.open().await?;
        let message = shelf::verify(id, &key, &store, &abort, &on_progress).await?;
        Ok((message, None))
    });
}

pub(super) fn start_export(id: RequestId, key: String, file: String, shared: &Shared) {
    start(id, shared, async move |shared: Shared, abort: Abort| {
        let store = shared.storage.open().await?;
        let (message, blob) = shelf::export(id, &key, &file, &store, &abort).await?;
        Ok((message, Some(blob)))
    });
}

/// Runs a request now, as one that can be cancelled.
fn start<F>(id: RequestId, shared: &Shared, run: impl FnOnce(Shared, Abort) -> F + 'static)
where
    F: Future<Output = Outcome> + 'static,
{
    let Some(abort) = shared.register(id) else {
        return;
    };
    let shared = shared.clone();
    spawn_local(async move {
        let outcome = run(shared.clone(), abort.clone()).await;
        // Requests that were started ahead have nobody left to read them.
        abort.abort();
        shared.forget(id);
        match outcome {
            Ok((message, Some(blob))) => send_with_blob(message, &blob),
            Ok((message, None)) => send(message),
            Err(error) => send(FromWorker::Failed {
                id: Some(id),
                error,
            }),
        }
    });
}
