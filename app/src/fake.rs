//! An engine of canned events with the worker client's shape, so that every screen can be driven and looked
//! at without a GPU. Only in builds with `fake-engine`; `?fake=` chooses what goes wrong.

mod shelf;

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;
use std::time::Duration;

use inkling_host::chats::Sampling;
use inkling_host::wire::{
    AdapterReport, ErrorKind, FinishReason, FromWorker, Input, ModelReport, ModelSource, Phase,
    Progress, RequestId, StoredModel, ToWorker, UnsupportedReason, Usage, WIRE_VERSION, WireError,
};
use leptos::prelude::set_timeout;
use web_sys::{Blob, File, MessagePort};

use crate::browser;
use crate::state::words;

const ANSWER: &str = "An inkling is the first trace of an idea: a hint, slight but telling.\n\nThe word is older than ink, though the two have long kept company. It comes from Middle English inclen, “to whisper”, and only its sound suggests a small drop of ink.\n\n  1. A hint: “I had an inkling that it would rain.”\n  2. A small understanding: “not the slightest inkling”.\n\nBoth fit a model that runs in a browser tab: every token is a guess from a few traces of what came before.";

pub struct WorkerClient {
    fake: Rc<Fake>,
}

struct Fake {
    on_event: RefCell<Box<dyn FnMut(FromWorker)>>,
    on_blob: RefCell<Option<Box<dyn FnMut(RequestId, Blob)>>>,
    scenario: String,
    alive: Cell<bool>,
    cancelled: Cell<RequestId>,
    models: RefCell<Vec<StoredModel>>,
    /// How far each address has come: a load that was paused goes on.
    steps: RefCell<BTreeMap<String, u64>>,
}

/// A model on its way.
#[derive(Clone)]
struct Arrival {
    id: RequestId,
    address: String,
    title: String,
    is_kept: bool,
    is_to_chat: bool,
}

impl WorkerClient {
    pub fn spawn(on_event: impl FnMut(FromWorker) + 'static) -> Result<Self, WireError> {
        let scenario = browser::query_parameter("fake").unwrap_or_default();
        let models = if scenario == "empty" {
            Vec::new()
        } else {
            shelf::stored()
        };
        Ok(Self {
            fake: Rc::new(Fake {
                on_event: RefCell::new(Box::new(on_event)),
                on_blob: RefCell::default(),
                scenario,
                alive: Cell::new(true),
                cancelled: Cell::new(0),
                models: RefCell::new(models),
                steps: RefCell::default(),
            }),
        })
    }

    pub fn send(&self, message: &ToWorker) -> Result<(), WireError> {
        let fake = Rc::clone(&self.fake);
        match message.clone() {
            ToWorker::Start { .. } => fake.start(),
            ToWorker::Hub { .. } => {}
            ToWorker::Load {
                id,
                source,
                options,
            } => fake.load(id, &source, !options.without_storing, true),
            ToWorker::Download { id, source } => fake.load(id, &source, true, false),
            ToWorker::Inspect { id, source } => fake.inspect(id, &source),
            ToWorker::Measure { id } => fake.later(
                1500,
                FromWorker::Measured {
                    id,
                    weight_bytes_per_second: 16.0e9,
                },
            ),
            // The page does not ask for it.
            ToWorker::MeasureRoofline { .. } => {}
            ToWorker::VerifyModel { id, key } => fake.verify(id, key, 0),
            ToWorker::ExportFile { id, file, .. } => fake.export(id, file),
            ToWorker::Generate { id, input, .. } => fake.generate(id, &input),
            ToWorker::CountTokens { id, text } => fake.later(
                20,
                FromWorker::Counted {
                    id,
                    num_tokens: (text.len() / 4) as u32,
                },
            ),
            ToWorker::Cancel { id } => fake.cancelled.set(id),
            ToWorker::ListModels { id } => fake.list(id),
            ToWorker::DeleteModel { id, key } => {
                fake.models.borrow_mut().retain(|model| model.key != key);
                fake.list(id);
            }
            ToWorker::Unload { id } => fake.later(10, FromWorker::Unloaded { id }),
            ToWorker::ForgetConversations | ToWorker::Connect { .. } | ToWorker::Serve { .. } => {}
        }
        Ok(())
    }

    /// Nobody plays OpenAI's API here.
    pub fn serve(&self, port: &MessagePort) -> Result<(), WireError> {
        port.close();
        Ok(())
    }

    pub fn on_blob(&self, on_blob: impl FnMut(RequestId, Blob) + 'static) {
        self.fake.on_blob.replace(Some(Box::new(on_blob)));
    }

    pub fn send_with_files(&self, message: &ToWorker, _files: &[File]) -> Result<(), WireError> {
        self.send(message)
    }

    pub fn terminate(&self) {
        self.fake.alive.set(false);
    }
}

impl Fake {
    fn later(self: Rc<Self>, milliseconds: u64, event: FromWorker) {
        let emit = move || {
            if self.alive.get() {
                (self.on_event.borrow_mut())(event);
            }
        };
        set_timeout(emit, Duration::from_millis(milliseconds));
    }

    fn start(self: Rc<Self>) {
        let unsupported = |reason, message: &str| FromWorker::Unsupported {
            reason,
            message: message.to_owned(),
        };
        let event = match self.scenario.as_str() {
            "nowebgpu" => unsupported(UnsupportedReason::NoWebGpu, "navigator.gpu is absent."),
            "noadapter" => {
                unsupported(UnsupportedReason::NoAdapter, "requestAdapter gave nothing.")
            }
            "nostorage" => unsupported(
                UnsupportedReason::NoStorage,
                "IndexedDB could not be opened.",
            ),
            "old" => unsupported(UnsupportedReason::OldVersion, "Version 2, not 1."),
            scenario => FromWorker::Ready {
                version: WIRE_VERSION,
                engine_version: "0.1.0".to_owned(),
                adapter: AdapterReport {
                    name: if scenario == "software" {
                        "SwiftShader"
                    } else {
                        "Apple M3"
                    }
                    .to_owned(),
                    vendor: if scenario == "software" {
                        "google"
                    } else {
                        "apple"
                    }
                    .to_owned(),
                    backend: "WebGPU".to_owned(),
                    is_fallback: scenario == "software",
                    f16: true,
                    subgroups: false,
                    max_binding_bytes: 1 << 30,
                },
            },
        };
        self.later(60, event);
    }

    fn fail(self: Rc<Self>, milliseconds: u64, id: RequestId, kind: ErrorKind, message: &str) {
        let error = WireError::new(kind, message);
        self.later(
            milliseconds,
            FromWorker::Failed {
                id: Some(id),
                error,
            },
        );
    }

    fn load(self: Rc<Self>, id: RequestId, source: &ModelSource, is_kept: bool, is_to_chat: bool) {
        let address = address_of(source);
        let failures = [
            (
                "404",
                ErrorKind::NotFound,
                "The server has no file at this address (404).",
            ),
            (
                "broken",
                ErrorKind::BadFile,
                "This is not a GGUF file: it starts with “<!do”.",
            ),
            ("huge", ErrorKind::OutOfMemory, shelf::TOO_LARGE),
            (
                "private",
                ErrorKind::Forbidden,
                "The server wants to know who asks (401).",
            ),
        ];
        for (word, kind, message) in failures {
            if address.contains(word) {
                return self.fail(400, id, kind, message);
            }
        }
        let step = self.steps.borrow().get(&address).copied().unwrap_or(0);
        let arrival = Arrival {
            id,
            title: words::title_from_source(source),
            address,
            is_kept,
            is_to_chat,
        };
        self.load_step(arrival, step);
    }

    fn load_step(self: Rc<Self>, arrival: Arrival, step: u64) {
        const STEPS: u64 = 24;
        let id = arrival.id;
        self.steps
            .borrow_mut()
            .insert(arrival.address.clone(), step);
        if self.cancelled.get() == id {
            return self.fail(10, id, ErrorKind::Cancelled, "Cancelled.");
        }
        if arrival.address.contains("offline") && step == STEPS / 2 {
            self.steps.borrow_mut().insert(arrival.address, step + 1);
            return self.fail(10, id, ErrorKind::Network, "The server stopped answering.");
        }
        let has_room = self.models.borrow().len() < 3;
        if arrival.address.contains("full") && step == STEPS / 2 && arrival.is_kept && !has_room {
            return self.fail(10, id, ErrorKind::StorageFull, shelf::STORAGE_FULL);
        }
        let total = 1_321_000_000_u64;
        if step > STEPS {
            self.steps.borrow_mut().remove(&arrival.address);
            let event = if arrival.is_to_chat {
                FromWorker::Loaded {
                    id,
                    model: self.report(arrival.title),
                }
            } else {
                self.keep(&arrival);
                FromWorker::Downloaded {
                    id,
                    key: arrival.address,
                    name: arrival.title,
                    bytes_fetched: total,
                    chunks_repaired: 0,
                }
            };
            return self.later(10, event);
        }
        let phase = match step {
            0 => Phase::ReadingHeader,
            step if step < STEPS && arrival.address.contains("tab") => Phase::OtherTab,
            step if step < STEPS => Phase::Weights,
            _ => Phase::Warming,
        };
        let done = total / STEPS * step;
        let progress = Progress {
            phase,
            bytes_done: done,
            bytes_total: (step > 0).then_some(total),
            bytes_from_storage: done / 3,
            bytes_per_second: (step > 1).then_some(48_200_000.0),
            seconds_left: (step > 1).then_some((total - done) as f64 / 48_200_000.0),
            files_done: (step * 5 / STEPS) as u32,
            files_total: if arrival.address.ends_with('/') { 5 } else { 1 },
        };
        Rc::clone(&self).later(0, FromWorker::Progress { id, progress });
        let pause = if self.scenario == "slow" { 2500 } else { 50 };
        set_timeout(
            move || self.load_step(arrival, step + 1),
            Duration::from_millis(pause),
        );
    }

    fn report(&self, name: String) -> ModelReport {
        ModelReport {
            key: name.clone(),
            name,
            architecture: "llama".to_owned(),
            num_parameters: 1_235_814_432,
            context_length: 4096,
            weights_bytes: 1_321_000_000,
            kv_bytes: 134_217_728,
            total_bytes: 1_480_000_000,
            has_chat_template: self.scenario != "base",
            sampling: Sampling {
                temperature: Some(0.7),
                top_p: Some(0.95),
                ..Sampling::default()
            },
            conversion_error: None,
            bytes_fetched: 880_000_000,
            bytes_from_storage: 441_000_000,
            not_stored: (self.scenario == "full").then(|| WireError {
                kind: ErrorKind::StorageFull,
                message: "the browser's storage is full".to_owned(),
            }),
            chunks_repaired: u32::from(self.scenario == "repaired"),
            wasm_heap_bytes: 40_000_000,
        }
    }

    fn generate(self: Rc<Self>, id: RequestId, input: &Input) {
        let asked = match input {
            Input::Messages { messages, .. } => messages
                .last()
                .map(|message| message.content.clone())
                .unwrap_or_default(),
            Input::Text { text } => text.clone(),
            // The page asks for neither.
            Input::Chat { .. } | Input::Tokens { .. } => String::new(),
        };
        if asked.contains("too long") {
            let error = WireError {
                kind: ErrorKind::ContextFull,
                message: "The text needs 5,120 tokens and the context holds 4,096.".to_owned(),
            };
            return self.later(
                200,
                FromWorker::Failed {
                    id: Some(id),
                    error,
                },
            );
        }
        let repeat = if asked.contains("long") { 6 } else { 1 };
        let mut pieces = VecDeque::new();
        for _ in 0..repeat {
            pieces.extend(ANSWER.split_inclusive(' ').map(str::to_owned));
        }
        let num_messages = match input {
            Input::Messages { messages, .. } => messages.len() as u32,
            Input::Chat { .. } | Input::Text { .. } | Input::Tokens { .. } => 0,
        };
        let forgets = asked.contains("forget");
        Rc::clone(&self).later(
            100,
            FromWorker::Memory {
                id,
                forgotten_tokens: if forgets { 1024 } else { 0 },
                forgotten_messages: if forgets { num_messages / 2 } else { 0 },
            },
        );
        let dies = asked.contains("crash").then_some(20);
        Rc::clone(&self).later(
            150,
            FromWorker::Prefilled {
                id,
                prompt_tokens: 24,
                reused_tokens: 0,
                prefill_ms: 180.0,
            },
        );
        set_timeout(
            move || self.write(id, pieces, 0, dies),
            Duration::from_millis(400),
        );
    }

    fn write(
        self: Rc<Self>,
        id: RequestId,
        mut pieces: VecDeque<String>,
        written: u32,
        dies: Option<u32>,
    ) {
        if !self.alive.get() {
            return;
        }
        if dies.is_some_and(|at| written >= at) {
            let error = WireError {
                kind: ErrorKind::DeviceLost,
                message: "The GPU was lost.".to_owned(),
            };
            return self.later(0, FromWorker::Failed { id: None, error });
        }
        let stopped = self.cancelled.get() == id;
        let piece = if stopped { None } else { pieces.pop_front() };
        let Some(text) = piece else {
            let reason = if stopped {
                FinishReason::Stopped
            } else {
                FinishReason::EndOfTurn
            };
            let usage = Usage {
                prompt_tokens: 24,
                completion_tokens: written,
                prefill_ms: 180.0,
                decode_ms: f64::from(written) * 41.0,
                context_tokens: 24 + written,
                wasm_heap_bytes: 40_000_000,
            };
            return self.later(0, FromWorker::Finished { id, reason, usage });
        };
        Rc::clone(&self).later(
            0,
            FromWorker::Delta {
                id,
                text,
                tokens: vec![written],
            },
        );
        set_timeout(
            move || self.write(id, pieces, written + 1, dies),
            Duration::from_millis(25),
        );
    }
}

fn address_of(source: &ModelSource) -> String {
    match source {
        ModelSource::Url { url } => url.clone(),
        ModelSource::Files { names } => names.join(" "),
        ModelSource::Stored { key } => key.clone(),
    }
}
