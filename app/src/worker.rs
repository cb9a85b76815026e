//! The page's end of the worker: one at a time, and the files that ride beside a message.
//!
//! Must not know what the messages mean; that is the reducers' business.

#[cfg(feature = "fake-engine")]
use crate::fake::WorkerClient;
#[cfg(not(feature = "fake-engine"))]
use inkling_host::client::WorkerClient;
use inkling_host::wire::{ErrorKind, FromWorker, ModelSource, ToWorker, WireError};
use web_sys::File;

#[derive(Default)]
pub struct Worker {
    client: Option<WorkerClient>,
    /// Kept after loading: a lost engine reads them again.
    files: Vec<File>,
}

impl Worker {
    /// Ends the worker before, if there is one, and starts another.
    pub fn start(&mut self, on_event: impl FnMut(FromWorker) + 'static) -> Result<(), WireError> {
        if let Some(client) = self.client.take() {
            client.terminate();
        }
        self.client = Some(WorkerClient::spawn(on_event)?);
        Ok(())
    }

    /// The files of the next load from `ModelSource::Files`, in the order of its names.
    pub fn choose_files(&mut self, files: Vec<File>) {
        self.files = files;
    }

    pub fn send(&self, message: &ToWorker) -> Result<(), WireError> {
        let Some(client) = &self.client else {
            return Err(WireError {
                kind: ErrorKind::Internal,
                message: "The engine is not running.".to_owned(),
            });
        };
        match message {
            ToWorker::Load {
                source: ModelSource::Files { .. },
                ..
            } => client.send_with_files(message, &self.files),
            ToWorker::Load { .. }
            | ToWorker::Start { .. }
            | ToWorker::Generate { .. }
            | ToWorker::Cancel { .. }
            | ToWorker::ListModels { .. }
            | ToWorker::DeleteModel { .. }
            | ToWorker::Unload { .. } => client.send(message),
        }
    }
}
