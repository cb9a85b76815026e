//! The conversations beside whatever is shown: a column where there is room, a drawer where there is not.

use inkling_host::chats::{ChatRecord, file};
use inkling_host::wire::{ErrorKind, WireError};
use leptos::html::{Dialog, Input};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::dialog::opens_with;
use super::library_menu::{ItemMenu, OpenMenu};
use super::library_rows::Rows;
use super::notice::NoticeLine;
use super::{icons, store};
use crate::browser::{self, ChosenFile, focus, memory};
use crate::say;
use crate::state::Action;
use crate::store::Store;

/// Where a column leaves enough room for a conversation.
const WIDE: &str = "(min-width: 64rem)";

/// The layout of the page: the conversations, and beside them its screen. On another site's page there is only the screen.
#[component]
pub fn Frame(embedded: bool, children: Children) -> impl IntoView {
    let store = store();
    if embedded {
        return view! {
            <div class="frame">
                <div class="frame-screen">{children()}</div>
                <NoticeLine/>
            </div>
        }
        .into_any();
    }
    store.dispatch(Action::LibraryMounted {
        is_collapsed: memory::recall(memory::LIBRARY_COLLAPSED).is_some(),
    });
    let is_wide = RwSignal::new(false);
    is_wide.set(browser::follow_media(WIDE, move |wide| {
        is_wide.set(wide);
        store.dispatch(Action::CloseLibrary);
    }));
    let is_collapsed = Memo::new(move |_| store.library.with(|library| library.is_collapsed));
    let is_open = Memo::new(move |_| store.library.with(|library| library.is_open));
    let has_column = Memo::new(move |_| is_wide.get() && !is_collapsed.get());
    let show = move || {
        if is_wide.get_untracked() {
            store.dispatch(Action::CollapseLibrary {
                is_collapsed: false,
            });
            focus::focus_soon(vec!["library-new".to_owned()]);
        } else {
            store.dispatch(Action::OpenLibrary);
        }
    };
    view! {
        <div class="frame" class:has-column=move || has_column.get()>
            <Show when=move || !has_column.get()>
                <nav class="library-handle" aria-label=move || say!("library-handle")>
                    <button
                        type="button"
                        id="library-handle"
                        class="button ghost icon-only"
                        aria-label=move || say!("library-open")
                        title=move || say!("library-open")
                        aria-haspopup=move || (!is_wide.get()).then_some("dialog")
                        on:click=move |_| show()
                    >
                        <icons::Sidebar/>
                    </button>
                </nav>
            </Show>
            <Show when=move || has_column.get()>
                <nav class="library" aria-label=move || say!("library-title")>
                    <Panel/>
                </nav>
            </Show>
            <Show when=move || !is_wide.get()><Drawer is_open/></Show>
            <div class="frame-screen">{children()}</div>
            // Over an open drawer it stands inside it: nothing else can be reached then.
            <Show when=move || !is_open.get()><NoticeLine/></Show>
        </div>
    }
    .into_any()
}

#[component]
fn Drawer(is_open: Memo<bool>) -> impl IntoView {
    let store = store();
    let dialog = NodeRef::<Dialog>::new();
    opens_with(dialog, is_open);
    view! {
        <dialog
            node_ref=dialog
            class="library-drawer"
            aria-label=move || say!("library-title")
            on:close=move |_| store.dispatch(Action::CloseLibrary)
            on:click=move |event| {
                // The dialog itself is hit only beside what is in it.
                let is_beside = dialog
                    .get_untracked()
                    .is_some_and(|dialog| focus::is_itself(&dialog, event.target()));
                if is_beside {
                    store.dispatch(Action::CloseLibrary);
                }
            }
        >
            <nav class="library" aria-label=move || say!("library-title")>
                <Panel/>
            </nav>
            <Show when=move || is_open.get()><NoticeLine/></Show>
        </dialog>
    }
}

#[component]
fn Panel() -> impl IntoView {
    let store = store();
    let menu = RwSignal::new(None::<OpenMenu>);
    let is_open = move || store.library.with_untracked(|library| library.is_open);
    let hide = move || {
        if is_open() {
            store.dispatch(Action::CloseLibrary);
        } else {
            store.dispatch(Action::CollapseLibrary { is_collapsed: true });
            focus::focus_soon(vec!["library-handle".to_owned()]);
        }
    };
    let trouble = Memo::new(move |_| {
        store.library.with(|library| {
            let trouble = library.trouble.as_ref();
            trouble.map(|error| error.message.clone())
        })
    });
    view! {
        <div class="library-head">
            <button
                type="button"
                id="library-new"
                class="button library-new"
                on:click=move |_| store.dispatch(Action::NewChat)
            >
                <icons::New/>{move || say!("library-new")}
            </button>
            <button
                type="button"
                class="button ghost icon-only"
                aria-label=move || say!("library-close")
                title=move || say!("library-close")
                on:click=move |_| hide()
            >
                <icons::Sidebar/>
            </button>
        </div>
        <SearchField/>
        {move || trouble.get().map(|reason| view! {
            <p class="library-trouble"><icons::Warning/>{say!("library-not-kept", reason = reason)}</p>
        })}
        <Rows menu/>
        <Files/>
        <ItemMenu menu/>
    }
}

#[component]
fn SearchField() -> impl IntoView {
    let store = store();
    let text = Memo::new(move |_| store.library.with(|library| library.search.clone()));
    view! {
        <div class="library-search">
            <label class="unseen" for="library-search">{move || say!("library-search")}</label>
            <icons::Search/>
            <input
                id="library-search"
                class="field"
                type="search"
                autocomplete="off"
                placeholder=move || say!("library-search")
                prop:value=move || text.get()
                on:input=move |event| store.dispatch(Action::SearchChats { text: event_target_value(&event) })
            />
        </div>
    }
}

/// Into files and out of them.
#[component]
fn Files() -> impl IntoView {
    let store = store();
    let input = NodeRef::<Input>::new();
    let is_empty = Memo::new(move |_| {
        let is_there = |chat: &ChatRecord| chat.deleted_ms.is_none();
        store
            .library
            .with(|library| !library.chats.iter().flatten().any(is_there))
    });
    view! {
        <div class="library-foot">
            <button
                type="button"
                class="button ghost"
                on:click=move |_| {
                    if let Some(input) = input.get_untracked() {
                        input.click();
                    }
                }
            >
                <icons::Import/>{move || say!("library-import")}
            </button>
            <button
                type="button"
                class="button ghost"
                disabled=move || is_empty.get()
                on:click=move |_| store.dispatch(Action::ExportAll)
            >
                <icons::Export/>{move || say!("library-export-all")}
            </button>
            // Hidden from everybody: the button stands for it.
            <input
                node_ref=input
                type="file"
                accept=".json,application/json"
                hidden=true
                aria-hidden="true"
                tabindex="-1"
                on:change=move |_| {
                    if let Some(input) = input.get_untracked() {
                        let chosen = browser::files_of_input(&input);
                        spawn_local(import(store, chosen));
                    }
                }
            />
        </div>
    }
}

async fn import(store: Store, chosen: Vec<ChosenFile>) {
    for ChosenFile { path: _, file } in chosen {
        if file.size() > file::MAX_FILE_BYTES as f64 {
            store.dispatch(Action::ChatFileFailed(file::too_large()));
            continue;
        }
        match browser::text_of_file(&file).await {
            Some(text) => store.dispatch(Action::ImportChats { text }),
            None => store.dispatch(Action::ChatFileFailed(WireError::new(
                ErrorKind::BadFile,
                say!("library-file-unreadable"),
            ))),
        }
    }
}
