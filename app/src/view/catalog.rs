//! Models worth trying, with what one wants to know before a download.

use inkling_host::catalog::CatalogModel;
use leptos::prelude::*;

use super::{
    fit::{CheckPanel, estimate},
    icons, store,
};
use crate::say;
use crate::state::{Action, Place, fit, words};

/// Offers that are shown at once; the others are behind a line that tells how many there are.
const SHOWN: usize = 4;

#[component]
pub fn Offers() -> impl IntoView {
    let store = store();
    view! {
        <section
            class="card"
            aria-labelledby="offers-title"
            hidden=move || store.offers.with(Vec::is_empty)
        >
            <h2 id="offers-title">{say!("offers-title")}</h2>
            {move || {
                let mut first = store.offers.get();
                let more = first.split_off(SHOWN.min(first.len()));
                let label = say!("offers-more", count = more.len());
                let has_more = !more.is_empty();
                view! {
                    <ul class="models">{list(first)}</ul>
                    {has_more.then(|| view! {
                        <details class="more">
                            <summary>{label}</summary>
                            <ul class="models">{list(more)}</ul>
                        </details>
                    })}
                }
            }}
        </section>
    }
}

fn list(offers: Vec<CatalogModel>) -> impl IntoView {
    offers
        .into_iter()
        .map(|offer| view! { <Offer offer/> })
        .collect_view()
}

#[component]
fn Offer(offer: CatalogModel) -> impl IntoView {
    let store = store();
    let CatalogModel {
        name,
        address,
        num_parameters,
        size_bytes,
        licence,
        licence_url,
        context_length,
        template_family: _,
        good_at,
    } = offer;
    let facts = say!(
        "offers-facts",
        parameters = words::parameters(num_parameters),
        context = words::grouped(context_length)
    );
    let place = Place::Offer {
        address: address.clone(),
    };
    let asked = {
        let place = place.clone();
        Memo::new(move |_| {
            store
                .check
                .with(|check| check.as_ref().is_some_and(|check| check.place == place))
        })
    };
    let outlook = Memo::new(move |_| {
        let is_too_large = store
            .shelf
            .with(|shelf| fit::exceeds(&shelf.space, size_bytes));
        estimate(store.speed.get(), size_bytes, is_too_large)
    });
    let check_address = address.clone();
    let check_label = say!("offers-check-name", name = &name);
    view! {
        <li class="model offer">
            <button
                type="button"
                class="model-load"
                on:click=move |_| store.dispatch(Action::LoadOffer { address: address.clone() })
            >
                <icons::Drop/>
                <span class="model-name">
                    <span class="unseen">{say!("offers-download", name = &name)}</span>
                    <span aria-hidden="true">{name}</span>
                </span>
                <span class="model-size">
                    {words::bytes(size_bytes)}
                    {move || outlook.get().map(|outlook| format!(" · {outlook}"))}
                </span>
            </button>
            <button
                type="button"
                class="button ghost will-it"
                aria-label=check_label
                aria-expanded=move || asked.get().to_string()
                on:click=move |_| store.dispatch(if asked.get_untracked() {
                    Action::DismissCheck
                } else {
                    Action::CheckOffer { address: check_address.clone() }
                })
            >
                {say!("offers-check")}
            </button>
            <p class="offer-facts">
                {good_at}
                <span class="quiet">
                    {facts}" · "
                    <a href=licence_url target="_blank" rel="noreferrer">{licence}</a>
                </span>
            </p>
            <CheckPanel place/>
        </li>
    }
}
