//! A window over the page: modal, closed by Escape, by its button and by what it offers; the focus comes back by itself.

use leptos::html::Dialog as DialogElement;
use leptos::prelude::*;

use super::icons;
use crate::browser::appearance::{close_dialog, open_dialog};
use crate::say;

/// Opens and closes a window over the page as `is_open` says, from when it is there.
pub fn opens_with(dialog: NodeRef<DialogElement>, is_open: impl Into<Signal<bool>>) {
    let is_open = is_open.into();
    Effect::new(move |was_open: Option<bool>| {
        let Some(dialog) = dialog.get() else {
            return false;
        };
        let is_open = is_open.get();
        match (was_open.unwrap_or(false), is_open) {
            (false, true) => open_dialog(&dialog),
            // Also where the person closed it: the focus has to be somewhere.
            (true, false) => close_dialog(&dialog),
            (true, true) | (false, false) => {}
        }
        is_open
    });
}

/// What is inside is made when it opens, so that it shows what holds then.
#[component]
pub fn Dialog(
    #[prop(into)] is_open: Signal<bool>,
    /// Whoever opened it hears that it is to be closed.
    #[prop(into)]
    on_close: Callback<()>,
    #[prop(into)] title: Signal<String>,
    children: ChildrenFn,
) -> impl IntoView {
    let dialog = NodeRef::<DialogElement>::new();
    opens_with(dialog, is_open);
    let children = StoredValue::new(children);
    view! {
        <dialog
            node_ref=dialog
            class="dialog"
            aria-label=move || title.get()
            on:close=move |_| on_close.run(())
        >
            <Show when=move || is_open.get()>
                <div class="dialog-head">
                    <h2>{move || title.get()}</h2>
                    <button
                        type="button"
                        class="button ghost icon-only"
                        aria-label=say!("dialog-close")
                        on:click=move |_| on_close.run(())
                    >
                        <icons::Close/>
                    </button>
                </div>
                <div class="dialog-body">{children.with_value(|children| children())}</div>
            </Show>
        </dialog>
    }
}
