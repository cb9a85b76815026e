//! What is shown. Components read signals and emit actions; nothing is decided here.

mod answer;
mod catalog;
mod chat;
mod composer;
mod files;
mod icons;
mod loading;
mod shelf;
mod start;
mod unsupported;

use inkling_host::address::Site;
use inkling_host::catalog::catalog_from_json;
use leptos::mount::mount_to_body;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::browser;
use crate::state::{Action, Engine, Launch, Screen};
use crate::store::Store;
use inkling_host::wire::GenerateOptions;

/// Puts the page into the document and starts the engine.
pub fn mount() {
    browser::remove_splash();
    mount_to_body(Page);
}

/// The one component that holds the store; all others get it from here.
#[component]
fn Page() -> impl IntoView {
    let store = Store::new();
    provide_context(store);
    store.dispatch(Action::Launched(launch_from_address()));
    spawn_local(read_catalog(store));
    let embedded = browser::query_parameter("embed").is_some();
    let screen = Memo::new(move |_| {
        let unsupported = store
            .engine
            .with(|engine| matches!(engine, Engine::Unsupported { .. }));
        (unsupported, store.screen.get())
    });
    view! {
        <div class="page" class:embedded=embedded>
            {move || match screen.get() {
                (true, _) => view! { <unsupported::Unsupported/> }.into_any(),
                (false, Screen::Start) => view! { <start::Start/> }.into_any(),
                (false, Screen::Chat) => view! { <chat::ChatScreen/> }.into_any(),
            }}
        </div>
        <p class="unseen" role="status" aria-live="polite">{move || store.announcement.get()}</p>
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
    }
}
