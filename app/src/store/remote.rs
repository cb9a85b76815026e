//! What the state wants of another machine, carried out. Its answer arrives as the engine's do.

use std::cell::Cell;

use inkling_host::remote::{Server, Told};
use inkling_host::wire::{ErrorKind, FinishReason, FromWorker, RequestId, Usage, WireError};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::Store;
use crate::browser::remote::{self, Stopper};
use crate::browser::{memory, now_ms};
use crate::say;
use crate::state::Action;
use crate::state::remote::{KnownServer, json_from_known_server};

impl Store {
    pub(super) fn remember_server(self, known: Option<&KnownServer>) {
        let json = known.map(json_from_known_server);
        memory::remember(memory::SERVER, json.as_deref());
    }

    pub(super) fn list_server_models(self, server: Server) {
        spawn_local(async move {
            let models = remote::models(&server).await;
            self.dispatch(Action::ServerAnswered { server, models });
        });
    }

    pub(super) fn ask_server(self, id: RequestId, server: Server, body: String) {
        let Some(stopper) = Stopper::new() else {
            let error = WireError::new(
                ErrorKind::Unsupported,
                say!("server-unreachable", host = server.host()),
            );
            let id = Some(id);
            return self.dispatch(Action::FromEngine(FromWorker::Failed { id, error }));
        };
        self.asking.set_value(Some(stopper.clone()));
        spawn_local(async move {
            let clock = Clock::default();
            let told = remote::ask(&server, &body, &stopper.signal(), |text| {
                if !text.is_empty() {
                    clock.note();
                    let tokens = Vec::new();
                    self.dispatch(Action::FromEngine(FromWorker::Delta { id, text, tokens }));
                }
            })
            .await;
            let message = match told {
                _ if stopper.has_stopped() => {
                    clock.finished(id, FinishReason::Stopped, &Told::default())
                }
                Ok(told) => {
                    clock.finished(id, told.reason.unwrap_or(FinishReason::EndOfTurn), &told)
                }
                Err(error) => FromWorker::Failed {
                    id: Some(id),
                    error,
                },
            };
            self.dispatch(Action::FromEngine(message));
        });
    }

    pub(super) fn stop_server(self) {
        if let Some(stopper) = self.asking.with_value(Clone::clone) {
            stopper.stop();
        }
    }
}

/// When the pieces of an answer came.
struct Clock {
    begun_ms: f64,
    first_ms: Cell<Option<f64>>,
}

impl Default for Clock {
    fn default() -> Self {
        Self {
            begun_ms: now_ms(),
            first_ms: Cell::default(),
        }
    }
}

impl Clock {
    fn note(&self) {
        if self.first_ms.get().is_none() {
            self.first_ms.set(Some(now_ms()));
        }
    }

    fn finished(&self, id: RequestId, reason: FinishReason, told: &Told) -> FromWorker {
        let ended_ms = now_ms();
        let first_ms = self.first_ms.get().unwrap_or(ended_ms);
        FromWorker::Finished {
            id,
            reason,
            usage: Usage {
                prompt_tokens: told.prompt_tokens,
                completion_tokens: told.completion_tokens,
                prefill_ms: first_ms - self.begun_ms,
                decode_ms: ended_ms - first_ms,
                context_tokens: told.prompt_tokens + told.completion_tokens,
                // It was made with none of this machine's memory.
                wasm_heap_bytes: 0,
            },
        }
    }
}
