//! Installing the page, and its next version: quiet offers that never come between a person and an answer.

use leptos::prelude::*;

use super::{icons, store};
use crate::say;
use crate::state::{Action, Program, Update};

#[component]
pub fn InstallButton() -> impl IntoView {
    let store = store();
    let offered = Memo::new(move |_| store.program.with(Program::can_install));
    view! {
        <Show when=move || offered.get()>
            <button type="button" class="button install" on:click=move |_| store.dispatch(Action::Install)>
                <icons::Down/>{say!("program-install")}
            </button>
        </Show>
    }
}

#[component]
pub fn UpdateBar() -> impl IntoView {
    let store = store();
    let update = Memo::new(move |_| store.program.with(|program| program.update));
    view! {
        <Show when=move || matches!(update.get(), Update::Ready | Update::Running)>
            <aside class="update" aria-label=say!("program-update")>
                <p>
                    <strong>{say!("program-update-ready")}</strong>" "
                    <span>{say!("program-update-help")}</span>
                </p>
                <button
                    type="button"
                    class="button primary"
                    disabled=move || update.get() == Update::Running
                    on:click=move |_| store.dispatch(Action::UpdateNow)
                >
                    {say!("program-update-now")}
                </button>
                <button type="button" class="button ghost" on:click=move |_| store.dispatch(Action::UpdateLater)>
                    {say!("program-update-later")}
                </button>
            </aside>
        </Show>
    }
}
