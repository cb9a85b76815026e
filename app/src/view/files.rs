//! Choosing a model from this computer: buttons for the keyboard, a drop anywhere on the page for the mouse.

use leptos::html::Input;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::attachments::attach_files;
use super::{icons, store};
use crate::browser::{self, ChosenFile};
use crate::say;
use crate::state::attachment::kind_of;
use crate::state::{Action, Screen};
use crate::store::Store;

#[component]
pub fn ChooseFiles() -> impl IntoView {
    let store = store();
    let files = NodeRef::<Input>::new();
    let folder = NodeRef::<Input>::new();
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
        <div class="dropzone">
            <p class="dropzone-words">
                <span class="mouse-only">{say!("files-drop")}</span>
                <span class="touch-only">{say!("files-device")}</span>
            </p>
            <div class="dropzone-buttons">
                <button type="button" class="button" on:click=move |_| press(files)>
                    <icons::File/>{say!("files-choose")}
                </button>
                <button type="button" class="button" on:click=move |_| press(folder)>
                    <icons::Folder/>{say!("files-choose-folder")}
                </button>
            </div>
            // Hidden from everybody: the buttons stand for them.
            <input node_ref=files type="file" multiple=true hidden=true aria-hidden="true" tabindex="-1" on:change=move |_| take(files)/>
            <input node_ref=folder type="file" prop:webkitdirectory=true hidden=true aria-hidden="true" tabindex="-1" on:change=move |_| take(folder)/>
        </div>
    }
}

/// What is around may be dropped upon, whatever it shows.
#[component]
pub fn DropTarget(embedded: bool, children: Children) -> impl IntoView {
    let store = store();
    let over = RwSignal::new(false);
    view! {
        <div
            class="page"
            class:embedded=embedded
            on:dragover=move |event| {
                if browser::brings_files(event.data_transfer().as_ref()) {
                    event.prevent_default();
                    over.set(true);
                }
            }
            on:dragleave=move |event| {
                // Between two elements of the page it has not left.
                if event.related_target().is_none() {
                    over.set(false);
                }
            }
            on:drop=move |event| {
                over.set(false);
                if let Some(transfer) = event.data_transfer()
                    && browser::brings_files(Some(&transfer))
                {
                    event.prevent_default();
                    spawn_local(async move {
                        take_dropped(store, browser::files_of_drop(transfer).await);
                    });
                }
            }
        >
            {children()}
            <Show when=move || over.get()>
                <p class="drop-here" aria-hidden="true"><icons::File/>{say!("files-drop-here")}</p>
            </Show>
        </div>
    }
}

/// In a conversation, texts come along with the next question; everything else is a model.
fn take_dropped(store: Store, dropped: Vec<ChosenFile>) {
    let is_text = |dropped: &ChosenFile| {
        let is_model = dropped.path.ends_with("config.json") || dropped.path.contains('/');
        !is_model && kind_of(&dropped.path, dropped.file.size() as u64).is_ok()
    };
    if store.screen.get_untracked() == Screen::Chat && dropped.iter().all(is_text) {
        attach_files(store.draft, dropped);
    } else {
        load_chosen(store, dropped);
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
