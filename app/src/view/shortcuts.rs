//! Keys for what is done often, and the list that tells them.
//!
//! Combinations that browsers and screen readers leave alone: Alt (on a Mac Control) with Shift, and Escape.

use leptos::ev;
use leptos::prelude::*;
use web_sys::KeyboardEvent;

use super::{dialog::Dialog, store};
use crate::browser::{self, focus::focus_soon};
use crate::say;
use crate::state::{Action, Phase};

/// Letter, what it does.
const KEYS: [(char, Key); 6] = [
    ('O', Key::NewChat),
    ('F', Key::Search),
    ('M', Key::Write),
    ('L', Key::Models),
    ('P', Key::Settings),
    ('K', Key::List),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Key {
    NewChat,
    Search,
    Write,
    Models,
    Settings,
    List,
}

impl Key {
    fn says(self) -> String {
        match self {
            Self::NewChat => say!("chat-new"),
            Self::Search => say!("shortcuts-search"),
            Self::Write => say!("shortcuts-write"),
            Self::Models => say!("shortcuts-models"),
            Self::Settings => say!("settings-title"),
            Self::List => say!("shortcuts-list"),
        }
    }
}

fn key_of(event: &KeyboardEvent) -> Option<Key> {
    let held = if browser::is_apple() {
        event.ctrl_key() && event.shift_key() && !event.meta_key() && !event.alt_key()
    } else {
        event.alt_key() && event.shift_key() && !event.ctrl_key() && !event.meta_key()
    };
    // By the key's place: with Alt held some layouts write another letter.
    let code = event.code();
    let letter = code.strip_prefix("Key").filter(|_| held)?;
    KEYS.iter()
        .find(|(known, _)| letter.chars().eq([*known]))
        .map(|(_, key)| *key)
}

#[component]
pub fn Shortcuts() -> impl IntoView {
    let store = store();
    let is_open = RwSignal::new(false);
    let listener = window_event_listener(ev::keydown, move |event| {
        if event.key() == "Escape" && !event.default_prevented() && !browser::has_open_dialog() {
            if store.phase.get_untracked() != Phase::Idle {
                store.dispatch(Action::Stop);
            }
            return;
        }
        let Some(key) = key_of(&event) else {
            return;
        };
        event.prevent_default();
        match key {
            Key::NewChat => {
                store.dispatch(Action::NewChat);
                focus_soon(vec!["message".to_owned()]);
            }
            Key::Search => {
                store.dispatch(Action::OpenLibrary);
                focus_soon(vec!["library-search".to_owned()]);
            }
            Key::Write => {
                store.dispatch(Action::ShowChat);
                focus_soon(vec!["message".to_owned()]);
            }
            Key::Models => store.dispatch(Action::ShowStart),
            Key::Settings => store.dispatch(Action::OpenSettings),
            Key::List => is_open.set(true),
        }
    });
    on_cleanup(move || listener.remove());
    view! {
        <Dialog is_open on_close=move |()| is_open.set(false) title=Signal::derive(|| say!("shortcuts-title"))>
            <dl class="shortcuts">
                {KEYS.map(|(letter, key)| view! {
                    <div class="fact">
                        <dt>{key.says()}</dt>
                        <dd>{held_keys().map(|held| view! { <kbd>{held}</kbd> " + " }).collect_view()}<kbd>{letter}</kbd></dd>
                    </div>
                }).collect_view()}
                <div class="fact"><dt>{say!("shortcuts-stop")}</dt><dd><kbd>"Esc"</kbd></dd></div>
                <div class="fact"><dt>{say!("shortcuts-send")}</dt><dd><kbd>"Enter"</kbd></dd></div>
                <div class="fact"><dt>{say!("shortcuts-line")}</dt><dd><kbd>"Shift"</kbd>" + "<kbd>"Enter"</kbd></dd></div>
            </dl>
        </Dialog>
    }
}

fn held_keys() -> [&'static str; 2] {
    if browser::is_apple() {
        ["Control", "Shift"]
    } else {
        ["Alt", "Shift"]
    }
}
