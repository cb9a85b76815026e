//! A model on its way, or why it did not arrive.

use inkling_host::wire::{ErrorKind, Phase, Progress, WireError};
use leptos::html::Section;
use leptos::prelude::*;

use super::{icons, remote::ServerButton, shelf::ModelsToDelete, store};
use crate::say;
use crate::state::{Action, Engine, Load, Pause, Purpose, Stopping, advice_for, words};

/// Where loading stands, reduced to what makes the panel a different one: progress moves inside it.
#[derive(Clone, PartialEq)]
enum Panel {
    None,
    Loading {
        title: String,
        purpose: Option<Purpose>,
    },
    /// Another tab's load: it is seen here, and stopped there.
    Elsewhere {
        title: String,
    },
    Paused {
        title: String,
    },
    Full {
        title: String,
        error: WireError,
        /// The model that lacks room: deleting it would help nobody.
        key: Option<String>,
    },
    Failed {
        title: String,
        error: WireError,
        again: bool,
        kept_as: Option<String>,
    },
}

impl Panel {
    fn of(load: &Load) -> Self {
        match load {
            Load::Idle => Panel::None,
            Load::Waiting { title } => Panel::Loading {
                title: title.clone(),
                purpose: None,
            },
            Load::Elsewhere { title, .. } => Panel::Elsewhere {
                title: title.clone(),
            },
            Load::Running { title, wanted, .. } => Panel::Loading {
                title: title.clone(),
                purpose: Some(wanted.purpose),
            },
            Load::Paused {
                title,
                why: Pause::Asked,
                ..
            } => Panel::Paused {
                title: title.clone(),
            },
            Load::Paused {
                title,
                wanted,
                why: Pause::StorageFull(error),
                ..
            } => Panel::Full {
                title: title.clone(),
                error: error.clone(),
                key: wanted.key().map(str::to_owned),
            },
            Load::Failed {
                title,
                error,
                wanted,
                kept_as,
            } => Panel::Failed {
                title: title.clone(),
                error: error.clone(),
                again: wanted.is_some(),
                kept_as: kept_as.clone(),
            },
        }
    }
}

#[component]
pub fn LoadPanel() -> impl IntoView {
    let store = store();
    let panel = Memo::new(move |_| store.load.with(Panel::of));
    let lost = Memo::new(move |_| {
        store.engine.with(|engine| match engine {
            Engine::Lost(error) => Some(error.clone()),
            Engine::Starting | Engine::Ready(_) | Engine::Unsupported { .. } => None,
        })
    });
    view! {
        {move || match (lost.get(), panel.get()) {
            (Some(error), _) => view! {
                <Failure title=say!("load-engine-stopped") error>
                    <button type="button" class="button primary" on:click=move |_| store.dispatch(Action::LoadAgain)>
                        <icons::Retry/>{say!("load-again")}
                    </button>
                </Failure>
            }.into_any(),
            (None, Panel::None) => ().into_any(),
            (None, Panel::Loading { title, purpose }) => view! { <Loading title purpose whose=Whose::Own/> }.into_any(),
            (None, Panel::Elsewhere { title }) => view! { <Loading title purpose=None whose=Whose::AnotherTabs/> }.into_any(),
            (None, Panel::Paused { title }) => view! { <Paused title/> }.into_any(),
            (None, Panel::Full { title, error, key }) => view! { <Full title error key/> }.into_any(),
            (None, Panel::Failed { title, error, again, kept_as }) => view! {
                <Failure title=say!("load-failed", name = title) error kept_as=kept_as.unwrap_or_default()>
                    {again.then(|| view! {
                        <button type="button" class="button" on:click=move |_| store.dispatch(Action::LoadAgain)>
                            <icons::Retry/>{say!("load-try-again")}
                        </button>
                    })}
                    <button type="button" class="button ghost" on:click=move |_| store.dispatch(Action::DismissLoad)>
                        {say!("load-dismiss")}
                    </button>
                </Failure>
            }.into_any(),
        }}
    }
}

/// A panel in place of a button that was pressed: the keyboard goes on in it.
fn focused() -> NodeRef<Section> {
    let panel = NodeRef::<Section>::new();
    Effect::new(move |_| {
        if let Some(panel) = panel.get() {
            drop(panel.focus());
        }
    });
    panel
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Whose {
    Own,
    AnotherTabs,
}

#[component]
fn Loading(title: String, purpose: Option<Purpose>, whose: Whose) -> impl IntoView {
    let store = store();
    let progress = Memo::new(move |_| {
        store.load.with(|load| match load {
            Load::Running { progress, .. } | Load::Elsewhere { progress, .. } => progress.clone(),
            Load::Idle | Load::Waiting { .. } | Load::Paused { .. } | Load::Failed { .. } => None,
        })
    });
    let panel = focused();
    let stopping = Memo::new(move |_| {
        store.load.with(|load| match load {
            Load::Running { stopping, .. } => *stopping,
            Load::Idle
            | Load::Waiting { .. }
            | Load::Elsewhere { .. }
            | Load::Paused { .. }
            | Load::Failed { .. } => None,
        })
    });
    let elsewhere = Memo::new(move |_| {
        progress.with(|progress| {
            progress
                .as_ref()
                .is_some_and(|progress| progress.phase == Phase::OtherTab)
        })
    });
    let said = move |say: fn(&Progress) -> String| {
        move || progress.with(|progress| progress.as_ref().map(say).unwrap_or_default())
    };
    let fraction =
        Memo::new(move |_| progress.with(|progress| progress.as_ref().and_then(words::fraction)));
    let phase = Memo::new(move |_| {
        match stopping.get() {
            Some(Stopping::Cancelling) => return say!("load-cancelling"),
            Some(Stopping::Pausing) => return say!("load-pausing"),
            None => {}
        }
        progress.with(|progress| {
            progress.as_ref().map_or_else(
                || say!("load-starting"),
                |progress| words::phase(progress.phase),
            )
        })
    });
    let files =
        Memo::new(move |_| progress.with(|progress| progress.as_ref().and_then(words::files)));
    let label = match purpose {
        Some(Purpose::Keep) => say!("load-downloading-model"),
        Some(Purpose::Chat | Purpose::ChatUnkept) | None => say!("load-loading-model"),
    };
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
                aria-label=label
                aria-valuemin="0"
                aria-valuemax="100"
                aria-valuenow=move || fraction.get().map(|part| format!("{:.0}", 100.0 * part))
                aria-valuetext=said(words::amount)
            >
                <div class="line-ink" style:--part=move || fraction.get().unwrap_or(0.0).to_string()></div>
            </div>
            <dl class="facts">
                <div><dt>{say!("load-arrived")}</dt><dd>{said(words::amount)}</dd></div>
                {move || files.get().map(|files| view! { <div><dt>{say!("load-files")}</dt><dd>{files}</dd></div> })}
                <div><dt>{say!("load-speed")}</dt><dd>{said(rate)}</dd></div>
                <div><dt>{say!("load-time-left")}</dt><dd>{said(time_left)}</dd></div>
                <div><dt>{say!("load-from-browser")}</dt><dd>{said(from_storage)}</dd></div>
            </dl>
            <Show when=move || elsewhere.get()>
                <p class="help">{say!("load-elsewhere")}</p>
            </Show>
            {match whose {
                Whose::AnotherTabs => view! { <p class="help">{say!("tabs-loading")}</p> }.into_any(),
                Whose::Own => view! { <LoadButtons purpose stopping/> }.into_any(),
            }}
        </section>
    }
}

#[component]
fn LoadButtons(purpose: Option<Purpose>, stopping: Memo<Option<Stopping>>) -> impl IntoView {
    let store = store();
    view! {
        <div class="buttons">
            {purpose.map(|_| view! {
                <button
                    type="button"
                    class="button"
                    disabled=move || stopping.get().is_some()
                    on:click=move |_| store.dispatch(Action::PauseLoad)
                >
                    <icons::Pause/>{say!("load-pause")}
                </button>
            })}
            <button
                type="button"
                class="button"
                disabled=move || stopping.get().is_some()
                on:click=move |_| store.dispatch(Action::CancelLoad)
            >
                {say!("load-cancel")}
            </button>
        </div>
    }
}

#[component]
fn Paused(title: String) -> impl IntoView {
    let store = store();
    let panel = focused();
    view! {
        <section class="card loading" aria-labelledby="loading-title" tabindex="-1" node_ref=panel>
            <div class="loading-head">
                <h2 id="loading-title">{title}</h2>
                <p class="loading-phase">{say!("load-paused")}</p>
            </div>
            <p>{say!("load-paused-help")}</p>
            <div class="buttons">
                <button type="button" class="button primary" on:click=move |_| store.dispatch(Action::ResumeLoad)>
                    <icons::Play/>{say!("load-resume")}
                </button>
                <button type="button" class="button" on:click=move |_| store.dispatch(Action::CancelLoad)>{say!("load-cancel")}</button>
            </div>
        </section>
    }
}

/// The browser has no more room: what to delete stands right here, and nothing has to be.
#[component]
fn Full(title: String, error: WireError, key: Option<String>) -> impl IntoView {
    let store = store();
    let panel = focused();
    let free = move || {
        store.shelf.with(|shelf| {
            shelf
                .space
                .free_bytes()
                .map(|free| say!("load-free", size = words::bytes(free)))
        })
    };
    view! {
        <section class="card loading" aria-labelledby="loading-title" tabindex="-1" node_ref=panel>
            <div class="loading-head">
                <h2 id="loading-title">{title}</h2>
                <p class="loading-phase">{say!("load-full")}</p>
            </div>
            <p role="alert">{words::sentence(&error.message)}</p>
            <p>{free}</p>
            <ModelsToDelete except=key/>
            <div class="buttons">
                <button type="button" class="button primary" on:click=move |_| store.dispatch(Action::ResumeLoad)>
                    <icons::Play/>{say!("load-continue")}
                </button>
                <button type="button" class="button" on:click=move |_| store.dispatch(Action::LoadUnkept)>
                    {say!("load-unkept")}
                </button>
                <button type="button" class="button ghost" on:click=move |_| store.dispatch(Action::CancelLoad)>{say!("load-cancel")}</button>
            </div>
        </section>
    }
}

fn rate(progress: &Progress) -> String {
    progress
        .bytes_per_second
        .map_or_else(|| "–".to_owned(), words::bytes_per_second)
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
    /// Under which name what has arrived is kept; empty where nothing is.
    #[prop(optional)]
    kept_as: String,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let store = store();
    let kept = Memo::new(move |_| {
        let stored = store
            .shelf
            .with(|shelf| shelf.model(&kept_as).map(|model| model.stored_bytes));
        stored.filter(|bytes| *bytes > 0)
    });
    let is_too_large = error.kind == ErrorKind::OutOfMemory;
    let is_forbidden = error.kind == ErrorKind::Forbidden;
    view! {
        <section class="card failure" role="alert">
            <h2><icons::Warning/>{title}</h2>
            <p>{error.message}</p>
            {move || kept.get().map(|bytes| view! {
                <p class="advice">{say!("load-kept", size = words::bytes(bytes))}</p>
            })}
            {advice_for(error.kind).map(|advice| view! { <p class="advice">{advice}</p> })}
            <div class="buttons">
                {is_forbidden.then(|| view! { <EnterToken/> })}
                {is_too_large.then(|| view! { <ServerButton/> })}
                {children.map(|children| children())}
            </div>
        </section>
    }
}

/// The way out of being refused.
#[component]
pub fn EnterToken() -> impl IntoView {
    let store = store();
    view! {
        <button type="button" class="button primary" on:click=move |_| store.dispatch(Action::OpenPrivate)>
            <icons::Lock/>{say!("load-enter-token")}
        </button>
    }
}
