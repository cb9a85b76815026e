//! The page's end of the engine: one way to it at a time, and the files that ride beside a message.
//!
//! Must not know what the messages mean; that is the reducers' business.

#[cfg(feature = "fake-engine")]
use crate::fake::WorkerClient;
use crate::say;
#[cfg(not(feature = "fake-engine"))]
use inkling_host::client::WorkerClient;
use inkling_host::wire::{ErrorKind, FromWorker, ModelSource, ToWorker, WireError};
use web_sys::{Blob, File, MessagePort};

#[derive(Default)]
pub struct Worker {
    client: Option<WorkerClient>,
    /// Kept after loading: a lost engine reads them again.
    files: Vec<File>,
    /// The file that came last, until it is taken.
    received: Option<Blob>,
}

impl Worker {
    /// Leaves the engine before, if there is one, and looks for one.
    /// `on_file` hears of bytes just before `on_event` hears of the message that they belong to.
    pub fn start(
        &mut self,
        on_event: impl FnMut(FromWorker) + 'static,
        mut on_file: impl FnMut(Blob) + 'static,
    ) -> Result<(), WireError> {
        if let Some(client) = self.client.take() {
            client.terminate();
        }
        let client = WorkerClient::spawn(on_event)?;
        client.on_blob(move |_, file| on_file(file));
        self.client = Some(client);
        Ok(())
    }

    /// The files of the next load from `ModelSource::Files`, in the order of its names.
    pub fn choose_files(&mut self, files: Vec<File>) {
        self.files = files;
    }

    pub fn receive(&mut self, file: Blob) {
        self.received = Some(file);
    }

    pub fn take_received(&mut self) -> Option<Blob> {
        self.received.take()
    }

    /// Lets the engine answer who asked for it by way of the service worker. Without an engine nobody answers.
    pub fn serve(&self, port: &MessagePort) -> Result<(), WireError> {
        self.client
            .as_ref()
            .map_or(Ok(()), |client| client.serve(port))
    }

    pub fn send(&self, message: &ToWorker) -> Result<(), WireError> {
        let Some(client) = &self.client else {
            return Err(WireError {
                kind: ErrorKind::Internal,
                message: say!("page-engine-not-running"),
            });
        };
        match message {
            ToWorker::Load {
                source: ModelSource::Files { .. },
                ..
            }
            | ToWorker::Download {
                source: ModelSource::Files { .. },
                ..
            }
            | ToWorker::Inspect {
                source: ModelSource::Files { .. },
                ..
            } => client.send_with_files(message, &self.files),
            ToWorker::Start { .. }
            | ToWorker::Hub { .. }
            | ToWorker::Load { .. }
            | ToWorker::Generate { .. }
            | ToWorker::CountTokens { .. }
            | ToWorker::Download { .. }
            | ToWorker::Inspect { .. }
            | ToWorker::Measure { .. }
            | ToWorker::MeasureRoofline { .. }
            | ToWorker::Cancel { .. }
            | ToWorker::ListModels { .. }
            | ToWorker::VerifyModel { .. }
            | ToWorker::ExportFile { .. }
            | ToWorker::DeleteModel { .. }
            | ToWorker::ForgetConversations
            | ToWorker::Unload { .. }
            | ToWorker::Connect { .. }
            | ToWorker::Serve { .. } => client.send(message),
        }
    }
}
