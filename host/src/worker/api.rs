//! Answers requests of OpenAI's API, each on a port of its own.
//!
//! What needs the engine queues with everything else; which model there is is told at once. Knows ports and the order of
//! things; what a request means is [`crate::api`]'s business.

use std::cell::{Cell, RefCell};

use futures_channel::mpsc::UnboundedSender;
use inkling_openai::{Answer, Error, Header, endpoint_from_http};
use wasm_bindgen::prelude::*;
use web_sys::{MessageEvent, MessagePort};

use super::{Job, Shared, Worker};
use crate::api::{Asked, EXAMPLE_FUNCTION, Told, Work, answer_at_once, counts_from, ending_from};
use crate::fetch::Abort;
use crate::generation::{Part, generate};
use crate::wire::FinishReason;

/// A request that waits for the engine, and where its answer goes.
pub(super) struct ApiRequest {
    work: Work,
    port: Port,
}

/// The end of a port that the answer goes to.
#[derive(Clone)]
struct Port {
    port: MessagePort,
    abort: Abort,
}

impl Port {
    fn tell(&self, told: &Told) {
        // Plain data always has a JSON form, and text can always be posted.
        if let Ok(json) = serde_json::to_string(told) {
            let _ = self.port.post_message(&json.into());
        }
    }

    fn tell_events(&self, text: String) {
        if !text.is_empty() {
            self.tell(&Told::Events { text });
        }
    }

    /// What has been told arrives; what is asked no longer does.
    fn close(&self) {
        self.port.set_onmessage(None);
        self.port.close();
    }
}

/// Hears whatever is asked on a port, until it has been answered.
pub(super) fn serve(port: MessagePort, queue: &UnboundedSender<Job>, shared: &Shared) {
    // A browser without a way to stop has no engine either.
    let Ok(abort) = Abort::new() else {
        return;
    };
    let answering = Port {
        port: port.clone(),
        abort,
    };
    let queue = queue.clone();
    let shared = shared.clone();
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        let asked = event.data().as_string();
        match asked.and_then(|json| serde_json::from_str::<Asked>(&json).ok()) {
            Some(asked) => receive(asked, &answering, &queue, &shared),
            None => answering.tell(&Told::error(&Error::bad_request(
                "the engine could not read what it was asked; the page and its engine are of different versions",
            ))),
        }
    });
    // Setting it opens the port. The closure is freed when the browser lets go of it, which closing the port makes it do.
    port.set_onmessage(Some(on_message.into_js_value().unchecked_ref()));
}

fn receive(asked: Asked, port: &Port, queue: &UnboundedSender<Job>, shared: &Shared) {
    let loaded = shared.loaded.borrow();
    match asked {
        Asked::Standing => port.tell(&Told::Standing {
            names: loaded
                .as_ref()
                .map_or_else(Vec::new, |loaded| loaded.names()),
        }),
        Asked::Request { method, path, body } => {
            let work = endpoint_from_http(&method, &path, &body)
                .map_err(|error| Told::error(&error))
                .and_then(|endpoint| answer_at_once(endpoint, loaded.as_ref()));
            match work {
                Ok(work) => {
                    let port = port.clone();
                    // The receiver lives as long as the worker.
                    let _ = queue.unbounded_send(Job::Api(ApiRequest { work, port }));
                }
                Err(told) => {
                    port.tell(&told);
                    port.close();
                }
            }
        }
        Asked::Cancel => {
            port.abort.abort();
            port.close();
        }
    }
}

impl Worker {
    /// Writes the answer to its port, an error like any other.
    pub(super) async fn answer_api(&mut self, request: ApiRequest) {
        let ApiRequest { work, port } = request;
        // A client that has heard the beginning of a stream cannot be given another status.
        let has_begun = Cell::new(false);
        match self.write(&work, &port, &has_begun).await {
            Ok(()) => {}
            Err(error) if has_begun.get() => {
                port.tell_events(Answer::failure_event(&error));
                port.tell(&Told::Done);
            }
            Err(error) => port.tell(&Told::error(&error)),
        }
        port.close();
    }

    async fn write(
        &mut self,
        work: &Work,
        port: &Port,
        has_begun: &Cell<bool>,
    ) -> Result<(), Error> {
        let loaded = self.shared.loaded.borrow().clone();
        work.check_model(loaded.as_ref())?;
        let (Some(model), Some(loaded)) = (self.model.as_mut(), loaded) else {
            return Err(Error::server("no model is loaded; load one first"));
        };
        let kind = work.kind(|| model.call_example(EXAMPLE_FUNCTION))?;
        let answer = RefCell::new(Answer::new(header(loaded.name), kind, work.delivery));
        for input in &work.inputs {
            for choice in 0..work.delivery.num_choices {
                if port.abort.is_aborted() {
                    return Ok(());
                }
                let reused = Cell::new(0);
                let has_choice = Cell::new(false);
                let tell = |part: Part| {
                    let mut answer = answer.borrow_mut();
                    match part {
                        // Told a second time where the answer itself outgrew the context.
                        Part::Memory { .. } if has_choice.replace(true) => {}
                        Part::Memory { .. } => {
                            has_begun.set(answer.streams());
                            port.tell_events(answer.begin_choice());
                        }
                        Part::Prefilled { reused_tokens, .. } => reused.set(reused_tokens),
                        Part::Delta { text, .. } => port.tell_events(answer.push(&text)),
                    }
                };
                let options = work.options_for(choice);
                let outcome = generate(model, input, &options, &port.abort, &tell).await;
                let (reason, usage) = match outcome {
                    Ok(ended) => ended,
                    Err(error) => {
                        self.forget_if_lost(Some(&error));
                        return Err(work.error_from(&error));
                    }
                };
                if reason == FinishReason::Stopped {
                    return Ok(());
                }
                let counts = counts_from(&usage, reused.get());
                let events = answer.borrow_mut().end_choice(ending_from(reason), counts);
                port.tell_events(events);
            }
        }
        let answer = answer.into_inner();
        if answer.streams() {
            port.tell_events(answer.finish());
            port.tell(&Told::Done);
        } else {
            port.tell(&Told::answer(answer.finish()));
        }
        Ok(())
    }
}

fn header(model: String) -> Header {
    // Tells answers apart, and is not asked to withstand anybody.
    let random = || (js_sys::Math::random() * f64::from(u32::MAX)) as u32;
    Header {
        id: format!("{:08x}{:08x}{:08x}", random(), random(), random()),
        created: (js_sys::Date::now() / 1000.0) as u64,
        model,
        fingerprint: concat!("inkling-", env!("CARGO_PKG_VERSION")).to_owned(),
    }
}
