//! The storage page: how much room there is, what takes it, and what can be done with each model.

use inkling_host::wire::{Space, StoredFile, StoredModel};
use leptos::html::H1;
use leptos::prelude::*;

use super::{icons, program::InstallButton, shelf::Delete, store};
use crate::browser;
use crate::say;
use crate::state::{Action, Job, Note, Work, words};

#[component]
pub fn StorageScreen() -> impl IntoView {
    let store = store();
    let loaded = Memo::new(move |_| store.model.with(Option::is_some));
    // The button that led here is gone; the keyboard goes on at the top of this page.
    let title = NodeRef::<H1>::new();
    Effect::new(move |_| {
        if let Some(title) = title.get() {
            drop(title.focus());
        }
    });
    let models = Memo::new(move |_| {
        store
            .shelf
            .with(|shelf| shelf.models.clone().unwrap_or_default())
    });
    view! {
        <div class="storage">
            <header class="topbar">
                <button
                    type="button"
                    class="button ghost"
                    on:click=move |_| store.dispatch(if loaded.get_untracked() { Action::ShowChat } else { Action::ShowStart })
                >
                    <icons::Back/>{move || if loaded.get() { say!("storage-back-to-chat") } else { say!("storage-back") }}
                </button>
                <h1 class="topbar-title" tabindex="-1" node_ref=title>{say!("storage-title")}</h1>
            </header>
            <main class="storage-main">
                <Room/>
                <section class="card" aria-labelledby="models-title">
                    <h2 id="models-title">{say!("storage-models")}</h2>
                    <Show when=move || models.with(Vec::is_empty)>
                        <p class="help">{say!("storage-none")}</p>
                        <button type="button" class="button primary" on:click=move |_| store.dispatch(Action::ShowStart)>
                            {say!("storage-choose")}
                        </button>
                    </Show>
                    <ul class="stored-list" hidden=move || models.with(Vec::is_empty)>
                        <For
                            each=move || models.get()
                            key=|model| (model.key.clone(), model.stored_bytes, model.last_used_ms.to_bits())
                            let:model
                        >
                            <Stored model/>
                        </For>
                    </ul>
                </section>
                <InstallButton/>
            </main>
        </div>
    }
}

/// Used, free and allowed, and whether the browser promises to keep it.
#[component]
fn Room() -> impl IntoView {
    let store = store();
    let space = Memo::new(move |_| store.shelf.with(|shelf| shelf.space.clone()));
    let said = move |say: fn(&Space) -> Option<u64>| {
        move || {
            space
                .with(say)
                .map_or_else(|| say!("storage-not-told"), words::bytes)
        }
    };
    let part = Memo::new(move |_| space.with(used_part));
    let note = Memo::new(move |_| {
        store
            .shelf
            .with(|shelf| shelf.note.clone().filter(|note| note.key.is_none()))
    });
    view! {
        <section class="card" aria-labelledby="room-title">
            <h2 id="room-title">{say!("storage-room")}</h2>
            {move || part.get().map(|part| view! {
                <div
                    class="line"
                    role="meter"
                    aria-label=say!("storage-used")
                    aria-valuemin="0"
                    aria-valuemax="100"
                    aria-valuenow=format!("{:.0}", 100.0 * part)
                >
                    <div class="line-ink" style:--part=part.to_string()></div>
                </div>
            })}
            <dl class="facts">
                <div><dt>{say!("storage-used")}</dt><dd>{said(|space| space.used_bytes)}</dd></div>
                <div><dt>{say!("storage-free")}</dt><dd>{said(Space::free_bytes)}</dd></div>
                <div><dt>{say!("storage-allowed")}</dt><dd>{said(|space| space.quota_bytes)}</dd></div>
            </dl>
            <Show
                when=move || space.with(|space| space.is_persistent)
                fallback=move || view! {
                    <p>{say!("storage-may-clear")}</p>
                    <button type="button" class="button" on:click=move |_| store.dispatch(Action::AskToKeep)>
                        <icons::Lock/>{say!("storage-keep")}
                    </button>
                }
            >
                <p class="kept"><icons::Lock/>{say!("storage-promised")}</p>
            </Show>
            {move || note.get().filter(|note| note.is_bad).map(|note| view! { <p class="help">{note.text}</p> })}
        </section>
    }
}

fn used_part(space: &Space) -> Option<f64> {
    match (space.used_bytes, space.quota_bytes) {
        (Some(used), Some(quota)) if quota > 0 => Some((used as f64 / quota as f64).min(1.0)),
        (_, _) => None,
    }
}

#[component]
fn Stored(model: StoredModel) -> impl IntoView {
    let store = store();
    let StoredModel {
        key,
        name,
        total_bytes,
        stored_bytes,
        complete,
        last_used_ms,
        files,
    } = model;
    let size = if complete {
        words::bytes(total_bytes)
    } else {
        say!(
            "storage-part",
            here = words::bytes(stored_bytes),
            size = words::bytes(total_bytes)
        )
    };
    let facts = say!(
        "storage-facts",
        size = size,
        ago = words::ago(browser::now_ms() - last_used_ms),
        files = say!("count-files", count = files.len())
    );
    let key = StoredValue::new(key);
    let job = Memo::new(move |_| {
        let is_mine = |job: &Job| key.with_value(|key| job.key == *key);
        store.shelf.with(|shelf| shelf.job.clone().filter(is_mine))
    });
    let note = Memo::new(move |_| {
        let is_mine = |note: &Note| key.with_value(|key| note.key.as_ref() == Some(key));
        store.shelf.with(|shelf| shelf.note.clone().filter(is_mine))
    });
    let busy = Memo::new(move |_| store.shelf.with(|shelf| shelf.job.is_some()));
    let (verb, load_label) = if complete {
        (
            say!("storage-chat"),
            say!("storage-chat-name", name = &name),
        )
    } else {
        (
            say!("storage-continue"),
            say!("storage-continue-name", name = &name),
        )
    };
    let only_file = match files.as_slice() {
        [file] if complete => Some(file.name.clone()),
        _ => None,
    };
    let has_many = complete && files.len() > 1;
    let saved_name = name.clone();
    view! {
        <li class="stored">
            <h3 class="model-name">{name.clone()}</h3>
            <p class="model-size">{facts}</p>
            <div class="buttons stored-buttons">
                <button
                    type="button"
                    class="button"
                    aria-label=load_label
                    on:click=move |_| store.dispatch(Action::LoadStored { key: key.get_value() })
                >
                    <icons::Drop/>{verb}
                </button>
                <button
                    type="button"
                    class="button"
                    aria-label=say!("storage-check-name", name = &name)
                    disabled=move || busy.get()
                    on:click=move |_| store.dispatch(Action::CheckStored { key: key.get_value() })
                >
                    {say!("storage-check")}
                </button>
                {only_file.map(|file| view! {
                    <SaveButton key file label=say!("storage-save-name", name = saved_name) busy>{say!("storage-save")}</SaveButton>
                })}
                <Delete key=key.get_value() name=name/>
            </div>
            <Show when=move || job.with(Option::is_some)><JobLine job/></Show>
            {move || note.get().map(|note| view! {
                <p class="stored-note" class:bad=note.is_bad>{note.text}</p>
            })}
            {has_many.then(|| view! { <Files key files busy/> })}
        </li>
    }
}

/// A model in a folder is several files, each saved by itself.
#[component]
fn Files(key: StoredValue<String>, files: Vec<StoredFile>, busy: Memo<bool>) -> impl IntoView {
    let rows = files.into_iter().map(|file| {
        let size = file.len_bytes.map(words::bytes).unwrap_or_default();
        let label = say!("storage-save-one-name", name = &file.name);
        view! {
            <li>
                <span class="file-name">{file.name.clone()}</span>
                <span class="model-size">{size}</span>
                <SaveButton key file=file.name label busy>{say!("storage-save-one")}</SaveButton>
            </li>
        }
    });
    view! {
        <details class="more">
            <summary>{say!("storage-save")}</summary>
            <ul class="files">{rows.collect_view()}</ul>
        </details>
    }
}

#[component]
fn SaveButton(
    key: StoredValue<String>,
    file: String,
    label: String,
    busy: Memo<bool>,
    children: Children,
) -> impl IntoView {
    let store = store();
    view! {
        <button
            type="button"
            class="button"
            aria-label=label
            disabled=move || busy.get()
            on:click=move |_| store.dispatch(Action::SaveFile { key: key.get_value(), file: file.clone() })
        >
            {children()}
        </button>
    }
}

/// How far a check or an export is. Its button stays the same one while the numbers change.
#[component]
fn JobLine(job: Memo<Option<Job>>) -> impl IntoView {
    let store = store();
    let label = move || {
        job.with(|job| match job.as_ref().map(|job| &job.work) {
            Some(Work::Save { file }) => say!("storage-reading", name = file),
            Some(Work::Check) | None => say!("storage-checking"),
        })
    };
    let progress = move || job.with(|job| job.as_ref().and_then(|job| job.progress.clone()));
    let part = Memo::new(move |_| progress().as_ref().and_then(words::fraction));
    let amount = move || progress().as_ref().map(words::amount);
    let line = move || match amount() {
        Some(amount) => say!("storage-progress", work = label(), amount = amount),
        None => label(),
    };
    view! {
        <div class="job">
            <p class="model-size">{line}</p>
            <div
                class="line"
                class:unknown=move || part.get().is_none()
                role="progressbar"
                aria-label=label
                aria-valuemin="0"
                aria-valuemax="100"
                aria-valuenow=move || part.get().map(|part| format!("{:.0}", 100.0 * part))
                aria-valuetext=amount
            >
                <div class="line-ink" style:--part=move || part.get().unwrap_or(0.0).to_string()></div>
            </div>
            <button type="button" class="button" on:click=move |_| store.dispatch(Action::CancelJob)>{say!("storage-cancel")}</button>
        </div>
    }
}
