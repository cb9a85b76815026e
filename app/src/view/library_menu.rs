//! What can be done with one conversation: a menu beside its button, by the pattern that WAI-ARIA describes for menu buttons
//! (<https://www.w3.org/WAI/ARIA/apg/patterns/menu-button/>).
//!
//! There is one menu, outside the list, so that nothing clips it and long lists stay light.

use inkling_host::chats::ChatId;
use leptos::html::Div;
use leptos::prelude::*;

use super::{icons, store};
use crate::browser::focus::{self, MenuMove};
use crate::say;
use crate::state::{Action, ChatForm};

/// The conversation whose menu is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenMenu {
    pub id: ChatId,
    pub title: String,
    pub is_pinned: bool,
}

pub fn menu_button_id(id: ChatId) -> String {
    format!("chat-menu-{id}")
}

#[component]
pub fn ItemMenu(menu: RwSignal<Option<OpenMenu>>) -> impl IntoView {
    move || menu.get().map(|open| view! { <Menu open menu/> })
}

#[component]
fn Menu(open: OpenMenu, menu: RwSignal<Option<OpenMenu>>) -> impl IntoView {
    let store = store();
    let OpenMenu {
        id,
        title,
        is_pinned,
    } = open;
    let list = NodeRef::<Div>::new();
    Effect::new(move |_| {
        if let Some(list) = list.get() {
            focus::place_beside(&list, &menu_button_id(id));
            focus::move_in_menu(&list, &MenuMove::First);
        }
    });
    let close = move || {
        menu.set(None);
        focus::focus_soon(vec![menu_button_id(id)]);
    };
    let act = move |action: Action| {
        close();
        store.dispatch(action);
    };
    let delete = move || {
        // Its row goes away with the focus: the next one is where to go on.
        let next = store.library.with_untracked(|library| {
            let shown = library.shown();
            let at = shown.iter().position(|chat| chat.id == id)?;
            let beside = shown
                .get(at + 1)
                .or_else(|| shown.get(at.checked_sub(1)?))?;
            Some(format!("chat-{}", beside.id))
        });
        menu.set(None);
        store.dispatch(Action::DeleteChat { id });
        focus::focus_soon(next.into_iter().chain(["library-new".to_owned()]).collect());
    };
    let rename = move || {
        menu.set(None);
        store.dispatch(Action::RenameChat { id });
    };
    view! {
        <div
            node_ref=list
            class="library-menu"
            role="menu"
            aria-label=move || say!("library-menu", title = title.clone())
            // The focus stays where it is until the press has done its work.
            on:mousedown=|event| event.prevent_default()
            on:focusout=move |event| {
                // Also when it goes away.
                let is_inside = list
                    .try_get_untracked()
                    .flatten()
                    .is_some_and(|list| focus::contains(&list, event.related_target()));
                if !is_inside {
                    menu.try_set(None);
                }
            }
            on:keydown=move |event| match event.key().as_str() {
                "Escape" => {
                    event.prevent_default();
                    event.stop_propagation();
                    close();
                }
                // From the button it goes on to what comes after it.
                "Tab" => close(),
                key => {
                    if let (Some(to), Some(list)) = (focus::menu_move(key), list.get_untracked())
                        && !event.ctrl_key()
                        && !event.meta_key()
                    {
                        event.prevent_default();
                        focus::move_in_menu(&list, &to);
                    }
                }
            }
        >
            <button type="button" role="menuitem" tabindex="-1" on:click=move |_| rename()>
                <icons::Pen/>{move || say!("library-rename")}
            </button>
            <button
                type="button"
                role="menuitem"
                tabindex="-1"
                on:click=move |_| act(Action::PinChat { id, is_pinned: !is_pinned })
            >
                <icons::Pin/>
                {move || if is_pinned { say!("library-unpin") } else { say!("library-pin") }}
            </button>
            <button
                type="button"
                role="menuitem"
                tabindex="-1"
                on:click=move |_| act(Action::ExportChat { id, form: ChatForm::Json })
            >
                <icons::Export/>{move || say!("library-export-json")}
            </button>
            <button
                type="button"
                role="menuitem"
                tabindex="-1"
                on:click=move |_| act(Action::ExportChat { id, form: ChatForm::Markdown })
            >
                <icons::File/>{move || say!("library-export-markdown")}
            </button>
            <button type="button" role="menuitem" tabindex="-1" class="danger" on:click=move |_| delete()>
                <icons::Bin/>{move || say!("library-delete")}
            </button>
        </div>
    }
}
