//! Another machine that answers: choosing it, the mark that it does, and what it is about to be sent.
//!
//! What leaves the device is never a matter of course: it is said beside the model's name, below the field, and where a
//! conversation was begun here, before anything of it goes.

use inkling_host::wire::Role;
use leptos::html::{Form, Input};
use leptos::prelude::*;

use super::{dialog::Dialog, icons, store};
use crate::say;
use crate::state::{Action, Elsewhere, Remote, ServerModels, words};

/// Opens the window in which a server is chosen; nothing in other sites' pages.
#[component]
pub fn ServerButton() -> impl IntoView {
    let store = store();
    view! {
        <Show when=move || store.embedding.with(Option::is_none)>
            <button
                type="button"
                class="button"
                aria-haspopup="dialog"
                on:click=move |_| store.dispatch(Action::OpenServer)
            >
                <icons::Export/>{say!("server-open")}
            </button>
        </Show>
    }
}

/// For who has a bigger machine somewhere.
#[component]
pub fn ServerCard() -> impl IntoView {
    view! {
        <section class="card" aria-labelledby="server-card-title">
            <h2 id="server-card-title">{say!("server-card-title")}</h2>
            <p class="help">{say!("server-card")}</p>
            <div class="buttons"><ServerButton/></div>
        </section>
    }
}

/// In place of the size of a model here.
#[component]
pub fn ServerModel(elsewhere: Elsewhere) -> impl IntoView {
    let Elsewhere { host, model } = elsewhere;
    view! {
        <span class="unseen">{say!("chat-model", name = model.as_str())}</span>
        <span class="model-name" aria-hidden="true">{model}</span>
        " "
        <span class="badge leaves">{say!("server-badge")}</span>
        " "
        <span class="model-size">{host}</span>
    }
}

/// In place of the promise that nothing is sent.
#[component]
pub fn LeavesDevice(elsewhere: Elsewhere) -> impl IntoView {
    let store = store();
    view! {
        <p class="leaves-device">
            <icons::Export/>
            <strong>{say!("server-leaves", host = elsewhere.host)}</strong>
            " "
            <button type="button" class="button ghost" on:click=move |_| store.dispatch(Action::StayHere)>
                {say!("server-stay")}
            </button>
        </p>
    }
}

/// A conversation that was held here: what of it would be sent is shown, word for word, before it is.
#[component]
pub fn Agreement() -> impl IntoView {
    let store = store();
    let host = Memo::new(move |_| {
        let elsewhere = store.remote.with(Remote::elsewhere);
        elsewhere.filter(|_| store.needs_agreement.get())
    });
    move || {
        host.get().map(|Elsewhere { host, .. }| {
            let messages = store.outgoing();
            let count = messages.len() as u64;
            view! {
                <section class="card agreement" aria-labelledby="agreement-title" tabindex="0">
                    <h2 id="agreement-title"><icons::Warning/>{say!("server-agree-title", host = host.as_str())}</h2>
                    <p>{say!("server-agree", count = count, host = host.as_str())}</p>
                    <details class="details">
                        <summary>{say!("server-agree-what")}</summary>
                        <ol class="outgoing" tabindex="0" aria-label=say!("server-agree-what")>
                            {messages.into_iter().map(|message| view! {
                                <li><strong>{role_in_words(message.role)}</strong>" "<span dir="auto">{message.content}</span></li>
                            }).collect_view()}
                        </ol>
                    </details>
                    <div class="buttons">
                        <button type="button" class="button primary" on:click=move |_| store.dispatch(Action::AgreeToSend)>
                            {say!("server-agree-send")}
                        </button>
                        <button type="button" class="button" on:click=move |_| store.dispatch(Action::NewChat)>
                            {say!("server-agree-new")}
                        </button>
                        <button type="button" class="button" on:click=move |_| store.dispatch(Action::StayHere)>
                            {say!("server-stay")}
                        </button>
                    </div>
                </section>
            }
        })
    }
}

fn role_in_words(role: Role) -> String {
    match role {
        Role::System => say!("server-role-instructions"),
        Role::User => say!("server-role-question"),
        Role::Assistant => say!("server-role-answer"),
    }
}

#[component]
pub fn ServerDialog() -> impl IntoView {
    let store = store();
    let is_open = Memo::new(move |_| store.remote.with(|remote| remote.is_open));
    view! {
        <Dialog
            is_open
            on_close=move |()| store.dispatch(Action::CloseServer)
            title=Signal::derive(move || {
                store.language.track();
                say!("server-title")
            })
        >
            <div class="server">
                <p class="leaves-device"><icons::Export/><strong>{say!("server-warning")}</strong></p>
                <Connection/>
                <Models/>
            </div>
        </Dialog>
    }
}

#[component]
fn Connection() -> impl IntoView {
    let store = store();
    let (address, key) = (NodeRef::<Input>::new(), NodeRef::<Input>::new());
    let form = NodeRef::<Form>::new();
    let known = store.remote.with_untracked(|remote| {
        let server = remote.server.as_ref();
        server
            .map(|server| server.base().to_owned())
            .unwrap_or_default()
    });
    let has_key = Memo::new(move |_| {
        store.remote.with(|remote| {
            let server = remote.server.as_ref();
            server.is_some_and(|server| server.key().is_some())
        })
    });
    let is_known = Memo::new(move |_| store.remote.with(|remote| remote.server.is_some()));
    let asks = move || {
        store
            .remote
            .with(|remote| remote.models == ServerModels::Asked)
    };
    view! {
        <form
            class="address"
            node_ref=form
            on:submit=move |event| {
                event.prevent_default();
                if let (Some(address), Some(key)) = (address.get_untracked(), key.get_untracked()) {
                    let typed = Action::ConnectServer { address: address.value(), key: key.value() };
                    key.set_value("");
                    store.dispatch(typed);
                }
            }
        >
            <label for="server-address">{say!("server-address")}</label>
            <input
                id="server-address"
                node_ref=address
                class="field"
                type="text"
                inputmode="url"
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                placeholder="http://localhost:8080/v1"
                aria-describedby="server-address-help"
                value=known
            />
            <p id="server-address-help" class="help">{say!("server-address-help")}</p>
            <label for="server-key">{say!("server-key")}</label>
            <input
                id="server-key"
                node_ref=key
                class="field"
                type="password"
                autocomplete="off"
                spellcheck="false"
                placeholder=move || if has_key.get() { say!("server-key-kept") } else { String::new() }
                aria-describedby="server-key-help"
            />
            <p id="server-key-help" class="help"><icons::Lock/>{say!("server-key-help")}</p>
            <div class="buttons">
                <button type="submit" class="button primary" disabled=asks>{say!("server-connect")}</button>
                <Show when=move || is_known.get()>
                    <button
                        type="button"
                        class="button"
                        on:click=move |_| {
                            store.dispatch(Action::ForgetServer);
                            if let Some(form) = form.get_untracked() {
                                form.reset();
                            }
                            if let Some(address) = address.get_untracked() {
                                address.set_value("");
                                drop(address.focus());
                            }
                        }
                    >
                        {say!("server-forget")}
                    </button>
                </Show>
            </div>
        </form>
    }
}

/// What the server has, or why nothing is known of it.
#[component]
fn Models() -> impl IntoView {
    let store = store();
    let models = Memo::new(move |_| store.remote.with(|remote| remote.models.clone()));
    view! {
        <div class="server-models" aria-live="polite">
            {move || match models.get() {
                ServerModels::Unknown => ().into_any(),
                ServerModels::Asked => view! { <p class="quiet">{say!("server-asking")}</p> }.into_any(),
                ServerModels::Failed(error) => view! {
                    <p class="verdict bad" role="alert"><icons::Warning/>{words::sentence(&error.message)}</p>
                }.into_any(),
                ServerModels::Listed(names) => view! { <Choice names/> }.into_any(),
            }}
        </div>
    }
}

#[component]
fn Choice(names: Vec<String>) -> impl IntoView {
    let store = store();
    let before = store.remote.with_untracked(|remote| remote.model.clone());
    let chosen = before
        .filter(|name| names.contains(name))
        .or_else(|| names.first().cloned())
        .unwrap_or_default();
    let chosen = RwSignal::new(chosen);
    view! {
        <form
            class="address"
            on:submit=move |event| {
                event.prevent_default();
                store.dispatch(Action::UseServer { model: chosen.get_untracked() });
            }
        >
            <label for="server-model">{say!("server-model")}</label>
            <select
                id="server-model"
                class="field"
                on:change=move |event| chosen.set(event_target_value(&event))
            >
                {names.into_iter().map(|name| {
                    let is_chosen = chosen.with_untracked(|chosen| *chosen == name);
                    view! { <option value=name.clone() selected=is_chosen>{name.clone()}</option> }
                }).collect_view()}
            </select>
            <div class="buttons">
                <button type="submit" class="button primary"><icons::Export/>{say!("server-use")}</button>
            </div>
        </form>
    }
}
