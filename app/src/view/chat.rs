//! The conversation and what stands around it.

use inkling_host::wire::ModelReport;
use leptos::html::Section;
use leptos::prelude::*;

use super::{
    composer::Composer, icons, loading::LoadPanel, manner::MannerButton, message::MessageView,
    performance::PerformancePanel, settings::SettingsButton, store,
};
use crate::browser::{self, NextFrame};
use crate::say;
use crate::state::guide::Starter;
use crate::state::{Action, Engine, guide, words};

/// Messages that are there at once when a conversation is opened, from its end, and how many more with each frame: a
/// long one must not hold up the page.
const FIRST_MESSAGES: usize = 16;
const MESSAGES_PER_FRAME: usize = 10;

#[component]
pub fn ChatScreen() -> impl IntoView {
    view! {
        <div class="chat">
            <TopBar/>
            <main class="chat-main">
                <Conversation/>
                <div class="chat-notice"><LoadPanel/><ModeNote/></div>
                <Composer/>
                <Standing/>
            </main>
            <PerformancePanel/>
        </div>
    }
}

/// That a base model does not answer: said for as long as one writes to it, since it looks like a chat.
#[component]
fn ModeNote() -> impl IntoView {
    let store = store();
    let mode = Memo::new(move |_| {
        store
            .model
            .with(|model| model.as_ref().and_then(words::mode))
    });
    view! {
        {move || mode.get().map(|mode| view! { <p class="mode-note">{mode}</p> })}
    }
}

/// What is always true, and how full the model's memory is.
#[component]
fn Standing() -> impl IntoView {
    let store = store();
    let context = Memo::new(move |_| store.context_used());
    view! {
        <div class="standing">
            <p class="standing-private"><icons::Lock/>{say!("chat-stays-here")}</p>
            {move || context.get().map(|(used, length)| {
                let text = say!(
                    "chat-context",
                    used = words::grouped(u64::from(used)),
                    length = words::grouped(u64::from(length))
                );
                view! {
                    <p class="standing-context" title=say!("chat-context-help")>
                        <meter
                            class="context-meter"
                            aria-label=say!("chat-context-label")
                            min="0"
                            max=length.to_string()
                            value=used.to_string()
                        ></meter>
                        {text}
                    </p>
                }
            })}
        </div>
    }
}

#[component]
fn TopBar() -> impl IntoView {
    let store = store();
    let model = Memo::new(move |_| {
        store.model.with(|model| {
            model.as_ref().map(|model| {
                let facts = format!(
                    "{} · {}",
                    words::parameters(model.num_parameters),
                    words::bytes(model.total_bytes)
                );
                (model.name.clone(), facts, guide::is_guide(&model.key))
            })
        })
    });
    view! {
        <header class="topbar">
            <h1 class="wordmark small"><icons::Drop/>"Inkling"</h1>
            <button
                type="button"
                class="button ghost model-button"
                title=say!("chat-choose-another")
                on:click=move |_| store.dispatch(Action::ShowStart)
            >
                {move || match model.get() {
                    Some((name, facts, is_guide)) => view! {
                        <span class="unseen">{say!("chat-model", name = name.as_str())}</span>
                        <span class="model-name" aria-hidden="true">{name}</span>
                        {is_guide.then(|| view! { <span class="badge">{say!("chat-built-in")}</span> })}
                        <span class="model-size">{facts}</span>
                    }.into_any(),
                    None => view! { <span class="model-name">{say!("chat-choose-model")}</span> }.into_any(),
                }}
            </button>
            <Adapter/>
            <MannerButton/>
            <button
                type="button"
                class="button ghost icon-only storage-button"
                aria-label=say!("chat-storage")
                title=say!("chat-storage")
                on:click=move |_| store.dispatch(Action::ShowStorage)
            >
                <icons::Shelves/>
            </button>
            <SettingsButton class="button ghost icon-only"/>
            <button
                type="button"
                class="button new-chat"
                aria-label=say!("chat-new")
                on:click=move |_| store.dispatch(Action::NewChat)
            >
                <icons::New/><span class="wide-only">{say!("chat-new")}</span>
            </button>
        </header>
    }
}

/// What computes. A software adapter is many times slower, so it is said where it cannot be overlooked.
#[component]
fn Adapter() -> impl IntoView {
    let store = store();
    let adapter = Memo::new(move |_| {
        store.engine.with(|engine| match engine {
            Engine::Ready(adapter) => Some((
                adapter.name.clone(),
                adapter.vendor.clone(),
                adapter.is_fallback,
            )),
            Engine::Starting | Engine::Unsupported { .. } | Engine::Lost(_) => None,
        })
    });
    move || {
        adapter.get().map(|(name, vendor, is_fallback)| {
            let named = [name, vendor].into_iter().find(|text| !text.is_empty());
            let named = named.unwrap_or_else(|| say!("chat-adapter-unnamed"));
            let title = if is_fallback {
                say!("chat-runs-in-software", name = named.as_str())
            } else {
                say!("chat-runs-on", name = named.as_str())
            };
            view! {
                <p class="adapter" class:fallback=is_fallback title=title>
                    <icons::Chip/>
                    <span class="unseen">{say!("chat-runs-on", name = named.as_str())}</span>
                    <span class="adapter-name" aria-hidden="true">{named}</span>
                    {is_fallback.then(|| view! {
                        <strong>
                            <span class="wide-only">{say!("chat-software-slow")}</span>
                            <span class="narrow-only">{say!("chat-slow")}</span>
                        </strong>
                    })}
                </p>
            }
        })
    }
}

#[component]
fn Conversation() -> impl IntoView {
    let store = store();
    let scroller = NodeRef::<Section>::new();
    // The reader leads: scrolling up lets go of the end, returning to it takes hold again.
    let following = RwSignal::new(true);
    let to_end = StoredValue::new_local(NextFrame::new(move || {
        if let Some(scroller) = scroller.get_untracked()
            && following.get_untracked()
        {
            browser::scroll_to_end(&scroller);
        }
    }));
    let ids = Memo::new(move |_| store.message_ids());
    let chat = Memo::new(move |_| store.chat_id());
    let shown = mounted_from_the_end(ids, chat);
    Effect::new(move |before: Option<(u64, usize)>| {
        store.chat_revision.track();
        store.text_revision.track();
        let (chat, num_messages) = (chat.get(), ids.with(Vec::len));
        // A question of one's own is where one wants to be, and so is the end of what was opened.
        if before.is_some_and(|before| before.0 != chat || num_messages > before.1) {
            following.set(true);
        }
        to_end.with_value(NextFrame::ask);
        (chat, num_messages)
    });
    view! {
        <section
            node_ref=scroller
            class="conversation"
            aria-label=say!("chat-conversation")
            tabindex="0"
            on:scroll=move |_| {
                if let Some(scroller) = scroller.get_untracked() {
                    let at_end = browser::is_at_end(&scroller);
                    if following.get_untracked() != at_end {
                        following.set(at_end);
                    }
                }
            }
        >
            <Show when=move || ids.with(Vec::is_empty)><Welcome/></Show>
            <ol class="messages">
                <For each=move || shown.get() key=|id| *id let:id>
                    <MessageView id/>
                </For>
            </ol>
            <Show when=move || !following.get()>
                <button
                    type="button"
                    class="button icon-only to-end"
                    aria-label=say!("chat-to-end")
                    on:click=move |_| {
                        following.set(true);
                        to_end.with_value(NextFrame::ask);
                    }
                >
                    <icons::Down/>
                </button>
            </Show>
        </section>
    }
}

/// The messages that are mounted: the last ones at once, those above in slices, a slice a frame.
fn mounted_from_the_end(ids: Memo<Vec<u64>>, chat: Memo<u64>) -> Memo<Vec<u64>> {
    let num_mounted = RwSignal::new(FIRST_MESSAGES);
    let more = StoredValue::new_local(NextFrame::new(move || {
        num_mounted.update(|number| *number += MESSAGES_PER_FRAME);
    }));
    Effect::new(move |before: Option<u64>| {
        let chat = chat.get();
        if before.is_some_and(|before| before != chat) {
            num_mounted.set(FIRST_MESSAGES);
        }
        chat
    });
    Effect::new(move |_| {
        if num_mounted.get() < ids.with(Vec::len) {
            more.with_value(NextFrame::ask);
        }
    });
    Memo::new(move |_| {
        let num_mounted = num_mounted.get();
        ids.with(|ids| ids[ids.len().saturating_sub(num_mounted)..].to_vec())
    })
}

#[component]
fn Welcome() -> impl IntoView {
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
