//! Everything the page knows and how it changes. Pure: no clock, no browser, no signals.
//!
//! One [`reduce`] takes an [`Action`] and answers with the [`Effect`]s to carry out. Messages to and from the
//! worker are matched without a wildcard, so that a new one cannot be forgotten.

mod action;
mod address;
mod advice;
pub mod attachment;
mod catalog;
pub mod chat;
pub mod draft;
pub mod embed;
pub mod fit;
pub mod guide;
mod hub;
mod ids;
pub mod language;
pub mod library;
pub mod library_days;
mod loading;
mod notice;
mod opened;
pub mod preferences;
mod program;
pub mod remote;
pub mod sampling;
mod settings;
mod shelf;
mod steps;
mod tabs;
mod talk;
pub mod words;

use inkling_host::catalog::{Catalog, CatalogModel};
use inkling_host::wire::{
    AdapterReport, GenerateOptions, ModelReport, RequestId, UnsupportedReason, WireError,
};

pub use action::{Action, Effect};
pub use advice::advice_for;
pub use chat::{Chat, Cutting, Node, Phase, Version};
pub use fit::{Check, Place, Speed, Stage};
pub use hub::Hub;
pub use language::Language;
pub use library::{ChatForm, Library};
pub use loading::{Load, Pause, Purpose, Stopping, Wanted};
pub use notice::{Notice, Undo};
pub use preferences::{Preference, Preferences};
pub use program::{Program, Update};
pub use remote::{Elsewhere, Remote, ServerModels};
pub use settings::SettingsPanel;
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
    /// Another machine that may answer.
    pub remote: Remote,
    pub preferences: Preferences,
    pub settings: SettingsPanel,
    /// What the page speaks; absent until that is known, and nothing is shown before.
    pub language: Option<&'static Language>,
    pub chat: Chat,
    /// What stands in the address field. Nothing that fails clears it.
    pub address: String,
    /// What the page that embeds this one wants; absent where there is none, or it has not said.
    pub embedding: Option<embed::Embedding>,
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
    /// The answer that another engine is to finish.
    interrupted: tabs::Interrupted,
    /// What it was loaded with.
    loaded_with: Option<settings::Memory>,
    last_request: RequestId,
    ids: ids::Ids,
    /// The attachment whose tokens are being counted.
    counting: Option<(RequestId, String)>,
    /// The attachment that was counted last, and its tokens.
    pub counted: Option<(String, u32)>,
    /// [`Effect::SaveSoon`] is under way.
    is_saving_soon: bool,
    /// Another tab wrote to the open conversation while an answer grows here.
    is_behind: bool,
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
    pub server: Option<remote::KnownServer>,
    /// An earlier visit asked the browser to keep what is stored.
    pub asked_to_keep: bool,
    /// A model answered on an earlier visit.
    pub has_answered: bool,
    /// Inside another site's page: what is said there is not kept.
    pub is_embedded: bool,
    /// Random: names of conversations and messages are drawn from it.
    pub seed: u64,
    pub preferences: Preferences,
    /// What the browser prefers, the best first.
    pub languages: Vec<String>,
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

/// The one way the page changes.
pub fn reduce(app: &mut App, action: Action) -> Vec<Effect> {
    let mut effects = act(app, action);
    effects.extend(app.keep());
    effects
}

fn act(app: &mut App, action: Action) -> Vec<Effect> {
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
        Action::OpenServer => app.open_server(),
        Action::CloseServer => {
            app.remote.is_open = false;
            Vec::new()
        }
        Action::ConnectServer { address, key } => app.connect_server(&address, &key),
        Action::ServerAnswered { server, models } => app.server_answered(&server, models),
        Action::UseServer { model } => app.use_server(model),
        Action::StayHere => app.stay_here(),
        Action::ForgetServer => app.forget_server(),
        Action::AgreeToSend => app.agree_to_send(),
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
        Action::OpenSettings => {
            app.settings.is_open = true;
            Vec::new()
        }
        Action::CloseSettings => app.close_settings(),
        Action::Prefer(preference) => app.prefer(preference),
        Action::ConfirmReset => {
            app.settings.confirms_reset = true;
            Vec::new()
        }
        Action::KeepPreferences => {
            app.settings.confirms_reset = false;
            Vec::new()
        }
        Action::ResetPreferences => app.reset_preferences(),
        Action::LanguageSpoken(language) => app.language_spoken(language),
        Action::LanguageMissing => app.language_missing(),
        Action::Ask { text, attachments } => app.ask(text, attachments, None),
        Action::CountTokens { name, text } => app.count_tokens(name, text),
        Action::AnswerAgain { message } => app.answer_again(message),
        Action::GoOn { answer } => app.go_on(answer),
        Action::Reword { message, text } => app.reword(message, text),
        Action::StepBranch { message, by } => app.step_branch(message, by),
        Action::DeleteMessage { message } => app.delete_message(message),
        Action::SetManner(manner) => app.set_manner(manner),
        Action::EmbedderSaid(told) => app.hear_embedder(told),
        Action::Announce(text) => {
            app.announcement = text;
            Vec::new()
        }
        Action::Stop => app.stop(),
        Action::NewChat => {
            app.library.is_open = false;
            app.new_chat()
        }
        Action::SaveNow => app.save_now(),
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
mod remote_tests;
#[cfg(test)]
mod shelf_tests;
#[cfg(test)]
mod tests;
