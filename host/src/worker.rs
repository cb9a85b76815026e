//! The worker's loop: owns the engine, answers messages.
//!
//! What needs the engine waits for its turn ([`turns`]); what does not runs beside it, and cancelling overtakes, because it must be heard while
//! something runs. Knows the order of things; how a load or an answer is made is [`crate::loading`] and
//! [`crate::generation`].

mod api;
mod beside;
mod clients;
mod device;
mod keeping;
mod turns;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use futures_channel::mpsc::{self, UnboundedReceiver, UnboundedSender};
use js_sys::Array;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{File, MessageEvent, MessagePort};

use self::api::ApiRequest;
use self::clients::{answer, send};
use self::device::open_device;
use self::keeping::Kept;
use self::turns::{Line, Turn};
use crate::api::Loaded;
use crate::browser::{property, scope};
use crate::engine_port::{Device, DeviceLimits, Model};
use crate::fetch::{Abort, Network};
use crate::fit;
use crate::grammar::Grammars;
use crate::hub::Hub;
use crate::loading::{LoadFailure, load};
use crate::opening::Surroundings;
use crate::shelf;
use crate::store::Store;
use crate::switchboard::ClientId;
use crate::wire::{
    Asker, ErrorKind, FromWorker, LoadOptions, ModelReport, ModelSource, PowerPreference, Progress,
    RequestId, ToWorker, WIRE_VERSION, WireError,
};

/// A message with what came beside it.
struct Mail {
    message: ToWorker,
    files: Vec<File>,
    port: Option<MessagePort>,
}

/// What needs the engine.
enum Job {
    Mail(Mail),
    Api(Box<ApiRequest>),
}

/// The database, opened once: a connection that is dropped stays open until the browser collects it.
#[derive(Clone, Default)]
struct Storage(Rc<RefCell<Option<Store>>>);

impl Storage {
    async fn open(&self) -> Result<Store, WireError> {
        let opened = self.0.borrow().clone();
        if let Some(store) = opened {
            return Ok(store);
        }
        let store = Store::open().await?;
        self.0.replace(Some(store.clone()));
        Ok(store)
    }
}

/// What all requests share.
#[derive(Clone)]
struct Shared {
    queue: UnboundedSender<Job>,
    /// Requests that can be cancelled: those that wait and those that run.
    cancellable: Rc<RefCell<BTreeMap<RequestId, Abort>>>,
    storage: Storage,
    hub: Rc<RefCell<Hub>>,
    /// The model that is there, for those who ask without waiting.
    loaded: Rc<RefCell<Option<Loaded>>>,
    /// Of the adapter, once it has been opened.
    limits: Rc<Cell<Option<DeviceLimits>>>,
    page_url: Rc<str>,
}

impl Shared {
    fn new(queue: UnboundedSender<Job>) -> Self {
        Self {
            queue,
            cancellable: Rc::default(),
            storage: Storage::default(),
            hub: Rc::default(),
            loaded: Rc::default(),
            limits: Rc::default(),
            page_url: scope().location().href().into(),
        }
    }

    /// Makes a request one that can be cancelled. Tells the page where that is impossible.
    fn register(&self, id: RequestId) -> Option<Abort> {
        match Abort::new() {
            Ok(abort) => {
                self.cancellable.borrow_mut().insert(id, abort.clone());
                Some(abort)
            }
            Err(error) => {
                answer(id, Err(error));
                None
            }
        }
    }

    fn registered(&self, id: RequestId) -> Option<Abort> {
        self.cancellable.borrow().get(&id).cloned()
    }

    fn forget(&self, id: RequestId) {
        self.cancellable.borrow_mut().remove(&id);
    }

    /// What a load or a download needs besides the request. Without storage a model can still run.
    async fn surroundings<'a>(
        &'a self,
        abort: Abort,
        on_progress: &'a dyn Fn(Progress),
    ) -> Surroundings<'a> {
        let (store, no_store) = match self.storage.open().await {
            Ok(store) => (Some(store), None),
            Err(error) => (None, Some(error)),
        };
        let hub = self.hub.borrow().clone();
        Surroundings {
            store,
            no_store,
            network: Network { abort, hub },
            page_url: &self.page_url,
            on_progress,
        }
    }
}

/// Takes over the worker's scope. Called once, by the worker's program.
pub fn start() {
    std::panic::set_hook(Box::new(|panic| {
        let message = panic.payload().downcast_ref::<&str>().copied();
        let place = panic.location().map(ToString::to_string);
        clients::give_up(WireError::new(
            ErrorKind::Internal,
            format!(
                "the engine stopped because of an error of its own; reload the page ({} at {})",
                message.unwrap_or("panic"),
                place.unwrap_or_default()
            ),
        ));
    }));
    let (sender, receiver) = mpsc::unbounded();
    let shared = Shared::new(sender);
    clients::listen(&shared);
    spawn_local(serve(receiver, shared));
}

/// Answers at once, starts beside the queue, or queues.
fn receive(client: ClientId, mail: Mail, shared: &Shared) {
    match mail.message {
        ToWorker::Cancel { id } => {
            if let Some(abort) = shared.registered(id) {
                abort.abort();
            }
            return;
        }
        ToWorker::Hub { base, token } => {
            // There is no answer to say it in. Without a token that can be one, the hub itself asks for it.
            let hub = Hub::new(&base, token).or_else(|_| Hub::new(&base, None));
            shared.hub.replace(hub.unwrap_or_default());
            return;
        }
        ToWorker::Download { id, source } => {
            return beside::start_download(id, source, mail.files, shared);
        }
        ToWorker::Inspect { id, source } => {
            return beside::start_inspection(id, source, mail.files, shared);
        }
        ToWorker::ListModels { id } => return beside::start_listing(id, shared),
        ToWorker::VerifyModel { id, key } => return beside::start_check(id, key, shared),
        ToWorker::ExportFile { id, key, file } => {
            return beside::start_export(id, key, file, shared);
        }
        ToWorker::Serve { asker } => {
            if let Some(port) = mail.port {
                let client = match asker {
                    Asker::Client => Some(client),
                    Asker::Another => None,
                };
                api::serve(port, client, shared);
            }
            return;
        }
        ToWorker::Load { id, .. } | ToWorker::Generate { id, .. } => {
            if shared.register(id).is_none() {
                return;
            }
        }
        ToWorker::Start { .. }
        // Ports are taken before anything comes here.
        | ToWorker::Connect { .. }
        | ToWorker::Measure { .. }
        | ToWorker::MeasureRoofline { .. }
        | ToWorker::CountTokens { .. }
        | ToWorker::DeleteModel { .. }
        | ToWorker::ForgetConversations
        | ToWorker::Unload { .. } => {}
    }
    // The receiver lives as long as the worker, so there is nobody to miss the message.
    let _ = shared.queue.unbounded_send(Job::Mail(mail));
}

fn mail_from(event: &MessageEvent) -> Result<Mail, WireError> {
    let data = event.data();
    let unreadable = |reason: &str| {
        WireError::new(
            ErrorKind::BadRequest,
            format!("the engine could not read a message of the page; reload the page ({reason})"),
        )
    };
    let json = property(&data, "json")
        .as_string()
        .ok_or_else(|| unreadable("no text"))?;
    let message = serde_json::from_str(&json).map_err(|error| unreadable(&error.to_string()))?;
    let files = property(&data, "files")
        .dyn_into::<Array>()
        .map(|files| {
            files
                .iter()
                .filter_map(|file| file.dyn_into::<File>().ok())
                .collect()
        })
        .unwrap_or_default();
    Ok(Mail {
        message,
        files,
        port: event.ports().get(0).dyn_into().ok(),
    })
}

async fn serve(queue: UnboundedReceiver<Job>, shared: Shared) {
    let mut line = Line::new(queue, shared.clone());
    let mut worker = Worker {
        power: PowerPreference::default(),
        is_started: false,
        device: None,
        model: None,
        grammars: None,
        kept: Kept::default(),
        shared,
    };
    loop {
        if line.is_empty() {
            worker.keep(&mut line).await;
        }
        let Some(turn) = line.next().await else {
            return;
        };
        let mail = match turn {
            Turn::Mail { mail, .. } => mail,
            Turn::Page(answer) => {
                worker.answer_page(answer, &mut line).await;
                continue;
            }
            Turn::Api(request) => {
                worker.answer_api(request, &mut line).await;
                continue;
            }
        };
        match mail.message {
            ToWorker::Start { version: _, power } => worker.start(power.unwrap_or_default()).await,
            ToWorker::Load {
                id,
                source,
                options,
                claim: _,
            } => {
                if let Some(abort) = worker.shared.registered(id) {
                    let outcome = worker
                        .load(id, &source, &mail.files, &options, &abort)
                        .await;
                    // Requests that were started ahead have nobody left to read them.
                    abort.abort();
                    worker.shared.forget(id);
                    answer(id, outcome);
                }
            }
            ToWorker::Measure { id } => answer(id, worker.measure(id).await),
            ToWorker::MeasureRoofline {
                id,
                prompt_tokens,
                decode_tokens,
            } => {
                let outcome = worker.measure_roofline(id, prompt_tokens, decode_tokens);
                answer(id, outcome.await);
            }
            ToWorker::CountTokens { id, text } => answer(id, worker.count_tokens(id, &text)),
            ToWorker::DeleteModel { id, key } => {
                let outcome = match worker.shared.storage.open().await {
                    Ok(store) => shelf::delete(id, &key, &store).await,
                    Err(error) => Err(error),
                };
                answer(id, outcome);
            }
            ToWorker::ForgetConversations => worker.forget_conversations().await,
            ToWorker::Unload { id } => {
                worker.unload().await;
                send(FromWorker::Unloaded { id });
            }
            // Heard on arrival, or an answer that takes turns.
            ToWorker::Hub { .. }
            | ToWorker::Generate { .. }
            | ToWorker::Cancel { .. }
            | ToWorker::Download { .. }
            | ToWorker::Inspect { .. }
            | ToWorker::ListModels { .. }
            | ToWorker::VerifyModel { .. }
            | ToWorker::ExportFile { .. }
            | ToWorker::Connect { .. }
            | ToWorker::Serve { .. } => {}
        }
    }
}

struct Worker {
    power: PowerPreference,
    is_started: bool,
    /// With the model while there is one.
    device: Option<Device>,
    model: Option<Model>,
    /// With the vocabulary of the model, once a request needed it.
    grammars: Option<Grammars>,
    kept: Kept,
    shared: Shared,
}

impl Worker {
    /// Once more where another adapter is wanted: a model goes with its device.
    async fn start(&mut self, power: PowerPreference) {
        if self.is_started {
            self.unload().await;
            self.device = None;
            clients::lose_model();
        }
        self.power = power;
        match open_device(power).await {
            Ok(device) => {
                send(FromWorker::Ready {
                    version: WIRE_VERSION,
                    engine_version: env!("CARGO_PKG_VERSION").to_owned(),
                    adapter: device.report(),
                });
                self.shared.limits.set(Some(device.limits()));
                self.device = Some(device);
                self.is_started = true;
            }
            Err((reason, message)) => send(FromWorker::Unsupported { reason, message }),
        }
    }

    async fn load(
        &mut self,
        id: RequestId,
        source: &ModelSource,
        files: &[File],
        options: &LoadOptions,
        abort: &Abort,
    ) -> Result<FromWorker, WireError> {
        abort.check()?;
        if !self.is_started {
            return Err(not_started());
        }
        // Two models at once would need the memory of both.
        self.unload().await;
        let mut outcome = self.load_once(id, source, files, options, abort).await;
        if matches!(&outcome, Err(failure) if failure.is_worth_repeating) {
            outcome = self.load_once(id, source, files, options, abort).await;
        }
        let (model, report) = outcome.map_err(|failure| {
            clients::lose_model();
            failure.error
        })?;
        self.kept = Kept::open(&self.shared, &report.key, options, &model).await;
        self.model = Some(model);
        self.shared.loaded.replace(Some(Loaded {
            name: report.name.clone(),
            key: report.key.clone(),
            since: (js_sys::Date::now() / 1000.0) as u64,
        }));
        Ok(FromWorker::Loaded { id, model: report })
    }

    async fn load_once(
        &mut self,
        id: RequestId,
        source: &ModelSource,
        files: &[File],
        options: &LoadOptions,
        abort: &Abort,
    ) -> Result<(Model, ModelReport), LoadFailure> {
        let (kept, power) = (&mut self.device, self.power);
        let device = async move || match kept.take() {
            Some(device) => Ok(device),
            None => open_device(power)
                .await
                .map_err(|(_, message)| WireError::new(ErrorKind::Unsupported, message)),
        };
        let on_progress = |progress| send(FromWorker::Progress { id, progress });
        let surroundings = self.shared.surroundings(abort.clone(), &on_progress).await;
        load(source, files, options, device, &surroundings).await
    }

    /// The device stays for the next model. One that fails now is dropped; a load opens another.
    async fn unload(&mut self) {
        self.shared.loaded.replace(None);
        self.grammars = None;
        self.kept = Kept::default();
        if let Some(model) = self.model.take() {
            self.device = model.unload().await.ok();
        }
    }

    /// What is left of those that were deleted is gone with the rest; where storage fails there is nothing of them.
    async fn forget_conversations(&mut self) {
        self.kept.forget_all();
        if let Ok(store) = self.shared.storage.open().await {
            let _ = store.delete_prefixes().await;
        }
    }

    async fn measure(&self, id: RequestId) -> Result<FromWorker, WireError> {
        let weight_bytes_per_second = fit::measure(self.device_to_measure().await?).await?;
        Ok(FromWorker::Measured {
            id,
            weight_bytes_per_second,
        })
    }

    async fn measure_roofline(
        &self,
        id: RequestId,
        prompt_tokens: u32,
        decode_tokens: u32,
    ) -> Result<FromWorker, WireError> {
        let model = self.model.as_ref().ok_or_else(no_model)?;
        let bytes_per_token = model.bytes_per_token(prompt_tokens as usize, decode_tokens as usize);
        let device = self.device_to_measure().await?;
        let (read_bytes_per_second, operations_per_second) = fit::measure_roofline(device).await?;
        Ok(FromWorker::Roofline {
            id,
            read_bytes_per_second,
            operations_per_second,
            bytes_per_token,
        })
    }

    /// A device of its own, so that the memory of the test goes away with it.
    async fn device_to_measure(&self) -> Result<Device, WireError> {
        if !self.is_started {
            return Err(not_started());
        }
        open_device(self.power)
            .await
            .map_err(|(_, message)| WireError::new(ErrorKind::Unsupported, message))
    }

    fn count_tokens(&self, id: RequestId, text: &str) -> Result<FromWorker, WireError> {
        let num_tokens = self
            .model
            .as_ref()
            .ok_or_else(no_model)?
            .count_tokens(text)?;
        Ok(FromWorker::Counted { id, num_tokens })
    }

    /// A model goes with its device.
    fn forget_if_lost(&mut self, error: Option<&WireError>) {
        if error.is_some_and(|error| error.kind == ErrorKind::DeviceLost) {
            self.shared.loaded.replace(None);
            self.grammars = None;
            self.model = None;
            clients::lose_model();
        }
    }
}

fn no_model() -> WireError {
    WireError::new(
        ErrorKind::BadRequest,
        "no model is loaded; choose one first",
    )
}

fn not_started() -> WireError {
    WireError::new(
        ErrorKind::Unsupported,
        "the engine has not started on this device; reload the page",
    )
}
