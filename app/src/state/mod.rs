//! Everything the page knows and how it changes. Pure: no clock, no browser, no signals.
//!
//! One [`reduce`] takes an [`Action`] and answers with the [`Effect`]s to carry out. Messages to and from the
//! worker are matched without a wildcard, so that a new one cannot be forgotten.

mod address;
mod advice;
mod catalog;
pub mod chat;
pub mod fit;
pub mod guide;
mod hub;
pub mod library;
pub mod library_days;
mod loading;
mod notice;
mod opened;
mod program;
mod shelf;
mod steps;
pub mod words;

use inkling_host::catalog::{Catalog, CatalogModel};
use inkling_host::chats::{ChatId, ChatRecord, MessageId, MessageRecord};
use inkling_host::settings::Settings;
use inkling_host::wire::{
    AdapterReport, FromWorker, GenerateOptions, ModelReport, RequestId, ToWorker,
    UnsupportedReason, WireError,
};

pub use advice::advice_for;
pub use chat::{Chat, Outcome, Phase, Turn};
pub use fit::{Check, Place, Speed, Stage};
pub use hub::Hub;
pub use library::{ChatForm, Library};
pub use loading::{Load, Pause, Purpose, Stopping, Wanted};
pub use notice::{Notice, Undo};
pub use program::{Program, Update};
pub use shelf::{Job, Note, Shelf, Work};

/// The whole page.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct App {
    pub engine: Engine,
    pub screen: Screen,
    pub load: Load,
    /// The model that answers. Kept while the engine is lost, so that the page can still name it.
    pub model: Option<ModelReport>,
    pub shelf: Shelf,
    /// Models worth trying that are not in this browser yet.
    pub offers: Vec<CatalogModel>,
    /// The model that comes with the page is there.
    pub has_guide: bool,
    /// The model that is being looked at before it is fetched.
    pub check: Option<Check>,
    pub speed: Speed,
    /// What this adapter's speed is remembered by.
    speed_name: String,
    pub hub: Hub,
    pub program: Program,
    pub chat: Chat,
    /// What stands in the address field. Nothing that fails clears it.
    pub address: String,
    /// The last thing said to people who cannot see the page.
    pub announcement: String,
    /// The conversations that are kept.
    pub library: Library,
    pub notice: Option<Notice>,
    /// Milliseconds since the epoch, set before each action: the state has no clock of its own.
    pub now_ms: f64,
    last_notice: u64,
    launch: Launch,
    catalog: Catalog,
    /// Waits for the engine, and for the list of models that a name may refer to.
    pending: Option<Pending>,
    /// What the model that answers was made from.
    last_wanted: Option<Wanted>,
    last_request: RequestId,
}

/// What the page's own address asked for, and what earlier visits left.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Launch {
    /// `?model=`: an address or the name of a stored model.
    pub model: Option<String>,
    /// Where the page stands; relative addresses of models start here.
    pub base: String,
    pub options: GenerateOptions,
    /// Opens private models; kept in this browser only.
    pub token: Option<String>,
    /// An earlier visit asked the browser to keep what is stored.
    pub asked_to_keep: bool,
    /// A model answered on an earlier visit.
    pub has_answered: bool,
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
    Storage,
}

#[derive(Debug, Clone, PartialEq)]
enum Pending {
    Wanted(Wanted),
    Address(String),
}

/// Everything that can happen.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    Launched(Launch),
    /// What the host of the page has set, or what holds without.
    SettingsRead(Settings),
    FromEngine(FromWorker),
    /// The worker could not be started or reached.
    EngineFailed(WireError),
    TypeAddress(String),
    LoadAddress,
    CatalogRead(Catalog),
    LoadOffer {
        address: String,
    },
    GuideFound,
    LoadGuide,
    LoadStored {
        key: String,
    },
    LoadFiles {
        names: Vec<String>,
    },
    PauseLoad,
    ResumeLoad,
    LoadUnkept,
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
    CheckStored {
        key: String,
    },
    SaveFile {
        key: String,
        file: String,
    },
    CancelJob,
    /// Has the browser asked to promise that it will not clear the models by itself.
    AskToKeep,
    KeepingAnswered {
        promised: bool,
    },
    CheckAddress,
    CheckOffer {
        address: String,
    },
    DismissCheck,
    LoadChecked(Purpose),
    /// This adapter was measured on an earlier visit.
    SpeedRecalled {
        weight_bytes_per_second: f64,
    },
    KeepToken {
        token: String,
    },
    ForgetToken,
    /// Shows the private models' field, wherever the person is, or hides it.
    OpenPrivate,
    ClosePrivate,
    InstallOffered,
    Install,
    Installed,
    UpdateReady,
    UpdateLater,
    UpdateNow,
    ShowStart,
    ShowChat,
    ShowStorage,
    Ask {
        text: String,
    },
    Retry,
    Stop,
    NewChat,
    /// The list of conversations is on the page.
    LibraryMounted {
        is_collapsed: bool,
    },
    ChatsRead {
        chats: Vec<ChatRecord>,
    },
    /// Conversations could not be read or written.
    ChatsFailed(WireError),
    /// They can be again.
    ChatsKept,
    OpenLibrary,
    CloseLibrary,
    CollapseLibrary {
        is_collapsed: bool,
    },
    /// Begins an empty conversation, from wherever the person is.
    BeginChat,
    OpenChat {
        id: ChatId,
    },
    ChatRead {
        chat: ChatRecord,
        messages: Vec<MessageRecord>,
    },
    SearchChats {
        text: String,
    },
    ChatsFound {
        text: String,
        found: Vec<ChatId>,
    },
    /// Opens the field for a title.
    RenameChat {
        id: ChatId,
    },
    /// Closes it without a change.
    KeepTitle,
    TitleChat {
        id: ChatId,
        title: String,
    },
    PinChat {
        id: ChatId,
        is_pinned: bool,
    },
    DeleteChat {
        id: ChatId,
    },
    /// Another tab wrote to a conversation or removed it.
    ChatChanged {
        id: ChatId,
    },
    /// What is stored of it now; nothing where it is gone.
    ChatHeard {
        id: ChatId,
        chat: Option<ChatRecord>,
    },
    ExportChat {
        id: ChatId,
        form: ChatForm,
    },
    ExportAll,
    ImportChats {
        text: String,
    },
    ChatsImported {
        chats: Vec<ChatRecord>,
    },
    /// A file could not be read or made.
    ChatFileFailed(WireError),
    Undo,
    DismissNotice,
}

/// What has to be done outside the state.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Starts a worker, ending the one before.
    StartWorker,
    /// Sends a message; the files chosen last ride beside it where its source is `Files`.
    Send(ToWorker),
    /// Hands the file that came last from the worker to the person.
    SaveFile {
        name: String,
    },
    /// Answered by [`Action::KeepingAnswered`]; later visits know that it was asked for.
    AskToKeep,
    /// Absent: forgets it.
    RememberToken(Option<String>),
    /// Answered by [`Action::SpeedRecalled`] where something is known under the name.
    RecallSpeed {
        name: String,
    },
    RememberSpeed {
        name: String,
        weight_bytes_per_second: f64,
    },
    RememberAnswer,
    /// Shows the browser's own question whether to install.
    AskToInstall,
    /// Hands the page over to its new version, which reloads it.
    Update,
    /// Answered by [`Action::ChatsRead`], or as all of what follows by [`Action::ChatsFailed`].
    ListChats,
    /// Answered by [`Action::ChatRead`], or [`Action::ChatHeard`] where it is gone.
    ReadChat {
        id: ChatId,
    },
    /// Answered by [`Action::ChatHeard`].
    HearChat {
        id: ChatId,
    },
    SaveChat {
        chat: ChatRecord,
        /// Those that are new or changed.
        messages: Vec<MessageRecord>,
        removed: Vec<MessageId>,
    },
    /// Saves what a conversation is called, and whether it is pinned or deleted.
    LabelChat {
        chat: ChatRecord,
    },
    RemoveChat {
        id: ChatId,
    },
    /// Ends the search before. Answered by [`Action::ChatsFound`]; not at all for an empty text.
    SearchChats {
        text: String,
    },
    ExportChat {
        chat: ChatRecord,
        form: ChatForm,
    },
    ExportChats {
        chats: Vec<ChatRecord>,
    },
    /// Answered by [`Action::ChatsImported`] or [`Action::ChatFileFailed`].
    ImportChats {
        text: String,
    },
    RememberLibrary {
        is_collapsed: bool,
    },
}

/// The one way the page changes.
pub fn reduce(app: &mut App, action: Action) -> Vec<Effect> {
    match action {
        Action::Launched(launch) => app.launched(launch),
        Action::SettingsRead(settings) => app.settings_read(settings),
        Action::FromEngine(message) => app.hear(message),
        Action::EngineFailed(error) => app.engine_lost(error),
        Action::TypeAddress(text) => {
            app.address = text;
            Vec::new()
        }
        Action::LoadAddress => app.load_address(app.address.clone()),
        Action::CatalogRead(catalog) => {
            app.catalog = catalog;
            app.renew_offers();
            Vec::new()
        }
        Action::LoadOffer { address } => app.load_address(address),
        Action::GuideFound => {
            app.has_guide = true;
            Vec::new()
        }
        Action::LoadGuide => app.load_guide(),
        Action::LoadStored { key } => app.load_stored(key),
        Action::LoadFiles { names } => app.load_files(names),
        Action::PauseLoad => app.stop_load(Stopping::Pausing),
        Action::ResumeLoad => app.resume_load(None),
        Action::LoadUnkept => app.resume_load(Some(Purpose::ChatUnkept)),
        Action::CancelLoad => app.stop_load(Stopping::Cancelling),
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
        Action::DeleteModel { key } => app.delete_model(key),
        Action::CheckStored { key } => app.begin_job(key, Work::Check),
        Action::SaveFile { key, file } => app.begin_job(key, Work::Save { file }),
        Action::CancelJob => app.cancel_job(),
        Action::AskToKeep => vec![Effect::AskToKeep],
        Action::KeepingAnswered { promised } => app.keeping_answered(promised),
        Action::CheckAddress => app.check_address(),
        Action::CheckOffer { address } => app.check_offer(address),
        Action::DismissCheck => app.dismiss_check(),
        Action::LoadChecked(purpose) => app.load_checked(purpose),
        Action::SpeedRecalled {
            weight_bytes_per_second,
        } => {
            app.speed_recalled(weight_bytes_per_second);
            Vec::new()
        }
        Action::KeepToken { token } => app.keep_token(token),
        Action::ForgetToken => app.set_token(None),
        Action::OpenPrivate => app.open_private(),
        Action::ClosePrivate => {
            app.hub.is_open = false;
            Vec::new()
        }
        Action::InstallOffered => {
            app.program.is_install_offered = true;
            Vec::new()
        }
        Action::Install => app.install(),
        Action::Installed => app.installed(),
        Action::UpdateReady => app.update_ready(),
        Action::UpdateLater => {
            app.program.update = Update::Later;
            Vec::new()
        }
        Action::UpdateNow => app.update_now(),
        Action::ShowStart => {
            app.screen = Screen::Start;
            app.list_models()
        }
        Action::ShowChat => {
            app.screen = Screen::Chat;
            Vec::new()
        }
        Action::ShowStorage => {
            app.screen = Screen::Storage;
            app.list_models()
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
        Action::LibraryMounted { is_collapsed } => app.library_mounted(is_collapsed),
        Action::ChatsRead { chats } => app.chats_read(chats),
        Action::ChatsFailed(error) => app.chats_failed(error),
        Action::ChatsKept => {
            app.library.trouble = None;
            Vec::new()
        }
        Action::OpenLibrary => {
            app.library.is_open = true;
            Vec::new()
        }
        Action::CloseLibrary => {
            app.library.is_open = false;
            Vec::new()
        }
        Action::CollapseLibrary { is_collapsed } => {
            app.library.is_collapsed = is_collapsed;
            vec![Effect::RememberLibrary { is_collapsed }]
        }
        Action::BeginChat => {
            app.library.is_open = false;
            app.begin_chat()
        }
        Action::OpenChat { id } => app.open_chat_of(id),
        Action::ChatRead { chat, messages } => app.chat_read(chat, messages),
        Action::SearchChats { text } => app.search_chats(text),
        Action::ChatsFound { text, found } => app.chats_found(&text, found),
        Action::RenameChat { id } => {
            app.library.renaming = Some(id);
            Vec::new()
        }
        Action::KeepTitle => {
            app.library.renaming = None;
            Vec::new()
        }
        Action::TitleChat { id, title } => app.title_chat(id, &title),
        Action::PinChat { id, is_pinned } => app.pin_chat(id, is_pinned),
        Action::DeleteChat { id } => app.delete_chat(id),
        Action::ChatChanged { id } => vec![Effect::HearChat { id }],
        Action::ChatHeard { id, chat } => app.chat_heard(id, chat),
        Action::ExportChat { id, form } => app.export_chat(id, form),
        Action::ExportAll => app.export_all(),
        Action::ImportChats { text } => vec![Effect::ImportChats { text }],
        Action::ChatsImported { chats } => app.chats_imported(chats),
        Action::ChatFileFailed(error) => app.tell(error.message, None),
        Action::Undo => app.undo(),
        Action::DismissNotice => app.dismiss_notice(),
    }
}

#[cfg(test)]
mod library_tests;
#[cfg(test)]
mod loading_tests;
#[cfg(test)]
mod memory_tests;
#[cfg(test)]
mod shelf_tests;
#[cfg(test)]
mod tests;
