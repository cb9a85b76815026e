//! The screen of the chat: what stands around the conversation.

use leptos::prelude::*;

use super::{
    composer::Composer,
    conversation::Conversation,
    icons,
    loading::LoadPanel,
    manner::MannerButton,
    performance::PerformancePanel,
    remote::{Agreement, LeavesDevice, ServerModel},
    settings::SettingsButton,
    store,
};
use crate::say;
use crate::state::{Action, Engine, Remote, guide, words};

#[component]
pub fn ChatScreen() -> impl IntoView {
    view! {
        <div class="chat">
            <TopBar/>
            <main class="chat-main">
                <Conversation/>
                <div class="chat-notice"><LoadPanel/><ModeNote/><Agreement/></div>
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
        let is_elsewhere = store.remote.with(|remote| remote.is_used);
        let mode = |model: &Option<_>| model.as_ref().and_then(words::mode);
        store.model.with(mode).filter(|_| !is_elsewhere)
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
    let elsewhere = Memo::new(move |_| store.remote.with(Remote::elsewhere));
    view! {
        <div class="standing">
            {move || match elsewhere.get() {
                Some(elsewhere) => view! { <LeavesDevice elsewhere/> }.into_any(),
                None => view! { <p class="standing-private"><icons::Lock/>{say!("chat-stays-here")}</p> }.into_any(),
            }}
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
    let elsewhere = Memo::new(move |_| store.remote.with(Remote::elsewhere));
    view! {
        <header class="topbar">
            // The page that embeds this one may call it as it likes.
            <h1 class="wordmark small">
                <icons::Drop/>
                {move || store.embedding.with(|embedding| {
                    let title = embedding.as_ref().map(|embedding| embedding.title.trim());
                    title.filter(|title| !title.is_empty()).unwrap_or("Inkling").to_owned()
                })}
            </h1>
            <button
                type="button"
                class="button ghost model-button"
                title=say!("chat-choose-another")
                on:click=move |_| store.dispatch(Action::ShowStart)
            >
                {move || match (elsewhere.get(), model.get()) {
                    (Some(elsewhere), _) => view! { <ServerModel elsewhere/> }.into_any(),
                    (None, Some((name, facts, is_guide))) => view! {
                        <span class="unseen">{say!("chat-model", name = name.as_str())}</span>
                        <span class="model-name" aria-hidden="true">{name}</span>
                        // Between the words of its name.
                        " "
                        {is_guide.then(|| view! { <span class="badge">{say!("chat-built-in")}</span> })}
                        " "
                        <span class="model-size">{facts}</span>
                    }.into_any(),
                    (None, None) => view! { <span class="model-name">{say!("chat-choose-model")}</span> }.into_any(),
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
        let is_here = store.remote.with(|remote| !remote.is_used);
        store.engine.with(|engine| match engine {
            Engine::Ready(adapter) if is_here => Some((
                adapter.name.clone(),
                adapter.vendor.clone(),
                adapter.is_fallback,
            )),
            Engine::Ready(_) | Engine::Starting | Engine::Unsupported { .. } | Engine::Lost(_) => {
                None
            }
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
