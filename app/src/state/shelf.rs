//! The stored models: which there are, how much room they take, and what is done with one of them.
//!
//! One job at a time: each reads a whole model, and two would only slow each other down.

use inkling_host::wire::{ErrorKind, Progress, RequestId, Space, StoredModel, ToWorker, WireError};

use super::{App, Effect, Engine, Screen, guide, words};
use crate::say;

/// The stored models, as far as the page knows them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Shelf {
    /// Absent until the first answer.
    pub models: Option<Vec<StoredModel>>,
    pub space: Space,
    /// The key of the model whose deletion is being confirmed.
    pub confirming: Option<String>,
    pub error: Option<WireError>,
    pub job: Option<Job>,
    pub note: Option<Note>,
    pub(super) request: Option<RequestId>,
    asked_to_keep: bool,
}

/// A stored model being read from one end to the other.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    pub id: RequestId,
    pub key: String,
    pub work: Work,
    pub progress: Option<Progress>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Work {
    /// Every part against its digest.
    Check,
    /// A file of it, to be saved outside the browser.
    Save { file: String },
}

/// What came of the last thing that was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The model it is about; absent for the browser's answer about all of them.
    pub key: Option<String>,
    pub text: String,
    pub is_bad: bool,
}

impl Shelf {
    pub fn model(&self, key: &str) -> Option<&StoredModel> {
        self.models.iter().flatten().find(|model| model.key == key)
    }

    pub(super) fn remember_asking(&mut self) {
        self.asked_to_keep = true;
    }
}

impl App {
    pub(super) fn list_models(&mut self) -> Vec<Effect> {
        if !matches!(self.engine, Engine::Ready(_)) {
            return Vec::new();
        }
        let id = self.next_request();
        self.shelf.request = Some(id);
        vec![Effect::Send(ToWorker::ListModels { id })]
    }

    pub(super) fn listed(&mut self, models: Vec<StoredModel>, space: Space) {
        self.shelf.models = Some(models);
        self.shelf.space = space;
        self.shelf.error = None;
        self.shelf.request = None;
        self.renew_offers();
    }

    pub(super) fn delete_model(&mut self, key: String) -> Vec<Effect> {
        self.shelf.confirming = None;
        self.shelf.note = None;
        if let Some(model) = self.shelf.model(&key) {
            self.announcement = say!("announce-deleted", name = &model.name);
        }
        let id = self.next_request();
        self.shelf.request = Some(id);
        vec![Effect::Send(ToWorker::DeleteModel { id, key })]
    }

    pub(super) fn begin_job(&mut self, key: String, work: Work) -> Vec<Effect> {
        if self.shelf.job.is_some() || !matches!(self.engine, Engine::Ready(_)) {
            return Vec::new();
        }
        let id = self.next_request();
        let message = match &work {
            Work::Check => ToWorker::VerifyModel {
                id,
                key: key.clone(),
            },
            Work::Save { file } => ToWorker::ExportFile {
                id,
                key: key.clone(),
                file: file.clone(),
            },
        };
        self.shelf.note = None;
        self.shelf.job = Some(Job {
            id,
            key,
            work,
            progress: None,
        });
        vec![Effect::Send(message)]
    }

    pub(super) fn cancel_job(&self) -> Vec<Effect> {
        let job = self.shelf.job.as_ref();
        job.map(|job| Effect::Send(ToWorker::Cancel { id: job.id }))
            .into_iter()
            .collect()
    }

    /// Ends the job with this id, saying what came of it; the job, if it was this one.
    fn end_job(&mut self, id: RequestId) -> Option<Job> {
        self.shelf.job.take_if(|job| job.id == id)
    }

    pub(super) fn note(&mut self, key: Option<String>, text: String, is_bad: bool) {
        self.announcement.clone_from(&text);
        self.shelf.note = Some(Note { key, text, is_bad });
    }

    pub(super) fn verified(
        &mut self,
        id: RequestId,
        chunks_checked: u32,
        chunks_damaged: u32,
    ) -> Vec<Effect> {
        let Some(job) = self.end_job(id) else {
            return Vec::new();
        };
        self.note(
            Some(job.key),
            words::verdict(chunks_checked, chunks_damaged),
            chunks_damaged > 0,
        );
        self.list_models()
    }

    pub(super) fn exported(&mut self, id: RequestId, file: String) -> Vec<Effect> {
        let Some(job) = self.end_job(id) else {
            return Vec::new();
        };
        // Of a model in folders, only the file's own name can be kept.
        let name = file.rsplit('/').next().unwrap_or(&file).to_owned();
        self.note(Some(job.key), say!("storage-saved", name = &name), false);
        vec![Effect::SaveFile { name }]
    }

    pub(super) fn job_failed(
        &mut self,
        id: RequestId,
        error: WireError,
    ) -> Result<Vec<Effect>, WireError> {
        let Some(job) = self.end_job(id) else {
            return Err(error);
        };
        if error.kind != ErrorKind::Cancelled {
            self.note(Some(job.key), words::sentence(&error.message), true);
        }
        Ok(self.list_models())
    }

    /// The sensible moment to ask: there is something worth keeping, and it was fetched on purpose.
    pub(super) fn ask_to_keep_once(&mut self, key: &str) -> Vec<Effect> {
        if self.shelf.asked_to_keep || self.shelf.space.is_persistent || guide::is_guide(key) {
            return Vec::new();
        }
        self.shelf.asked_to_keep = true;
        vec![Effect::AskToKeep]
    }

    pub(super) fn keeping_answered(&mut self, promised: bool) -> Vec<Effect> {
        self.shelf.space.is_persistent = promised;
        // Elsewhere the page asked by itself, and nobody waits for the answer.
        if self.screen != Screen::Storage {
            return Vec::new();
        }
        if promised {
            self.note(None, say!("storage-keeps"), false);
        } else {
            self.note(None, say!("storage-no-promise"), true);
        }
        Vec::new()
    }
}
