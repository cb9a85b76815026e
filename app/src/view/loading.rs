//! A model on its way, or why it did not arrive.

use inkling_host::wire::{Progress, WireError};
use leptos::html::Section;
use leptos::prelude::*;

use super::{icons, store};
use crate::state::{Action, Engine, Load, advice_for, words};

/// Where loading stands, reduced to what makes the panel a different one: progress moves inside it.
#[derive(Clone, PartialEq)]
enum Panel {
    None,
    Loading {
        title: String,
    },
    Failed {
        title: String,
        error: WireError,
        again: bool,
    },
}

#[component]
pub fn LoadPanel() -> impl IntoView {
    let store = store();
    let panel = Memo::new(move |_| {
        store.load.with(|load| match load {
            Load::Idle => Panel::None,
            Load::Waiting { title } | Load::Running { title, .. } => Panel::Loading {
                title: title.clone(),
            },
            Load::Failed {
                title,
                error,
                source,
            } => Panel::Failed {
                title: title.clone(),
                error: error.clone(),
                again: source.is_some(),
            },
        })
    });
    let lost = Memo::new(move |_| {
        store.engine.with(|engine| match engine {
            Engine::Lost(error) => Some(error.clone()),
            Engine::Starting | Engine::Ready(_) | Engine::Unsupported { .. } => None,
        })
    });
    view! {
        {move || match (lost.get(), panel.get()) {
            (Some(error), _) => view! {
                <Failure title="The engine stopped".to_owned() error>
                    <button type="button" class="button primary" on:click=move |_| store.dispatch(Action::LoadAgain)>
                        <icons::Retry/>"Load again"
                    </button>
                </Failure>
            }.into_any(),
            (None, Panel::None) => ().into_any(),
            (None, Panel::Loading { title }) => view! { <Loading title/> }.into_any(),
            (None, Panel::Failed { title, error, again }) => view! {
                <Failure title=format!("{title} could not be loaded") error>
                    {again.then(|| view! {
                        <button type="button" class="button" on:click=move |_| store.dispatch(Action::LoadAgain)>
                            <icons::Retry/>"Try again"
                        </button>
                    })}
                    <button type="button" class="button ghost" on:click=move |_| store.dispatch(Action::DismissLoad)>
                        "Dismiss"
                    </button>
                </Failure>
            }.into_any(),
        }}
    }
}

#[component]
fn Loading(title: String) -> impl IntoView {
    let store = store();
    let progress = Memo::new(move |_| {
        store.load.with(|load| match load {
            Load::Running { progress, .. } => progress.clone(),
            Load::Idle | Load::Waiting { .. } | Load::Failed { .. } => None,
        })
    });
    // What started it is hidden now; the keyboard goes on here.
    let panel = NodeRef::<Section>::new();
    Effect::new(move |_| {
        if let Some(panel) = panel.get() {
            drop(panel.focus());
        }
    });
    let cancelling = Memo::new(move |_| {
        store.load.with(|load| {
            matches!(
                load,
                Load::Running {
                    cancelling: true,
                    ..
                }
            )
        })
    });
    let said = move |say: fn(&Progress) -> String| {
        move || progress.with(|progress| progress.as_ref().map(say).unwrap_or_default())
    };
    let fraction =
        Memo::new(move |_| progress.with(|progress| progress.as_ref().and_then(words::fraction)));
    let phase = Memo::new(move |_| {
        if cancelling.get() {
            return "Cancelling";
        }
        progress.with(|progress| {
            progress
                .as_ref()
                .map_or("Starting", |progress| words::phase(progress.phase))
        })
    });
    view! {
        <section class="card loading" aria-labelledby="loading-title" tabindex="-1" node_ref=panel>
            <div class="loading-head">
                <h2 id="loading-title">{title}</h2>
                <p class="loading-phase">{move || phase.get()}</p>
            </div>
            <div
                class="line"
                class:unknown=move || fraction.get().is_none()
                role="progressbar"
                aria-label="Loading model"
                aria-valuemin="0"
                aria-valuemax="100"
                aria-valuenow=move || fraction.get().map(|part| format!("{:.0}", 100.0 * part))
                aria-valuetext=said(words::amount)
            >
                <div class="line-ink" style:--part=move || fraction.get().unwrap_or(0.0).to_string()></div>
            </div>
            <dl class="facts">
                <div><dt>"Read"</dt><dd>{said(words::amount)}</dd></div>
                <div><dt>"Speed"</dt><dd>{said(rate)}</dd></div>
                <div><dt>"Time left"</dt><dd>{said(time_left)}</dd></div>
                <div><dt>"From this browser"</dt><dd>{said(from_storage)}</dd></div>
            </dl>
            <button
                type="button"
                class="button"
                disabled=move || cancelling.get()
                on:click=move |_| store.dispatch(Action::CancelLoad)
            >
                "Cancel"
            </button>
        </section>
    }
}

fn rate(progress: &Progress) -> String {
    progress.bytes_per_second.map_or_else(
        || "–".to_owned(),
        |rate| format!("{}/s", words::bytes(rate.max(0.0) as u64)),
    )
}

fn time_left(progress: &Progress) -> String {
    progress
        .seconds_left
        .map_or_else(|| "–".to_owned(), words::seconds_left)
}

fn from_storage(progress: &Progress) -> String {
    words::bytes(progress.bytes_from_storage)
}

/// A failure: what is wrong, what to do, and the buttons that do it.
#[component]
pub fn Failure(
    title: String,
    error: WireError,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <section class="card failure" role="alert">
            <h2><icons::Warning/>{title}</h2>
            <p>{error.message}</p>
            {advice_for(error.kind).map(|advice| view! { <p class="advice">{advice}</p> })}
            {children.map(|children| view! { <div class="buttons">{children()}</div> })}
        </section>
    }
}
