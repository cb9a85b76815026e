//! Choosing a model from this computer: buttons for the keyboard, a drop anywhere on the card for the mouse.

use leptos::html::Input;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::{icons, store};
use crate::browser::{self, ChosenFile};
use crate::state::Action;
use crate::store::Store;

#[component]
pub fn ChooseFiles() -> impl IntoView {
    let store = store();
    let files = NodeRef::<Input>::new();
    let folder = NodeRef::<Input>::new();
    let over = RwSignal::new(false);
    let press = |input: NodeRef<Input>| {
        if let Some(input) = input.get_untracked() {
            input.click();
        }
    };
    let take = move |input: NodeRef<Input>| {
        if let Some(input) = input.get_untracked() {
            load_chosen(store, browser::files_of_input(&input));
        }
    };
    view! {
        <div
            class="dropzone"
            class:over=move || over.get()
            on:dragover=move |event| {
                event.prevent_default();
                over.set(true);
            }
            on:dragleave=move |_| over.set(false)
            on:drop=move |event| {
                event.prevent_default();
                over.set(false);
                if let Some(transfer) = event.data_transfer() {
                    spawn_local(async move {
                        load_chosen(store, browser::files_of_drop(transfer).await);
                    });
                }
            }
        >
            <p class="dropzone-words">
                <span class="mouse-only">"Drop a file or a folder here, or choose it:"</span>
                <span class="touch-only">"Or from this device:"</span>
            </p>
            <div class="dropzone-buttons">
                <button type="button" class="button" on:click=move |_| press(files)>
                    <icons::File/>"Choose files"
                </button>
                <button type="button" class="button" on:click=move |_| press(folder)>
                    <icons::Folder/>"Choose a folder"
                </button>
            </div>
            // Hidden from everybody: the buttons stand for them.
            <input node_ref=files type="file" multiple=true hidden=true aria-hidden="true" tabindex="-1" on:change=move |_| take(files)/>
            <input node_ref=folder type="file" prop:webkitdirectory=true hidden=true aria-hidden="true" tabindex="-1" on:change=move |_| take(folder)/>
        </div>
    }
}

fn load_chosen(store: Store, chosen: Vec<ChosenFile>) {
    let (names, files) = chosen
        .into_iter()
        .map(|chosen| (chosen.path, chosen.file))
        .unzip();
    store.choose_files(files);
    store.dispatch(Action::LoadFiles { names });
}
