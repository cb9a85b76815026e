//! Everything the page knows and how it changes. Pure: no clock, no browser, no signals.
//!
//! One [`reduce`] takes an [`Action`] and answers with the [`Effect`]s to carry out. Messages to and from the
//! worker are matched without a wildcard, so that a new one cannot be forgotten.

mod address;
mod advice;
mod catalog;
pub mod chat;
pub mod guide;
mod steps;
pub mod words;

use inkling_host::catalog::{Catalog, CatalogModel};
use inkling_host::wire::{
    AdapterReport, FromWorker, GenerateOptions, ModelReport, ModelSource, Progress, RequestId,
    StoredModel, ToWorker, UnsupportedReason, WireError,
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
    /// Models worth trying that are not in this browser yet.
    pub offers: Vec<CatalogModel>,
    pub chat: Chat,
    /// What stands in the address field. Nothing that fails clears it.
    pub address: String,
    /// The last thing said to people who cannot see the page.
    pub announcement: String,
    launch: Launch,
    catalog: Catalog,
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
    CatalogRead(Catalog),
    LoadOffer {
        address: String,
    },
    LoadGuide,
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
        Action::LoadGuide => app.load_guide(),
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

#[cfg(test)]
mod memory_tests;
#[cfg(test)]
mod tests;
