//! One engine for all tabs: what another tab makes of it, and what happens when it is gone with the tab that had it.
//!
//! A model that another tab chose answers here too, and the person is told. An engine that is gone is followed by another one,
//! which is given the same model and finishes what was being written. Must not know how tabs find each other.

use inkling_host::chats::MessageId;
use inkling_host::wire::{LoadOptions, ModelReport, ModelSource, Progress};

use super::settings::Memory;
use super::{App, Effect, Engine, Load, Pending, Phase, Purpose, Screen, Wanted, words};
use crate::say;

/// An answer that was being written when the engine went.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Interrupted {
    #[default]
    None,
    /// Goes on once the model is there again.
    Waiting(MessageId),
    /// Went on once. What ends the next engine too is not tried again unasked.
    Resumed(MessageId),
}

impl App {
    /// What answers from now on. This tab's own load comes later, and says so itself.
    pub(super) fn model_told(
        &mut self,
        model: Option<ModelReport>,
        options: &LoadOptions,
    ) -> Vec<Effect> {
        if self.has_own_load() {
            return Vec::new();
        }
        let was_elsewhere = matches!(self.load, Load::Elsewhere { .. });
        if was_elsewhere {
            self.load = Load::Idle;
        }
        let before = self.model.take();
        let Some(model) = model else {
            return match before {
                Some(before) => self.tell(say!("tabs-model-gone", name = before.name), None),
                None => Vec::new(),
            };
        };
        self.last_wanted = Some(Wanted::again(&model, self.last_wanted.as_ref()));
        self.loaded_with = Some(Memory::from_options(options));
        let name = model.name.clone();
        let is_other = before.is_some_and(|before| before.key != model.key);
        self.announcement = say!("announce-ready", name = &name);
        self.model = Some(model);
        // Who has nothing else to look at sees the conversation that can begin.
        if self.screen == Screen::Start && self.pending.is_none() {
            self.screen = Screen::Chat;
        }
        if is_other {
            return self.tell(say!("tabs-model-changed", name = name), None);
        }
        Vec::new()
    }

    pub(super) fn loading_elsewhere(&mut self, source: &ModelSource, progress: Option<Progress>) {
        if !self.has_own_load() {
            self.load = Load::Elsewhere {
                title: words::title_from_source(source),
                progress,
            };
        }
    }

    /// The next engine waits for its first message already.
    pub(super) fn moved(&mut self) -> Vec<Effect> {
        match self.engine {
            Engine::Starting | Engine::Ready(_) => {}
            // It failed before it went, and the person decides what comes next.
            Engine::Unsupported { .. } | Engine::Lost(_) => return Vec::new(),
        }
        let running = match self.chat.phase() {
            Phase::Reading(_) | Phase::Writing(_) => self.chat.running(),
            Phase::Idle | Phase::Stopping(_) => None,
        };
        self.interrupted = match (running, self.interrupted) {
            (Some(now), Interrupted::Resumed(before)) if now == before => Interrupted::None,
            (Some(now), _) => Interrupted::Waiting(now),
            // Not yet begun again when this engine went too.
            (None, interrupted) => interrupted,
        };
        let under_way = self.under_way();
        self.leave_engine();
        if matches!(self.load, Load::Elsewhere { .. }) {
            self.load = Load::Idle;
        }
        self.wait_for_engine(under_way);
        self.announcement = say!("tabs-moved");
        self.engine = Engine::Starting;
        self.begin_engine()
    }

    /// The model is there again: the answer that was being written goes on from its last word.
    pub(super) fn finish_interrupted(&mut self) -> Vec<Effect> {
        let Interrupted::Waiting(answer) = self.interrupted else {
            return Vec::new();
        };
        self.interrupted = Interrupted::Resumed(answer);
        match self.chat.message(answer) {
            Some(node) if node.text.is_empty() => {
                let effects = self.answer_again(answer);
                // Another answer in its place, with a name of its own.
                let running = self.chat.running();
                self.interrupted = running.map_or(Interrupted::None, Interrupted::Resumed);
                effects
            }
            Some(_) => self.go_on(answer),
            None => Vec::new(),
        }
    }

    /// What another engine is to be given: the model on its way here, or the one that answers.
    pub(super) fn under_way(&self) -> Option<Pending> {
        match &self.load {
            Load::Running { wanted, .. } => Some(Pending::Wanted(wanted.clone())),
            Load::Waiting { .. } => self.pending.clone(),
            Load::Idle | Load::Elsewhere { .. } | Load::Paused { .. } | Load::Failed { .. } => {
                let model = self.model.as_ref()?;
                let wanted = Wanted::again(model, self.last_wanted.as_ref());
                Some(Pending::Wanted(wanted))
            }
        }
    }

    pub(super) fn wait_for_engine(&mut self, under_way: Option<Pending>) {
        let Some(pending) = under_way else {
            return;
        };
        let title = match &pending {
            Pending::Wanted(wanted) => words::title_from_source(&wanted.source),
            Pending::Address(address) => words::title_from_address(address),
        };
        self.load = Load::Waiting { title };
        self.pending = Some(pending);
    }

    fn has_own_load(&self) -> bool {
        match &self.load {
            Load::Running { wanted, .. } => wanted.purpose != Purpose::Keep,
            Load::Idle
            | Load::Waiting { .. }
            | Load::Elsewhere { .. }
            | Load::Paused { .. }
            | Load::Failed { .. } => false,
        }
    }
}

impl Wanted {
    /// What loads a model that is there once more: from storage, so that all tabs ask for the same, where it is kept.
    fn again(model: &ModelReport, before: Option<&Self>) -> Self {
        let key = model.key.clone();
        if model.not_stored.is_none() {
            return Self::to_chat(ModelSource::Stored { key });
        }
        match before.filter(|_| key.starts_with("local:")) {
            Some(before) => before.clone(),
            None => Self {
                source: ModelSource::Url { url: key },
                purpose: Purpose::ChatUnkept,
            },
        }
    }
}

#[cfg(test)]
mod tests;
