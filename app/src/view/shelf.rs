//! The models kept in this browser.

use inkling_host::wire::StoredModel;
use leptos::html::Button;
use leptos::prelude::*;

use super::{icons, loading::Failure, store};
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
            <Failure title="The stored models could not be read".to_owned() error/>
        })}
        <section class="card" aria-labelledby="stored-title" hidden=move || models.with(Vec::is_empty)>
            <h2 id="stored-title">"In this browser"</h2>
            <ul class="models">
                <For each=move || models.get() key=|model| (model.key.clone(), model.stored_bytes) let:model>
                    <Model model/>
                </For>
            </ul>
        </section>
    }
}

#[component]
fn Model(model: StoredModel) -> impl IntoView {
    let store = store();
    let StoredModel {
        key,
        name,
        total_bytes,
        stored_bytes,
        complete,
        last_used_ms: _,
    } = model;
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
    let size = if complete {
        words::bytes(total_bytes)
    } else {
        format!(
            "{} of {} stored",
            words::bytes(stored_bytes),
            words::bytes(total_bytes)
        )
    };
    let verb = if complete {
        "Chat with"
    } else {
        "Continue loading"
    };
    let delete_label = format!("Delete {name}");
    let question = format!("Delete {name} from this browser?");
    let (load_key, ask_key, delete_key) = (key.clone(), key.clone(), StoredValue::new(key));
    view! {
        <li class="model" class:partial=!complete>
            <button
                type="button"
                class="model-load"
                on:click=move |_| store.dispatch(Action::LoadStored { key: load_key.clone() })
            >
                <icons::Drop/>
                <span class="model-name"><span class="unseen">{verb}" "</span>{name}</span>
                <span class="model-size">{size}</span>
            </button>
            <button
                type="button"
                node_ref=delete_button
                class="button icon-only ghost"
                aria-label=delete_label
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
                        "Yes, delete"
                    </button>
                    <button type="button" class="button" on:click=move |_| keep()>
                        "Keep"
                    </button>
                </div>
            </Show>
        </li>
    }
}
