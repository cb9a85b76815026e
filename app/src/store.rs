//! Between the state and what is shown: actions in, one signal per thing that changes out.
//!
//! The state itself is not reactive. After each action every signal is compared with it and only those that
//! differ are written, so that a piece of streamed text wakes one effect and nothing else.

mod chats;
mod remote;

use std::time::Duration;

use inkling_host::catalog::CatalogModel;
use inkling_host::chats::{ChatId, Ending, Manner, MessageId};
use inkling_host::wire::{ErrorKind, Message, ModelReport, WireError};
use leptos::prelude::*;
use leptos::reactive::owner::LocalStorage;
use leptos::task::spawn_local;
use web_sys::{File, MessagePort};

use self::chats::ChatKeeper;
use crate::browser::remote::Stopper;
use crate::browser::{self, appearance, memory, program};
use crate::messages;
use crate::say;
use crate::state::draft::Draft;
use crate::state::embed::{Embedding, ToEmbedder};
use crate::state::preferences::json_from_preferences;
use crate::state::{
    Action, App, Check, Effect, Engine, Hub, Language, Library, Load, Node, Notice, Phase,
    Preferences, Program, Remote, Screen, SettingsPanel, Shelf, Speed, Version, language, reduce,
};
use crate::worker::Worker;

/// A crash costs less than a second of an answer.
const SAVE_DELAY: Duration = Duration::from_millis(800);

/// How long the first texts wait for their language before they are English.
const LANGUAGE_PATIENCE: Duration = Duration::from_secs(4);

#[derive(Clone, Copy)]
pub struct Store {
    state: StoredValue<App>,
    worker: StoredValue<Worker, LocalStorage>,
    keeper: StoredValue<ChatKeeper, LocalStorage>,
    /// Ends what a server is being asked.
    asking: StoredValue<Option<Stopper>, LocalStorage>,
    pub engine: RwSignal<Engine>,
    pub screen: RwSignal<Screen>,
    pub load: RwSignal<Load>,
    pub model: RwSignal<Option<ModelReport>>,
    pub shelf: RwSignal<Shelf>,
    pub offers: RwSignal<Vec<CatalogModel>>,
    pub has_guide: RwSignal<bool>,
    pub check: RwSignal<Option<Check>>,
    pub speed: RwSignal<Speed>,
    pub hub: RwSignal<Hub>,
    pub program: RwSignal<Program>,
    pub remote: RwSignal<Remote>,
    /// What was said so far is to be seen before it is sent.
    pub needs_agreement: RwSignal<bool>,
    pub preferences: RwSignal<Preferences>,
    pub settings: RwSignal<SettingsPanel>,
    /// What the page speaks; what is said is drawn beneath something that reads it.
    pub language: RwSignal<Option<&'static Language>>,
    pub is_to_load_again: RwSignal<bool>,
    pub address: RwSignal<String>,
    pub announcement: RwSignal<String>,
    pub embedding: RwSignal<Option<Embedding>>,
    pub library: RwSignal<Library>,
    /// The conversation that is shown.
    pub open_chat: RwSignal<Option<ChatId>>,
    pub notice: RwSignal<Option<Notice>>,
    pub can_ask: RwSignal<bool>,
    pub can_go_on: RwSignal<bool>,
    /// What is about to be sent. Kept here, because screens come and go.
    pub draft: RwSignal<Draft>,
    pub counted: RwSignal<Option<(String, u32)>>,
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
            has_guide: RwSignal::new(app.has_guide),
            check: RwSignal::new(app.check.clone()),
            speed: RwSignal::new(app.speed),
            hub: RwSignal::new(app.hub.clone()),
            program: RwSignal::new(app.program.clone()),
            remote: RwSignal::new(app.remote.clone()),
            needs_agreement: RwSignal::new(app.needs_agreement()),
            preferences: RwSignal::new(app.preferences.clone()),
            settings: RwSignal::new(app.settings),
            language: RwSignal::new(app.language),
            is_to_load_again: RwSignal::new(app.is_to_load_again()),
            address: RwSignal::new(app.address.clone()),
            announcement: RwSignal::new(app.announcement.clone()),
            embedding: RwSignal::new(app.embedding.clone()),
            library: RwSignal::new(app.library.clone()),
            open_chat: RwSignal::new(app.open_chat()),
            notice: RwSignal::new(app.notice.clone()),
            can_ask: RwSignal::new(app.can_ask()),
            can_go_on: RwSignal::new(app.can_go_on()),
            draft: RwSignal::default(),
            counted: RwSignal::new(app.counted.clone()),
            phase: RwSignal::new(app.chat.phase()),
            chat_revision: RwSignal::new(app.chat.revision()),
            text_revision: RwSignal::new(app.chat.text_revision()),
            state: StoredValue::new(app),
            worker: StoredValue::new_local(Worker::default()),
            keeper: StoredValue::new_local(ChatKeeper::default()),
            asking: StoredValue::new_local(None),
        }
    }

    pub fn dispatch(self, action: Action) {
        let reduced = self.state.try_update_value(|app| {
            app.now_ms = browser::now_ms();
            reduce(app, action)
        });
        let Some(effects) = reduced else {
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

    /// A look at one message of the conversation; subscribe to a revision to be told when to look again.
    pub fn with_message<T>(self, id: MessageId, look: impl FnOnce(&Node) -> T) -> Option<T> {
        self.state.with_value(|app| app.chat.message(id).map(look))
    }

    /// The messages of the branch that is shown.
    pub fn message_ids(self) -> Vec<MessageId> {
        self.chat_revision.track();
        self.state.with_value(|app| app.chat.tree().path().to_vec())
    }

    /// For the page that embeds this one: how loading stands.
    pub fn load_told(self) -> Option<ToEmbedder> {
        self.state.with_value(App::load_told)
    }

    /// For the page that embeds this one: what was said in the conversation that is shown.
    pub fn said(self) -> Vec<(MessageId, ToEmbedder)> {
        self.state.with_value(App::said)
    }

    /// 0 where nothing was asked yet.
    pub fn chat_id(self) -> u64 {
        self.chat_revision.track();
        self.state.with_value(|app| app.chat.record().id)
    }

    pub fn manner(self) -> Manner {
        self.chat_revision.track();
        self.state
            .with_value(|app| app.chat.record().manner.clone())
    }

    /// How an answer ended; absent while it is being written.
    pub fn ending(self, id: MessageId) -> Option<Ending> {
        self.chat_revision.track();
        self.with_message(id, |node| node.ending.clone()).flatten()
    }

    /// How the last answer that is shown ended.
    pub fn last_ending(self) -> Option<Ending> {
        self.chat_revision.track();
        self.state.with_value(|app| {
            app.chat
                .tree()
                .shown()
                .rev()
                .find_map(|node| node.ending.clone())
        })
    }

    /// Where a message stands among those that stand for the same thing.
    pub fn place(self, id: MessageId) -> Option<Version> {
        self.chat_revision.track();
        self.state.with_value(|app| app.chat.tree().place(id))
    }

    /// What of the open conversation would go along with the next question.
    pub fn outgoing(self) -> Vec<Message> {
        self.chat_revision.track();
        self.state.with_value(App::outgoing)
    }

    /// Tokens of the conversation in the model's memory, and how many it holds; absent until an answer has ended, and
    /// where the memory is another machine's.
    pub fn context_used(self) -> Option<(u32, u32)> {
        if self.remote.with(|remote| remote.is_used) {
            return None;
        }
        let Some(Ending::Finished { usage, .. }) = self.last_ending() else {
            return None;
        };
        let length = self
            .model
            .with(|model| model.as_ref().map(|model| model.context_length))?;
        Some((usage.context_tokens.min(length), length))
    }

    /// The message below which the model's memory begins.
    pub fn memory_begins_below(self) -> Option<MessageId> {
        self.chat_revision.track();
        self.state.with_value(|app| app.chat.memory_begins_below())
    }

    fn run(self, effect: Effect) -> Result<(), WireError> {
        match effect {
            Effect::StartWorker => self.with_worker(|worker| {
                worker.start(
                    move |message| self.dispatch(Action::FromEngine(message)),
                    move |file| self.worker.update_value(|worker| worker.receive(file)),
                )
            })?,
            Effect::Send(message) => self.with_worker(|worker| worker.send(&message))?,
            Effect::SaveFile { name } => {
                if let Some(file) = self.with_worker(|worker| Ok(worker.take_received()))? {
                    memory::save(&name, &file);
                }
            }
            Effect::AskToKeep => {
                memory::remember(memory::ASKED_TO_KEEP, Some("yes"));
                spawn_local(async move {
                    let promised = memory::ask_to_keep().await;
                    self.dispatch(Action::KeepingAnswered { promised });
                });
            }
            Effect::RememberToken(token) => memory::remember(memory::TOKEN, token.as_deref()),
            Effect::RecallSpeed { name } => {
                let recalled = memory::recall(&memory::speed_of(&name));
                if let Some(weight_bytes_per_second) = recalled.and_then(|text| text.parse().ok()) {
                    self.dispatch(Action::SpeedRecalled {
                        weight_bytes_per_second,
                    });
                }
            }
            Effect::RememberSpeed {
                name,
                weight_bytes_per_second,
            } => memory::remember(
                &memory::speed_of(&name),
                Some(&weight_bytes_per_second.to_string()),
            ),
            Effect::SaveSoon => set_timeout(move || self.dispatch(Action::SaveNow), SAVE_DELAY),
            Effect::RememberServer(known) => self.remember_server(known.as_ref()),
            Effect::ListServerModels { server } => self.list_server_models(server),
            Effect::AskServer { id, server, body } => self.ask_server(id, server, body),
            Effect::StopServer => self.stop_server(),
            Effect::RememberAnswer => memory::remember(memory::ANSWERED, Some("yes")),
            Effect::RememberPreferences(preferences) => {
                appearance::show(preferences.theme.name(), preferences.text_size.name());
                let json = json_from_preferences(&preferences);
                memory::remember(memory::PREFERENCES, Some(&json));
            }
            Effect::Speak(language) => self.speak(language),
            Effect::AskToInstall => program::ask_to_install(),
            Effect::Update => spawn_local(program::update()),
            Effect::ListChats => self.list_chats(),
            Effect::ReadChat { id } => self.read_chat(id),
            Effect::HearChat { id } => self.hear_chat(id),
            Effect::SaveChat {
                chat,
                messages,
                removed,
            } => self.save_chat(chat, messages, removed),
            Effect::LabelChat { chat } => self.label_chat(chat),
            Effect::RemoveChat { id } => self.remove_chat(id),
            Effect::SearchChats { text } => self.search_chats(text),
            Effect::ExportChat { chat, form } => self.export_chat(chat, form),
            Effect::ExportChats { chats } => self.export_chats(chats),
            Effect::ImportChats { text } => self.import_chats(text),
            Effect::RememberLibrary { is_collapsed } => {
                memory::remember(memory::LIBRARY_COLLAPSED, is_collapsed.then_some("yes"))
            }
        }
        Ok(())
    }

    /// English is here already; any other language is a file.
    fn speak(self, language: &'static Language) {
        if *language == language::ENGLISH {
            messages::speak_english();
            return self.dispatch(Action::LanguageSpoken(language));
        }
        // At the start nothing is shown yet, and a network that does not answer must not keep it so.
        let go_on = move || {
            if self.language.with_untracked(Option::is_none) {
                self.dispatch(Action::LanguageMissing);
            }
        };
        set_timeout(go_on, LANGUAGE_PATIENCE);
        spawn_local(async move {
            let path = format!("./languages/{}.ftl", language.tag);
            // A page in its place, as some hosts answer for anything, is none.
            let messages = browser::text_of(&path).await;
            let messages = messages.filter(|text| !text.trim_start().starts_with('<'));
            // Another one may have been chosen in the meantime.
            if self.state.with_value(App::wanted_language) != language {
                return;
            }
            match messages {
                Some(messages) => {
                    messages::speak(language.tag, &messages);
                    self.dispatch(Action::LanguageSpoken(language));
                    // So that it is kept for a visit without a network.
                    program::once_in_charge(move || {
                        let path = path.clone();
                        spawn_local(async move { drop(browser::text_of(&path).await) });
                    });
                }
                None => self.dispatch(Action::LanguageMissing),
            }
        });
    }

    /// Hands a port on to the engine. Who asked learns from silence that there is none.
    pub fn serve(self, port: &MessagePort) {
        drop(self.with_worker(|worker| worker.serve(port)));
    }

    fn with_worker<T>(
        self,
        work: impl FnOnce(&mut Worker) -> Result<T, WireError>,
    ) -> Result<T, WireError> {
        // Gone only when the page is.
        self.worker
            .try_update_value(work)
            .unwrap_or_else(|| Err(WireError::new(ErrorKind::Internal, say!("page-closing"))))
    }

    fn publish(self) {
        self.state.with_value(|app| {
            put(self.engine, &app.engine);
            put(self.screen, &app.screen);
            put(self.load, &app.load);
            put(self.model, &app.model);
            put(self.shelf, &app.shelf);
            put(self.offers, &app.offers);
            put(self.has_guide, &app.has_guide);
            put(self.check, &app.check);
            put(self.speed, &app.speed);
            put(self.hub, &app.hub);
            put(self.program, &app.program);
            put(self.remote, &app.remote);
            put(self.needs_agreement, &app.needs_agreement());
            put(self.preferences, &app.preferences);
            put(self.settings, &app.settings);
            put(self.language, &app.language);
            put(self.is_to_load_again, &app.is_to_load_again());
            put(self.address, &app.address);
            put(self.announcement, &app.announcement);
            put(self.embedding, &app.embedding);
            put(self.library, &app.library);
            put(self.open_chat, &app.open_chat());
            put(self.notice, &app.notice);
            put(self.can_ask, &app.can_ask());
            put(self.can_go_on, &app.can_go_on());
            put(self.counted, &app.counted);
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
