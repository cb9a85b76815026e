//! The steps of [`super::reduce`]: what each action and each message from the worker does to the page.

use inkling_host::chats::Ending;
use inkling_host::wire::{
    ErrorKind, FromWorker, Progress, RequestId, ToWorker, UnsupportedReason, WIRE_VERSION,
    WireError, speaks,
};

use super::{
    App, Effect, Engine, Launch, Load, Pending, Phase, Remote, Speed, catalog, fit, ids, words,
};
use crate::say;

impl App {
    /// Somebody is there to answer, and free.
    pub fn can_ask(&self) -> bool {
        if self.is_answered_elsewhere() {
            self.chat.phase() == Phase::Idle && !self.needs_agreement()
        } else {
            self.is_engine_free()
        }
    }

    /// A model is there, the engine runs and nothing else occupies it.
    pub(super) fn is_engine_free(&self) -> bool {
        self.model.is_some()
            && matches!(self.engine, Engine::Ready(_))
            && !self.load.occupies_engine()
            && self.chat.phase() == Phase::Idle
    }

    /// The engine runs, and what a name may refer to is known.
    pub(super) fn is_settled(&self) -> bool {
        matches!(self.engine, Engine::Ready(_))
            && self.hub.settings.is_some()
            && self.shelf.models.is_some()
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
        self.ids = ids::Ids::new(launch.seed);
        self.hub.token.clone_from(&launch.token);
        self.remote = Remote::from_known(launch.server.clone());
        self.program.has_answered = launch.has_answered;
        if launch.asked_to_keep {
            self.shelf.remember_asking();
        }
        self.preferences.clone_from(&launch.preferences);
        self.launch = launch;
        let mut effects = self.speak_wanted();
        effects.extend(self.start_engine());
        effects
    }

    pub(super) fn start_engine(&mut self) -> Vec<Effect> {
        self.engine = Engine::Starting;
        let mut effects = vec![Effect::StartWorker];
        effects.extend(self.begin_engine());
        effects
    }

    /// What every engine hears first.
    pub(super) fn begin_engine(&self) -> Vec<Effect> {
        let mut effects = vec![Effect::Send(ToWorker::Start {
            version: WIRE_VERSION,
            power: Some(self.preferences.power),
        })];
        effects.extend(self.tell_hub());
        effects
    }

    pub(super) fn hear(&mut self, message: FromWorker) -> Vec<Effect> {
        match message {
            FromWorker::Ready {
                version,
                engine_version,
                adapter,
            } => {
                if !speaks(version) {
                    self.unsupported(UnsupportedReason::OldVersion, say!("page-old-version"));
                    return Vec::new();
                }
                self.speed_name = fit::speed_name(&engine_version, &adapter);
                self.engine = Engine::Ready(adapter);
                let mut effects = self.list_models();
                effects.push(Effect::RecallSpeed {
                    name: self.speed_name.clone(),
                });
                effects
            }
            FromWorker::Unsupported { reason, message } => {
                self.unsupported(reason, message);
                Vec::new()
            }
            FromWorker::Progress { id, progress } => {
                self.progressed(id, progress);
                Vec::new()
            }
            FromWorker::Loaded { id, model } => self.loaded(id, model),
            FromWorker::Downloaded {
                id,
                key,
                name,
                bytes_fetched: _,
                chunks_repaired,
            } => self.downloaded(id, &key, &name, chunks_repaired),
            FromWorker::Inspected { id, inspection } => self.inspected(id, inspection),
            FromWorker::Measured {
                id,
                weight_bytes_per_second,
            } => self.measured(id, weight_bytes_per_second),
            // The page does not ask for it.
            FromWorker::Roofline { .. } => Vec::new(),
            FromWorker::Memory {
                id,
                forgotten_tokens: _,
                forgotten_messages,
            } => {
                self.chat.forget(id, forgotten_messages as usize);
                // At the end of an answer it is said together with that.
                if matches!(self.chat.phase(), Phase::Reading(_)) && self.chat.take_news() {
                    self.announcement = words::forgetting();
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
            FromWorker::Counted { id, num_tokens } => {
                self.tokens_counted(id, num_tokens);
                Vec::new()
            }
            FromWorker::Finished { id, reason, usage } => {
                let written = say!("count-tokens", count = usage.completion_tokens);
                let ending = Ending::Finished { reason, usage };
                if self.chat.finish(id, ending, self.now_ms) {
                    self.announcement = say!("announce-answered", tokens = written);
                    if self.chat.take_news() {
                        self.announcement =
                            format!("{} {}", self.announcement, words::forgetting());
                    }
                    return self.answered();
                }
                Vec::new()
            }
            FromWorker::Models {
                id: _,
                models,
                space,
            } => {
                self.listed(models, space);
                if self.is_settled() {
                    self.start_pending()
                } else {
                    Vec::new()
                }
            }
            FromWorker::Verified {
                id,
                key: _,
                chunks_checked,
                chunks_damaged,
            } => self.verified(id, chunks_checked, chunks_damaged),
            FromWorker::Exported { id, file } => self.exported(id, file),
            FromWorker::Unloaded { .. } => {
                self.model = None;
                Vec::new()
            }
            FromWorker::Model { model, options } => self.model_told(model, &options),
            FromWorker::LoadingElsewhere { source, progress } => {
                self.loading_elsewhere(&source, progress);
                Vec::new()
            }
            FromWorker::Moved => self.moved(),
            FromWorker::Failed { id, error } => self.failed(id, error),
        }
    }

    fn progressed(&mut self, id: RequestId, progress: Progress) {
        if let Load::Running {
            id: current,
            progress: shown,
            ..
        } = &mut self.load
            && *current == id
        {
            *shown = Some(progress);
        } else if let Some(job) = self.shelf.job.as_mut().filter(|job| job.id == id) {
            job.progress = Some(progress);
        }
    }

    pub(super) fn unsupported(&mut self, reason: UnsupportedReason, message: String) {
        self.engine = Engine::Unsupported { reason, message };
        self.load = Load::Idle;
        self.pending = None;
    }

    pub(super) fn renew_offers(&mut self) {
        let stored = self.shelf.models.as_deref().unwrap_or_default();
        self.offers = catalog::offers(&self.catalog, stored, &self.site());
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
            return if self.is_settled() {
                self.start_pending()
            } else {
                Vec::new()
            };
        }
        // Without a count an attachment is sent all the same.
        if self
            .counting
            .take_if(|(counting, _)| *counting == id)
            .is_some()
        {
            return Vec::new();
        }
        // Each kind of request knows its own; the error goes on to the next until one takes it.
        let answered = self
            .load_failed(id, error)
            .or_else(|error| self.job_failed(id, error))
            .or_else(|error| self.look_failed(id, error));
        answered.unwrap_or_else(|error| {
            let WireError { kind, message } = error;
            self.chat
                .finish(id, Ending::Failed { kind, message }, self.now_ms);
            Vec::new()
        })
    }

    pub(super) fn engine_lost(&mut self, error: WireError) -> Vec<Effect> {
        self.leave_engine();
        self.engine = Engine::Lost(error);
        Vec::new()
    }

    /// Nothing that was asked of the engine will be answered any more.
    pub(super) fn leave_engine(&mut self) {
        let request = self.chat.request();
        if let Some(request) = request.filter(|request| !self.remote.is_running(*request)) {
            self.chat.finish(request, Ending::Lost, self.now_ms);
        }
        if self.load.is_under_way() {
            self.load = Load::Idle;
        }
        self.pending = None;
        self.check = None;
        self.counting = None;
        self.shelf.job = None;
        if matches!(self.speed, Speed::Measuring(_)) {
            self.speed = Speed::Unknown;
        }
    }
}
