//! The text of one answer, for as long as it grows and afterwards.
//!
//! Connects a turn of the conversation with what formats it; only the running answer listens to the pieces.

use leptos::prelude::*;

use super::prose::Prose;
use super::store;

#[component]
pub fn AnswerText(id: u64) -> impl IntoView {
    let store = store();
    let is_running = Memo::new(move |_| store.ending(id).is_none());
    let look = move |see: &mut dyn FnMut(&str)| {
        store.with_message(id, |node| see(&node.text));
    };
    view! { <Prose look revision=store.text_revision is_running/> }
}
