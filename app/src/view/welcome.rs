//! What an empty conversation says.

use inkling_host::wire::ModelReport;
use leptos::prelude::*;

use super::{icons, store};
use crate::say;
use crate::state::guide::Starter;
use crate::state::{Action, Remote, guide, words};

#[component]
pub fn Welcome() -> impl IntoView {
    let store = store();
    let chats = Memo::new(move |_| {
        store
            .model
            .with(|model| model.as_ref().is_none_or(|model| model.has_chat_template))
    });
    let elsewhere = Memo::new(move |_| store.remote.with(Remote::elsewhere));
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
            {move || if store.embedding.with(Option::is_some) {
                view! { <GreetedByEmbedder/> }.into_any()
            } else if is_guide.get() && elsewhere.get().is_none() {
                view! { <AskTheGuide/> }.into_any()
            } else {
                let title = if chats.get() { say!("chat-ask-something") } else { say!("chat-begin-text") };
                view! {
                    <p class="welcome-title">{title}</p>
                    {move || elsewhere.get().is_none().then(|| view! { <p>{say!("chat-stays-on-device")}</p> })}
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

/// In another site's page: what that site says first, and what it proposes to ask.
#[component]
fn GreetedByEmbedder() -> impl IntoView {
    let store = store();
    let said = move || {
        let embedding = store.embedding.get().unwrap_or_default();
        let is_empty = embedding.greeting.trim().is_empty();
        let greeting = if is_empty {
            say!("chat-ask-something")
        } else {
            embedding.greeting
        };
        (greeting, embedding.starters)
    };
    view! {
        {move || {
            let (greeting, starters) = said();
            let has_none = starters.is_empty();
            view! {
                <p class="welcome-title" dir="auto">{greeting}</p>
                <p>{say!("chat-stays-on-device")}</p>
                <ul class="starters" aria-label=say!("chat-starters") hidden=has_none>
                    {starters.into_iter().map(|question| view! {
                        <li><StarterButton label=question.clone() question/></li>
                    }).collect_view()}
                </ul>
            }
        }}
    }
}

#[component]
fn StarterButton(label: String, question: String) -> impl IntoView {
    let store = store();
    view! {
        <button
            type="button"
            class="button"
            dir="auto"
            disabled=move || !store.can_ask.get()
            on:click=move |_| store.dispatch(Action::Ask {
                text: question.clone(),
                attachments: Vec::new(),
            })
        >
            {label}
        </button>
    }
}

/// What the built-in model is good for, said before the first question, with questions it knows.
#[component]
fn AskTheGuide() -> impl IntoView {
    view! {
        <p class="welcome-title">{say!("chat-ask-guide")}</p>
        <p>{say!("chat-guide-help")}</p>
        <ul class="starters" aria-label=say!("chat-starters")>
            {guide::starters().map(|Starter { label, question }| view! {
                <li><StarterButton label question=question.to_owned()/></li>
            }).collect_view()}
        </ul>
    }
}
