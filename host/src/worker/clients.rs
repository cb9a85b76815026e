//! Everybody who uses this engine: what they say is heard here, and what it says leaves here.
//!
//! The page that started the worker is one client; each port that it passes on is another, which lives as long as the Web Lock
//! that it holds. Who gets which message is [`crate::switchboard`]'s business; this knows the ports.

use std::cell::RefCell;
use std::collections::BTreeMap;

use js_sys::{Array, Function, Object, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Blob, MessageEvent, MessagePort};

use super::{Mail, Shared, mail_from, receive};
use crate::address::{Site, address_from_text};
use crate::browser::{property, scope};
use crate::fetch::Abort;
use crate::switchboard::{ClientId, Departure, Letter, Switchboard};
use crate::turn::until_free;
use crate::wire::{FromWorker, ModelSource, RequestId, ToWorker, WireError};

thread_local! {
    static CLIENTS: Clients = Clients::default();
}

#[derive(Default)]
struct Clients {
    switchboard: RefCell<Switchboard>,
    /// Whatever `postMessage` is called on: the worker's own scope, or a port.
    outlets: RefCell<BTreeMap<ClientId, JsValue>>,
    /// Requests of OpenAI's API that end with the client who asks.
    asked: RefCell<BTreeMap<ClientId, Vec<Abort>>>,
}

/// Hears the scope's own messages from now on, and those of every port that comes with one.
pub(super) fn listen(shared: &Shared) {
    let (_, on_message) = join(scope().into(), shared);
    scope().set_onmessage(Some(on_message.unchecked_ref()));
}

/// Another client, and the function that its messages come to.
fn join(outlet: JsValue, shared: &Shared) -> (ClientId, JsValue) {
    let client = CLIENTS.with(|clients| {
        let client = clients.switchboard.borrow_mut().join();
        clients.outlets.borrow_mut().insert(client, outlet);
        client
    });
    let shared = shared.clone();
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        match mail_from(&event) {
            Ok(mail) => hear(client, mail, &shared),
            Err(error) => deliver(vec![(client, FromWorker::Failed { id: None, error })]),
        }
    });
    // Freed when the browser lets go of it.
    (client, on_message.into_js_value())
}

fn hear(client: ClientId, mail: Mail, shared: &Shared) {
    let Mail {
        message,
        files,
        port,
    } = mail;
    if let ToWorker::Connect { life } = message {
        if let Some(port) = port {
            connect(port, life, shared);
        }
        return;
    }
    let heard = CLIENTS.with(|clients| {
        let mut switchboard = clients.switchboard.borrow_mut();
        switchboard.hear(client, message, |source| key_of(source, shared))
    });
    deliver(heard.letters);
    if let Some(message) = heard.pass {
        let mail = Mail {
            message,
            files,
            port,
        };
        receive(client, mail, shared);
    }
}

fn connect(port: MessagePort, life: String, shared: &Shared) {
    let (client, on_message) = join(port.clone().into(), shared);
    // Setting it opens the port.
    port.set_onmessage(Some(on_message.unchecked_ref()));
    let shared = shared.clone();
    spawn_local(async move {
        if until_free(&life).await.is_ok() {
            port.set_onmessage(None);
            port.close();
            leave(client, &shared);
        }
    });
}

/// What somebody asked who is gone ends; an engine that nobody uses keeps no model.
fn leave(client: ClientId, shared: &Shared) {
    let (
        Departure {
            cancelled,
            was_last,
        },
        asked,
        number,
    ) = CLIENTS.with(|clients| {
        clients.outlets.borrow_mut().remove(&client);
        let mut switchboard = clients.switchboard.borrow_mut();
        let departure = switchboard.leave(client);
        let asked = clients.asked.borrow_mut().remove(&client);
        (departure, asked.unwrap_or_default(), switchboard.number())
    });
    for abort in asked {
        abort.abort();
    }
    for id in cancelled {
        if let Some(abort) = shared.registered(id) {
            abort.abort();
        }
    }
    if was_last {
        let mail = Mail {
            message: ToWorker::Unload { id: number },
            files: Vec::new(),
            port: None,
        };
        receive(client, mail, shared);
    }
}

/// A request of OpenAI's API ends with this client.
pub(super) fn tie(client: ClientId, abort: &Abort) {
    CLIENTS.with(|clients| {
        let mut asked = clients.asked.borrow_mut();
        let aborts = asked.entry(client).or_default();
        aborts.retain(|abort| !abort.is_aborted());
        aborts.push(abort.clone());
    });
}

pub(super) fn send(message: FromWorker) {
    deliver(letters_of(message));
}

/// As [`send`], with bytes beside the text: `{ json, files }`, as clients send their own.
pub(super) fn send_with_blob(message: FromWorker, blob: &Blob) {
    for (client, message) in letters_of(message) {
        let Ok(json) = serde_json::to_string(&message) else {
            return;
        };
        let envelope = Object::new();
        // Setting a property of a plain object cannot fail, and a Blob can always be posted.
        let _ = Reflect::set(&envelope, &"json".into(), &json.into());
        let _ = Reflect::set(&envelope, &"files".into(), &Array::of1(blob));
        post(client, &envelope);
    }
}

pub(super) fn answer(id: RequestId, outcome: Result<FromWorker, WireError>) {
    send(outcome.unwrap_or_else(|error| FromWorker::Failed {
        id: Some(id),
        error,
    }));
}

/// The model went with its device.
pub(super) fn lose_model() {
    deliver(CLIENTS.with(|clients| clients.switchboard.borrow_mut().lose_model()));
}

/// Nothing can be trusted any more: everybody is told, and who needs an engine needs another worker.
pub(super) fn give_up(error: WireError) {
    let message = FromWorker::Failed { id: None, error };
    // What has failed may have been in the middle of anything, so nothing is waited for.
    CLIENTS.with(|clients| {
        if let (Ok(outlets), Ok(json)) = (
            clients.outlets.try_borrow(),
            serde_json::to_string(&message),
        ) {
            for outlet in outlets.values() {
                post_to(outlet, &json.clone().into());
            }
        }
    });
    if let Ok(close) = property(&scope(), "close").dyn_into::<Function>() {
        let _ = close.call0(&scope());
    }
}

fn letters_of(message: FromWorker) -> Vec<Letter> {
    CLIENTS.with(|clients| clients.switchboard.borrow_mut().say(message))
}

fn deliver(letters: Vec<Letter>) {
    for (client, message) in letters {
        // Plain data with string keys always has a JSON form.
        if let Ok(json) = serde_json::to_string(&message) {
            post(client, &json.into());
        }
    }
}

fn post(client: ClientId, data: &JsValue) {
    CLIENTS.with(|clients| {
        if let Some(outlet) = clients.outlets.borrow().get(&client) {
            post_to(outlet, data);
        }
    });
}

/// A shared worker's scope has nobody to post to, and nobody who asks for an answer there.
fn post_to(outlet: &JsValue, data: &JsValue) {
    if let Ok(post) = property(outlet, "postMessage").dyn_into::<Function>() {
        let _ = post.call1(outlet, data);
    }
}

/// What a source is kept by; local files are read anew each time.
fn key_of(source: &ModelSource, shared: &Shared) -> Option<String> {
    match source {
        ModelSource::Stored { key } => Some(key.clone()),
        ModelSource::Url { url } if url.starts_with("local:") => Some(url.clone()),
        ModelSource::Url { url } => {
            let hub = shared.hub.borrow();
            let site = Site {
                page_url: &shared.page_url,
                hub: hub.base(),
            };
            address_from_text(url, &site)
                .ok()
                .map(|address| address.key)
        }
        ModelSource::Files { .. } => None,
    }
}
