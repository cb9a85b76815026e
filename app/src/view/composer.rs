//! Where the person writes: Enter sends, Shift+Enter begins a line.

use leptos::html::Textarea;
use leptos::prelude::*;

use super::{icons, store};
use crate::say;
use crate::state::{Action, Phase};

#[component]
pub fn Composer() -> impl IntoView {
    let store = store();
    let draft = RwSignal::new(String::new());
    let field = NodeRef::<Textarea>::new();
    let send = move || {
        if store.can_ask.get_untracked() && !draft.with_untracked(|text| text.trim().is_empty()) {
            let text = draft.get_untracked();
            draft.set(String::new());
            store.dispatch(Action::Ask {
                text,
                attachments: Vec::new(),
            });
        }
        if let Some(field) = field.get_untracked() {
            // Where it has the focus already nothing happens; a failure to focus loses nothing.
            drop(field.focus());
        }
    };
    // On arrival, and when a model was loaded again, one can write at once.
    let ready = Memo::new(move |_| store.model.with(Option::is_some));
    Effect::new(move |_| {
        if let (true, Some(field)) = (ready.get(), field.get()) {
            drop(field.focus());
        }
    });
    let writing = Memo::new(move |_| store.phase.get() != Phase::Idle);
    let stopping = Memo::new(move |_| matches!(store.phase.get(), Phase::Stopping(_)));
    let chats = Memo::new(move |_| {
        store
            .model
            .with(|model| model.as_ref().is_none_or(|model| model.has_chat_template))
    });
    view! {
        <form
            class="composer"
            on:submit=move |event| {
                event.prevent_default();
                send();
            }
        >
            <label class="unseen" for="message">{say!("composer-message")}</label>
            // The copy of the text behind the field gives the field its height.
            <div class="grow" data-text=move || draft.with(|text| format!("{text} "))>
                <textarea
                    id="message"
                    node_ref=field
                    rows="1"
                    enterkeyhint="send"
                    dir="auto"
                    placeholder=move || if chats.get() { say!("composer-write") } else { say!("composer-begin") }
                    prop:value=move || draft.get()
                    on:input=move |event| draft.set(event_target_value(&event))
                    on:keydown=move |event| {
                        // While an input method composes, Enter belongs to it.
                        if event.key() == "Enter" && !event.shift_key() && !event.is_composing() {
                            event.prevent_default();
                            send();
                        }
                    }
                ></textarea>
            </div>
            <button
                type="button"
                class="button round stop"
                aria-label=say!("composer-stop")
                hidden=move || !writing.get()
                disabled=move || stopping.get()
                on:click=move |_| store.dispatch(Action::Stop)
            >
                <icons::Stop/>
            </button>
            <button
                type="submit"
                class="button round primary"
                aria-label=say!("composer-send")
                hidden=move || writing.get()
                disabled=move || !store.can_ask.get() || draft.with(|text| text.trim().is_empty())
            >
                <icons::Send/>
            </button>
        </form>
    }
}
