//! In another site's page: what that page has set, and what it is told.

use std::collections::HashSet;

use inkling_host::chats::MessageId;
use leptos::ev;
use leptos::prelude::*;

use super::store;
use crate::browser::embedder::{self, EmbedderPort};
use crate::browser::{self, appearance};
use crate::state::embed::{FromEmbedder, PROTOCOL_VERSION, ToEmbedder, ink_on};
use crate::state::{Action, Phase};

#[component]
pub fn Embedder() -> impl IntoView {
    let store = store();
    let is_open = RwSignal::new(false);
    let embedder = StoredValue::new_local(EmbedderPort::default());
    let tell = move |message: &ToEmbedder| {
        if let Ok(json) = serde_json::to_string(message) {
            embedder.with_value(|embedder| embedder.send(&json));
        }
    };
    embedder.set_value(embedder::connect(
        PROTOCOL_VERSION,
        move || is_open.set(true),
        move |json| {
            match FromEmbedder::from_json(&json) {
                Ok(told) => store.dispatch(Action::EmbedderSaid(told)),
                Err(reason) => tell(&ToEmbedder::Error {
                    kind: "bad_request".to_owned(),
                    message: format!("The page sent what is no message: {reason}"),
                }),
            }
            // The page waits for it before it asks again.
            let can_ask = store.can_ask.get_untracked();
            tell(&ToEmbedder::Standing { can_ask });
        },
    ));
    Effect::new(move |_| {
        let can_ask = store.can_ask.get();
        if is_open.get() {
            tell(&ToEmbedder::Standing { can_ask });
        }
    });
    Effect::new(move |_| {
        store.load.track();
        if is_open.get()
            && let Some(told) = store.load_told()
        {
            tell(&told);
        }
    });
    // Each message once; a conversation that was begun anew has others.
    Effect::new(move |known: Option<HashSet<MessageId>>| {
        let mut known = known.unwrap_or_default();
        store.chat_revision.track();
        if is_open.get() {
            for (id, told) in store.said() {
                if known.insert(id) {
                    tell(&told);
                }
            }
        }
        known
    });
    Effect::new(move |_| {
        store.embedding.with(|embedding| {
            let Some(embedding) = embedding else {
                return;
            };
            if let Some(theme) = &embedding.theme {
                let text_size = store
                    .preferences
                    .with_untracked(|kept| kept.text_size.name());
                appearance::show(theme, text_size);
            }
            if let Some(accent) = &embedding.accent
                && let Some(ink) = ink_on(accent)
            {
                appearance::show_accent(accent, ink);
            }
        });
    });
    // What Escape could end here is ended first.
    let listener = window_event_listener(ev::keydown, move |event| {
        let is_free = store.phase.get_untracked() == Phase::Idle;
        if event.key() == "Escape"
            && !event.default_prevented()
            && !browser::has_open_dialog()
            && is_free
        {
            tell(&ToEmbedder::Close);
        }
    });
    on_cleanup(move || listener.remove());
}
