//! Everything the page knows and how it changes. Pure: no clock, no browser, no signals.
//!
//! One [`reduce`] takes an [`Action`] and answers with the [`Effect`]s to carry out. Messages to and from the
//! worker are matched without a wildcard, so that a new one cannot be forgotten.

mod address;
mod advice;
pub mod chat;
pub mod words;

use std::mem;

use inkling_host::address::address_from_file_names;
use inkling_host::wire::{
    AdapterReport, ErrorKind, FromWorker, GenerateOptions, LoadOptions, ModelReport, ModelSource,
    PowerPreference, Progress, RequestId, StoredModel, ToWorker, UnsupportedReason, WIRE_VERSION,
    WireError, speaks,
};

pub use advice::advice_for;
pub use chat::{Chat, Outcome, Phase, Turn};

/// The whole page.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct App {
    pub engine: Engine,
    pub screen: Screen,
    pub load: Load,
    /// The model that answers. Kept while the engine is lost, so that the page can still name it.
    pub model: Option<ModelReport>,
    pub shelf: Shelf,
    pub chat: Chat,
    /// What stands in the address field. Nothing that fails clears it.
    pub address: String,
    /// The last thing said to people who cannot see the page.
    pub announcement: String,
    launch: Launch,
    /// Waits for the engine, and for the list of models that a name may refer to.
    pending: Option<Pending>,
    last_source: Option<ModelSource>,
    last_request: RequestId,
}

/// What the page's own address asked for.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Launch {
    /// `?model=`: an address or the name of a stored model.
    pub model: Option<String>,
    /// Where the page stands; relative addresses of models start here.
    pub base: String,
    pub options: GenerateOptions,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub enum Engine {
    #[default]
    Starting,
    Ready(AdapterReport),
    /// This browser or machine cannot run it.
    Unsupported {
        reason: UnsupportedReason,
        message: String,
    },
    /// It ran and is gone; a new one can be started.
    Lost(WireError),
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Screen {
    #[default]
    Start,
    Chat,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub enum Load {
    #[default]
    Idle,
    /// Asked for before the engine was ready.
    Waiting { title: String },
    Running {
        id: RequestId,
        title: String,
        progress: Option<Progress>,
        cancelling: bool,
    },
    Failed {
        title: String,
        error: WireError,
        /// What trying again would load; absent where nothing could be tried in the first place.
        source: Option<ModelSource>,
    },
}

/// The stored models, as far as the page knows them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Shelf {
    /// Absent until the first answer.
    pub models: Option<Vec<StoredModel>>,
    /// The key of the model whose deletion is being confirmed.
    pub confirming: Option<String>,
    pub error: Option<WireError>,
    request: Option<RequestId>,
}

#[derive(Debug, Clone, PartialEq)]
enum Pending {
    Source(ModelSource),
    Address(String),
}

/// Everything that can happen.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    Launched(Launch),
    FromEngine(FromWorker),
    /// The worker could not be started or reached.
    EngineFailed(WireError),
    TypeAddress(String),
    LoadAddress,
    LoadStored {
        key: String,
    },
    LoadFiles {
        names: Vec<String>,
    },
    CancelLoad,
    DismissLoad,
    LoadAgain,
    ConfirmDelete {
        key: String,
    },
    KeepModel,
    DeleteModel {
        key: String,
    },
    ShowStart,
    ShowChat,
    Ask {
        text: String,
    },
    Retry,
    Stop,
    NewChat,
}

/// What has to be done outside the state.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Starts a worker, ending the one before.
    StartWorker,
    /// Sends a message; the files chosen last ride beside it where its source is `Files`.
    Send(ToWorker),
}

/// The one way the page changes.
pub fn reduce(app: &mut App, action: Action) -> Vec<Effect> {
    match action {
        Action::Launched(launch) => app.launched(launch),
        Action::FromEngine(message) => app.from_engine(message),
        Action::EngineFailed(error) => app.engine_lost(error),
        Action::TypeAddress(text) => {
            app.address = text;
            Vec::new()
        }
        Action::LoadAddress => app.load_address(app.address.clone()),
        Action::LoadStored { key } => app.load_stored(key),
        Action::LoadFiles { names } => app.load_files(names),
        Action::CancelLoad => app.cancel_load(),
        Action::DismissLoad => {
            if matches!(app.load, Load::Failed { .. }) {
                app.load = Load::Idle;
            }
            Vec::new()
        }
        Action::LoadAgain => app.load_again(),
        Action::ConfirmDelete { key } => {
            app.shelf.confirming = Some(key);
            Vec::new()
        }
        Action::KeepModel => {
            app.shelf.confirming = None;
            Vec::new()
        }
        Action::DeleteModel { key } => {
            app.shelf.confirming = None;
            let id = app.next_request();
            app.shelf.request = Some(id);
            vec![Effect::Send(ToWorker::DeleteModel { id, key })]
        }
        Action::ShowStart => {
            app.screen = Screen::Start;
            app.list_models()
        }
        Action::ShowChat => {
            app.screen = Screen::Chat;
            Vec::new()
        }
        Action::Ask { text } => {
            if !app.can_ask() || text.trim().is_empty() {
                return Vec::new();
            }
            let request = app.next_request();
            app.chat.ask(request, text);
            app.generate(request)
        }
        Action::Retry => {
            if !app.can_ask() {
                return Vec::new();
            }
            let request = app.next_request();
            if app.chat.retry(request) {
                app.generate(request)
            } else {
                Vec::new()
            }
        }
        Action::Stop => app.stop(),
        Action::NewChat => {
            let effects = app.stop();
            app.chat.clear();
            app.announcement = "New chat.".to_owned();
            effects
        }
    }
}

impl App {
    /// A model is there, the engine runs and nothing else occupies it.
    pub fn can_ask(&self) -> bool {
        self.model.is_some()
            && matches!(self.engine, Engine::Ready(_))
            && !self.is_loading()
            && self.chat.phase() == Phase::Idle
    }

    fn is_loading(&self) -> bool {
        matches!(self.load, Load::Waiting { .. } | Load::Running { .. })
    }

    fn next_request(&mut self) -> RequestId {
        self.last_request += 1;
        self.last_request
    }

    fn launched(&mut self, launch: Launch) -> Vec<Effect> {
        if let Some(address) = &launch.model {
            self.address.clone_from(address);
            self.load = Load::Waiting {
                title: words::title_from_address(address),
            };
            self.pending = Some(Pending::Address(address.clone()));
        }
        self.launch = launch;
        self.start_engine()
    }

    fn start_engine(&mut self) -> Vec<Effect> {
        self.engine = Engine::Starting;
        vec![
            Effect::StartWorker,
            Effect::Send(ToWorker::Start {
                version: WIRE_VERSION,
                power: PowerPreference::HighPerformance,
            }),
        ]
    }

    fn list_models(&mut self) -> Vec<Effect> {
        if !matches!(self.engine, Engine::Ready(_)) {
            return Vec::new();
        }
        let id = self.next_request();
        self.shelf.request = Some(id);
        vec![Effect::Send(ToWorker::ListModels { id })]
    }

    fn from_engine(&mut self, message: FromWorker) -> Vec<Effect> {
        match message {
            FromWorker::Ready {
                version,
                engine_version: _,
                adapter,
            } => {
                if !speaks(version) {
                    self.unsupported(
                        UnsupportedReason::OldVersion,
                        "The page and its engine are of different versions.".to_owned(),
                    );
                    return Vec::new();
                }
                self.engine = Engine::Ready(adapter);
                self.list_models()
            }
            FromWorker::Unsupported { reason, message } => {
                self.unsupported(reason, message);
                Vec::new()
            }
            FromWorker::Progress { id, progress } => {
                if let Load::Running {
                    id: current,
                    progress: shown,
                    ..
                } = &mut self.load
                    && *current == id
                {
                    *shown = Some(progress);
                }
                Vec::new()
            }
            FromWorker::Loaded { id, model } => self.loaded(id, model),
            FromWorker::Prefilled { .. } => Vec::new(),
            FromWorker::Delta {
                id,
                text,
                tokens: _,
            } => {
                self.chat.extend(id, &text);
                Vec::new()
            }
            FromWorker::Finished { id, reason, usage } => {
                let written = words::count(u64::from(usage.completion_tokens), "token");
                if self.chat.finish(id, Outcome::Finished { reason, usage }) {
                    self.announcement = format!("The answer is finished: {written}.");
                }
                Vec::new()
            }
            FromWorker::Models { id: _, models } => {
                self.shelf.models = Some(models);
                self.shelf.error = None;
                self.shelf.request = None;
                self.start_pending()
            }
            FromWorker::Unloaded { .. } => {
                self.model = None;
                Vec::new()
            }
            FromWorker::Failed { id, error } => self.failed(id, error),
        }
    }

    fn unsupported(&mut self, reason: UnsupportedReason, message: String) {
        self.engine = Engine::Unsupported { reason, message };
        self.load = Load::Idle;
        self.pending = None;
    }

    fn start_pending(&mut self) -> Vec<Effect> {
        match self.pending.take() {
            Some(Pending::Source(source)) => self.load(source),
            Some(Pending::Address(address)) => self.load_address(address),
            None => Vec::new(),
        }
    }

    fn load_address(&mut self, typed: String) -> Vec<Effect> {
        let stored = self.shelf.models.as_deref().unwrap_or_default();
        match address::source_from_address(&typed, &self.launch.base, stored) {
            Ok(source) => self.load(source),
            Err(error) => {
                self.refuse_load(words::title_from_address(&typed), error);
                Vec::new()
            }
        }
    }

    /// A part of a model is completed from where it came from; a whole one needs no network.
    fn load_stored(&mut self, key: String) -> Vec<Effect> {
        let complete = self
            .shelf
            .models
            .iter()
            .flatten()
            .any(|model| model.key == key && model.complete);
        if complete {
            return self.load(ModelSource::Stored { key });
        }
        if let Some(name) = key.strip_prefix("local:") {
            let reason = format!(
                "Only a part of {name} was kept, and this page cannot open your file again by itself: choose it once more."
            );
            self.refuse_load(
                name.to_owned(),
                WireError::new(ErrorKind::BadRequest, reason),
            );
            return Vec::new();
        }
        self.load(ModelSource::Url { url: key })
    }

    /// Files that cannot be a model are refused by their names, before the old model is given up for them.
    fn load_files(&mut self, names: Vec<String>) -> Vec<Effect> {
        match address_from_file_names(&names) {
            Ok(_) => self.load(ModelSource::Files { names }),
            Err(error) => {
                self.refuse_load("What you chose".to_owned(), error);
                Vec::new()
            }
        }
    }

    fn load(&mut self, source: ModelSource) -> Vec<Effect> {
        let title = words::title_from_source(&source);
        if !matches!(self.engine, Engine::Ready(_)) {
            self.load = Load::Waiting { title };
            self.pending = Some(Pending::Source(source));
            return Vec::new();
        }
        let mut effects = self.stop();
        if let Load::Running { id, .. } = self.load {
            effects.push(Effect::Send(ToWorker::Cancel { id }));
        }
        let id = self.next_request();
        self.announcement = format!("Loading {title}.");
        self.load = Load::Running {
            id,
            title,
            progress: None,
            cancelling: false,
        };
        // The worker frees the old model before it reads the new one.
        self.model = None;
        self.last_source = Some(source.clone());
        effects.push(Effect::Send(ToWorker::Load {
            id,
            source,
            options: LoadOptions::default(),
        }));
        effects
    }

    fn loaded(&mut self, id: RequestId, model: ModelReport) -> Vec<Effect> {
        match self.load {
            Load::Running { id: current, .. } if current == id => {}
            Load::Running { .. } | Load::Idle | Load::Waiting { .. } | Load::Failed { .. } => {
                return Vec::new();
            }
        }
        self.load = Load::Idle;
        self.announcement = format!("{} is ready.", model.name);
        self.model = Some(model);
        self.screen = Screen::Chat;
        self.list_models()
    }

    fn cancel_load(&mut self) -> Vec<Effect> {
        match &mut self.load {
            Load::Waiting { .. } => {
                self.load = Load::Idle;
                self.pending = None;
                Vec::new()
            }
            Load::Running { id, cancelling, .. } => {
                *cancelling = true;
                vec![Effect::Send(ToWorker::Cancel { id: *id })]
            }
            Load::Idle | Load::Failed { .. } => Vec::new(),
        }
    }

    /// What was asked for cannot even be tried.
    fn refuse_load(&mut self, title: String, error: WireError) {
        self.announcement.clear();
        self.load = Load::Failed {
            title,
            error,
            source: None,
        };
    }

    /// After a failure the same source again; after a loss a new engine first. The conversation stays.
    fn load_again(&mut self) -> Vec<Effect> {
        match &self.engine {
            Engine::Lost(_) => {
                if let Some(source) = &self.last_source {
                    self.load = Load::Waiting {
                        title: words::title_from_source(source),
                    };
                    self.pending = Some(Pending::Source(source.clone()));
                }
                self.start_engine()
            }
            Engine::Ready(_) => match mem::take(&mut self.load) {
                Load::Failed {
                    source: Some(source),
                    ..
                } => self.load(source),
                load => {
                    self.load = load;
                    Vec::new()
                }
            },
            Engine::Starting | Engine::Unsupported { .. } => Vec::new(),
        }
    }

    fn failed(&mut self, id: Option<RequestId>, error: WireError) -> Vec<Effect> {
        let Some(id) = id else {
            return self.engine_lost(error);
        };
        if error.kind == ErrorKind::DeviceLost {
            return self.engine_lost(error);
        }
        if self.shelf.request == Some(id) {
            self.shelf.request = None;
            self.shelf.error = Some(error);
            self.shelf.models.get_or_insert_default();
            return self.start_pending();
        }
        if let Load::Running {
            id: current, title, ..
        } = &mut self.load
            && *current == id
        {
            let title = mem::take(title);
            if error.kind == ErrorKind::Cancelled {
                self.load = Load::Idle;
                self.announcement = "Loading was cancelled.".to_owned();
            } else {
                self.announcement.clear();
                self.load = Load::Failed {
                    title,
                    error,
                    source: self.last_source.clone(),
                };
            }
            return self.list_models();
        }
        self.chat.finish(id, Outcome::Failed(error));
        Vec::new()
    }

    fn engine_lost(&mut self, error: WireError) -> Vec<Effect> {
        if let Some(request) = self.chat.request() {
            self.chat.finish(request, Outcome::Lost);
        }
        if self.is_loading() {
            self.load = Load::Idle;
        }
        self.pending = None;
        self.engine = Engine::Lost(error);
        Vec::new()
    }

    fn generate(&mut self, request: RequestId) -> Vec<Effect> {
        let has_chat_template = self
            .model
            .as_ref()
            .is_some_and(|model| model.has_chat_template);
        let input = if has_chat_template {
            self.chat.messages()
        } else {
            self.chat.text()
        };
        self.announcement = "The answer is being written.".to_owned();
        vec![Effect::Send(ToWorker::Generate {
            id: request,
            input,
            options: self.launch.options.clone(),
        })]
    }

    fn stop(&mut self) -> Vec<Effect> {
        match self.chat.stop() {
            Some(id) => vec![Effect::Send(ToWorker::Cancel { id })],
            None => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests;
