//! How the document looks and in which language it is: what stands on its root, above everything that components draw.
//!
//! Colours and text size are shown by `appearance.js`, which did so before anything was drawn; this asks it again when
//! they change. Must not know what there is to choose from.

use js_sys::{Function, Reflect};
use leptos::logging;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Document, Element, HtmlDialogElement, HtmlElement};

/// The function that `appearance.js` leaves behind.
const SHOW: &str = "showAppearance";

/// What a dialog was opened by can be found again by this, even where it was drawn anew meanwhile.
const OPENER: &str = "[data-opens=\"settings\"]";

pub fn show(theme: &str, text_size: &str) {
    let Some(window) = web_sys::window() else {
        return;
    };
    let shown = Reflect::get(&window, &SHOW.into())
        .and_then(JsCast::dyn_into::<Function>)
        .and_then(|show| show.call2(&JsValue::NULL, &theme.into(), &text_size.into()));
    if let Err(error) = shown {
        logging::error!("{error:?}");
    }
}

/// Draws in another colour what is drawn in the accent: the colour itself as CSS writes it, and what can be read upon it.
pub fn show_accent(accent: &str, ink: &str) {
    let root = document().and_then(|document| document.document_element());
    let Some(root) = root.and_then(|root| root.dyn_into::<HtmlElement>().ok()) else {
        return;
    };
    let style = root.style();
    let deep = format!("color-mix(in srgb, {accent} 82%, var(--ink))");
    let wash = format!("color-mix(in srgb, {accent} 12%, var(--paper))");
    for (name, value) in [
        ("--accent", accent),
        ("--accent-deep", &deep),
        ("--wash", &wash),
        ("--on-accent", ink),
    ] {
        drop(style.set_property(name, value));
    }
}

/// What the browser prefers, the best first.
pub fn preferred_languages() -> Vec<String> {
    let Some(window) = web_sys::window() else {
        return Vec::new();
    };
    let languages = window.navigator().languages();
    languages.iter().filter_map(|tag| tag.as_string()).collect()
}

/// Says of the whole document which language it is in, and gives it its title; `stopped` is shown if the page ever stops.
pub fn show_language(tag: &str, direction: &str, title: &str, stopped: &str) {
    let Some(document) = document() else {
        return;
    };
    if let Some(root) = document.document_element() {
        drop(root.set_attribute("lang", tag));
        drop(root.set_attribute("dir", direction));
    }
    document.set_title(title);
    if let Some(notice) = document.get_element_by_id("stopped") {
        notice.set_text_content(Some(stopped));
    }
}

/// Above everything else, which cannot be reached until it is closed.
pub fn open_dialog(dialog: &HtmlDialogElement) {
    if !dialog.open()
        && let Err(error) = dialog.show_modal()
    {
        logging::error!("{error:?}");
    }
}

/// The browser gives the focus back to what opened the dialog; where that is gone, to what stands in its place.
pub fn close_dialog(dialog: &HtmlDialogElement) {
    dialog.close();
    let Some(document) = document() else {
        return;
    };
    // What had the focus in the dialog may keep it for a moment, although it is not to be seen any more.
    let body = document.body().map(Element::from);
    let is_elsewhere = |active: &Element| !dialog.contains(Some(active.as_ref()));
    let active = document.active_element().filter(is_elsewhere);
    if active.is_some() && active != body {
        return;
    }
    if let Ok(Some(opener)) = document.query_selector(OPENER)
        && let Ok(opener) = opener.dyn_into::<HtmlElement>()
    {
        drop(opener.focus());
    }
}

fn document() -> Option<Document> {
    web_sys::window()?.document()
}
