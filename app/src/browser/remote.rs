//! Asking somebody else's server: the only place of the page from which what a person writes leaves the device.
//!
//! Must not know whether the person agreed; [`crate::state::remote`] does.

use futures_util::{StreamExt, stream};
use inkling_host::remote::{Answer, Server, Told, events, models_from_json, refusal, whole_answer};
use inkling_host::wire::{ErrorKind, WireError};
use js_sys::{Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortController, AbortSignal, Headers, ReadableStreamDefaultReader, RequestCredentials,
    RequestInit, Response,
};

use crate::say;

/// The names of a server's models.
pub async fn models(server: &Server) -> Result<Vec<String>, WireError> {
    let response = fetch(server, &server.models_url(), RequestInit::new()).await?;
    models_from_json(&text_of(server, &response).await?)
}

/// Sends a question and gives its answer in pieces, as they come. Ends with an error where it is aborted.
pub async fn ask(
    server: &Server,
    body: &str,
    signal: &AbortSignal,
    mut on_text: impl FnMut(String),
) -> Result<Told, WireError> {
    let init = RequestInit::new();
    init.set_method("POST");
    init.set_body(&body.into());
    init.set_signal(Some(signal));
    let response = fetch(server, &server.chat_url(), init).await?;
    let media_type = response.headers().get("content-type").ok().flatten();
    let streams = media_type.is_some_and(|name| name.starts_with("text/event-stream"));
    let Some(stream) = response.body().filter(|_| streams) else {
        let (text, told) = whole_answer(&text_of(server, &response).await?)?;
        on_text(text);
        return Ok(told);
    };
    let reader: ReadableStreamDefaultReader = stream.get_reader().unchecked_into();
    let pieces = stream::unfold(reader, async |reader| {
        let piece = next_piece(&reader).await.transpose()?;
        Some((piece, reader))
    });
    let mut events = Box::pin(events(pieces));
    let mut answer = Answer::default();
    while let Some(event) = events.next().await {
        on_text(answer.hear(&event?)?);
    }
    answer.finish()
}

/// The next bytes of an answer; `None` at its end.
async fn next_piece(reader: &ReadableStreamDefaultReader) -> Result<Option<Vec<u8>>, String> {
    let part = JsFuture::from(reader.read())
        .await
        .map_err(|error| words_of(&error))?;
    let field = |name: &str| Reflect::get(&part, &name.into()).unwrap_or_default();
    if field("done").is_truthy() {
        return Ok(None);
    }
    let bytes: Uint8Array = field("value").unchecked_into();
    Ok(Some(bytes.to_vec()))
}

async fn fetch(server: &Server, url: &str, init: RequestInit) -> Result<Response, WireError> {
    let unreachable = || {
        WireError::new(
            ErrorKind::Server,
            say!("server-unreachable", host = server.host()),
        )
    };
    let headers = Headers::new().map_err(|_| unreachable())?;
    // The names are valid, and a key that could not be a header is no key.
    drop(headers.set("content-type", "application/json"));
    if let Some(key) = server.key() {
        drop(headers.set("authorization", &format!("Bearer {key}")));
    }
    init.set_headers(&headers);
    // Nobody is told who asks but by the key.
    init.set_credentials(RequestCredentials::Omit);
    let window = web_sys::window().ok_or_else(unreachable)?;
    let response = JsFuture::from(window.fetch_with_str_and_init(url, &init))
        .await
        .map_err(|_| unreachable())?;
    let response: Response = response.unchecked_into();
    if response.ok() {
        return Ok(response);
    }
    // Its own words help, and it is a refusal without them too.
    let body = text_of(server, &response).await.unwrap_or_default();
    Err(refusal(server, response.status(), &body))
}

async fn text_of(server: &Server, response: &Response) -> Result<String, WireError> {
    let failed = |error: &JsValue| {
        let host = server.host();
        let reason = words_of(error);
        WireError::new(
            ErrorKind::Server,
            say!("server-broke-off", host = host, reason = reason),
        )
    };
    let promise = response.text().map_err(|error| failed(&error))?;
    let text = JsFuture::from(promise)
        .await
        .map_err(|error| failed(&error))?;
    Ok(text.as_string().unwrap_or_default())
}

fn words_of(error: &JsValue) -> String {
    let message = Reflect::get(error, &"message".into()).unwrap_or_default();
    message.as_string().unwrap_or_default()
}

/// Ends one question to a server.
#[derive(Debug, Clone)]
pub struct Stopper(AbortController);

impl Stopper {
    /// `None` where the browser cannot.
    pub fn new() -> Option<Self> {
        AbortController::new().ok().map(Self)
    }

    pub fn signal(&self) -> AbortSignal {
        self.0.signal()
    }

    pub fn stop(&self) {
        self.0.abort();
    }

    pub fn has_stopped(&self) -> bool {
        self.0.signal().aborted()
    }
}
