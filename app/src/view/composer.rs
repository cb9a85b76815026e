//! Where the person writes: Enter sends, Shift+Enter begins a line; files and long texts come along.

use inkling_host::wire::ModelReport;
use leptos::html::Textarea;
use leptos::prelude::*;

use super::attachments::{AttachButton, Attachments, attach_pasted};
use super::{icons, store};
use crate::say;
use crate::state::draft::{Change, Draft};
use crate::state::{Action, Phase};
use crate::store::Store;

#[component]
pub fn Composer() -> impl IntoView {
    let store = store();
    let draft = store.draft;
    let field = NodeRef::<Textarea>::new();
    let text = Memo::new(move |_| draft.with(|draft| draft.text.clone()));
    let is_ready = Memo::new(move |_| draft.with(Draft::is_ready));
    let send = move || {
        if store.can_ask.get_untracked() && is_ready.get_untracked() {
            let Draft {
                text, attachments, ..
            } = draft.get_untracked();
            draft.update(|draft| draft.change(Change::Cleared));
            store.dispatch(Action::Ask { text, attachments });
        }
        if let Some(field) = field.get_untracked() {
            // Where it has the focus already nothing happens; a failure to focus loses nothing.
            drop(field.focus());
        }
    };
    count_attachments(store);
    // On arrival, and when a model was loaded again, one can write at once.
    let ready = Memo::new(move |_| {
        store.model.with(Option::is_some) || store.remote.with(|remote| remote.is_used)
    });
    Effect::new(move |_| {
        if let (true, Some(field)) = (ready.get(), field.get()) {
            drop(field.focus());
        }
    });
    let writing = Memo::new(move |_| store.phase.get() != Phase::Idle);
    let stopping = Memo::new(move |_| matches!(store.phase.get(), Phase::Stopping(_)));
    let chats = Memo::new(move |_| {
        let has_chat_template =
            |model: &Option<ModelReport>| model.as_ref().is_none_or(|it| it.has_chat_template);
        store.model.with(has_chat_template) || store.remote.with(|remote| remote.is_used)
    });
    view! {
        <form
            class="composer-form"
            on:submit=move |event| {
                event.prevent_default();
                send();
            }
        >
            <Attachments draft/>
            <div class="composer">
                <AttachButton draft/>
                <label class="unseen" for="message">{say!("composer-message")}</label>
                // The copy of the text behind the field gives the field its height.
                <div class="grow" data-text=move || text.with(|text| format!("{text} "))>
                    <textarea
                        id="message"
                        node_ref=field
                        rows="1"
                        enterkeyhint="send"
                        dir="auto"
                        placeholder=move || if chats.get() { say!("composer-write") } else { say!("composer-begin") }
                        prop:value=move || text.get()
                        on:input=move |event| {
                            let written = event_target_value(&event);
                            draft.update(|draft| draft.change(Change::Written(written)));
                        }
                        on:paste=move |event| attach_pasted(draft, &event)
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
                    disabled=move || !store.can_ask.get() || !is_ready.get()
                >
                    <icons::Send/>
                </button>
            </div>
        </form>
    }
}

/// Has the attachments counted one after the other, whenever the model is free.
fn count_attachments(store: Store) {
    let draft = store.draft;
    Effect::new(move |_| {
        let uncounted = draft.with(|draft| {
            let found = draft.attachments.iter().find(|it| it.num_tokens.is_none());
            found.map(|it| (it.name.clone(), it.text.clone()))
        });
        if let (true, Some((name, text))) = (store.can_ask.get(), uncounted) {
            store.dispatch(Action::CountTokens { name, text });
        }
    });
    Effect::new(move |_| {
        let Some((name, num_tokens)) = store.counted.get() else {
            return;
        };
        draft.update(|draft| {
            let place = draft.attachments.iter().position(|it| it.name == name);
            if let Some(index) = place {
                draft.change(Change::Counted { index, num_tokens });
            }
        });
    });
}
