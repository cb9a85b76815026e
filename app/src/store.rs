//! Between the state and what is shown: actions in, one signal per thing that changes out.
//!
//! The state itself is not reactive. After each action every signal is compared with it and only those that
//! differ are written, so that a piece of streamed text wakes one effect and nothing else.

use inkling_host::catalog::CatalogModel;
use inkling_host::wire::{ModelReport, WireError};
use leptos::prelude::*;
use leptos::reactive::owner::LocalStorage;
use web_sys::File;

use crate::state::{
    Action, App, Effect, Engine, Load, Outcome, Phase, Screen, Shelf, Turn, reduce,
};
use crate::worker::Worker;

#[derive(Clone, Copy)]
pub struct Store {
    state: StoredValue<App>,
    worker: StoredValue<Worker, LocalStorage>,
    pub engine: RwSignal<Engine>,
    pub screen: RwSignal<Screen>,
    pub load: RwSignal<Load>,
    pub model: RwSignal<Option<ModelReport>>,
    pub shelf: RwSignal<Shelf>,
    pub offers: RwSignal<Vec<CatalogModel>>,
    pub address: RwSignal<String>,
    pub announcement: RwSignal<String>,
    pub can_ask: RwSignal<bool>,
    pub phase: RwSignal<Phase>,
    /// Raised when a turn begins, ends or goes; not by text.
    pub chat_revision: RwSignal<u64>,
    /// Raised by every piece of text of the running answer.
    pub text_revision: RwSignal<u64>,
}

impl Store {
    pub fn new() -> Self {
        let app = App::default();
        Self {
            engine: RwSignal::new(app.engine.clone()),
            screen: RwSignal::new(app.screen),
            load: RwSignal::new(app.load.clone()),
            model: RwSignal::new(app.model.clone()),
            shelf: RwSignal::new(app.shelf.clone()),
            offers: RwSignal::new(app.offers.clone()),
            address: RwSignal::new(app.address.clone()),
            announcement: RwSignal::new(app.announcement.clone()),
            can_ask: RwSignal::new(app.can_ask()),
            phase: RwSignal::new(app.chat.phase()),
            chat_revision: RwSignal::new(app.chat.revision()),
            text_revision: RwSignal::new(app.chat.text_revision()),
            state: StoredValue::new(app),
            worker: StoredValue::new_local(Worker::default()),
        }
    }

    pub fn dispatch(self, action: Action) {
        let Some(effects) = self.state.try_update_value(|app| reduce(app, action)) else {
            return;
        };
        self.publish();
        for effect in effects {
            if let Err(error) = self.run(effect) {
                self.dispatch(Action::EngineFailed(error));
                return;
            }
        }
    }

    /// Files cannot be part of the state; they wait here for the load that names them.
    pub fn choose_files(self, files: Vec<File>) {
        self.worker
            .update_value(|worker| worker.choose_files(files));
    }

    /// A look at one turn of the conversation; subscribe to a revision to be told when to look again.
    pub fn with_turn<T>(self, id: u64, look: impl FnOnce(&Turn) -> T) -> Option<T> {
        self.state.with_value(|app| app.chat.turn(id).map(look))
    }

    pub fn turn_ids(self) -> Vec<u64> {
        self.chat_revision.track();
        self.state
            .with_value(|app| app.chat.turns().iter().map(|turn| turn.id).collect())
    }

    pub fn outcome(self, id: u64) -> Option<Outcome> {
        self.chat_revision.track();
        self.with_turn(id, |turn| turn.outcome.clone())
    }

    /// The turn below which the model's memory begins.
    pub fn memory_begins_below(self) -> Option<u64> {
        self.chat_revision.track();
        self.state.with_value(|app| app.chat.memory_begins_below())
    }

    fn run(self, effect: Effect) -> Result<(), WireError> {
        let result = self.worker.try_update_value(|worker| match effect {
            Effect::StartWorker => {
                worker.start(move |message| self.dispatch(Action::FromEngine(message)))
            }
            Effect::Send(message) => worker.send(&message),
        });
        result.unwrap_or(Ok(()))
    }

    fn publish(self) {
        self.state.with_value(|app| {
            put(self.engine, &app.engine);
            put(self.screen, &app.screen);
            put(self.load, &app.load);
            put(self.model, &app.model);
            put(self.shelf, &app.shelf);
            put(self.offers, &app.offers);
            put(self.address, &app.address);
            put(self.announcement, &app.announcement);
            put(self.can_ask, &app.can_ask());
            put(self.phase, &app.chat.phase());
            put(self.chat_revision, &app.chat.revision());
            put(self.text_revision, &app.chat.text_revision());
        });
    }
}

fn put<T: Clone + PartialEq + Send + Sync + 'static>(signal: RwSignal<T>, value: &T) {
    if signal.with_untracked(|shown| shown != value) {
        signal.set(value.clone());
    }
}
