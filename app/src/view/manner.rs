//! How this conversation is answered: what the model is told beforehand, and how freely it chooses its words.

use inkling_host::chats::{Manner, Sampling};
use leptos::prelude::*;

use super::{dialog::Dialog, icons, sampling::SamplingFields, store};
use crate::say;
use crate::state::Action;

#[component]
pub fn MannerButton() -> impl IntoView {
    let store = store();
    let is_open = RwSignal::new(false);
    let is_set = Memo::new(move |_| store.manner() != Manner::default());
    view! {
        <button
            type="button"
            class="button ghost icon-only manner-button"
            class:is-set=move || is_set.get()
            aria-label=say!("manner-open")
            title=say!("manner-open")
            aria-haspopup="dialog"
            on:click=move |_| is_open.set(true)
        >
            <icons::Sliders/>
        </button>
        <Dialog is_open on_close=move |()| is_open.set(false) title=Signal::derive(|| say!("manner-title"))>
            <MannerForm is_open/>
        </Dialog>
    }
}

/// Ways of choosing words, as people name them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Preset {
    Published,
    Precise,
    Balanced,
    Lively,
}

const PRESETS: [Preset; 4] = [
    Preset::Published,
    Preset::Precise,
    Preset::Balanced,
    Preset::Lively,
];

impl Preset {
    fn name(self) -> String {
        match self {
            Self::Published => say!("manner-preset-published"),
            Self::Precise => say!("manner-preset-precise"),
            Self::Balanced => say!("manner-preset-balanced"),
            Self::Lively => say!("manner-preset-lively"),
        }
    }

    /// What it sets; length and seed are left as they are.
    fn over(self, sampling: &Sampling) -> Sampling {
        let (temperature, top_p, min_p) = match self {
            Self::Published => (None, None, None),
            Self::Precise => (Some(0.2), Some(0.9), Some(0.05)),
            Self::Balanced => (Some(0.7), Some(0.95), Some(0.05)),
            Self::Lively => (Some(1.1), Some(0.98), Some(0.02)),
        };
        Sampling {
            temperature,
            top_k: None,
            top_p,
            min_p,
            repetition_penalty: None,
            ..sampling.clone()
        }
    }
}

#[component]
fn MannerForm(is_open: RwSignal<bool>) -> impl IntoView {
    let store = store();
    let manner = RwSignal::new(store.manner());
    let published = store
        .model
        .with_untracked(|model| model.as_ref().map(|model| model.sampling.clone()))
        .unwrap_or_default();
    let chosen = move || {
        let sampling = manner.with(|manner| manner.sampling.clone());
        PRESETS
            .into_iter()
            .find(|preset| preset.over(&sampling) == sampling)
    };
    view! {
        <form
            class="manner"
            method="dialog"
            on:submit=move |event| {
                event.prevent_default();
                store.dispatch(Action::SetManner(manner.get_untracked()));
                is_open.set(false);
            }
        >
            <label for="manner-system">{say!("manner-system")}</label>
            <textarea
                id="manner-system"
                class="field"
                rows="4"
                dir="auto"
                aria-describedby="manner-system-help"
                placeholder=say!("manner-system-placeholder")
                prop:value=move || manner.with(|manner| manner.system_prompt.clone())
                on:input=move |event| manner.update(|manner| manner.system_prompt = event_target_value(&event))
            ></textarea>
            <p id="manner-system-help" class="help">{say!("manner-system-help")}</p>
            <fieldset class="presets">
                <legend>{say!("manner-words")}</legend>
                {PRESETS.map(|preset| view! {
                    <label class="preset">
                        <input
                            type="radio"
                            name="preset"
                            prop:checked=move || chosen() == Some(preset)
                            on:change=move |_| manner.update(|manner| manner.sampling = preset.over(&manner.sampling))
                        />
                        <span>{preset.name()}</span>
                    </label>
                }).collect_view()}
            </fieldset>
            <details class="manner-numbers">
                <summary>{say!("manner-numbers")}</summary>
                <div class="manner-grid">
                    <SamplingFields
                        area="manner"
                        sampling=Signal::derive(move || manner.with(|manner| manner.sampling.clone()))
                        change=move |sampling| manner.update(|manner| manner.sampling = sampling)
                        placeholder=say!("manner-not-set")
                        published
                    />
                </div>
                <p class="help">{say!("manner-numbers-help")}</p>
            </details>
            <div class="buttons">
                <button type="submit" class="button primary">{say!("manner-apply")}</button>
                <button type="button" class="button" on:click=move |_| is_open.set(false)>{say!("chat-edit-cancel")}</button>
            </div>
        </form>
    }
}
