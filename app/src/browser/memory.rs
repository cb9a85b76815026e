//! What this browser keeps for the page from visit to visit, and what it hands to the person.
//!
//! A browser that keeps nothing (private windows) is no failure: every visit is then the first. Models are not here;
//! the worker stores those. Nor are conversations, which have a database of their own.

use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, HtmlAnchorElement, Storage, Url};

pub const TOKEN: &str = "inkling.token";
/// With the key that opens it.
pub const SERVER: &str = "inkling.server";
pub const ASKED_TO_KEEP: &str = "inkling.asked-to-keep";
pub const ANSWERED: &str = "inkling.answered";
/// `appearance.js` reads it too.
pub const PREFERENCES: &str = "inkling.preferences";
pub const LIBRARY_COLLAPSED: &str = "inkling.library-collapsed";

/// A browser has begun to read what it saves long before that.
const SAVE_PATIENCE_MS: i32 = 60_000;

pub fn speed_of(name: &str) -> String {
    format!("inkling.speed {name}")
}

pub fn recall(name: &str) -> Option<String> {
    storage()?.get_item(name).ok().flatten()
}

/// Nothing: forgets it.
pub fn remember(name: &str, value: Option<&str>) {
    if let Some(storage) = storage() {
        drop(match value {
            Some(value) => storage.set_item(name, value),
            None => storage.remove_item(name),
        });
    }
}

/// Asks for the promise that stored models are not cleared when the disk gets full. Some browsers ask the person.
pub async fn ask_to_keep() -> bool {
    let Some(window) = web_sys::window() else {
        return false;
    };
    let manager = js_sys::Reflect::get(&window.navigator(), &"storage".into());
    // Absent where the page is not secure.
    if !manager.is_ok_and(|manager| manager.is_object()) {
        return false;
    }
    let Ok(promise) = window.navigator().storage().persist() else {
        return false;
    };
    JsFuture::from(promise)
        .await
        .is_ok_and(|promised| promised.is_truthy())
}

/// Has the browser save a text as a file.
pub fn save_text(name: &str, text: &str) {
    match Blob::new_with_str_sequence(&js_sys::Array::of1(&text.into())) {
        Ok(file) => save(name, &file),
        Err(error) => leptos::logging::error!("{error:?}"),
    }
}

/// Has the browser save a file, as it saves any download.
pub fn save(name: &str, file: &Blob) {
    if let Err(error) = save_as_link(name, file) {
        leptos::logging::error!("{error:?}");
    }
}

fn save_as_link(name: &str, file: &Blob) -> Result<(), JsValue> {
    let window = web_sys::window().ok_or(JsValue::NULL)?;
    let document = window.document().ok_or(JsValue::NULL)?;
    let url = Url::create_object_url_with_blob(file)?;
    let link: HtmlAnchorElement = document.create_element("a")?.unchecked_into();
    link.set_href(&url);
    link.set_download(name);
    link.click();
    let give_back = Closure::once_into_js(move || drop(Url::revoke_object_url(&url)));
    window.set_timeout_with_callback_and_timeout_and_arguments_0(
        give_back.unchecked_ref(),
        SAVE_PATIENCE_MS,
    )?;
    Ok(())
}

fn storage() -> Option<Storage> {
    web_sys::window()?.local_storage().ok().flatten()
}
