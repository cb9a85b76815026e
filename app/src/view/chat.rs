//! The conversation and what stands around it.

use inkling_host::wire::ModelReport;
use leptos::html::Section;
use leptos::prelude::*;

use super::{answer::AnswerText, composer::Composer, icons, loading::LoadPanel, store};
use crate::browser::{self, NextFrame};
use crate::state::{Action, Engine, Outcome, Phase, advice_for, guide, words};

#[component]
pub fn ChatScreen() -> impl IntoView {
    view! {
        <div class="chat">
            <TopBar/>
            <main class="chat-main">
                <Conversation/>
                <div class="chat-notice"><LoadPanel/><ModeNote/></div>
                <Composer/>
            </main>
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
                title="Choose another model"
                on:click=move |_| store.dispatch(Action::ShowStart)
            >
                {move || match model.get() {
                    Some((name, facts, is_guide)) => view! {
                        <span class="model-name"><span class="unseen">"Model "</span>{name}</span>
                        {is_guide.then(|| view! { <span class="badge">"built in"</span> })}
                        <span class="model-size">{facts}</span>
                    }.into_any(),
                    None => view! { <span class="model-name">"Choose a model"</span> }.into_any(),
                }}
            </button>
            <Adapter/>
            <button
                type="button"
                class="button ghost icon-only"
                aria-label="Storage"
                title="Storage"
                on:click=move |_| store.dispatch(Action::ShowStorage)
            >
                <icons::Shelves/>
            </button>
            <button
                type="button"
                class="button new-chat"
                aria-label="New chat"
                on:click=move |_| store.dispatch(Action::NewChat)
            >
                <icons::New/><span class="wide-only">"New chat"</span>
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
            let named = named.unwrap_or_else(|| "GPU".to_owned());
            let title = if is_fallback {
                format!("Runs on {named}, in software on the processor: expect it to be slow")
            } else {
                format!("Runs on {named}")
            };
            view! {
                <p class="adapter" class:fallback=is_fallback title=title>
                    <icons::Chip/>
                    <span class="unseen">"Runs on "</span>
                    <span class="adapter-name">{named}</span>
                    {is_fallback.then(|| view! { <strong><span class="wide-only">"software, "</span>"slow"</strong> })}
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
    let ids = Memo::new(move |_| store.turn_ids());
    Effect::new(move |before: Option<usize>| {
        store.chat_revision.track();
        store.text_revision.track();
        let num_turns = ids.with(Vec::len);
        // A question of one's own is where one wants to be.
        if before.is_some_and(|before| num_turns > before) {
            following.set(true);
        }
        to_end.with_value(NextFrame::ask);
        num_turns
    });
    view! {
        <section
            node_ref=scroller
            class="conversation"
            aria-label="Conversation"
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
            <ol class="turns">
                <For each=move || ids.get() key=|id| *id let:id>
                    <TurnView id/>
                </For>
            </ol>
            <Show when=move || !following.get()>
                <button
                    type="button"
                    class="button icon-only to-end"
                    aria-label="Go to the end"
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
            } else if chats.get() {
                view! {
                    <p class="welcome-title">"Ask it something"</p>
                    <p>"What you write stays on this device."</p>
                }.into_any()
            } else {
                view! {
                    <p class="welcome-title">"Begin a text"</p>
                    <p>"What you write stays on this device."</p>
                }.into_any()
            }}
            {move || repaired.get().map(|repaired| view! { <p class="help">{repaired}</p> })}
            {move || not_stored.get().map(|message| view! {
                <p class="not-kept" role="alert">
                    <icons::Warning/>
                    {format!("The model works, but was not kept for the next visit: {message}")}
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
        <p class="welcome-title">"Ask the guide"</p>
        <p>
            "This is a tiny model that comes with Inkling. It knows this app and efficient language models, and nothing else. What you write stays on this device."
        </p>
        <ul class="starters" aria-label="Questions to begin with">
            {guide::STARTERS.map(|question| view! {
                <li>
                    <button
                        type="button"
                        class="button"
                        disabled=move || !store.can_ask.get()
                        on:click=move |_| store.dispatch(Action::Ask { text: question.to_owned() })
                    >
                        {question}
                    </button>
                </li>
            }).collect_view()}
        </ul>
    }
}

#[component]
fn TurnView(id: u64) -> impl IntoView {
    let store = store();
    let outcome = Memo::new(move |_| store.outcome(id));
    let question = store
        .with_turn(id, |turn| turn.question.clone())
        .unwrap_or_default();
    let waiting = Memo::new(move |_| {
        outcome.with(|outcome| *outcome == Some(Outcome::Running))
            && matches!(store.phase.get(), Phase::Reading(_))
    });
    let memory_begins = Memo::new(move |_| store.memory_begins_below() == Some(id));
    view! {
        <li class="turn">
            <article class="question" aria-label="You">
                <p class="said">{question}</p>
            </article>
            <article
                class="answer"
                aria-label="Answer"
                aria-busy=move || (outcome.get() == Some(Outcome::Running)).to_string()
                class:running=move || outcome.get() == Some(Outcome::Running)
                class:waiting=move || waiting.get()
            >
                <AnswerText id/>
                <div class="answer-foot">{move || outcome.get().map(|outcome| view! { <Foot outcome/> })}</div>
            </article>
            <Show when=move || memory_begins.get()>
                <p class="memory-line" role="separator" aria-label=words::MEMORY_BEGINS>{words::MEMORY_BEGINS}</p>
            </Show>
        </li>
    }
}

/// How the answer ended. Its line is there from the beginning, so that nothing moves when it is filled.
#[component]
fn Foot(outcome: Outcome) -> impl IntoView {
    let store = store();
    match outcome {
        Outcome::Running => {
            let waiting = move || matches!(store.phase.get(), Phase::Reading(_));
            view! { <span class="quiet">{move || if waiting() { "Reading…" } else { "Writing…" }}</span> }.into_any()
        }
        Outcome::Finished { reason, usage } => {
            let context = store
                .model
                .with_untracked(|model| model.as_ref().map(|model| words::context(&usage, model)));
            view! {
                <ul class="stats">
                    {words::finish(reason).map(|words| view! { <li class="stat-reason">{words}</li> })}
                    {words::speed(&usage).map(|speed| view! { <li class="stat-speed">{speed}</li> })}
                    <li>{words::elapsed(usage.prefill_ms + usage.decode_ms)}</li>
                    <li>{words::count(u64::from(usage.completion_tokens), "token")}</li>
                    {context.map(|context| view! { <li>"Context: "{context}</li> })}
                </ul>
            }.into_any()
        }
        Outcome::Failed(error) => view! {
            <div class="turn-failure" role="alert">
                <p><icons::Warning/>{error.message}</p>
                {advice_for(error.kind).map(|advice| view! { <p class="advice">{advice}</p> })}
                <AskAgain/>
            </div>
        }
        .into_any(),
        // Why it ended is said once, where the model can be loaded again.
        Outcome::Lost => view! {
            <div class="cut-off">
                <p class="stat-reason">"Cut off: the engine stopped"</p>
                <AskAgain/>
            </div>
        }
        .into_any(),
    }
}

#[component]
fn AskAgain() -> impl IntoView {
    let store = store();
    view! {
        <button
            type="button"
            class="button"
            hidden=move || !store.can_ask.get()
            on:click=move |_| store.dispatch(Action::Retry)
        >
            <icons::Retry/>"Ask again"
        </button>
    }
}
