//! What is shown. Components read signals and emit actions; nothing is decided here.

mod answer;
mod attachments;
mod catalog;
mod chat;
mod composer;
mod conversation;
mod dialog;
mod embedded;
mod files;
mod fit;
mod icons;
mod library;
mod library_menu;
mod library_rows;
mod loading;
mod manner;
mod message;
mod notice;
mod performance;
mod private;
mod program;
mod prose;
mod remote;
mod sampling;
mod settings;
mod shelf;
mod shortcuts;
mod start;
mod storage;
mod unsupported;
mod welcome;

use inkling_host::address::Site;
use inkling_host::catalog::catalog_from_json;
use inkling_host::settings::{Settings, settings_from_json};
use leptos::mount::mount_to_body;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::browser;
use crate::browser::{appearance, memory};
use crate::say;
use crate::state::preferences::preferences_from_json;
use crate::state::remote::known_server_from_json;
use crate::state::{Action, Engine, Launch, Screen, guide};
use crate::store::Store;
use inkling_host::wire::GenerateOptions;

/// Puts the page into the document and starts the engine.
pub fn mount() {
    mount_to_body(Page);
}

/// The one component that holds the store; all others get it from here.
#[component]
fn Page() -> impl IntoView {
    let store = Store::new();
    provide_context(store);
    store.dispatch(Action::Launched(launch_from_address()));
    spawn_local(read_settings(store));
    spawn_local(read_catalog(store));
    spawn_local(look_for_guide(store));
    spawn_local(browser::program::register(move || {
        store.dispatch(Action::UpdateReady)
    }));
    browser::program::follow_api(move |port| store.serve(&port));
    browser::program::follow_installing(
        move || store.dispatch(Action::InstallOffered),
        move || store.dispatch(Action::Installed),
    );
    // Nothing is shown before it can be said in the right language; then the static words make way.
    Effect::new(move |_| {
        if let Some(language) = store.language.get() {
            appearance::show_language(
                language.tag,
                language.direction.html(),
                &say!("page-title"),
                &say!("page-stopped"),
            );
            browser::remove_splash();
        }
    });
    let embedded = browser::query_parameter("embed").is_some();
    let screen = Memo::new(move |_| {
        let unsupported = store
            .engine
            .with(|engine| matches!(engine, Engine::Unsupported { .. }));
        // Another machine's answers need nothing of this one.
        let is_elsewhere = store.remote.with(|remote| remote.is_used);
        (unsupported && !is_elsewhere, store.screen.get())
    });
    view! {
        <files::DropTarget embedded>
            // Texts are said when they are drawn: in another language everything is drawn anew.
            {move || store.language.get().map(|_| view! {
                <program::UpdateBar/>
                <library::Frame embedded>
                {move || match screen.get() {
                    (true, _) => view! { <unsupported::Unsupported/> }.into_any(),
                    (false, Screen::Start) => view! { <start::Start/> }.into_any(),
                    (false, Screen::Chat) => view! { <chat::ChatScreen/> }.into_any(),
                    (false, Screen::Storage) => view! { <storage::StorageScreen/> }.into_any(),
                }}
                </library::Frame>
            })}
        </files::DropTarget>
        {embedded.then(|| view! { <embedded::Embedder/> })}
        <settings::SettingsDialog/>
        <remote::ServerDialog/>
        <shortcuts::Shortcuts/>
        <p class="unseen" role="status" aria-live="polite">{move || store.announcement.get()}</p>
    }
}

/// What whoever hosts the page has set. Without such a file, or with a wrong one, the page works as it comes.
async fn read_settings(store: Store) {
    let text = browser::text_of("./inkling.json").await;
    let settings = match text.as_deref().map(settings_from_json) {
        Some(Ok(settings)) => settings,
        Some(Err(error)) => {
            leptos::logging::error!("{}", error.message);
            Settings::default()
        }
        None => Settings::default(),
    };
    store.dispatch(Action::SettingsRead(settings));
}

/// The guide may have been left out by whoever hosts the page.
async fn look_for_guide(store: Store) {
    if browser::exists(&format!("./{}", guide::PATH)).await {
        store.dispatch(Action::GuideFound);
    }
}

/// The catalogue belongs to whoever hosts the page: it may be another one, or none.
async fn read_catalog(store: Store) {
    let Some(text) = browser::text_of("./catalog.json").await else {
        return;
    };
    match catalog_from_json(&text, &Site::new(&browser::page_address())) {
        Ok(catalog) => store.dispatch(Action::CatalogRead(catalog)),
        // For whoever wrote it; people who came to chat can do without.
        Err(error) => leptos::logging::error!("{}", error.message),
    }
}

fn store() -> Store {
    expect_context::<Store>()
}

/// Answers can be made repeatable from the address (`temperature=0`, `seed`), which tests and links rely on.
fn launch_from_address() -> Launch {
    fn number<T: std::str::FromStr>(name: &str) -> Option<T> {
        browser::query_parameter(name)?.parse().ok()
    }
    Launch {
        model: browser::query_parameter("model").filter(|model| !model.trim().is_empty()),
        base: browser::page_address(),
        options: GenerateOptions {
            temperature: number("temperature"),
            seed: number("seed"),
            max_tokens: number("max_tokens"),
            ..GenerateOptions::default()
        },
        is_embedded: browser::query_parameter("embed").is_some(),
        seed: browser::random_id(),
        token: memory::recall(memory::TOKEN),
        server: memory::recall(memory::SERVER).and_then(|text| known_server_from_json(&text)),
        asked_to_keep: memory::recall(memory::ASKED_TO_KEEP).is_some(),
        has_answered: memory::recall(memory::ANSWERED).is_some(),
        preferences: memory::recall(memory::PREFERENCES)
            .map(|text| preferences_from_json(&text))
            .unwrap_or_default(),
        // A page may say which language it is in, for those who have chosen none.
        languages: browser::query_parameter("locale")
            .into_iter()
            .chain(appearance::preferred_languages())
            .collect(),
    }
}
