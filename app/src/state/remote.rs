//! Answers from another machine, which the person has chosen: off until then, and never without a mark.
//!
//! What was said here before is not sent before the person has seen it and agreed, one conversation at a time. Must not know
//! how a server is asked; that is `inkling_host::remote`.

use std::collections::BTreeSet;

use inkling_host::chats::{ChatId, ModelName};
use inkling_host::remote::{Server, request_json};
use inkling_host::wire::{ErrorKind, Message, RequestId, WireError};
use serde::{Deserialize, Serialize};

use super::{App, Effect, Screen};
use crate::say;

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Remote {
    /// The window in which a server is chosen.
    pub is_open: bool,
    /// The one that was chosen last.
    pub server: Option<Server>,
    pub models: ServerModels,
    /// What was chosen last of its models.
    pub model: Option<String>,
    /// It answers, in place of a model here. Never remembered: a visit begins on this device.
    pub is_used: bool,
    /// Conversations that may be sent.
    agreed: BTreeSet<ChatId>,
    /// The answer that it writes.
    running: Option<RequestId>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub enum ServerModels {
    #[default]
    Unknown,
    Asked,
    Listed(Vec<String>),
    Failed(WireError),
}

/// What is kept for the next visit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KnownServer {
    pub server: Server,
    pub model: Option<String>,
}

/// `None` for what no version of this page wrote.
pub fn known_server_from_json(json: &str) -> Option<KnownServer> {
    serde_json::from_str(json).ok()
}

pub fn json_from_known_server(known: &KnownServer) -> String {
    // A value of texts cannot fail to be written.
    serde_json::to_string(known).unwrap_or_default()
}

/// Who answers from elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Elsewhere {
    pub host: String,
    pub model: String,
}

impl Remote {
    pub(super) fn from_known(known: Option<KnownServer>) -> Self {
        let (server, model) = match known {
            Some(KnownServer { server, model }) => (Some(server), model),
            None => (None, None),
        };
        Self {
            server,
            model,
            ..Self::default()
        }
    }

    fn used(&self) -> Option<(&Server, &str)> {
        let (server, model) = (self.server.as_ref()?, self.model.as_deref()?);
        self.is_used.then_some((server, model))
    }

    /// Absent while answers are made here.
    pub fn elsewhere(&self) -> Option<Elsewhere> {
        self.used().map(|(server, model)| Elsewhere {
            host: server.host().to_owned(),
            model: model.to_owned(),
        })
    }

    pub(super) fn is_running(&self, request: RequestId) -> bool {
        self.running == Some(request)
    }

    fn known(&self) -> Option<KnownServer> {
        self.server.clone().map(|server| KnownServer {
            server,
            model: self.model.clone(),
        })
    }
}

impl App {
    pub(super) fn is_answered_elsewhere(&self) -> bool {
        self.remote.is_used
    }

    /// The open conversation has messages that were not meant for the server that would get them.
    pub fn needs_agreement(&self) -> bool {
        self.remote.is_used
            && self
                .open_chat()
                .is_some_and(|chat| !self.remote.agreed.contains(&chat))
            && !self.chat.tree().path().is_empty()
    }

    /// What would be sent of the open conversation with the next question, word for word.
    pub fn outgoing(&self) -> Vec<Message> {
        self.chat.messages_to_send()
    }

    pub(super) fn open_server(&mut self) -> Vec<Effect> {
        // Inside another site's page, what is said is between that site and its visitor.
        if self.launch.is_embedded {
            return Vec::new();
        }
        self.remote.is_open = true;
        match (&self.remote.server, &self.remote.models) {
            (Some(server), ServerModels::Unknown | ServerModels::Failed(_)) => {
                let server = server.clone();
                self.ask_for_models(server)
            }
            (Some(_), ServerModels::Asked | ServerModels::Listed(_)) | (None, _) => Vec::new(),
        }
    }

    pub(super) fn connect_server(&mut self, address: &str, key: &str) -> Vec<Effect> {
        // A key that is kept is not shown, so an empty field means the same one for the same server.
        let server = Server::new(address, key).map(|server| match &self.remote.server {
            Some(known) if key.trim().is_empty() && known.base() == server.base() => known.clone(),
            Some(_) | None => server,
        });
        match server {
            Ok(server) if server.is_blocked_for(&self.launch.base) => {
                self.remote.models = ServerModels::Failed(WireError::new(
                    ErrorKind::BadRequest,
                    say!("server-blocked", host = server.host()),
                ));
                Vec::new()
            }
            Ok(server) => {
                let mut effects = Vec::new();
                if self.remote.server.as_ref() != Some(&server) {
                    effects.extend(self.stay_here());
                    self.remote.model = None;
                    self.remote.agreed.clear();
                    self.remote.server = Some(server.clone());
                    effects.push(Effect::RememberServer(self.remote.known()));
                }
                effects.extend(self.ask_for_models(server));
                effects
            }
            Err(error) => {
                self.remote.models = ServerModels::Failed(error);
                Vec::new()
            }
        }
    }

    fn ask_for_models(&mut self, server: Server) -> Vec<Effect> {
        self.remote.models = ServerModels::Asked;
        vec![Effect::ListServerModels { server }]
    }

    pub(super) fn server_answered(
        &mut self,
        server: &Server,
        models: Result<Vec<String>, WireError>,
    ) -> Vec<Effect> {
        // Another one may have been typed in the meantime.
        if self.remote.server.as_ref() != Some(server) {
            return Vec::new();
        }
        self.remote.models = match models {
            Ok(names) => {
                self.announcement = say!("server-connected", host = server.host());
                ServerModels::Listed(names)
            }
            Err(error) => ServerModels::Failed(error),
        };
        Vec::new()
    }

    /// From now on that model of the server answers.
    pub(super) fn use_server(&mut self, model: String) -> Vec<Effect> {
        let Some(server) = self.remote.server.clone() else {
            return Vec::new();
        };
        let effects = self.stop();
        self.remote.model = Some(model);
        self.remote.is_used = true;
        self.remote.is_open = false;
        self.screen = Screen::Chat;
        self.announcement = say!("server-answers", host = server.host());
        let remember = Effect::RememberServer(self.remote.known());
        effects.into_iter().chain([remember]).collect()
    }

    /// From now on answers are made here again, or not at all.
    pub(super) fn stay_here(&mut self) -> Vec<Effect> {
        if !self.remote.is_used {
            return Vec::new();
        }
        let effects = self.stop();
        self.remote.is_used = false;
        self.announcement = say!("server-left");
        if self.model.is_none() && self.screen == Screen::Chat {
            self.screen = Screen::Start;
        }
        effects
    }

    pub(super) fn forget_server(&mut self) -> Vec<Effect> {
        let mut effects = self.stay_here();
        self.remote = Remote {
            is_open: self.remote.is_open,
            ..Remote::default()
        };
        self.announcement = say!("server-forgotten");
        effects.push(Effect::RememberServer(None));
        effects
    }

    pub(super) fn agree_to_send(&mut self) -> Vec<Effect> {
        self.remote.agreed.extend(self.open_chat());
        Vec::new()
    }

    /// Asks the server, where one is in use, with what the open conversation holds.
    pub(super) fn ask_server(&mut self, request: RequestId) -> Option<Vec<Effect>> {
        let (server, model) = self.remote.used()?;
        let (server, model) = (server.clone(), model.to_owned());
        // What begins with a server in view is meant for it.
        self.remote.agreed.extend(self.open_chat());
        self.remote.running = Some(request);
        let input = self.chat.input(true);
        let body = request_json(&model, &input, &self.options());
        Some(vec![Effect::AskServer {
            id: request,
            server,
            body,
        }])
    }

    pub(super) fn server_model_name(&self) -> Option<ModelName> {
        let (server, model) = self.remote.used()?;
        Some(ModelName {
            key: format!("{}#{model}", server.base()),
            name: format!("{model} · {}", server.host()),
        })
    }
}
