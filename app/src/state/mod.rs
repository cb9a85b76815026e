//! Everything the page knows and how it changes. Pure: no clock, no browser, no signals.
//!
//! One [`reduce`] takes an [`Action`] and answers with the [`Effect`]s to carry out. Messages to and from the
//! worker are matched without a wildcard, so that a new one cannot be forgotten.

mod address;
mod advice;
pub mod attachment;
mod catalog;
pub mod chat;
pub mod draft;
pub mod fit;
pub mod guide;
mod hub;
mod loading;
mod program;
mod shelf;
mod steps;
pub mod words;

use inkling_host::catalog::{Catalog, CatalogModel};
use inkling_host::settings::Settings;
use inkling_host::wire::{
    AdapterReport, FromWorker, GenerateOptions, ModelReport, RequestId, ToWorker,
    UnsupportedReason, WireError,
};

pub use advice::advice_for;
pub use chat::{Chat, Outcome, Phase, Turn};
pub use fit::{Check, Place, Speed, Stage};
pub use hub::Hub;
pub use loading::{Load, Pause, Purpose, Stopping, Wanted};
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
    }
}

#[cfg(test)]
mod loading_tests;
#[cfg(test)]
mod memory_tests;
#[cfg(test)]
mod shelf_tests;
#[cfg(test)]
mod tests;
