//! Reading files over HTTP: ranges where the server has them, one stream where it does not.
//!
//! Bytes stay in JavaScript's memory (`Uint8Array`), outside the WASM heap: hashing and storing need no copy,
//! and only what the engine is about to consume is ever copied in. Knows nothing of models or of storage.

use std::cell::Cell;

use js_sys::{Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    AbortController, AbortSignal, DomException, ReadableStreamDefaultReader, Request, RequestInit,
    Response,
};

use crate::chunks::total_from_content_range;
use crate::wire::{ErrorKind, WireError};

/// Waits before each further attempt: a server that is busy or a connection that dropped gets a few seconds.
const RETRY_DELAYS_MS: [u32; 4] = [300, 1000, 2500, 5000];

/// Ends every request that was made with it.
#[derive(Debug, Clone)]
pub struct Abort {
    controller: AbortController,
}

impl Abort {
    pub fn new() -> Result<Self, WireError> {
        AbortController::new()
            .map(|controller| Self { controller })
            .map_err(|error| internal(&error))
    }

    pub fn abort(&self) {
        self.controller.abort();
    }

    pub fn is_aborted(&self) -> bool {
        self.controller.signal().aborted()
    }

    pub fn check(&self) -> Result<(), WireError> {
        if self.is_aborted() {
            return Err(cancelled());
        }
        Ok(())
    }

    fn signal(&self) -> AbortSignal {
        self.controller.signal()
    }
}

/// What a server says about a file, as far as it lets a page from another origin see it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FileFacts {
    pub len_bytes: Option<u64>,
    /// ETag, else Last-Modified: changes when the file does.
    pub validator: Option<String>,
}

impl FileFacts {
    /// Whether both may be the same file: what is unknown contradicts nothing.
    pub fn agrees_with(&self, other: &Self) -> bool {
        fn same<T: PartialEq>(a: &Option<T>, b: &Option<T>) -> bool {
            match (a, b) {
                (Some(a), Some(b)) => a == b,
                (_, _) => true,
            }
        }
        same(&self.len_bytes, &other.len_bytes) && same(&self.validator, &other.validator)
    }
}

/// The answer to a request for a range.
pub enum Answer {
    /// The range, whole.
    Range { bytes: Uint8Array, facts: FileFacts },
    /// The server does not do ranges: the file from its first byte.
    Whole { body: Body, facts: FileFacts },
    /// The range starts at or behind the end of the file.
    BehindEnd,
}

/// Reads bytes `[start, start + len)` of a URL; fewer at the end of the file. `on_bytes` hears of bytes as they
/// arrive, and of a negative number when they will have to arrive again.
pub async fn read_range(
    url: &str,
    start: u64,
    len: u64,
    abort: &Abort,
    on_bytes: &dyn Fn(i64),
) -> Result<Answer, WireError> {
    with_retries(url, abort, async || {
        let end = start + len - 1;
        let response = request(url, Some(&format!("bytes={start}-{end}")), abort).await?;
        let mut facts = facts_of(&response);
        match response.status() {
            206 => {
                let bytes = match read_exactly(&response, len, on_bytes).await {
                    Ok(bytes) => bytes,
                    Err(error) => return Err(dropped(url, &error, abort)),
                };
                let got = u64::from(bytes.length());
                if facts.len_bytes.is_none() && got < len {
                    facts.len_bytes = Some(start + got);
                }
                let expected = facts
                    .len_bytes
                    .map(|total| len.min(total.saturating_sub(start)));
                if expected.is_some_and(|expected| got != expected) {
                    on_bytes(-(got as i64));
                    return Err(Attempt::Again(
                        WireError::new(
                            ErrorKind::Network,
                            format!(
                                "the connection ended before all of {url} had arrived; try again"
                            ),
                        ),
                        None,
                    ));
                }
                Ok(Answer::Range { bytes, facts })
            }
            416 => Ok(Answer::BehindEnd),
            _ => Ok(Answer::Whole {
                body: Body::of(&response, url)?,
                facts,
            }),
        }
    })
    .await
}

/// Asks only what kind of file is there, without its bytes.
pub async fn probe(url: &str, abort: &Abort) -> Result<FileFacts, WireError> {
    with_retries(url, abort, async || {
        let response = request(url, Some("bytes=0-0"), abort).await?;
        let facts = facts_of(&response);
        if let Some(body) = response.body() {
            // The rest of the body is not wanted; a server that refuses to stop is no reason to fail.
            let _ = JsFuture::from(body.cancel()).await;
        }
        Ok(facts)
    })
    .await
}

/// Opens a URL as one stream from its first byte.
pub async fn open_stream(url: &str, abort: &Abort) -> Result<(Body, FileFacts), WireError> {
    with_retries(url, abort, async || {
        let response = request(url, None, abort).await?;
        let facts = facts_of(&response);
        Ok((Body::of(&response, url)?, facts))
    })
    .await
}

/// The body of a response, read piece by piece.
pub struct Body {
    reader: ReadableStreamDefaultReader,
    url: String,
}

impl Body {
    fn of(response: &Response, url: &str) -> Result<Self, Attempt> {
        let reader = response
            .body()
            .map(|body| body.get_reader().unchecked_into())
            .ok_or_else(|| {
                Attempt::Stop(WireError::new(
                    ErrorKind::Network,
                    format!("{url} answered without any bytes"),
                ))
            })?;
        Ok(Self {
            reader,
            url: url.to_owned(),
        })
    }

    /// The next piece, or `None` at the end.
    pub async fn next(&mut self, abort: &Abort) -> Result<Option<Uint8Array>, WireError> {
        next_piece(&self.reader)
            .await
            .map_err(|error| dropped(&self.url, &error, abort).into_error())
    }
}

impl Drop for Body {
    fn drop(&mut self) {
        close(&self.reader);
    }
}

/// A failed attempt: whether another one could succeed, and how long the server asks to wait.
enum Attempt {
    Again(WireError, Option<u32>),
    Stop(WireError),
}

impl Attempt {
    fn into_error(self) -> WireError {
        match self {
            Self::Again(error, _) | Self::Stop(error) => error,
        }
    }
}

impl From<WireError> for Attempt {
    fn from(error: WireError) -> Self {
        Self::Stop(error)
    }
}

async fn with_retries<T>(
    url: &str,
    abort: &Abort,
    mut attempt: impl AsyncFnMut() -> Result<T, Attempt>,
) -> Result<T, WireError> {
    let mut delays = RETRY_DELAYS_MS.iter();
    loop {
        abort.check()?;
        match attempt().await {
            Ok(value) => return Ok(value),
            Err(Attempt::Stop(error)) => return Err(error),
            Err(Attempt::Again(error, asked_ms)) => {
                let Some(delay_ms) = delays.next() else {
                    return Err(error);
                };
                // Offline, waiting helps nobody: the reader should hear of it now.
                if !is_online() {
                    return Err(WireError::new(
                        ErrorKind::Network,
                        format!(
                            "this device is offline, so {url} cannot be read; connect it and try again"
                        ),
                    ));
                }
                sleep_ms(asked_ms.unwrap_or(*delay_ms)).await?;
            }
        }
    }
}

async fn request(url: &str, range: Option<&str>, abort: &Abort) -> Result<Response, Attempt> {
    let init = RequestInit::new();
    init.set_signal(Some(&abort.signal()));
    // The model store is the cache; the browser's own would keep every byte a second time.
    set_property(&init, "cache", "no-store");
    let request = Request::new_with_str_and_init(url, &init).map_err(|_| {
        WireError::new(
            ErrorKind::BadRequest,
            format!("'{url}' is not an address that can be read"),
        )
    })?;
    if let Some(range) = range {
        request
            .headers()
            .set("Range", range)
            .map_err(|error| internal(&error))?;
    }
    let promise = call_global("fetch", &request)?;
    let response: Response = JsFuture::from(promise)
        .await
        .map_err(|error| dropped(url, &error, abort))?
        .unchecked_into();
    match response.status() {
        416 => Ok(response),
        status if (200..300).contains(&status) => Ok(response),
        status => Err(refusal(url, status, &response)),
    }
}

fn refusal(url: &str, status: u16, response: &Response) -> Attempt {
    match status {
        404 | 410 => Attempt::Stop(WireError::new(
            ErrorKind::NotFound,
            format!("there is no file at {url}; check the address"),
        )),
        401 | 403 => Attempt::Stop(WireError::new(
            ErrorKind::Network,
            format!(
                "{url} may not be read without permission (HTTP {status}); use a model that is open to everybody, or download it and drop the file here"
            ),
        )),
        408 | 425 | 429 | 500..=599 => {
            let asked_ms = response
                .headers()
                .get("Retry-After")
                .ok()
                .flatten()
                .and_then(|seconds| seconds.parse::<u32>().ok())
                .map(|seconds| seconds.saturating_mul(1000).min(30_000));
            let error = WireError::new(
                ErrorKind::Network,
                format!(
                    "the server is in trouble or too busy to send {url} (HTTP {status}); try again later"
                ),
            );
            Attempt::Again(error, asked_ms)
        }
        status => Attempt::Stop(WireError::new(
            ErrorKind::Network,
            format!("the server refused to send {url} (HTTP {status})"),
        )),
    }
}

/// A fetch or a read that was rejected. Browsers hide from a page whether the network, the server or a missing
/// CORS permission is to blame, so the sentence names them all.
fn dropped(url: &str, error: &JsValue, abort: &Abort) -> Attempt {
    let is_abort = error
        .dyn_ref::<DomException>()
        .is_some_and(|error| error.name() == "AbortError");
    if is_abort || abort.is_aborted() {
        return Attempt::Stop(cancelled());
    }
    Attempt::Again(
        WireError::new(
            ErrorKind::Network,
            format!(
                "{url} could not be read: check the address and the connection; the server must also allow other sites to read it (CORS), otherwise download the file and drop it here"
            ),
        ),
        None,
    )
}

fn facts_of(response: &Response) -> FileFacts {
    let headers = response.headers();
    let header = |name: &str| headers.get(name).ok().flatten();
    let len_bytes = match response.status() {
        206 | 416 => header("Content-Range").and_then(|range| total_from_content_range(&range)),
        // A compressed body is longer than the length of what travels.
        _ if header("Content-Encoding").is_some() => None,
        _ => header("Content-Length").and_then(|length| length.parse().ok()),
    };
    FileFacts {
        len_bytes,
        validator: header("ETag").or_else(|| header("Last-Modified")),
    }
}

/// Reads a body that should be `len` bytes or fewer into one array of JavaScript's memory.
async fn read_exactly(
    response: &Response,
    len: u64,
    on_bytes: &dyn Fn(i64),
) -> Result<Uint8Array, JsValue> {
    let Some(body) = response.body() else {
        return Ok(Uint8Array::new_with_length(0));
    };
    let reader: ReadableStreamDefaultReader = body.get_reader().unchecked_into();
    let capacity = u32::try_from(len).map_err(|_| JsValue::from_str("range too long"))?;
    let all = Uint8Array::new_with_length(capacity);
    let filled = Cell::new(0_u32);
    let result = async {
        while let Some(piece) = next_piece(&reader).await? {
            let end = filled.get().saturating_add(piece.length());
            if end > capacity {
                return Err(JsValue::from_str("the server sent more than was asked for"));
            }
            all.set(&piece, filled.get());
            filled.set(end);
            on_bytes(i64::from(piece.length()));
        }
        Ok(())
    }
    .await;
    if let Err(error) = result {
        on_bytes(-i64::from(filled.get()));
        close(&reader);
        return Err(error);
    }
    Ok(if filled.get() == capacity {
        all
    } else {
        all.slice(0, filled.get())
    })
}

/// Tells the browser to close the connection. A stream that has failed already refuses, and a refusal that
/// nobody waits for would be reported as an error of the page.
fn close(reader: &ReadableStreamDefaultReader) {
    let closed = JsFuture::from(reader.cancel());
    spawn_local(async move { drop(closed.await) });
}

async fn next_piece(reader: &ReadableStreamDefaultReader) -> Result<Option<Uint8Array>, JsValue> {
    let result = JsFuture::from(reader.read()).await?;
    if Reflect::get(&result, &"done".into())?.is_truthy() {
        return Ok(None);
    }
    Ok(Some(
        Reflect::get(&result, &"value".into())?.unchecked_into(),
    ))
}

pub async fn sleep_ms(delay_ms: u32) -> Result<(), WireError> {
    let promise = Promise::new(&mut |resolve, _| {
        // Without a timer the wait is over at once.
        let set_timeout = Reflect::get(&js_sys::global(), &"setTimeout".into())
            .ok()
            .and_then(|function| function.dyn_into::<js_sys::Function>().ok());
        if let Some(set_timeout) = set_timeout {
            let _ = set_timeout.call2(&JsValue::UNDEFINED, &resolve, &delay_ms.into());
        } else {
            let _ = resolve.call0(&JsValue::UNDEFINED);
        }
    });
    JsFuture::from(promise)
        .await
        .map(drop)
        .map_err(|error| internal(&error))
}

fn is_online() -> bool {
    let navigator = Reflect::get(&js_sys::global(), &"navigator".into()).unwrap_or_default();
    Reflect::get(&navigator, &"onLine".into())
        .ok()
        .and_then(|online| online.as_bool())
        .unwrap_or(true)
}

fn call_global(name: &str, argument: &JsValue) -> Result<Promise, WireError> {
    let global = js_sys::global();
    Reflect::get(&global, &name.into())
        .and_then(|function| function.dyn_into::<js_sys::Function>())
        .and_then(|function| function.call1(&global, argument))
        .map(|promise| promise.unchecked_into())
        .map_err(|error| internal(&error))
}

fn set_property(target: &JsValue, name: &str, value: &str) {
    // Setting a property of a plain object cannot fail.
    let _ = Reflect::set(target, &name.into(), &value.into());
}

pub fn cancelled() -> WireError {
    WireError::new(ErrorKind::Cancelled, "stopped")
}

fn internal(error: &JsValue) -> WireError {
    WireError::new(
        ErrorKind::Internal,
        format!("the browser refused an ordinary request ({error:?})"),
    )
}
