//! What the page needs of the browser beyond elements and events: its address, chosen files, scrolling.
//!
//! With its parts the only module of the page that names raw browser interfaces besides the view's event types;
//! components call these functions by what they mean.

pub mod appearance;
pub mod attach;
pub mod days;
pub mod embedder;
pub mod focus;
pub mod memory;
pub mod program;
pub mod prose;
pub mod remote;

use std::cell::Cell;
use std::panic;
use std::rc::Rc;

use js_sys::{Array, Function, Promise};
use leptos::logging;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    DataTransfer, Element, File, FileSystemDirectoryEntry, FileSystemDirectoryReader,
    FileSystemEntry, FileSystemFileEntry, HtmlInputElement, RequestInit, ResizeObserver, Response,
    UrlSearchParams, Window,
};

/// A file with its path inside what was chosen (`folder/file` or `file`).
pub struct ChosenFile {
    pub path: String,
    pub file: File,
}

/// Says in the console what happened, and on the page that it stopped; a panic leaves nothing else alive.
pub fn report_panics() {
    panic::set_hook(Box::new(|info| {
        logging::error!("{info}");
        if let Some(notice) = document_element("stopped") {
            drop(notice.remove_attribute("hidden"));
        }
    }));
}

/// The text of a file of this site; `None` where there is no such file or it cannot be read.
pub async fn text_of(path: &str) -> Option<String> {
    let window = web_sys::window()?;
    let response = JsFuture::from(window.fetch_with_str(path)).await.ok()?;
    let response: Response = response.dyn_into().ok()?;
    if !response.ok() {
        return None;
    }
    let text = JsFuture::from(response.text().ok()?).await.ok()?;
    text.as_string()
}

/// Whether this site has such a file; a page in its place, as some hosts answer for anything, is none.
pub async fn exists(path: &str) -> bool {
    let Some(window) = web_sys::window() else {
        return false;
    };
    let options = RequestInit::new();
    options.set_method("HEAD");
    let answer = JsFuture::from(window.fetch_with_str_and_init(path, &options)).await;
    answer
        .ok()
        .and_then(|response| response.dyn_into::<Response>().ok())
        .is_some_and(|response| {
            let media_type = response.headers().get("content-type").ok().flatten();
            response.ok() && !media_type.is_some_and(|name| name.starts_with("text/html"))
        })
}

/// Milliseconds since the epoch.
pub fn now_ms() -> f64 {
    js_sys::Date::now()
}

/// A number for something new. Below 2^53, so that it is exact wherever it goes.
pub fn random_id() -> u64 {
    (js_sys::Math::random() * 2_f64.powi(53)) as u64
}

/// The text of a chosen file; `None` where the browser cannot read it.
pub async fn text_of_file(file: &File) -> Option<String> {
    JsFuture::from(file.text()).await.ok()?.as_string()
}

/// Whether a media query holds, now and whenever that changes for as long as the page lives.
pub fn follow_media(query: &str, on_change: impl Fn(bool) + 'static) -> bool {
    let media = web_sys::window().and_then(|window| window.match_media(query).ok().flatten());
    let Some(media) = media else {
        return false;
    };
    let followed = media.clone();
    let callback = Closure::<dyn Fn()>::new(move || on_change(followed.matches()));
    drop(media.add_event_listener_with_callback("change", callback.as_ref().unchecked_ref()));
    callback.forget();
    media.matches()
}

/// The page's own address.
pub fn page_address() -> String {
    web_sys::window()
        .and_then(|window| window.location().href().ok())
        .unwrap_or_default()
}

/// `None` where the parameter is absent; an empty text where it has no value.
pub fn query_parameter(name: &str) -> Option<String> {
    let search = web_sys::window()?.location().search().ok()?;
    UrlSearchParams::new_with_str(&search).ok()?.get(name)
}

/// The static words that stand there until the page has started.
pub fn remove_splash() {
    if let Some(splash) = document_element("splash") {
        splash.remove();
    }
}

/// The files of an `<input type="file">`, which is emptied so that the same choice can be made again.
pub fn files_of_input(input: &HtmlInputElement) -> Vec<ChosenFile> {
    let mut chosen = Vec::new();
    if let Some(list) = input.files() {
        for index in 0..list.length() {
            if let Some(file) = list.get(index) {
                let relative = js_sys::Reflect::get(&file, &"webkitRelativePath".into());
                let relative = relative
                    .ok()
                    .and_then(|path| path.as_string())
                    .unwrap_or_default();
                let path = if relative.is_empty() {
                    file.name()
                } else {
                    relative
                };
                chosen.push(ChosenFile { path, file });
            }
        }
    }
    input.set_value("");
    chosen
}

/// Whether files are being dragged, and not a piece of text.
pub fn brings_files(transfer: Option<&DataTransfer>) -> bool {
    transfer.is_some_and(|transfer| transfer.types().includes(&"Files".into(), 0))
}

/// The files of a drop, one level into dropped folders.
pub async fn files_of_drop(transfer: DataTransfer) -> Vec<ChosenFile> {
    // The items die with the event: everything is taken from them before the first await.
    let items = transfer.items();
    let mut entries = Vec::new();
    let mut plain = Vec::new();
    for index in 0..items.length() {
        let Some(item) = items.get(index) else {
            continue;
        };
        match item.webkit_get_as_entry() {
            Ok(Some(entry)) => entries.push(entry),
            Ok(None) | Err(_) => plain.extend(item.get_as_file().ok().flatten()),
        }
    }
    let mut chosen: Vec<ChosenFile> = plain.into_iter().map(chosen_file).collect();
    for entry in entries {
        if entry.is_directory() {
            for child in children(entry.unchecked_into()).await {
                if child.is_file()
                    && let Some(file) = file_of_entry(child.clone().unchecked_into()).await
                {
                    let path = child.full_path().trim_start_matches('/').to_owned();
                    chosen.push(ChosenFile { path, file });
                }
            }
        } else if let Some(file) = file_of_entry(entry.unchecked_into()).await {
            chosen.push(chosen_file(file));
        }
    }
    chosen
}

fn chosen_file(file: File) -> ChosenFile {
    ChosenFile {
        path: file.name(),
        file,
    }
}

async fn file_of_entry(entry: FileSystemFileEntry) -> Option<File> {
    let promise = Promise::new(&mut |resolve: Function, reject: Function| {
        entry.file_with_callback_and_callback(&resolve, &reject);
    });
    JsFuture::from(promise)
        .await
        .ok()
        .map(JsCast::unchecked_into)
}

async fn children(folder: FileSystemDirectoryEntry) -> Vec<FileSystemEntry> {
    let reader: FileSystemDirectoryReader = folder.create_reader();
    let mut all = Vec::new();
    // A reader hands out a hundred or so at a time, and nothing when it is through.
    loop {
        let promise = Promise::new(&mut |resolve: Function, reject: Function| {
            let asked = reader.read_entries_with_callback_and_callback(
                resolve.unchecked_ref(),
                reject.unchecked_ref(),
            );
            if let Err(error) = asked {
                drop(reject.call1(&JsValue::NULL, &error));
            }
        });
        match JsFuture::from(promise).await {
            Ok(batch) if Array::is_array(&batch) && Array::from(&batch).length() > 0 => {
                all.extend(
                    Array::from(&batch)
                        .iter()
                        .map(|entry| entry.unchecked_into::<FileSystemEntry>()),
                );
            }
            Ok(_) | Err(_) => return all,
        }
    }
}

/// Within a few lines of the end.
pub fn is_at_end(scroller: &Element) -> bool {
    scroller.scroll_height() - scroller.scroll_top() - scroller.client_height() < 64
}

/// Within a window of the end: time to have more ready.
pub fn is_near_end(scroller: &Element) -> bool {
    let left_px = scroller.scroll_height() - scroller.scroll_top() - scroller.client_height();
    left_px < scroller.client_height()
}

pub fn scroll_to_end(scroller: &Element) {
    scroller.set_scroll_top(scroller.scroll_height());
}

/// Down for a positive distance, in pixels of the page.
pub fn scroll_by(scroller: &Element, distance_px: f64) {
    let whole_px = distance_px.round();
    if whole_px != 0.0 {
        scroller.scroll_by_with_x_and_y(0.0, whole_px);
    }
}

/// Runs `action` whenever an element has another size: after the browser laid it out, before it is painted. Until dropped.
pub struct SizeWatch {
    observer: ResizeObserver,
    _action: Closure<dyn FnMut()>,
}

impl SizeWatch {
    /// `None` where the browser cannot tell.
    pub fn new<'element>(
        elements: impl IntoIterator<Item = &'element Element>,
        action: impl FnMut() + 'static,
    ) -> Option<Self> {
        let action: Closure<dyn FnMut()> = Closure::new(action);
        let observer = ResizeObserver::new(action.as_ref().unchecked_ref()).ok()?;
        for element in elements {
            observer.observe(element);
        }
        Some(Self {
            observer,
            _action: action,
        })
    }
}

impl Drop for SizeWatch {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}

/// Runs `action` before the next frame, however often it is asked for in between.
#[derive(Clone)]
pub struct NextFrame(Rc<Frame>);

struct Frame {
    /// What the browser calls the frame that was asked for.
    asked: Rc<Cell<Option<i32>>>,
    callback: Closure<dyn FnMut(f64)>,
}

thread_local! {
    static FRAME_MS: Cell<f64> = const { Cell::new(0.0) };
}

/// Tells frames apart: the same for all that is done before one of them.
pub fn frame_ms() -> f64 {
    FRAME_MS.get()
}

impl NextFrame {
    pub fn new(mut action: impl FnMut() + 'static) -> Self {
        let asked = Rc::new(Cell::new(None));
        let ran = Rc::clone(&asked);
        let callback = Closure::new(move |begun_ms| {
            FRAME_MS.set(begun_ms);
            ran.set(None);
            action();
        });
        Self(Rc::new(Frame { asked, callback }))
    }

    pub fn ask(&self) {
        if self.0.asked.get().is_none()
            && let Some(window) = web_sys::window()
        {
            let callback = self.0.callback.as_ref().unchecked_ref();
            self.0
                .asked
                .set(window.request_animation_frame(callback).ok());
        }
    }
}

impl Drop for Frame {
    fn drop(&mut self) {
        // The browser must not call what is gone.
        if let (Some(asked), Some(window)) = (self.asked.get(), web_sys::window()) {
            drop(window.cancel_animation_frame(asked));
        }
    }
}

fn document_element(id: &str) -> Option<Element> {
    web_sys::window()
        .as_ref()
        .and_then(Window::document)?
        .get_element_by_id(id)
}

/// Whether it got to the clipboard; browsers may refuse.
pub async fn copy(text: &str) -> bool {
    let Some(window) = web_sys::window() else {
        return false;
    };
    let clipboard = js_sys::Reflect::get(&window.navigator(), &"clipboard".into());
    // Absent where the page is not secure.
    if !clipboard.is_ok_and(|clipboard| clipboard.is_object()) {
        return false;
    }
    let written = window.navigator().clipboard().write_text(text);
    JsFuture::from(written).await.is_ok()
}

/// A window over the page is open; keys are its own.
pub fn has_open_dialog() -> bool {
    web_sys::window()
        .as_ref()
        .and_then(Window::document)
        .and_then(|document| document.query_selector("dialog[open]").ok().flatten())
        .is_some()
}

/// Whose keyboards have Command where others have Control.
pub fn is_apple() -> bool {
    web_sys::window().is_some_and(|window| {
        window
            .navigator()
            .user_agent()
            .is_ok_and(|agent| agent.contains("Mac") || agent.contains("iPhone"))
    })
}
