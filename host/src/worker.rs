//! The worker's loop: owns the engine, answers the page's messages one after the other.
//!
//! Requests queue; only cancelling and listing overtake, because they must be heard while something runs.
//! Knows the order of things; how a load or an answer is made is [`crate::loading`] and [`crate::generation`].

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use futures_channel::mpsc::{self, UnboundedReceiver, UnboundedSender};
use futures_util::StreamExt;
use js_sys::{Array, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{DedicatedWorkerGlobalScope, File, MessageEvent};

use crate::engine_port::{Device, Model};
use crate::fetch::Abort;
use crate::generation::generate;
use crate::loading::{LoadContext, load};
use crate::store::Store;
use crate::wire::{
    ErrorKind, FromWorker, GenerateOptions, Input, LoadOptions, ModelSource, PowerPreference,
    RequestId, ToWorker, UnsupportedReason, WIRE_VERSION, WireError, speaks,
};

/// A message with what came beside it.
struct Job {
    message: ToWorker,
    files: Vec<File>,
}

/// Requests that can be cancelled: those that wait and the one that runs.
type Cancellable = Rc<RefCell<BTreeMap<RequestId, Abort>>>;

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

/// Takes over the worker's scope. Called once, by the worker's program.
pub fn start() {
    std::panic::set_hook(Box::new(|panic| {
        let message = panic.payload().downcast_ref::<&str>().copied();
        let place = panic.location().map(ToString::to_string);
        send(FromWorker::Failed {
            id: None,
            error: WireError::new(
                ErrorKind::Internal,
                format!(
                    "the engine stopped because of an error of its own; reload the page ({} at {})",
                    message.unwrap_or("panic"),
                    place.unwrap_or_default()
                ),
            ),
        });
    }));
    let (sender, receiver) = mpsc::unbounded();
    let cancellable = Cancellable::default();
    let storage = Storage::default();
    let on_message = {
        let storage = storage.clone();
        let cancellable = Rc::clone(&cancellable);
        Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            receive(&event.data(), &sender, &cancellable, &storage);
        })
    };
    scope().set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    // The handler lives as long as the worker.
    on_message.forget();
    spawn_local(serve(receiver, cancellable, storage));
}

fn receive(
    data: &JsValue,
    queue: &UnboundedSender<Job>,
    cancellable: &Cancellable,
    storage: &Storage,
) {
    let job = match job_from(data) {
        Ok(job) => job,
        Err(error) => return send(FromWorker::Failed { id: None, error }),
    };
    match &job.message {
        ToWorker::Cancel { id } => {
            if let Some(abort) = cancellable.borrow().get(id) {
                abort.abort();
            }
            return;
        }
        ToWorker::ListModels { id } => {
            let id = *id;
            let storage = storage.clone();
            spawn_local(async move { answer(id, list_models(id, &storage).await) });
            return;
        }
        ToWorker::Load { id, .. } | ToWorker::Generate { id, .. } => match Abort::new() {
            Ok(abort) => {
                cancellable.borrow_mut().insert(*id, abort);
            }
            Err(error) => {
                return send(FromWorker::Failed {
                    id: Some(*id),
                    error,
                });
            }
        },
        ToWorker::Start { .. } | ToWorker::DeleteModel { .. } | ToWorker::Unload { .. } => {}
    }
    // The receiver lives as long as the worker, so there is nobody to miss the message.
    let _ = queue.unbounded_send(job);
}

fn job_from(data: &JsValue) -> Result<Job, WireError> {
    let unreadable = |reason: &str| {
        WireError::new(
            ErrorKind::BadRequest,
            format!("the engine could not read a message of the page; reload the page ({reason})"),
        )
    };
    let property = |name: &str| Reflect::get(data, &name.into()).unwrap_or_default();
    let json = property("json")
        .as_string()
        .ok_or_else(|| unreadable("no text"))?;
    let message = serde_json::from_str(&json).map_err(|error| unreadable(&error.to_string()))?;
    let files = property("files")
        .dyn_into::<Array>()
        .map(|files| {
            files
                .iter()
                .filter_map(|file| file.dyn_into::<File>().ok())
                .collect()
        })
        .unwrap_or_default();
    Ok(Job { message, files })
}

async fn serve(mut queue: UnboundedReceiver<Job>, cancellable: Cancellable, storage: Storage) {
    let mut worker = Worker {
        power: PowerPreference::default(),
        is_started: false,
        device: None,
        model: None,
        storage,
    };
    while let Some(job) = queue.next().await {
        let abort_of = |id: &RequestId| cancellable.borrow().get(id).cloned();
        match job.message {
            ToWorker::Start { version, power } => worker.start(version, power).await,
            ToWorker::Load {
                id,
                source,
                options,
            } => {
                if let Some(abort) = abort_of(&id) {
                    let outcome = worker.load(id, &source, &job.files, &options, &abort).await;
                    // Requests that were started ahead have nobody left to read them.
                    abort.abort();
                    cancellable.borrow_mut().remove(&id);
                    answer(id, outcome);
                }
            }
            ToWorker::Generate { id, input, options } => {
                if let Some(abort) = abort_of(&id) {
                    let outcome = worker.generate(id, &input, &options, &abort).await;
                    cancellable.borrow_mut().remove(&id);
                    answer(id, outcome);
                }
            }
            ToWorker::DeleteModel { id, key } => {
                answer(id, delete_model(id, &key, &worker.storage).await)
            }
            ToWorker::Unload { id } => {
                worker.model = None;
                send(FromWorker::Unloaded { id });
            }
            // Heard on arrival.
            ToWorker::Cancel { .. } | ToWorker::ListModels { .. } => {}
        }
    }
}

struct Worker {
    power: PowerPreference,
    is_started: bool,
    /// Taken by a load: a device belongs to the model it runs.
    device: Option<Device>,
    model: Option<Model>,
    storage: Storage,
}

impl Worker {
    async fn start(&mut self, version: u32, power: PowerPreference) {
        if !speaks(version) {
            return send(FromWorker::Unsupported {
                reason: UnsupportedReason::OldVersion,
                message: "this page and its engine are of different versions; reload the page"
                    .to_owned(),
            });
        }
        self.power = power;
        match open_device(power).await {
            Ok(device) => {
                send(FromWorker::Ready {
                    version: WIRE_VERSION,
                    engine_version: env!("CARGO_PKG_VERSION").to_owned(),
                    adapter: device.report(),
                });
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
        self.model = None;
        let device = match self.device.take() {
            Some(device) => device,
            None => open_device(self.power)
                .await
                .map_err(|(_, message)| WireError::new(ErrorKind::Unsupported, message))?,
        };
        // Without storage a model still loads; the report says that it was not kept.
        let (store, no_store) = match self.storage.open().await {
            Ok(store) => (Some(store), None),
            Err(error) => (None, Some(error)),
        };
        let (model, report) = load(
            source,
            files,
            options,
            LoadContext {
                device,
                store,
                no_store,
                abort,
                page_url: &scope().location().href(),
                on_progress: &|progress| send(FromWorker::Progress { id, progress }),
            },
        )
        .await?;
        self.model = Some(model);
        Ok(FromWorker::Loaded { id, model: report })
    }

    async fn generate(
        &mut self,
        id: RequestId,
        input: &Input,
        options: &GenerateOptions,
        abort: &Abort,
    ) -> Result<FromWorker, WireError> {
        abort.check()?;
        let model = self.model.as_mut().ok_or_else(|| {
            WireError::new(
                ErrorKind::BadRequest,
                "no model is loaded; choose one first",
            )
        })?;
        let outcome = generate(model, id, input, options, abort, &send).await;
        if let Err(error) = &outcome
            && error.kind == ErrorKind::DeviceLost
        {
            self.model = None;
        }
        outcome
    }
}

/// Looks for an adapter in steps, so that the page can say which one is missing.
async fn open_device(power: PowerPreference) -> Result<Device, (UnsupportedReason, String)> {
    let navigator: JsValue = scope().navigator().into();
    let gpu = Reflect::get(&navigator, &"gpu".into()).unwrap_or_default();
    if !gpu.is_object() {
        let message = if scope().is_secure_context() {
            "this browser has no WebGPU; use a current Chrome, Edge, Safari or Firefox"
        } else {
            "browsers offer WebGPU only to pages opened over https:// or from localhost"
        };
        return Err((UnsupportedReason::NoWebGpu, message.to_owned()));
    }
    let no_adapter = || {
        (
            UnsupportedReason::NoAdapter,
            "this browser has WebGPU but found no graphics adapter it may use; turn on hardware acceleration in its settings, or update the graphics driver".to_owned(),
        )
    };
    let adapter = request_adapter(&gpu, power)
        .await
        .filter(JsValue::is_object)
        .ok_or_else(no_adapter)?;
    let features = Reflect::get(&adapter, &"features".into()).unwrap_or_default();
    let subgroups = has_feature(&features, "subgroups");
    Device::open(power, subgroups, adapter_name(&adapter))
        .await
        .map_err(|error| (UnsupportedReason::NoAdapter, error.message))
}

/// wgpu's web backend leaves the adapter's name empty; the browser tells more or less of it.
fn adapter_name(adapter: &JsValue) -> String {
    let info = Reflect::get(adapter, &"info".into()).unwrap_or_default();
    let text = |key: &str| {
        Reflect::get(&info, &key.into())
            .ok()
            .and_then(|value| value.as_string())
            .unwrap_or_default()
    };
    let description = text("description");
    if !description.is_empty() {
        return description;
    }
    format!("{} {}", text("vendor"), text("architecture"))
        .trim()
        .to_owned()
}

async fn request_adapter(gpu: &JsValue, power: PowerPreference) -> Option<JsValue> {
    let options = js_sys::Object::new();
    let preference = match power {
        PowerPreference::HighPerformance => "high-performance",
        PowerPreference::LowPower => "low-power",
    };
    Reflect::set(&options, &"powerPreference".into(), &preference.into()).ok()?;
    let promise = call_method(gpu, "requestAdapter", &options)?;
    JsFuture::from(promise.dyn_into::<js_sys::Promise>().ok()?)
        .await
        .ok()
}

/// `GPUSupportedFeatures` is like a set without being one.
fn has_feature(features: &JsValue, name: &str) -> bool {
    call_method(features, "has", &name.into()).is_some_and(|has| has.is_truthy())
}

fn call_method(target: &JsValue, name: &str, argument: &JsValue) -> Option<JsValue> {
    Reflect::get(target, &name.into())
        .ok()?
        .dyn_into::<js_sys::Function>()
        .ok()?
        .call1(target, argument)
        .ok()
}

async fn list_models(id: RequestId, storage: &Storage) -> Result<FromWorker, WireError> {
    let models = storage.open().await?.list().await?;
    Ok(FromWorker::Models { id, models })
}

async fn delete_model(
    id: RequestId,
    key: &str,
    storage: &Storage,
) -> Result<FromWorker, WireError> {
    let store = storage.open().await?;
    store.delete(key).await?;
    let models = store.list().await?;
    Ok(FromWorker::Models { id, models })
}

fn not_started() -> WireError {
    WireError::new(
        ErrorKind::Unsupported,
        "the engine has not started on this device; reload the page",
    )
}

fn answer(id: RequestId, outcome: Result<FromWorker, WireError>) {
    send(outcome.unwrap_or_else(|error| FromWorker::Failed {
        id: Some(id),
        error,
    }));
}

fn send(message: FromWorker) {
    // Plain data with string keys: it always has a JSON form, and a worker can always post text.
    if let Ok(json) = serde_json::to_string(&message) {
        let _ = scope().post_message(&json.into());
    }
}

fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}
