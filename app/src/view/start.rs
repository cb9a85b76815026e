//! The first screen: what this is, and choosing a model.

use leptos::prelude::*;

use super::{
    catalog::Offers, files::ChooseFiles, fit::CheckPanel, icons, loading::LoadPanel,
    private::PrivateModels, program::InstallButton, remote::ServerCard, settings::SettingsButton,
    shelf::StoredModels, store,
};
use crate::say;
use crate::state::{Action, Load, Pause, Place, Remote};

#[component]
pub fn Start() -> impl IntoView {
    let store = store();
    // While one loads, the choices would only be in the way; and where room has to be made, the models stand there.
    let busy = Memo::new(move |_| {
        store.load.with(|load| match load {
            Load::Paused { why, .. } => *why != Pause::Asked,
            Load::Idle
            | Load::Waiting { .. }
            | Load::Elsewhere { .. }
            | Load::Running { .. }
            | Load::Failed { .. } => load.occupies_engine(),
        })
    });
    let answers = Memo::new(move |_| {
        let elsewhere = store.remote.with(Remote::elsewhere);
        elsewhere.map(|elsewhere| elsewhere.model).or_else(|| {
            store
                .model
                .with(|model| model.as_ref().map(|model| model.name.clone()))
        })
    });
    view! {
        <div class="start">
            <header class="hero">
                <icons::Quill/>
                <div class="hero-words">
                    <h1 class="wordmark"><icons::Drop/>"Inkling"</h1>
                    <p class="lede">
                        {say!("start-lede")}
                    </p>
                    <Show when=move || store.has_guide.get() && !busy.get()><Guide/></Show>
                    <ul class="promises">
                        <li><icons::Lock/>{say!("start-private")}</li>
                        <li><icons::NoCloud/>{say!("start-free")}</li>
                    </ul>
                    <div class="buttons start-tools">
                        <button type="button" class="button" on:click=move |_| store.dispatch(Action::ShowStorage)>
                            <icons::Shelves/>{say!("start-storage")}
                        </button>
                        <SettingsButton class="button">{say!("settings-title")}</SettingsButton>
                        <InstallButton/>
                    </div>
                </div>
            </header>
            <main class="choices">
                {move || answers.get().map(|name| view! {
                    <button type="button" class="button ghost back" on:click=move |_| store.dispatch(Action::ShowChat)>
                        <icons::Back/>{say!("start-back", name = name)}
                    </button>
                })}
                <LoadPanel/>
                <div class="choices-list" hidden=move || busy.get()>
                    <StoredModels/>
                    <Offers/>
                    <AddModel/>
                    <ServerCard/>
                </div>
            </main>
        </div>
    }
}

/// The shortest way to a conversation: nothing to choose, nothing to fetch from elsewhere.
#[component]
fn Guide() -> impl IntoView {
    let store = store();
    view! {
        <section class="hero-guide" aria-label=say!("start-guide-title")>
            <button type="button" class="button primary" on:click=move |_| store.dispatch(Action::LoadGuide)>
                <icons::Send/>{say!("start-guide-chat")}
            </button>
            <p class="help">{say!("start-guide")}</p>
        </section>
    }
}

#[component]
fn AddModel() -> impl IntoView {
    let store = store();
    view! {
        <section class="card" aria-labelledby="add-title">
            <h2 id="add-title">{say!("start-add-title")}</h2>
            <form
                class="address"
                on:submit=move |event| {
                    event.prevent_default();
                    store.dispatch(Action::LoadAddress);
                }
            >
                <label for="address">{say!("start-address")}</label>
                <div class="address-row">
                    <input
                        id="address"
                        class="field"
                        type="text"
                        inputmode="url"
                        autocomplete="off"
                        autocapitalize="off"
                        spellcheck="false"
                        placeholder=say!("start-address-placeholder")
                        aria-describedby="address-help"
                        prop:value=move || store.address.get()
                        on:input=move |event| store.dispatch(Action::TypeAddress(event_target_value(&event)))
                    />
                    <button type="submit" class="button primary">{say!("start-load")}</button>
                    <button type="button" class="button" on:click=move |_| store.dispatch(Action::CheckAddress)>
                        {say!("start-check")}
                    </button>
                </div>
                <p id="address-help" class="help">
                    {say!("start-address-help")}
                </p>
            </form>
            <CheckPanel place=Place::Form/>
            <ChooseFiles/>
            <PrivateModels/>
        </section>
    }
}
