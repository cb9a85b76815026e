//! The models kept in this browser, as short lists: to chat with, or to make room.

use inkling_host::wire::StoredModel;
use leptos::html::Button;
use leptos::prelude::*;

use super::{icons, loading::Failure, store};
use crate::say;
use crate::state::{Action, guide, words};

#[component]
pub fn StoredModels() -> impl IntoView {
    let store = store();
    let models = Memo::new(move |_| {
        store
            .shelf
            .with(|shelf| shelf.models.clone().unwrap_or_default())
            .into_iter()
            // It has a place of its own on this screen.
            .filter(|model| !guide::is_guide(&model.key))
            .collect::<Vec<_>>()
    });
    let error = Memo::new(move |_| store.shelf.with(|shelf| shelf.error.clone()));
    view! {
        {move || error.get().map(|error| view! {
            <Failure title=say!("shelf-unreadable") error/>
        })}
        <section class="card" aria-labelledby="stored-title" hidden=move || models.with(Vec::is_empty)>
            <h2 id="stored-title">{say!("shelf-title")}</h2>
            <ul class="models">
                <For
                    each=move || models.get().into_iter().enumerate()
                    key=|(index, model)| (*index == 0, model.key.clone(), model.stored_bytes)
                    let((index, model))
                >
                    // The one that was used last comes first.
                    <Model is_last=index == 0 model/>
                </For>
            </ul>
        </section>
    }
}

#[component]
fn Model(is_last: bool, model: StoredModel) -> impl IntoView {
    let store = store();
    let StoredModel {
        key,
        name,
        total_bytes,
        stored_bytes,
        complete,
        last_used_ms: _,
        files: _,
    } = model;
    let size = if complete {
        words::bytes(total_bytes)
    } else {
        say!(
            "shelf-part",
            here = words::bytes(stored_bytes),
            size = words::bytes(total_bytes)
        )
    };
    let load_key = key.clone();
    view! {
        <li class="model" class:partial=!complete>
            <button
                type="button"
                class="model-load"
                on:click=move |_| store.dispatch(Action::LoadStored { key: load_key.clone() })
            >
                <icons::Drop/>
                <span class="model-name">
                    {if complete {
                        view! {
                            <span class="unseen">{say!("shelf-chat", name = &name)}</span>
                            <span aria-hidden="true">{name.clone()}</span>
                        }.into_any()
                    } else {
                        view! { <span class="model-verb">{say!("shelf-continue", name = &name)}</span> }.into_any()
                    }}
                </span>
                <span class="model-size">{size}</span>
            </button>
            {is_last.then(|| view! { <span class="badge">{say!("shelf-last")}</span> })}
            <Delete key name/>
        </li>
    }
}

/// What could make room, and how much each would.
#[component]
pub fn ModelsToDelete(except: Option<String>) -> impl IntoView {
    let store = store();
    let models = Memo::new(move |_| {
        store.shelf.with(|shelf| {
            let models = shelf.models.iter().flatten();
            let others = models.filter(|model| except.as_ref() != Some(&model.key));
            others.cloned().collect::<Vec<_>>()
        })
    });
    view! {
        <Show when=move || models.with(Vec::is_empty)>
            <p class="help">{say!("shelf-no-other")}</p>
        </Show>
        <ul class="models" aria-label=say!("shelf-stored") hidden=move || models.with(Vec::is_empty)>
            <For each=move || models.get() key=|model| (model.key.clone(), model.stored_bytes) let:model>
                <li class="model">
                    <p class="model-line">
                        <span class="model-name">{model.name.clone()}</span>
                        <span class="model-size">{words::bytes(model.stored_bytes)}</span>
                    </p>
                    <Delete key=model.key name=model.name/>
                </li>
            </For>
        </ul>
    }
}

/// A button that asks before it deletes.
#[component]
pub fn Delete(key: String, name: String) -> impl IntoView {
    let store = store();
    let confirming = {
        let key = key.clone();
        Memo::new(move |_| {
            store
                .shelf
                .with(|shelf| shelf.confirming.as_ref() == Some(&key))
        })
    };
    let delete_button = NodeRef::<Button>::new();
    // The question goes away with the focus in it; the button that asked it is where to go on.
    let keep = move || {
        store.dispatch(Action::KeepModel);
        if let Some(button) = delete_button.get_untracked() {
            drop(button.focus());
        }
    };
    let question = say!("shelf-delete-question", name = &name);
    let (ask_key, delete_key) = (key.clone(), StoredValue::new(key));
    view! {
        <button
            type="button"
            node_ref=delete_button
            class="button icon-only ghost"
            aria-label=say!("shelf-delete", name = name)
            aria-expanded=move || confirming.get().to_string()
            on:click=move |_| store.dispatch(Action::ConfirmDelete { key: ask_key.clone() })
        >
            <icons::Bin/>
        </button>
        <Show when=move || confirming.get()>
            <div class="confirm" role="group" aria-label=question.clone()>
                <span>{question.clone()}</span>
                <button
                    type="button"
                    class="button danger"
                    on:click=move |_| store.dispatch(Action::DeleteModel { key: delete_key.get_value() })
                >
                    {say!("shelf-delete-yes")}
                </button>
                <button type="button" class="button" on:click=move |_| keep()>
                    {say!("shelf-delete-no")}
                </button>
            </div>
        </Show>
    }
}
