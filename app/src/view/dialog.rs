//! A window over the page: modal, closed by Escape, by its button and by what it offers; the focus comes back by itself.

use leptos::html::Dialog as DialogElement;
use leptos::prelude::*;

use super::icons;
use crate::browser::appearance::{close_dialog, open_dialog};
use crate::say;

/// What is inside is made when it opens, so that it shows what holds then.
#[component]
pub fn Dialog(
    is_open: RwSignal<bool>,
    #[prop(into)] title: Signal<String>,
    children: ChildrenFn,
) -> impl IntoView {
    let dialog = NodeRef::<DialogElement>::new();
    Effect::new(move |_| {
        if let Some(dialog) = dialog.get() {
            if is_open.get() {
                open_dialog(&dialog);
            } else {
                close_dialog(&dialog);
            }
        }
    });
    let children = StoredValue::new(children);
    view! {
        <dialog
            node_ref=dialog
            class="dialog"
            aria-label=move || title.get()
            on:close=move |_| is_open.set(false)
        >
            <Show when=move || is_open.get()>
                <div class="dialog-head">
                    <h2>{move || title.get()}</h2>
                    <button
                        type="button"
                        class="button ghost icon-only"
                        aria-label=say!("dialog-close")
                        on:click=move |_| is_open.set(false)
                    >
                        <icons::Close/>
                    </button>
                </div>
                <div class="dialog-body">{children.with_value(|children| children())}</div>
            </Show>
        </dialog>
    }
}
