//! Models that are not open to everybody: a field for the token that opens them.
//!
//! The token stays in this browser. What the field holds is nobody's business but the person's, so it is never shown.

use leptos::html::Input;
use leptos::prelude::*;

use super::{icons, store};
use crate::say;
use crate::state::Action;

#[component]
pub fn PrivateModels() -> impl IntoView {
    let store = store();
    let open = Memo::new(move |_| store.hub.with(|hub| hub.is_open));
    let kept = Memo::new(move |_| store.hub.with(|hub| hub.token.is_some()));
    let field = NodeRef::<Input>::new();
    // Opened from elsewhere, by a model that was refused: the field is where to go on.
    Effect::new(move |_| {
        if let (true, Some(field)) = (open.get(), field.get()) {
            drop(field.focus());
        }
    });
    let hub = move || {
        store.hub.with(|hub| {
            let base = hub.settings.as_ref().map(|settings| settings.hub.clone());
            let host = base.unwrap_or_default();
            host.trim_start_matches("https://").to_owned()
        })
    };
    view! {
        <details class="more private" prop:open=move || open.get()>
            <summary on:click=move |event| {
                event.prevent_default();
                store.dispatch(if open.get_untracked() { Action::ClosePrivate } else { Action::OpenPrivate });
            }>
                {say!("private-title")}
            </summary>
            <form
                class="address"
                on:submit=move |event| {
                    event.prevent_default();
                    if let Some(field) = field.get_untracked() {
                        store.dispatch(Action::KeepToken { token: field.value() });
                        field.set_value("");
                    }
                }
            >
                <label for="token">{say!("private-token")}</label>
                <div class="address-row">
                    <input
                        id="token"
                        node_ref=field
                        class="field"
                        type="password"
                        autocomplete="off"
                        spellcheck="false"
                        placeholder=move || if kept.get() { say!("private-kept") } else { say!("private-placeholder") }
                        aria-describedby="token-help"
                    />
                    <button type="submit" class="button">{say!("private-keep")}</button>
                    <Show when=move || kept.get()>
                        <button type="button" class="button" on:click=move |_| store.dispatch(Action::ForgetToken)>
                            {say!("private-forget")}
                        </button>
                    </Show>
                </div>
                <p id="token-help" class="help">
                    <icons::Lock/>
                    {move || say!("private-help", hub = hub())}
                </p>
            </form>
        </details>
    }
}
