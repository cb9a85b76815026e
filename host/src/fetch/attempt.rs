//! One request over HTTP: sent, watched while it waits, and judged by its status.
//!
//! A connection on which nothing moves is as good as dropped, and browsers wait on it for minutes, so each attempt has
//! a watch of its own. Must not know why the bytes are wanted.

use std::cell::Cell;
use std::rc::Rc;

use js_sys::{Array, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    AbortController, AbortSignal, ReadableStreamDefaultReader, Request, RequestInit, Response,
};

use super::{Network, internal};
use crate::browser::{property, sleep_ms};
use crate::fetch::abort::cancelled;
use crate::retry::{MOST_RETRIES, asked_ms_from_header};
use crate::wire::{ErrorKind, WireError};

/// A connection is given up when nothing has moved for this many looks: between 20 and 25 seconds.
const STALL_LOOKS: u32 = 4;
const LOOK_EVERY_MS: u32 = 5000;

/// An address that a redirect led to may have expired; asking the first address again gives a new one. More often than
/// this it is not expiry.
const MOST_RETRIES_AFTER_REDIRECT: u32 = 2;

/// A request that did not give what was asked for.
#[derive(Debug)]
pub(super) enum Failure {
    /// Another attempt could succeed.
    Again {
        error: WireError,
        /// How long the server asks to wait.
        asked_ms: Option<u32>,
        most_retries: u32,
    },
    Stop(WireError),
}

impl Failure {
    pub fn again(kind: ErrorKind, message: String) -> Self {
        Self::Again {
            error: WireError::new(kind, message),
            asked_ms: None,
            most_retries: MOST_RETRIES,
        }
    }

    pub fn into_error(self) -> WireError {
        match self {
            Self::Again { error, .. } | Self::Stop(error) => error,
        }
    }
}

impl From<WireError> for Failure {
    fn from(error: WireError) -> Self {
        Self::Stop(error)
    }
}

/// What the watch and the reader of one request tell each other.
#[derive(Default)]
struct Watch {
    is_waiting: Cell<bool>,
    has_moved: Cell<bool>,
    has_stalled: Cell<bool>,
    is_over: Cell<bool>,
}

/// A request on its way. Dropping it ends the request.
pub(super) struct Attempt {
    url: String,
    network: Network,
    controller: AbortController,
    watch: Rc<Watch>,
}

impl Drop for Attempt {
    fn drop(&mut self) {
        self.watch.is_over.set(true);
        self.controller.abort();
    }
}

impl Attempt {
    /// Sends a request and waits for the head of its answer.
    pub async fn open(
        url: &str,
        range: Option<&str>,
        network: &Network,
    ) -> Result<(Self, Response), Failure> {
        let attempt = Self {
            url: url.to_owned(),
            network: network.clone(),
            controller: AbortController::new().map_err(|error| internal(&error))?,
            watch: Rc::default(),
        };
        attempt.start_watch();
        let request = attempt.request(range)?;
        let promise = fetch(&request)?;
        let response: Response = attempt
            .wait_for(promise)
            .await
            .map_err(|_| attempt.dropped())?
            .unchecked_into();
        match response.status() {
            416 => Ok((attempt, response)),
            status if (200..300).contains(&status) => Ok((attempt, response)),
            status => Err(attempt.refusal(status, &response)),
        }
    }

    /// The next piece of a body, or `None` at its end.
    pub async fn next_piece(
        &self,
        reader: &ReadableStreamDefaultReader,
    ) -> Result<Option<Uint8Array>, Failure> {
        let result = self
            .wait_for(reader.read())
            .await
            .map_err(|_| self.dropped())?;
        if property(&result, "done").is_truthy() {
            return Ok(None);
        }
        Ok(Some(property(&result, "value").unchecked_into()))
    }

    fn request(&self, range: Option<&str>) -> Result<Request, WireError> {
        let init = RequestInit::new();
        let signals = Array::of2(&self.network.abort.signal(), &self.controller.signal());
        init.set_signal(Some(&AbortSignal::any(&signals)));
        // The model store is the cache; the browser's own would keep every byte a second time.
        // Setting a property of a plain object cannot fail.
        let _ = Reflect::set(&init, &"cache".into(), &"no-store".into());
        let request = Request::new_with_str_and_init(&self.url, &init).map_err(|_| {
            WireError::new(
                ErrorKind::BadRequest,
                format!("'{}' is not an address that can be read", self.url),
            )
        })?;
        let set = |name: &str, value: &str| {
            let headers = request.headers();
            headers.set(name, value).map_err(|error| internal(&error))
        };
        if let Some(range) = range {
            set("Range", range)?;
        }
        // Browsers take this header off when a redirect leads to another origin.
        if let Some(token) = self.network.hub.token_for(&self.url) {
            set("Authorization", &format!("Bearer {token}"))?;
        }
        Ok(request)
    }

    async fn wait_for(&self, promise: Promise) -> Result<JsValue, JsValue> {
        self.watch.is_waiting.set(true);
        let result = JsFuture::from(promise).await;
        self.watch.is_waiting.set(false);
        self.watch.has_moved.set(true);
        result
    }

    /// Looks now and then whether anything moved. Counts looks instead of reading a clock: a machine that slept has
    /// not waited.
    fn start_watch(&self) {
        let watch = Rc::clone(&self.watch);
        let controller = self.controller.clone();
        spawn_local(async move {
            let mut quiet_looks = 0;
            while quiet_looks < STALL_LOOKS {
                sleep_ms(LOOK_EVERY_MS).await;
                if watch.is_over.get() {
                    return;
                }
                let has_moved = watch.has_moved.replace(false);
                if has_moved || !watch.is_waiting.get() {
                    quiet_looks = 0;
                } else {
                    quiet_looks += 1;
                }
            }
            watch.has_stalled.set(true);
            controller.abort();
        });
    }

    /// A fetch or a read that was rejected. Browsers hide from a page whether the network, the server or a missing
    /// CORS permission is to blame, so the sentence names them all.
    pub fn dropped(&self) -> Failure {
        if self.network.abort.is_aborted() {
            return Failure::Stop(cancelled());
        }
        let url = &self.url;
        let message = if self.watch.has_stalled.get() {
            format!("nothing more came from {url} for a while; check the connection and try again")
        } else {
            format!(
                "{url} could not be read: check the address and the connection; the server must also allow other sites to read it (CORS), otherwise download the file and drop it here"
            )
        };
        Failure::again(ErrorKind::Network, message)
    }

    /// A body that ended before its time.
    pub fn cut_short(&self) -> Failure {
        Failure::again(
            ErrorKind::Network,
            format!(
                "the connection ended before all of {} had arrived; try again",
                self.url
            ),
        )
    }

    /// An answer that is not of the bytes that were asked for.
    pub fn wrong_part(&self) -> Failure {
        Failure::again(
            ErrorKind::Network,
            format!(
                "the server sent another part of {} than the one it was asked for; try again later",
                self.url
            ),
        )
    }

    fn refusal(&self, status: u16, response: &Response) -> Failure {
        let url = &self.url;
        let error = match status {
            404 | 410 => WireError::new(
                ErrorKind::NotFound,
                format!("there is no file at {url}; check the address"),
            ),
            401 | 403 => WireError::new(ErrorKind::Forbidden, self.forbidden(status)),
            408 | 425 | 429 | 500..=599 => {
                let asked = response.headers().get("Retry-After").ok().flatten();
                return Failure::Again {
                    error: WireError::new(
                        ErrorKind::Network,
                        format!(
                            "the server is in trouble or too busy to send {url} (HTTP {status}); try again later"
                        ),
                    ),
                    asked_ms: asked.as_deref().and_then(asked_ms_from_header),
                    most_retries: MOST_RETRIES,
                };
            }
            status => WireError::new(
                ErrorKind::Network,
                format!("the server refused to send {url} (HTTP {status})"),
            ),
        };
        let may_have_expired = response.redirected() && matches!(status, 401 | 403 | 404 | 410);
        if may_have_expired {
            return Failure::Again {
                error,
                asked_ms: None,
                most_retries: MOST_RETRIES_AFTER_REDIRECT,
            };
        }
        Failure::Stop(error)
    }

    fn forbidden(&self, status: u16) -> String {
        let url = &self.url;
        if !self.network.hub.owns(url) {
            return format!(
                "{url} may not be read without permission (HTTP {status}); use a model that is open to everybody, or download it and drop the file here"
            );
        }
        let advice = match self.network.hub.token_for(url) {
            None => {
                "check its name; if it is private or has a licence to be accepted, accept that on its page and give your access token"
            }
            Some(_) => {
                "the access token does not open it; accept the licence on its page, or give a token that may read it"
            }
        };
        format!("the model hub does not give {url} to everybody (HTTP {status}): {advice}")
    }
}

fn fetch(request: &Request) -> Result<Promise, WireError> {
    let global = js_sys::global();
    property(&global, "fetch")
        .dyn_into::<js_sys::Function>()
        .and_then(|function| function.call1(&global, request))
        .map(|promise| promise.unchecked_into())
        .map_err(|error| internal(&error))
}
