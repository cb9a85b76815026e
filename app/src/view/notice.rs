//! What is said in passing: a line at the foot of the window, for a while, with a way back where there is one.
//!
//! It stays while the pointer or the keyboard is on it: nobody should have to hurry.

use std::time::Duration;

use leptos::prelude::*;

use super::{icons, store};
use crate::browser::focus;
use crate::say;
use crate::state::{Action, Undo};

const STAYS: Duration = Duration::from_secs(15);

#[component]
pub fn NoticeLine() -> impl IntoView {
    let store = store();
    let notice = Memo::new(move |_| store.notice.get());
    let is_hovered = RwSignal::new(false);
    let is_focused = RwSignal::new(false);
    // One that takes another's place has not been looked at yet.
    Effect::new(move |_| {
        notice.track();
        is_hovered.set(false);
        is_focused.set(false);
    });
    Effect::new(move |timer: Option<Option<TimeoutHandle>>| {
        if let Some(Some(timer)) = timer {
            timer.clear();
        }
        let is_held = is_hovered.get() || is_focused.get();
        if notice.with(Option::is_none) || is_held {
            return None;
        }
        let begun = set_timeout_with_handle(
            move || {
                // The page may have put it elsewhere; then another clock runs for it.
                if !is_hovered.is_disposed() {
                    store.dispatch(Action::DismissNotice);
                }
            },
            STAYS,
        );
        begun.ok()
    });
    // The buttons go away with the focus in them.
    let leave = move |action: Action| {
        let mut next = match store.notice.get_untracked().and_then(|notice| notice.undo) {
            Some(Undo::Chat(id)) => vec![format!("chat-{id}")],
            Some(Undo::Messages { .. }) => vec!["message".to_owned()],
            None => Vec::new(),
        };
        next.extend(["message", "library-new", "library-handle"].map(str::to_owned));
        is_hovered.set(false);
        is_focused.set(false);
        store.dispatch(action);
        focus::focus_soon(next);
    };
    view! {
        <div class="notice-place" role="status">
            {move || notice.get().map(|notice| view! {
                <div
                    class="notice"
                    on:mouseenter=move |_| is_hovered.set(true)
                    on:mouseleave=move |_| { is_hovered.try_set(false); }
                    on:focusin=move |_| is_focused.set(true)
                    on:focusout=move |_| { is_focused.try_set(false); }
                    on:keydown=move |event| {
                        if event.key() == "Escape" {
                            event.prevent_default();
                            event.stop_propagation();
                            leave(Action::DismissNotice);
                        }
                    }
                >
                    <p dir="auto">{notice.text}</p>
                    {notice.undo.is_some().then(|| view! {
                        <button type="button" class="button" on:click=move |_| leave(Action::Undo)>
                            {move || say!("notice-undo")}
                        </button>
                    })}
                    <button
                        type="button"
                        class="button ghost icon-only"
                        aria-label=move || say!("notice-dismiss")
                        on:click=move |_| leave(Action::DismissNotice)
                    >
                        <icons::Close/>
                    </button>
                </div>
            })}
        </div>
    }
}
