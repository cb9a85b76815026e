//! The page's end of the engine: sends messages, hands over what comes back.
//!
//! Which worker answers is found by `public/engine.js`: that of another tab, where there is one. The page must hear about every
//! way in which a worker can fail to start (blocked script, missing file, WASM that does not compile), so script errors
//! arrive as [`FromWorker::Failed`] like any other failure. Messages are JSON text, and `{ json, files }` where bytes ride
//! beside it; knows nothing of models or of the page around it.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, Function, Object, Reflect};
use wasm_bindgen::prelude::*;
use web_sys::{Blob, ErrorEvent, Event, File, FileList, MessageEvent, MessagePort};

use crate::wire::{ErrorKind, FromWorker, RequestId, ToWorker, WireError};

#[wasm_bindgen(raw_module = "./engine.js")]
extern "C" {
    type Line;
    #[wasm_bindgen(constructor)]
    fn new() -> Line;
    #[wasm_bindgen(method, setter)]
    fn set_onmessage(this: &Line, heard: Option<&Function>);
    #[wasm_bindgen(method, setter)]
    fn set_onerror(this: &Line, heard: Option<&Function>);
    #[wasm_bindgen(method, catch, js_name = postMessage)]
    fn post_message(this: &Line, message: &JsValue) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch)]
    fn serve(this: &Line, port: &MessagePort, asker: &str) -> Result<(), JsValue>;
    #[wasm_bindgen(method)]
    fn end(this: &Line);
}

/// What hears of a `Blob`, with the id of the request that it answers.
type OnBlob = Rc<RefCell<Option<Box<dyn FnMut(RequestId, Blob)>>>>;

/// A way to the engine. Dropping it ends what was asked on it.
pub struct WorkerClient {
    line: Line,
    on_blob: OnBlob,
    // The browser calls these closures; they live exactly as long as the line.
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_error: Closure<dyn FnMut(Event)>,
}

impl WorkerClient {
    /// Looks for the engine, and starts one where there is none. `on_event` gets every message in order; it may call
    /// [`WorkerClient::send`]. What is sent before there is an engine waits for it.
    pub fn spawn(on_event: impl FnMut(FromWorker) + 'static) -> Result<Self, WireError> {
        let line = Line::new();
        let on_event = Rc::new(RefCell::new(on_event));
        let deliver = {
            let on_event = Rc::clone(&on_event);
            move |event: FromWorker| {
                // Busy only if the handler itself dispatches worker events synchronously, which browsers never do.
                if let Ok(mut on_event) = on_event.try_borrow_mut() {
                    on_event(event);
                }
            }
        };
        let on_blob = OnBlob::default();
        let on_message = {
            let deliver = deliver.clone();
            let on_blob = Rc::clone(&on_blob);
            Closure::<dyn FnMut(MessageEvent)>::new(move |message: MessageEvent| {
                let event = event_from(&message.data());
                if let (FromWorker::Exported { id, .. }, Some(blob)) =
                    (&event, blob_beside(&message.data()))
                    && let Ok(mut on_blob) = on_blob.try_borrow_mut()
                    && let Some(on_blob) = on_blob.as_mut()
                {
                    on_blob(*id, blob);
                }
                deliver(event);
            })
        };
        let on_error = Closure::<dyn FnMut(Event)>::new(move |event: Event| {
            // A script that could not be fetched gives a plain Event without a message.
            let reason = event
                .dyn_ref::<ErrorEvent>()
                .map(ErrorEvent::message)
                .filter(|message| !message.is_empty())
                .unwrap_or_else(|| "its script could not be loaded".to_owned());
            deliver(FromWorker::Failed {
                id: None,
                error: start_failure(&reason),
            });
        });
        line.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        line.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        Ok(Self {
            line,
            on_blob,
            _on_message: on_message,
            _on_error: on_error,
        })
    }

    /// Hears of the bytes of an `Exported`, just before the message itself. The last one set counts.
    pub fn on_blob(&self, on_blob: impl FnMut(RequestId, Blob) + 'static) {
        self.on_blob.replace(Some(Box::new(on_blob)));
    }

    /// Sends a message that needs no files.
    pub fn send(&self, message: &ToWorker) -> Result<(), WireError> {
        self.post(message, &Array::new())
    }

    /// Sends a message with the `File` objects it speaks of, in the order of its names.
    pub fn send_with_files(&self, message: &ToWorker, files: &[File]) -> Result<(), WireError> {
        self.post(message, &files.iter().collect())
    }

    /// Has somebody else's requests of OpenAI's API that come on a port answered by the engine, which gets the port.
    pub fn serve(&self, port: &MessagePort) -> Result<(), WireError> {
        let served = self.line.serve(port, "another");
        served.map_err(|error| internal(&text_from(&error)))
    }

    /// Ends whatever was asked, and the engine with it where nobody else uses it; nothing stored is lost.
    pub fn terminate(&self) {
        self.line.end();
    }

    fn post(&self, message: &ToWorker, files: &Array) -> Result<(), WireError> {
        let envelope = envelope(message, files)?;
        self.line
            .post_message(&envelope)
            .map_err(|error| internal(&text_from(&error)))
    }
}

impl Drop for WorkerClient {
    fn drop(&mut self) {
        self.line.set_onmessage(None);
        self.line.set_onerror(None);
        self.line.end();
    }
}

/// The files of an `<input type="file">` or of a drop, as a list.
pub fn files_from_list(list: &FileList) -> Vec<File> {
    (0..list.length()).filter_map(|i| list.get(i)).collect()
}

fn envelope(message: &ToWorker, files: &Array) -> Result<Object, WireError> {
    let json = serde_json::to_string(message).map_err(|error| internal(&error.to_string()))?;
    let envelope = Object::new();
    // Setting a property of a plain object cannot fail.
    let _ = Reflect::set(&envelope, &"json".into(), &json.into());
    let _ = Reflect::set(&envelope, &"files".into(), files);
    Ok(envelope)
}

/// The name a file is known by: its path inside the chosen folder where there is one, else its name.
pub fn name_from_file(file: &File) -> String {
    Reflect::get(file, &"webkitRelativePath".into())
        .ok()
        .and_then(|path| path.as_string())
        .filter(|path| !path.is_empty())
        .unwrap_or_else(|| file.name())
}

/// The first of the files that ride beside a message.
fn blob_beside(data: &JsValue) -> Option<Blob> {
    let files = Reflect::get(data, &"files".into()).ok()?;
    files.dyn_into::<Array>().ok()?.get(0).dyn_into().ok()
}

fn event_from(data: &JsValue) -> FromWorker {
    let beside = || Reflect::get(data, &"json".into()).ok()?.as_string();
    let parsed = match data.as_string().or_else(beside) {
        Some(json) => serde_json::from_str(&json).map_err(|error| error.to_string()),
        None => Err("a message that is not text".to_owned()),
    };
    parsed.unwrap_or_else(|reason| FromWorker::Failed {
        id: None,
        error: WireError::new(
            ErrorKind::Internal,
            format!(
                "the page and its worker are of different versions; reload the page ({reason})"
            ),
        ),
    })
}

fn start_failure(reason: &str) -> WireError {
    WireError::new(
        ErrorKind::Internal,
        format!("the engine could not be started; reload the page ({reason})"),
    )
}

fn internal(reason: &str) -> WireError {
    WireError::new(
        ErrorKind::Internal,
        format!("a message could not be sent to the engine ({reason})"),
    )
}

fn text_from(error: &JsValue) -> String {
    error
        .dyn_ref::<js_sys::Error>()
        .map(|error| String::from(error.message()))
        .or_else(|| error.as_string())
        .unwrap_or_else(|| "no reason given".to_owned())
}
