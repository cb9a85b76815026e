//! Who is spoken to: one engine, and all the clients that use it.
//!
//! Clients number their requests by themselves, so what one calls 3 gets a number here that nobody else has, and its answers
//! find the way back. What concerns everybody (which model there is, how far it is) is told to everybody, and a model that
//! several want is loaded once. Must not know how messages travel, nor in which order the engine works.

mod letter;

use std::collections::BTreeMap;

use crate::wire::{
    Claim, ErrorKind, FromWorker, LoadOptions, ModelReport, ModelSource, PowerPreference, Progress,
    RequestId, ToWorker, UnsupportedReason, WireError, speaks,
};
use letter::{ends_request, id_in, with_id};

pub type ClientId = u64;

/// A message and whom it is for.
pub type Letter = (ClientId, FromWorker);

#[derive(Debug, Default)]
pub struct Switchboard {
    clients: BTreeMap<ClientId, Stage>,
    /// By the engine's numbers: who asked, and under which number.
    requests: BTreeMap<RequestId, Vec<(ClientId, RequestId)>>,
    /// Loads that have not ended, in their order.
    loads: Vec<Loading>,
    current: Option<Current>,
    /// What was answered to the first `Start`, and the adapter asked for.
    ready: Option<FromWorker>,
    power: Option<PowerPreference>,
    num_clients: ClientId,
    num_requests: RequestId,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    New,
    /// Waits for `Ready`.
    Starting,
    Started,
}

#[derive(Debug)]
struct Loading {
    id: RequestId,
    source: ModelSource,
    key: Option<String>,
    options: LoadOptions,
    progress: Option<Progress>,
}

/// The model that is there.
#[derive(Debug)]
struct Current {
    report: ModelReport,
    /// What it was asked for by; what it is kept by may be another address.
    key: Option<String>,
    options: LoadOptions,
    /// Who asks for it again means that it should be loaded anew.
    askers: Vec<ClientId>,
}

/// What a message comes to.
#[derive(Debug, Default, PartialEq)]
pub struct Heard {
    /// For the engine.
    pub pass: Option<ToWorker>,
    pub letters: Vec<Letter>,
}

/// What a client leaves behind.
#[derive(Debug, PartialEq, Eq)]
pub struct Departure {
    /// Requests that nobody waits for any more.
    pub cancelled: Vec<RequestId>,
    pub was_last: bool,
}

impl Switchboard {
    pub fn join(&mut self) -> ClientId {
        self.num_clients += 1;
        self.clients.insert(self.num_clients, Stage::New);
        self.num_clients
    }

    pub fn leave(&mut self, client: ClientId) -> Departure {
        self.clients.remove(&client);
        let mut cancelled = Vec::new();
        self.requests.retain(|id, askers| {
            askers.retain(|(asker, _)| *asker != client);
            if askers.is_empty() {
                cancelled.push(*id);
            }
            !askers.is_empty()
        });
        Departure {
            cancelled,
            was_last: !self.clients.values().any(|stage| *stage != Stage::New),
        }
    }

    pub fn clients(&self) -> impl Iterator<Item = ClientId> {
        self.clients.keys().copied()
    }

    /// A request of the engine's own.
    pub fn number(&mut self) -> RequestId {
        self.num_requests += 1;
        self.num_requests
    }

    /// A client says something. `key_of` is what a source is kept by, where that can be told by looking at it.
    pub fn hear(
        &mut self,
        client: ClientId,
        message: ToWorker,
        key_of: impl Fn(&ModelSource) -> Option<String>,
    ) -> Heard {
        match message {
            ToWorker::Start { version, power } => self.start(client, version, power),
            ToWorker::Load {
                id,
                source,
                options,
                claim,
            } => {
                let key = key_of(&source);
                self.load((client, id), source, key, options, claim)
            }
            ToWorker::Cancel { id } => self.cancel(client, id),
            ToWorker::Generate { id, .. } | ToWorker::CountTokens { id, .. }
                if self.is_loading_for_others(client) =>
            {
                Heard::answer(client, occupied(id))
            }
            ToWorker::Generate { id, .. }
            | ToWorker::CountTokens { id, .. }
            | ToWorker::Download { id, .. }
            | ToWorker::Inspect { id, .. }
            | ToWorker::Measure { id }
            | ToWorker::MeasureRoofline { id, .. }
            | ToWorker::ListModels { id }
            | ToWorker::VerifyModel { id, .. }
            | ToWorker::ExportFile { id, .. }
            | ToWorker::DeleteModel { id, .. }
            | ToWorker::Unload { id } => {
                let number = self.number();
                self.requests.insert(number, vec![(client, id)]);
                Heard::pass(letter::numbered(message, number))
            }
            ToWorker::Hub { .. }
            | ToWorker::ForgetConversations
            | ToWorker::Connect { .. }
            | ToWorker::Serve { .. } => Heard::pass(message),
        }
    }

    /// The engine says something.
    pub fn say(&mut self, message: FromWorker) -> Vec<Letter> {
        match message {
            FromWorker::Ready { .. } => self.started(message),
            FromWorker::Unsupported { .. } => {
                self.ready = None;
                let starting = self.in_stage(Stage::Starting);
                for client in &starting {
                    self.clients.insert(*client, Stage::New);
                }
                to_all(&starting, &message)
            }
            FromWorker::Progress { id, ref progress } => {
                let elsewhere = self
                    .loads
                    .iter_mut()
                    .find(|load| load.id == id)
                    .map(|load| {
                        load.progress = Some(progress.clone());
                        load.told()
                    });
                let mut letters = self.tell_askers(&message);
                if let Some(elsewhere) = elsewhere {
                    letters.extend(to_all(&self.others_than_askers(id), &elsewhere));
                }
                letters
            }
            FromWorker::Loaded { id, ref model } => {
                let others = self.others_than_askers(id);
                let askers = self.askers(id).iter().map(|(client, _)| *client).collect();
                let loading = self.take_load(id);
                let (key, options) = loading.map(|it| (it.key, it.options)).unwrap_or_default();
                self.current = Some(Current {
                    report: model.clone(),
                    key,
                    options,
                    askers,
                });
                let mut letters = self.tell_askers(&message);
                letters.extend(to_all(&others, &self.told()));
                letters
            }
            FromWorker::Unloaded { id } => {
                let others = self.others_than_askers(id);
                let mut letters = self.tell_askers(&message);
                if self.current.take().is_some() {
                    letters.extend(to_all(&others, &self.told()));
                }
                letters
            }
            FromWorker::Failed { id: None, .. } => {
                let all: Vec<ClientId> = self.clients().collect();
                to_all(&all, &message)
            }
            FromWorker::Failed { id: Some(id), .. } => {
                let others = self.others_than_askers(id);
                let was_load = self.take_load(id).is_some();
                let mut letters = self.tell_askers(&message);
                if was_load {
                    letters.extend(to_all(&others, &self.told()));
                }
                letters
            }
            FromWorker::Counted { .. }
            | FromWorker::Downloaded { .. }
            | FromWorker::Inspected { .. }
            | FromWorker::Measured { .. }
            | FromWorker::Roofline { .. }
            | FromWorker::Memory { .. }
            | FromWorker::Prefilled { .. }
            | FromWorker::Delta { .. }
            | FromWorker::Finished { .. }
            | FromWorker::Models { .. }
            | FromWorker::Verified { .. }
            | FromWorker::Exported { .. } => self.tell_askers(&message),
            // These are made here, or by nobody.
            FromWorker::Model { .. } | FromWorker::LoadingElsewhere { .. } | FromWorker::Moved => {
                Vec::new()
            }
        }
    }

    /// The engine has no model any more, without having been asked to give it up.
    pub fn lose_model(&mut self) -> Vec<Letter> {
        if self.current.take().is_none() {
            return Vec::new();
        }
        to_all(&self.in_stage(Stage::Started), &self.told())
    }

    fn start(&mut self, client: ClientId, version: u32, power: Option<PowerPreference>) -> Heard {
        if !speaks(version) {
            let message = "this page and its engine are of different versions; reload the page";
            let reason = UnsupportedReason::OldVersion;
            let message = message.to_owned();
            return Heard::answer(client, FromWorker::Unsupported { reason, message });
        }
        let is_other = power.is_some() && self.power.is_some() && power != self.power;
        if let Some(ready) = self.ready.clone().filter(|_| !is_other) {
            self.clients.insert(client, Stage::Started);
            let mut letters = vec![(client, ready)];
            letters.extend(self.standing().map(|message| (client, message)));
            return Heard {
                pass: None,
                letters,
            };
        }
        let is_asked = !self.in_stage(Stage::Starting).is_empty();
        self.clients.insert(client, Stage::Starting);
        if is_asked && !is_other {
            return Heard::default();
        }
        self.power = Some(power.or(self.power).unwrap_or_default());
        Heard::pass(ToWorker::Start {
            version,
            power: self.power,
        })
    }

    fn started(&mut self, ready: FromWorker) -> Vec<Letter> {
        self.ready = Some(ready.clone());
        let starting = self.in_stage(Stage::Starting);
        let standing = self.standing();
        let mut letters = Vec::new();
        for client in starting {
            self.clients.insert(client, Stage::Started);
            letters.push((client, ready.clone()));
            letters.extend(standing.clone().map(|message| (client, message)));
        }
        letters
    }

    fn load(
        &mut self,
        (client, id): (ClientId, RequestId),
        source: ModelSource,
        key: Option<String>,
        options: LoadOptions,
        claim: Claim,
    ) -> Heard {
        if let Some(last) = self.loads.last() {
            if last.serves(key.as_deref(), &options, claim) {
                let askers = self.requests.entry(last.id).or_default();
                // Numbers of one client are its own business: the same one again is another question.
                askers.push((client, id));
                let progress = last.progress.clone();
                let told = progress.map(|progress| FromWorker::Progress { id, progress });
                return Heard {
                    pass: None,
                    letters: told.into_iter().map(|told| (client, told)).collect(),
                };
            }
            if claim == Claim::Share {
                return Heard::answer(client, occupied(id));
            }
        } else if let Some(current) = &mut self.current {
            let is_again = claim == Claim::Replace && current.askers.contains(&client);
            if current.serves(key.as_deref(), &options, claim) && !is_again {
                current.askers.push(client);
                let model = current.report.clone();
                return Heard::answer(client, FromWorker::Loaded { id, model });
            }
            if claim == Claim::Share {
                return Heard::answer(client, occupied(id));
            }
        }
        let number = self.number();
        self.requests.insert(number, vec![(client, id)]);
        let loading = Loading {
            id: number,
            source: source.clone(),
            key,
            options: options.clone(),
            progress: None,
        };
        let others = self.others_than_askers(number);
        let letters = to_all(&others, &loading.told());
        self.loads.push(loading);
        let pass = Some(ToWorker::Load {
            id: number,
            source,
            options,
            claim,
        });
        Heard { pass, letters }
    }

    /// Of several who wait for one load, only the one that gives up is told; the last one ends it.
    fn cancel(&mut self, client: ClientId, id: RequestId) -> Heard {
        let asker = (client, id);
        let Some((number, askers)) = self
            .requests
            .iter_mut()
            .find(|(_, askers)| askers.contains(&asker))
        else {
            return Heard::default();
        };
        if askers.len() == 1 {
            return Heard::pass(ToWorker::Cancel { id: *number });
        }
        askers.retain(|other| *other != asker);
        let error = WireError::new(ErrorKind::Cancelled, "stopped");
        let id = Some(id);
        let mut heard = Heard::answer(client, FromWorker::Failed { id, error });
        // The others go on, and this one is one of those who look on.
        let load = self.loads.iter().find(|load| load.id == *number);
        heard.letters.extend(load.map(|load| (client, load.told())));
        heard
    }

    fn is_loading_for_others(&self, client: ClientId) -> bool {
        self.loads.last().is_some_and(|load| {
            !self
                .askers(load.id)
                .iter()
                .any(|(asker, _)| *asker == client)
        })
    }

    fn askers(&self, id: RequestId) -> &[(ClientId, RequestId)] {
        self.requests.get(&id).map_or(&[], Vec::as_slice)
    }

    /// To each under its own number; where that ends the request, it is forgotten.
    fn tell_askers(&mut self, message: &FromWorker) -> Vec<Letter> {
        let Some(id) = id_in(&mut message.clone()).copied() else {
            return Vec::new();
        };
        let letters = self
            .askers(id)
            .iter()
            .map(|(client, id)| (*client, with_id(message.clone(), *id)))
            .collect();
        if ends_request(message) {
            self.requests.remove(&id);
        }
        letters
    }

    fn others_than_askers(&self, id: RequestId) -> Vec<ClientId> {
        let askers = self.askers(id);
        let mut others = self.in_stage(Stage::Started);
        others.retain(|client| !askers.iter().any(|(asker, _)| asker == client));
        others
    }

    fn in_stage(&self, wanted: Stage) -> Vec<ClientId> {
        let clients = self.clients.iter();
        clients
            .filter(|(_, stage)| **stage == wanted)
            .map(|(client, _)| *client)
            .collect()
    }

    fn take_load(&mut self, id: RequestId) -> Option<Loading> {
        let at = self.loads.iter().position(|load| load.id == id)?;
        Some(self.loads.remove(at))
    }

    /// What somebody who is new has to know.
    fn standing(&self) -> Option<FromWorker> {
        match (self.loads.first(), &self.current) {
            (Some(load), _) => Some(load.told()),
            (None, Some(_)) => Some(self.told()),
            (None, None) => None,
        }
    }

    fn told(&self) -> FromWorker {
        let current = self.current.as_ref();
        FromWorker::Model {
            model: current.map(|current| current.report.clone()),
            options: current
                .map(|current| current.options.clone())
                .unwrap_or_default(),
        }
    }
}

impl Heard {
    fn pass(message: ToWorker) -> Self {
        Self {
            pass: Some(message),
            letters: Vec::new(),
        }
    }

    fn answer(client: ClientId, message: FromWorker) -> Self {
        Self {
            pass: None,
            letters: vec![(client, message)],
        }
    }
}

impl Loading {
    fn serves(&self, key: Option<&str>, options: &LoadOptions, claim: Claim) -> bool {
        let is_it = key.is_some() && self.key.as_deref() == key;
        let is_long = match (options.context_length, self.options.context_length) {
            (None, _) => true,
            (Some(wanted), Some(given)) => wanted <= given,
            (Some(_), None) => false,
        };
        is_it && suits(options, &self.options, claim, is_long)
    }

    fn told(&self) -> FromWorker {
        FromWorker::LoadingElsewhere {
            source: self.source.clone(),
            progress: self.progress.clone(),
        }
    }
}

impl Current {
    fn serves(&self, key: Option<&str>, options: &LoadOptions, claim: Claim) -> bool {
        let is_it =
            key.is_some_and(|key| self.report.key == key || self.key.as_deref() == Some(key));
        let length = self.report.context_length;
        let is_long = options.context_length.is_none_or(|wanted| wanted <= length);
        is_it && suits(options, &self.options, claim, is_long)
    }
}

fn suits(wanted: &LoadOptions, given: &LoadOptions, claim: Claim, is_long: bool) -> bool {
    !wanted.cold
        && match claim {
            Claim::Replace => wanted == given,
            Claim::Share => is_long,
        }
}

fn occupied(id: RequestId) -> FromWorker {
    FromWorker::Failed {
        id: Some(id),
        error: WireError::new(
            ErrorKind::Occupied,
            "another tab uses another model; wait until it is there, or choose this one again",
        ),
    }
}

fn to_all(clients: &[ClientId], message: &FromWorker) -> Vec<Letter> {
    clients
        .iter()
        .map(|client| (*client, message.clone()))
        .collect()
}

#[cfg(test)]
mod tests;
