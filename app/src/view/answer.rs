//! The text of one answer, appended piece by piece.
//!
//! While an answer grows, one text node changes and nothing is rendered again. This is the place where
//! formatted text will be shown; whoever adds it keeps to appending.

use leptos::html::Div;
use leptos::prelude::*;

use super::store;
use crate::browser;

#[component]
pub fn AnswerText(id: u64) -> impl IntoView {
    let store = store();
    let text = NodeRef::<Div>::new();
    let running = Memo::new(move |_| store.ending(id).is_none());
    Effect::new(move |shown_bytes: Option<usize>| {
        let shown_bytes = shown_bytes.unwrap_or(0);
        // Only the running answer listens to the pieces.
        if running.get() {
            store.text_revision.track();
        }
        let Some(element) = text.get() else {
            return shown_bytes;
        };
        store
            .with_message(id, |node| {
                if let Some(piece) = node.text.get(shown_bytes..)
                    && !piece.is_empty()
                {
                    browser::append_text(&element, piece);
                }
                node.text.len()
            })
            .unwrap_or(shown_bytes)
    });
    view! { <div class="said" node_ref=text></div> }
}
