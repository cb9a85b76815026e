//! What an empty conversation says.

use inkling_host::wire::ModelReport;
use leptos::prelude::*;

use super::{icons, store};
use crate::say;
use crate::state::guide::Starter;
use crate::state::{Action, guide, words};

#[component]
pub fn Welcome() -> impl IntoView {
    let store = store();
    let chats = Memo::new(move |_| {
        store
            .model
            .with(|model| model.as_ref().is_none_or(|model| model.has_chat_template))
    });
    let is_guide = Memo::new(move |_| {
        store.model.with(|model| {
            model
                .as_ref()
                .is_some_and(|model| guide::is_guide(&model.key))
        })
    });
    let repaired = Memo::new(move |_| {
        store.model.with(|model| {
            model
                .as_ref()
                .and_then(|model| words::repaired(model.chunks_repaired))
        })
    });
    let not_stored = Memo::new(move |_| {
        let message =
            |model: &ModelReport| model.not_stored.as_ref().map(|error| error.message.clone());
        store.model.with(|model| model.as_ref().and_then(message))
    });
    view! {
        <div class="welcome">
            <icons::Drop/>
            {move || if is_guide.get() {
                view! { <AskTheGuide/> }.into_any()
            } else {
                let title = if chats.get() { say!("chat-ask-something") } else { say!("chat-begin-text") };
                view! {
                    <p class="welcome-title">{title}</p>
                    <p>{say!("chat-stays-on-device")}</p>
                }.into_any()
            }}
            {move || repaired.get().map(|repaired| view! { <p class="help">{repaired}</p> })}
            {move || not_stored.get().map(|message| view! {
                <p class="not-kept" role="alert">
                    <icons::Warning/>
                    {say!("chat-not-kept", reason = message)}
                </p>
            })}
        </div>
    }
}

/// What the built-in model is good for, said before the first question, with questions it knows.
#[component]
fn AskTheGuide() -> impl IntoView {
    let store = store();
    view! {
        <p class="welcome-title">{say!("chat-ask-guide")}</p>
        <p>{say!("chat-guide-help")}</p>
        <ul class="starters" aria-label=say!("chat-starters")>
            {guide::starters().map(|Starter { label, question }| view! {
                <li>
                    <button
                        type="button"
                        class="button"
                        disabled=move || !store.can_ask.get()
                        on:click=move |_| store.dispatch(Action::Ask {
                            text: question.to_owned(),
                            attachments: Vec::new(),
                        })
                    >
                        {label}
                    </button>
                </li>
            }).collect_view()}
        </ul>
    }
}
