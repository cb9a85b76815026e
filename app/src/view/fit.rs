//! Will it run here? What is known of a model before it is fetched, and what to do about it.

use inkling_host::catalog::CatalogModel;
use inkling_host::wire::{ErrorKind, Fit, Inspection};
use leptos::prelude::*;

use super::{loading::EnterToken, remote::ServerButton, store};
use crate::say;
use crate::state::{Action, Check, Place, Purpose, Speed, Stage, advice_for, fit, words};

/// The answer to a question asked at this place; nothing where none was asked.
#[component]
pub fn CheckPanel(place: Place) -> impl IntoView {
    let store = store();
    let check = Memo::new(move |_| {
        store
            .check
            .with(|check| check.clone().filter(|check| check.place == place))
    });
    move || check.get().map(|check| view! { <Answer check/> })
}

#[component]
fn Answer(check: Check) -> impl IntoView {
    let store = store();
    let close = move |label: String| {
        view! {
            <button type="button" class="button ghost" on:click=move |_| store.dispatch(Action::DismissCheck)>
                {label}
            </button>
        }
    };
    let searching = check.is_searching();
    let alternative = check.alternative;
    let title = check.title;
    let content = match check.stage {
        Stage::Reading(_) => view! {
            <p>{say!("fit-reading", name = title)}</p>
            <div class="buttons">{close(say!("fit-cancel"))}</div>
        }
        .into_any(),
        Stage::Failed(error) => view! {
            <p class="verdict bad">{words::sentence(&error.message)}</p>
            {advice_for(error.kind).map(|advice| view! { <p>{advice}</p> })}
            <div class="buttons">
                {(error.kind == ErrorKind::Forbidden).then(|| view! { <EnterToken/> })}
                {close(say!("fit-close"))}
            </div>
        }
        .into_any(),
        Stage::Known(inspection) => {
            let (verdict, sentence) = verdict_of(&inspection);
            let runs = matches!(inspection.fit, Fit::Runs { .. });
            let has_room = fit::has_room(&inspection);
            let is_here = fit::missing_bytes(&inspection) == Some(0);
            view! {
                <p class="verdict" class:bad=!(runs && has_room)>{verdict}</p>
                {sentence.map(|sentence| view! { <p>{sentence}</p> })}
                <Facts inspection/>
                {searching.then(|| view! { <p class="help">{say!("fit-searching")}</p> })}
                {alternative.map(|model| view! { <Alternative model/> })}
                <div class="buttons">
                    {if runs {
                        view! { <Actions has_room is_here/> }.into_any()
                    } else {
                        view! { <ServerButton/> }.into_any()
                    }}
                    {close(say!("fit-cancel"))}
                </div>
            }
            .into_any()
        }
    };
    view! { <div class="check" role="group" aria-label=say!("fit-title")>{content}</div> }
}

fn verdict_of(inspection: &Inspection) -> (String, Option<String>) {
    match &inspection.fit {
        Fit::TooLarge { message } => (say!("fit-too-large"), Some(words::sentence(message))),
        Fit::Runs { .. } if fit::has_room(inspection) => (say!("fit-runs"), None),
        Fit::Runs { .. } => (say!("fit-no-room"), Some(say!("fit-no-room-advice"))),
    }
}

#[component]
fn Facts(inspection: Inspection) -> impl IntoView {
    let store = store();
    let download = match (fit::missing_bytes(&inspection), inspection.stored_bytes) {
        (Some(0), _) => say!("fit-all-here"),
        (Some(missing), 0) => words::bytes(missing),
        (Some(missing), stored) => {
            say!(
                "fit-partly-here",
                missing = words::bytes(missing),
                here = words::bytes(stored)
            )
        }
        (None, _) => say!("fit-not-told"),
    };
    let free = inspection
        .space
        .free_bytes()
        .map_or_else(|| say!("fit-not-told"), words::bytes);
    let runs = match inspection.fit {
        Fit::Runs {
            context_length,
            total_bytes,
            weight_bytes_per_token,
        } => Some(view! {
            <div><dt>{say!("fit-memory")}</dt><dd>{words::bytes(total_bytes)}</dd></div>
            <div><dt>{say!("fit-context")}</dt><dd>{say!("count-tokens", count = context_length)}</dd></div>
            <div>
                <dt>{say!("fit-speed")}</dt>
                <dd>{move || said_speed(store.speed.get(), weight_bytes_per_token)}</dd>
            </div>
        }),
        Fit::TooLarge { .. } => None,
    };
    view! {
        <dl class="facts">
            <div><dt>{say!("fit-download")}</dt><dd>{download}</dd></div>
            <div><dt>{say!("fit-free")}</dt><dd>{free}</dd></div>
            {runs}
        </dl>
    }
}

fn said_speed(speed: Speed, weight_bytes_per_token: u64) -> String {
    match speed {
        Speed::Measuring(_) => say!("fit-measuring"),
        Speed::Known { .. } | Speed::Unknown => speed
            .tokens_per_second(weight_bytes_per_token)
            .map_or_else(|| "–".to_owned(), words::expected_speed),
    }
}

#[component]
fn Actions(has_room: bool, is_here: bool) -> impl IntoView {
    let store = store();
    let button = move |class: &'static str, label: String, purpose: Purpose| {
        view! {
            <button type="button" class=class on:click=move |_| store.dispatch(Action::LoadChecked(purpose))>
                {label}
            </button>
        }
    };
    match (is_here, has_room) {
        (true, _) => button("button primary", say!("fit-chat"), Purpose::Chat).into_any(),
        (false, true) => view! {
            {button("button primary", say!("fit-download-and-chat"), Purpose::Chat)}
            {button("button", say!("fit-only-download"), Purpose::Keep)}
        }
        .into_any(),
        (false, false) => button("button", say!("fit-chat-unkept"), Purpose::ChatUnkept).into_any(),
    }
}

#[component]
fn Alternative(model: CatalogModel) -> impl IntoView {
    let store = store();
    let CatalogModel {
        name,
        address,
        size_bytes,
        ..
    } = model;
    let words = say!(
        "fit-alternative",
        name = &name,
        size = words::bytes(size_bytes)
    );
    view! {
        <p>{words}</p>
        <button
            type="button"
            class="button primary"
            on:click=move |_| store.dispatch(Action::LoadOffer { address: address.clone() })
        >
            {say!("fit-alternative-load", name = name)}
        </button>
    }
}

/// What can be said of an offer before anything is read: from its size alone.
pub fn estimate(speed: Speed, size_bytes: u64, is_too_large: bool) -> Option<String> {
    if is_too_large {
        return Some(say!("fit-exceeds"));
    }
    speed
        .tokens_per_second(size_bytes)
        .map(words::expected_speed)
}
