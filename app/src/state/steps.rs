//! The steps of [`super::reduce`]: what each action and each message from the worker does to the page.

use std::mem;

use inkling_host::address::address_from_file_names;
use inkling_host::wire::{
    ErrorKind, FromWorker, LoadOptions, ModelReport, ModelSource, PowerPreference, RequestId,
    ToWorker, UnsupportedReason, WIRE_VERSION, WireError, speaks,
};

use super::{
    App, Effect, Engine, Launch, Load, Outcome, Pending, Phase, Screen, address, catalog, guide, words,
};

impl App {
    /// A model is there, the engine runs and nothing else occupies it.
    pub fn can_ask(&self) -> bool {
        self.model.is_some()
            && matches!(self.engine, Engine::Ready(_))
            && !self.is_loading()
            && self.chat.phase() == Phase::Idle
    }

    pub(super) fn is_loading(&self) -> bool {
        matches!(self.load, Load::Waiting { .. } | Load::Running { .. })
    }

    pub(super) fn next_request(&mut self) -> RequestId {
        self.last_request += 1;
        self.last_request
    }

    pub(super) fn launched(&mut self, launch: Launch) -> Vec<Effect> {
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

    pub(super) fn start_engine(&mut self) -> Vec<Effect> {
        self.engine = Engine::Starting;
        vec![
            Effect::StartWorker,
            Effect::Send(ToWorker::Start {
                version: WIRE_VERSION,
                power: PowerPreference::HighPerformance,
            }),
        ]
    }

    pub(super) fn list_models(&mut self) -> Vec<Effect> {
        if !matches!(self.engine, Engine::Ready(_)) {
            return Vec::new();
        }
        let id = self.next_request();
        self.shelf.request = Some(id);
        vec![Effect::Send(ToWorker::ListModels { id })]
    }

    pub(super) fn hear(&mut self, message: FromWorker) -> Vec<Effect> {
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
            FromWorker::Memory {
                id,
                forgotten_tokens: _,
                forgotten_messages,
            } => {
                self.chat.forget(id, forgotten_messages as usize);
                // At the end of an answer it is said together with that.
                if matches!(self.chat.phase(), Phase::Reading(_)) && self.chat.take_news() {
                    self.announcement = words::FORGETTING.to_owned();
                }
                Vec::new()
            }
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
                    if self.chat.take_news() {
                        self.announcement = format!("{} {}", self.announcement, words::FORGETTING);
                    }
                }
                Vec::new()
            }
            FromWorker::Models { id: _, models } => {
                self.shelf.models = Some(models);
                self.shelf.error = None;
                self.shelf.request = None;
                self.renew_offers();
                self.start_pending()
            }
            FromWorker::Unloaded { .. } => {
                self.model = None;
                Vec::new()
            }
            FromWorker::Failed { id, error } => self.failed(id, error),
        }
    }

    pub(super) fn unsupported(&mut self, reason: UnsupportedReason, message: String) {
        self.engine = Engine::Unsupported { reason, message };
        self.load = Load::Idle;
        self.pending = None;
    }

    pub(super) fn start_pending(&mut self) -> Vec<Effect> {
        match self.pending.take() {
            Some(Pending::Source(source)) => self.load(source),
            Some(Pending::Address(address)) => self.load_address(address),
            None => Vec::new(),
        }
    }

    pub(super) fn load_address(&mut self, typed: String) -> Vec<Effect> {
        let stored = self.shelf.models.as_deref().unwrap_or_default();
        match address::source_from_address(&typed, &self.launch.base, stored) {
            Ok(source) => self.load(source),
            Err(error) => {
                self.refuse_load(words::title_from_address(&typed), error);
                Vec::new()
            }
        }
    }

    pub(super) fn renew_offers(&mut self) {
        let stored = self.shelf.models.as_deref().unwrap_or_default();
        self.offers = catalog::offers(&self.catalog, stored, &self.launch.base);
    }

    pub(super) fn load_guide(&mut self) -> Vec<Effect> {
        match guide::source(&self.launch.base) {
            Ok(source) => self.load(source),
            Err(error) => {
                self.refuse_load("the guide".to_owned(), error);
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
    pub(super) fn load_files(&mut self, names: Vec<String>) -> Vec<Effect> {
        match address_from_file_names(&names) {
            Ok(_) => self.load(ModelSource::Files { names }),
            Err(error) => {
                self.refuse_load("What you chose".to_owned(), error);
                Vec::new()
            }
        }
    }

    pub(super) fn load(&mut self, source: ModelSource) -> Vec<Effect> {
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

    pub(super) fn loaded(&mut self, id: RequestId, model: ModelReport) -> Vec<Effect> {
        match self.load {
            Load::Running { id: current, .. } if current == id => {}
            Load::Running { .. } | Load::Idle | Load::Waiting { .. } | Load::Failed { .. } => {
                return Vec::new();
            }
        }
        self.load = Load::Idle;
        self.announcement = match words::mode(&model) {
            Some(mode) => format!("{} is ready. {mode}", model.name),
            None => format!("{} is ready.", model.name),
        };
        self.model = Some(model);
        self.screen = Screen::Chat;
        self.list_models()
    }

    pub(super) fn cancel_load(&mut self) -> Vec<Effect> {
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
    pub(super) fn refuse_load(&mut self, title: String, error: WireError) {
        self.announcement.clear();
        self.load = Load::Failed {
            title,
            error,
            source: None,
        };
    }

    /// After a failure the same source again; after a loss a new engine first. The conversation stays.
    pub(super) fn load_again(&mut self) -> Vec<Effect> {
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

    pub(super) fn failed(&mut self, id: Option<RequestId>, error: WireError) -> Vec<Effect> {
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

    pub(super) fn engine_lost(&mut self, error: WireError) -> Vec<Effect> {
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

    pub(super) fn generate(&mut self, request: RequestId) -> Vec<Effect> {
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

    pub(super) fn stop(&mut self) -> Vec<Effect> {
        match self.chat.stop() {
            Some(id) => vec![Effect::Send(ToWorker::Cancel { id })],
            None => Vec::new(),
        }
    }
}
