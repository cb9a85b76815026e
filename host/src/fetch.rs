//! Reading files over HTTP: ranges where the server has them, one stream where it does not.
//!
//! Bytes stay in JavaScript's memory (`Uint8Array`), outside the WASM heap: hashing and storing need no copy,
//! and only what the engine is about to consume is ever copied in. Knows nothing of models or of storage.

mod abort;
mod attempt;

use std::cell::Cell;

use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{ReadableStreamDefaultReader, Response};

pub use self::abort::Abort;
use self::attempt::{Attempt, Failure};
use crate::browser::{is_online, sleep_ms};
use crate::chunks::ContentRange;
use crate::digest::digest_from_etag;
use crate::hub::Hub;
use crate::record::FileFacts;
use crate::retry::{MOST_RETRIES, delay_ms};
use crate::wire::{ErrorKind, WireError};

/// Lists of files and the like; anything larger is not what was asked for.
const LARGEST_TEXT_BYTES: usize = 8 * 1024 * 1024;

/// How often a server that contradicts itself is asked again before its word is taken for a change of the file.
const MOST_RETRIES_OF_CONTRADICTION: u32 = 2;

/// What requests are made with.
#[derive(Debug, Clone)]
pub struct Network {
    pub abort: Abort,
    pub hub: Hub,
}

/// What a server tells of a file without sending it.
pub struct Probe {
    pub facts: FileFacts,
    pub has_ranges: bool,
}

/// The answer to a request for a range.
pub enum Answer {
    /// The range, whole.
    Range { bytes: Uint8Array, facts: FileFacts },
    /// The server does not do ranges: the file from its first byte.
    Whole { body: Body, facts: FileFacts },
    /// The range starts at or behind the end of the file.
    BehindEnd { facts: FileFacts },
}

impl Network {
    /// Reads bytes `[start, start + len)` of a URL; fewer at the end of the file. `known` is what is known of it.
    /// `on_bytes` hears of bytes as they arrive, and of a negative number when they will have to arrive again.
    pub async fn read_range(
        &self,
        url: &str,
        start: u64,
        len: u64,
        known: &FileFacts,
        on_bytes: &dyn Fn(i64),
    ) -> Result<Answer, WireError> {
        let contradictions = Cell::new(0);
        self.with_retries(url, MOST_RETRIES, async || {
            let range = format!("bytes={start}-{}", start + len - 1);
            let (attempt, response) = Attempt::open(url, Some(&range), self).await?;
            let mut facts = self.facts_of(url, &response);
            if known.contradicts(&facts) {
                contradictions.set(contradictions.get() + 1);
                if contradictions.get() <= MOST_RETRIES_OF_CONTRADICTION {
                    return Err(attempt.wrong_part());
                }
            }
            match response.status() {
                206 => {
                    let said = content_range(&response);
                    if said.is_some_and(|said| !said.answers(start, len)) {
                        return Err(attempt.wrong_part());
                    }
                    let bytes = read_exactly(&attempt, &response, len, on_bytes).await?;
                    let got = u64::from(bytes.length());
                    let expected = match said.and_then(|said| said.part) {
                        Some((first, end)) => Some(end - first),
                        None => facts
                            .len_bytes
                            .or(known.len_bytes)
                            .map(|total| len.min(total.saturating_sub(start))),
                    };
                    if expected.is_some_and(|expected| got != expected) {
                        on_bytes(-(got as i64));
                        return Err(attempt.cut_short());
                    }
                    if got < len {
                        facts.len_bytes.get_or_insert(start + got);
                    }
                    Ok(Answer::Range { bytes, facts })
                }
                416 => Ok(Answer::BehindEnd { facts }),
                _ => Ok(Answer::Whole {
                    body: Body::of(attempt, &response)?,
                    facts,
                }),
            }
        })
        .await
    }

    /// Asks only what kind of file is there, without its bytes.
    pub async fn probe(&self, url: &str) -> Result<Probe, WireError> {
        self.with_retries(url, MOST_RETRIES, async || {
            // The rest of the body is not wanted: the attempt ends with this block.
            let (_attempt, response) = Attempt::open(url, Some("bytes=0-0"), self).await?;
            Ok(Probe {
                facts: self.facts_of(url, &response),
                has_ranges: matches!(response.status(), 206 | 416),
            })
        })
        .await
    }

    /// Opens a URL as one stream from its first byte.
    pub async fn open_stream(&self, url: &str) -> Result<(Body, FileFacts), WireError> {
        self.with_retries(url, MOST_RETRIES, async || {
            let (attempt, response) = Attempt::open(url, None, self).await?;
            let facts = self.facts_of(url, &response);
            Ok((Body::of(attempt, &response)?, facts))
        })
        .await
    }

    /// Reads a small file that nothing depends on: with one more attempt, not with many.
    pub async fn text(&self, url: &str) -> Result<Vec<u8>, WireError> {
        self.with_retries(url, 1, async || {
            let (attempt, response) = Attempt::open(url, None, self).await?;
            let mut body = Body::of(attempt, &response)?;
            let mut all = Vec::new();
            while let Some(piece) = body.next_piece().await? {
                if all.len() + piece.length() as usize > LARGEST_TEXT_BYTES {
                    return Err(Failure::Stop(WireError::new(
                        ErrorKind::Network,
                        format!("{url} is too large to be a list of files"),
                    )));
                }
                all.extend(piece.to_vec());
            }
            Ok(all)
        })
        .await
    }

    /// Waits before the retry with this number. An error: waiting is of no use.
    pub async fn wait_before_retry(
        &self,
        url: &str,
        retry: u32,
        asked_ms: Option<u32>,
    ) -> Result<(), WireError> {
        // Offline, waiting helps nobody: the reader should hear of it now.
        if !is_online() {
            return Err(WireError::new(
                ErrorKind::Network,
                format!(
                    "this device is offline, so {url} cannot be read; connect it and try again"
                ),
            ));
        }
        let delay_ms = delay_ms(retry, js_sys::Math::random(), asked_ms);
        // In steps, so that a person who stops need not wait.
        const STEP_MS: u32 = 250;
        let mut waited_ms = 0;
        while waited_ms < delay_ms {
            self.abort.check()?;
            let step_ms = STEP_MS.min(delay_ms - waited_ms);
            sleep_ms(step_ms).await;
            waited_ms += step_ms;
        }
        self.abort.check()
    }

    async fn with_retries<T>(
        &self,
        url: &str,
        most_retries: u32,
        mut attempt: impl AsyncFnMut() -> Result<T, Failure>,
    ) -> Result<T, WireError> {
        let mut retry = 0;
        loop {
            self.abort.check()?;
            match attempt().await {
                Ok(value) => return Ok(value),
                Err(Failure::Stop(error)) => return Err(error),
                Err(Failure::Again {
                    error,
                    asked_ms,
                    most_retries: most_of_this,
                }) => {
                    if retry >= most_retries.min(most_of_this) {
                        return Err(error);
                    }
                    self.wait_before_retry(url, retry, asked_ms).await?;
                    retry += 1;
                }
            }
        }
    }

    fn facts_of(&self, url: &str, response: &Response) -> FileFacts {
        let headers = response.headers();
        let header = |name: &str| headers.get(name).ok().flatten();
        let is_encoded = header("Content-Encoding").is_some();
        let len_bytes = match response.status() {
            206 | 416 => content_range(response).and_then(|range| range.total_bytes),
            // A compressed body is longer than the length of what travels.
            _ if is_encoded => None,
            _ => header("Content-Length").and_then(|length| length.parse().ok()),
        };
        let etag = header("ETag");
        // Only a hub is known to mean the file's SHA-256 by a validator that looks like one.
        let digest_as_etag = etag
            .as_deref()
            .filter(|_| self.hub.owns(url) && !is_encoded)
            .and_then(digest_from_etag);
        FileFacts {
            len_bytes,
            sha256: header("X-Linked-ETag")
                .as_deref()
                .and_then(digest_from_etag)
                .or(digest_as_etag),
            validator: etag.or_else(|| header("Last-Modified")),
        }
    }
}

/// The body of a response, read piece by piece.
pub struct Body {
    reader: ReadableStreamDefaultReader,
    attempt: Attempt,
}

impl Body {
    fn of(attempt: Attempt, response: &Response) -> Result<Self, Failure> {
        match response.body() {
            Some(body) => Ok(Self {
                reader: body.get_reader().unchecked_into(),
                attempt,
            }),
            None => Err(attempt.cut_short()),
        }
    }

    /// The next piece, or `None` at the end.
    pub async fn next(&mut self) -> Result<Option<Uint8Array>, WireError> {
        self.next_piece().await.map_err(Failure::into_error)
    }

    async fn next_piece(&mut self) -> Result<Option<Uint8Array>, Failure> {
        self.attempt.next_piece(&self.reader).await
    }
}

impl Drop for Body {
    fn drop(&mut self) {
        close(&self.reader);
    }
}

fn content_range(response: &Response) -> Option<ContentRange> {
    let header = response.headers().get("Content-Range").ok().flatten()?;
    ContentRange::parse(&header)
}

/// Reads a body that should be `len` bytes or fewer into one array of JavaScript's memory.
async fn read_exactly(
    attempt: &Attempt,
    response: &Response,
    len: u64,
    on_bytes: &dyn Fn(i64),
) -> Result<Uint8Array, Failure> {
    let Some(body) = response.body() else {
        return Ok(Uint8Array::new_with_length(0));
    };
    let reader: ReadableStreamDefaultReader = body.get_reader().unchecked_into();
    let capacity = u32::try_from(len).map_err(|_| attempt.wrong_part())?;
    let all = Uint8Array::new_with_length(capacity);
    let filled = Cell::new(0_u32);
    let result = async {
        while let Some(piece) = attempt.next_piece(&reader).await? {
            let end = filled.get().saturating_add(piece.length());
            if end > capacity {
                return Err(attempt.wrong_part());
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

fn internal(error: &JsValue) -> WireError {
    WireError::new(
        ErrorKind::Internal,
        format!("the browser refused an ordinary request ({error:?})"),
    )
}
