//! A model on its way: what is wanted of it, how far it is, what is in its way.
//!
//! Chunks that have arrived stay stored whatever happens here, so pausing is cancelling with the intention to go on.
//! Must not know how anything is fetched.

use std::mem;

use inkling_host::address::address_from_file_names;
use inkling_host::wire::{
    Claim, ErrorKind, LoadOptions, ModelReport, ModelSource, Progress, RequestId, ToWorker,
    WireError,
};

use super::settings::Memory;
use super::{App, Effect, Engine, Pending, Screen, address, guide, words};
use crate::say;

/// What a model is fetched for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Purpose {
    #[default]
    Chat,
    /// To chat, without room to keep it for the next visit.
    ChatUnkept,
    /// To be kept, and used another time.
    Keep,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Wanted {
    pub source: ModelSource,
    pub purpose: Purpose,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopping {
    Pausing,
    Cancelling,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub enum Load {
    #[default]
    Idle,
    /// Asked for before the engine was ready.
    Waiting { title: String },
    /// Another tab gives the engine another model.
    Elsewhere {
        title: String,
        progress: Option<Progress>,
    },
    Running {
        id: RequestId,
        title: String,
        wanted: Wanted,
        progress: Option<Progress>,
        stopping: Option<Stopping>,
    },
    Paused {
        title: String,
        wanted: Wanted,
        why: Pause,
    },
    Failed {
        title: String,
        error: WireError,
        /// What trying again would load; absent where nothing could be tried in the first place.
        wanted: Option<Wanted>,
        /// Under which name what has arrived is kept, where trying again fetches only the rest.
        kept_as: Option<String>,
    },
}

#[derive(Debug, Clone, PartialEq)]
pub enum Pause {
    Asked,
    /// Room has to be made first, or done without.
    StorageFull(WireError),
}

impl Wanted {
    pub(super) fn to_chat(source: ModelSource) -> Self {
        Self {
            source,
            purpose: Purpose::Chat,
        }
    }

    /// What it is stored under; local files get their name there.
    pub fn key(&self) -> Option<&str> {
        match &self.source {
            ModelSource::Url { url: key } | ModelSource::Stored { key } => Some(key),
            ModelSource::Files { .. } => None,
        }
    }

    /// What arrives stays for the next visit.
    fn is_kept(&self) -> bool {
        match self.purpose {
            Purpose::Chat | Purpose::Keep => true,
            Purpose::ChatUnkept => false,
        }
    }

    fn message(&self, id: RequestId, memory: Memory) -> ToWorker {
        let source = self.source.clone();
        match self.purpose {
            Purpose::Keep => ToWorker::Download { id, source },
            Purpose::Chat | Purpose::ChatUnkept => ToWorker::Load {
                id,
                source,
                options: LoadOptions {
                    without_storing: self.purpose == Purpose::ChatUnkept,
                    ..memory.options()
                },
                claim: Claim::Replace,
            },
        }
    }
}

impl Load {
    /// Something is on its way, or about to be.
    pub fn is_under_way(&self) -> bool {
        match self {
            Load::Waiting { .. } | Load::Running { .. } => true,
            Load::Idle | Load::Elsewhere { .. } | Load::Paused { .. } | Load::Failed { .. } => {
                false
            }
        }
    }

    /// The engine is being given another model, or about to be. What is only downloaded leaves it alone.
    pub fn occupies_engine(&self) -> bool {
        match self {
            Load::Running { wanted, .. } => wanted.purpose != Purpose::Keep,
            Load::Waiting { .. } | Load::Elsewhere { .. } => true,
            Load::Idle | Load::Paused { .. } | Load::Failed { .. } => false,
        }
    }
}

impl App {
    pub(super) fn start_pending(&mut self) -> Vec<Effect> {
        match self.pending.take() {
            Some(Pending::Wanted(wanted)) => self.load(wanted),
            Some(Pending::Address(address)) => self.load_address(address),
            None => Vec::new(),
        }
    }

    /// What a typed address means here.
    pub(super) fn source_of(&self, typed: &str) -> Result<ModelSource, WireError> {
        let stored = self.shelf.models.as_deref().unwrap_or_default();
        address::source_from_address(typed, &self.site(), stored)
    }

    pub(super) fn load_address(&mut self, typed: String) -> Vec<Effect> {
        match self.source_of(&typed) {
            Ok(source) => self.load(Wanted::to_chat(source)),
            Err(error) => {
                self.refuse_load(words::title_from_address(&typed), error);
                Vec::new()
            }
        }
    }

    pub(super) fn load_guide(&mut self) -> Vec<Effect> {
        match guide::source(&self.launch.base) {
            Ok(source) => self.load(Wanted::to_chat(source)),
            Err(error) => {
                self.refuse_load(say!("guide-name"), error);
                Vec::new()
            }
        }
    }

    /// A part of a model is completed from where it came from; a whole one needs no network.
    pub(super) fn load_stored(&mut self, key: String) -> Vec<Effect> {
        let complete = self
            .shelf
            .models
            .iter()
            .flatten()
            .any(|model| model.key == key && model.complete);
        if complete {
            return self.load(Wanted::to_chat(ModelSource::Stored { key }));
        }
        if let Some(name) = key.strip_prefix("local:") {
            let reason = say!("load-part-of-local", name = name);
            self.refuse_load(
                name.to_owned(),
                WireError::new(ErrorKind::BadRequest, reason),
            );
            return Vec::new();
        }
        self.load(Wanted::to_chat(ModelSource::Url { url: key }))
    }

    /// Files that cannot be a model are refused by their names, before the old model is given up for them.
    pub(super) fn load_files(&mut self, names: Vec<String>) -> Vec<Effect> {
        match address_from_file_names(&names) {
            Ok(_) => self.load(Wanted::to_chat(ModelSource::Files { names })),
            Err(error) => {
                self.refuse_load(say!("files-chosen"), error);
                Vec::new()
            }
        }
    }

    pub(super) fn load(&mut self, wanted: Wanted) -> Vec<Effect> {
        let title = words::title_from_source(&wanted.source);
        if !self.is_settled() {
            self.load = Load::Waiting { title };
            self.pending = Some(Pending::Wanted(wanted));
            return Vec::new();
        }
        let mut effects = self.dismiss_check();
        if let Load::Running { id, .. } = self.load {
            effects.push(Effect::Send(ToWorker::Cancel { id }));
        }
        match wanted.purpose {
            Purpose::Chat | Purpose::ChatUnkept => {
                effects.extend(self.stop());
                effects.extend(self.stay_here());
                // The worker frees the old model before it reads the new one.
                self.model = None;
                self.last_wanted = Some(wanted.clone());
                self.announcement = say!("announce-loading", name = &title);
            }
            Purpose::Keep => self.announcement = say!("announce-downloading", name = &title),
        }
        // How far it is, is shown where models are chosen.
        if self.screen == Screen::Storage {
            self.screen = Screen::Start;
        }
        let id = self.next_request();
        let memory = self.preferred_memory();
        if wanted.purpose != Purpose::Keep {
            self.loaded_with = Some(memory);
        }
        effects.push(Effect::Send(wanted.message(id, memory)));
        self.load = Load::Running {
            id,
            title,
            wanted,
            progress: None,
            stopping: None,
        };
        effects
    }

    fn is_this_load(&self, id: RequestId) -> bool {
        matches!(self.load, Load::Running { id: current, .. } if current == id)
    }

    pub(super) fn loaded(&mut self, id: RequestId, model: ModelReport) -> Vec<Effect> {
        if !self.is_this_load(id) {
            return Vec::new();
        }
        self.load = Load::Idle;
        let said = [
            Some(say!("announce-ready", name = &model.name)),
            words::mode(&model),
            words::repaired(model.chunks_repaired),
        ];
        self.announcement = said.into_iter().flatten().collect::<Vec<_>>().join(" ");
        let is_kept = model.not_stored.is_none();
        let key = model.key.clone();
        self.model = Some(model);
        self.screen = Screen::Chat;
        let mut effects = self.list_models();
        if is_kept {
            effects.extend(self.ask_to_keep_once(&key));
        }
        effects.extend(self.finish_interrupted());
        effects
    }

    pub(super) fn downloaded(
        &mut self,
        id: RequestId,
        key: &str,
        name: &str,
        chunks_repaired: u32,
    ) -> Vec<Effect> {
        if !self.is_this_load(id) {
            return Vec::new();
        }
        self.load = Load::Idle;
        let said = [
            Some(say!("announce-downloaded", name = name)),
            words::repaired(chunks_repaired),
        ];
        if let Some(repaired) = words::repaired(chunks_repaired) {
            self.note(Some(key.to_owned()), repaired, false);
        }
        self.announcement = said.into_iter().flatten().collect::<Vec<_>>().join(" ");
        let mut effects = self.list_models();
        effects.extend(self.ask_to_keep_once(key));
        effects
    }

    /// Pausing keeps what is needed to go on; cancelling gives it up, and what has arrived stays on the shelf.
    pub(super) fn stop_load(&mut self, how: Stopping) -> Vec<Effect> {
        match &mut self.load {
            Load::Waiting { .. } => {
                self.load = Load::Idle;
                self.pending = None;
                Vec::new()
            }
            Load::Running { id, stopping, .. } => {
                *stopping = Some(how);
                vec![Effect::Send(ToWorker::Cancel { id: *id })]
            }
            Load::Paused { .. } => {
                if how == Stopping::Cancelling {
                    self.load = Load::Idle;
                    self.announcement = say!("announce-cancelled");
                }
                Vec::new()
            }
            Load::Idle | Load::Elsewhere { .. } | Load::Failed { .. } => Vec::new(),
        }
    }

    /// Goes on with a paused load, for another purpose if one is given.
    pub(super) fn resume_load(&mut self, purpose: Option<Purpose>) -> Vec<Effect> {
        match mem::take(&mut self.load) {
            Load::Paused { mut wanted, .. } => {
                if let Some(purpose) = purpose {
                    wanted.purpose = purpose;
                }
                self.load(wanted)
            }
            load => {
                self.load = load;
                Vec::new()
            }
        }
    }

    /// What was asked for cannot even be tried.
    pub(super) fn refuse_load(&mut self, title: String, error: WireError) {
        self.announcement.clear();
        if self.screen == Screen::Storage {
            self.screen = Screen::Start;
        }
        self.load = Load::Failed {
            title,
            error,
            wanted: None,
            kept_as: None,
        };
    }

    /// After a failure the same again; after a loss a new engine first; where all is well the model that answers, with
    /// what is preferred now. The conversation stays.
    pub(super) fn load_again(&mut self) -> Vec<Effect> {
        match &self.engine {
            Engine::Lost(_) => {
                if let Some(wanted) = &self.last_wanted {
                    self.load = Load::Waiting {
                        title: words::title_from_source(&wanted.source),
                    };
                    self.pending = Some(Pending::Wanted(wanted.clone()));
                }
                self.start_engine()
            }
            Engine::Ready(_) => match mem::take(&mut self.load) {
                Load::Failed {
                    wanted: Some(wanted),
                    ..
                } => self.load(wanted),
                Load::Idle if self.model.is_some() => match self.last_wanted.clone() {
                    Some(wanted) => self.load(wanted),
                    None => Vec::new(),
                },
                load => {
                    self.load = load;
                    Vec::new()
                }
            },
            Engine::Starting | Engine::Unsupported { .. } => Vec::new(),
        }
    }

    /// The load with this id ended without a model; absent where it is not the one that runs.
    pub(super) fn load_failed(
        &mut self,
        id: RequestId,
        error: WireError,
    ) -> Result<Vec<Effect>, WireError> {
        if !self.is_this_load(id) {
            return Err(error);
        }
        let Load::Running {
            title,
            wanted,
            stopping,
            ..
        } = mem::take(&mut self.load)
        else {
            return Err(error);
        };
        self.announcement.clear();
        self.load = match (error.kind, stopping) {
            (ErrorKind::Cancelled, Some(Stopping::Pausing)) => {
                self.announcement = say!("announce-paused", name = &title);
                Load::Paused {
                    title,
                    wanted,
                    why: Pause::Asked,
                }
            }
            (ErrorKind::Cancelled, _) => {
                self.announcement = say!("announce-cancelled");
                Load::Idle
            }
            (ErrorKind::StorageFull, _) => Load::Paused {
                title,
                wanted,
                why: Pause::StorageFull(error),
            },
            (_, _) => Load::Failed {
                kept_as: wanted
                    .key()
                    .filter(|_| error.kind == ErrorKind::Network && wanted.is_kept())
                    .map(str::to_owned),
                title,
                error,
                wanted: Some(wanted),
            },
        };
        Ok(self.list_models())
    }
}
