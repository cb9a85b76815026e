//! The settings: a dialog over whatever is shown, which goes on underneath.
//!
//! Every choice holds at once and is remembered; there is nothing to save. Must not know what follows from a choice.

use inkling_host::chats::Sampling;
use inkling_host::wire::{KvPrecision, PowerPreference};
use leptos::html::{Button, Dialog, Select};
use leptos::prelude::*;

use super::{
    dialog::opens_with,
    icons,
    sampling::{NumberField, SamplingFields},
    store,
};
use crate::say;
use crate::state::language::LANGUAGES;
use crate::state::preferences::{TextSize, Theme};
use crate::state::{Action, Preference, Preferences, sampling};

/// Opens the settings, and gets the focus back from them.
#[component]
pub fn SettingsButton(
    class: &'static str,
    /// What stands beside the drawing; without it, the button has its name for those who cannot see it.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let store = store();
    let name = children.is_none().then(|| say!("settings-title"));
    view! {
        <button
            type="button"
            class=class
            aria-label=name.clone()
            title=name
            aria-haspopup="dialog"
            data-opens="settings"
            on:click=move |_| store.dispatch(Action::OpenSettings)
        >
            <icons::Settings/>{children.map(|children| children())}
        </button>
    }
}

#[component]
pub fn SettingsDialog() -> impl IntoView {
    let store = store();
    let dialog = NodeRef::<Dialog>::new();
    let is_open = Memo::new(move |_| store.settings.with(|settings| settings.is_open));
    opens_with(dialog, is_open);
    // Everything in the dialog is drawn anew in another language, the field in which it was chosen too.
    let select = NodeRef::<Select>::new();
    Effect::new(move |before: Option<Option<_>>| {
        let language = store.language.get();
        if before
            .flatten()
            .is_some_and(|before| Some(before) != language)
            && is_open.get_untracked()
        {
            request_animation_frame(move || {
                if let Some(select) = select.get_untracked() {
                    drop(select.focus());
                }
            });
        }
        language
    });
    view! {
        <dialog
            node_ref=dialog
            class="settings"
            aria-labelledby="settings-title"
            on:close=move |_| store.dispatch(Action::CloseSettings)
        >
            <Show when=move || is_open.get()>
                {move || {
                    store.language.track();
                    view! { <Panel select/> }
                }}
            </Show>
        </dialog>
    }
}

#[component]
fn Panel(select: NodeRef<Select>) -> impl IntoView {
    let store = store();
    view! {
        <header class="settings-head">
            <h2 id="settings-title">{say!("settings-title")}</h2>
            <button type="button" class="button" on:click=move |_| store.dispatch(Action::CloseSettings)>
                {say!("settings-close")}
            </button>
        </header>
        <div class="settings-body">
            <Appearance/>
            <LanguageChoice select/>
            <Answers/>
            <ModelMemory/>
            <Device/>
            <Performance/>
            <Reset/>
        </div>
    }
}

/// One preference, read.
fn preferred<T: Clone + PartialEq + Send + Sync + 'static>(
    look: impl Fn(&Preferences) -> T + Send + Sync + 'static,
) -> Memo<T> {
    let store = store();
    Memo::new(move |_| store.preferences.with(&look))
}

/// A value that can be chosen, and how it is called.
struct Alternative<T> {
    value: T,
    label: String,
    help: Option<String>,
}

impl<T> Alternative<T> {
    fn new(value: T, label: String) -> Self {
        Self {
            value,
            label,
            help: None,
        }
    }

    fn with_help(value: T, label: String, help: String) -> Self {
        Self {
            value,
            label,
            help: Some(help),
        }
    }
}

/// One of a few, all of them seen at once.
fn choice<T: Copy + PartialEq + Send + Sync + 'static>(
    name: &'static str,
    legend: String,
    chosen: Memo<T>,
    preference: fn(T) -> Preference,
    alternatives: Vec<Alternative<T>>,
) -> impl IntoView {
    let store = store();
    let rows = alternatives
        .into_iter()
        .enumerate()
        .map(|(index, alternative)| {
            let Alternative { value, label, help } = alternative;
            let help_id = help.is_some().then(|| format!("{name}-{index}-help"));
            view! {
                <div class="alternative">
                    <label>
                        <input
                            type="radio"
                            name=name
                            aria-describedby=help_id.clone()
                            prop:checked=move || chosen.get() == value
                            on:change=move |_| store.dispatch(Action::Prefer(preference(value)))
                        />
                        {label}
                    </label>
                    {help.map(|help| view! { <p id=help_id class="help">{help}</p> })}
                </div>
            }
        });
    view! {
        <fieldset class="setting choice">
            <legend>{legend}</legend>
            <div class="alternatives">{rows.collect_view()}</div>
        </fieldset>
    }
}

#[component]
fn Appearance() -> impl IntoView {
    let theme = choice(
        "theme",
        say!("settings-theme"),
        preferred(|preferences| preferences.theme),
        Preference::Theme,
        vec![
            Alternative::new(Theme::System, say!("settings-theme-system")),
            Alternative::new(Theme::Light, say!("settings-theme-light")),
            Alternative::new(Theme::Dark, say!("settings-theme-dark")),
        ],
    );
    let text_size = choice(
        "text-size",
        say!("settings-text-size"),
        preferred(|preferences| preferences.text_size),
        Preference::TextSize,
        vec![
            Alternative::new(TextSize::Small, say!("settings-text-small")),
            Alternative::new(TextSize::Medium, say!("settings-text-medium")),
            Alternative::new(TextSize::Large, say!("settings-text-large")),
            Alternative::new(TextSize::Larger, say!("settings-text-larger")),
        ],
    );
    view! {
        <section class="settings-part" aria-labelledby="settings-appearance">
            <h3 id="settings-appearance">{say!("settings-appearance")}</h3>
            {theme}
            {text_size}
        </section>
    }
}

#[component]
fn LanguageChoice(select: NodeRef<Select>) -> impl IntoView {
    let store = store();
    let chosen = preferred(|preferences| preferences.language.clone());
    let is_missing = Memo::new(move |_| store.settings.with(|settings| settings.lacks_language));
    let options = LANGUAGES.map(|language| {
        view! {
            <option
                value=language.tag
                lang=language.tag
                dir=language.direction.html()
                prop:selected=move || chosen.with(|tag| tag.as_deref() == Some(language.tag))
            >
                {language.own_name}
            </option>
        }
    });
    view! {
        <section class="settings-part" aria-labelledby="settings-language">
            <h3 id="settings-language">{say!("settings-language")}</h3>
            <div class="setting">
                <select
                    node_ref=select
                    class="field"
                    aria-labelledby="settings-language"
                    aria-describedby="settings-language-help"
                    on:change=move |event| {
                        let tag = event_target_value(&event);
                        let language = Some(tag).filter(|tag| !tag.is_empty());
                        store.dispatch(Action::Prefer(Preference::Language(language)));
                    }
                >
                    <option value="" prop:selected=move || chosen.with(Option::is_none)>
                        {say!("settings-language-browser")}
                    </option>
                    {options.into_iter().collect_view()}
                </select>
                <p id="settings-language-help" class="help">{say!("settings-language-help")}</p>
                <p class="wrong" role="alert" hidden=move || !is_missing.get()>{say!("settings-language-missing")}</p>
            </div>
        </section>
    }
}

#[component]
fn Answers() -> impl IntoView {
    let store = store();
    view! {
        <section class="settings-part" aria-labelledby="settings-answers">
            <h3 id="settings-answers">{say!("settings-answers")}</h3>
            <p class="help">{say!("settings-answers-help")}</p>
            <div class="settings-numbers">
                <SamplingFields
                    area="settings"
                    sampling=preferred(|preferences| preferences.sampling.clone())
                    change=move |sampling: Sampling| store.dispatch(Action::Prefer(Preference::Sampling(sampling)))
                    placeholder=say!("settings-own-value")
                />
            </div>
        </section>
    }
}

#[component]
fn ModelMemory() -> impl IntoView {
    let store = store();
    let precision = choice(
        "kv",
        say!("settings-kv"),
        preferred(|preferences| preferences.kv),
        Preference::Kv,
        vec![
            Alternative::with_help(
                KvPrecision::F16,
                say!("settings-kv-half"),
                say!("settings-kv-half-help"),
            ),
            Alternative::with_help(
                KvPrecision::Q8,
                say!("settings-kv-eight"),
                say!("settings-kv-eight-help"),
            ),
            Alternative::with_help(
                KvPrecision::Q4,
                say!("settings-kv-four"),
                say!("settings-kv-four-help"),
            ),
            Alternative::with_help(
                KvPrecision::F32,
                say!("settings-kv-full"),
                say!("settings-kv-full-help"),
            ),
        ],
    );
    let context = preferred(|preferences| {
        let tokens = preferences.context_length.map(|tokens| tokens.to_string());
        tokens.unwrap_or_default()
    });
    let set_context = move |tokens: Option<f64>| {
        let context_length = tokens.map(|tokens| tokens as u32);
        store.dispatch(Action::Prefer(Preference::ContextLength(context_length)));
    };
    view! {
        <section class="settings-part" aria-labelledby="settings-model">
            <h3 id="settings-model">{say!("settings-model")}</h3>
            {precision}
            <NumberField
                id="settings-context".to_owned()
                label=say!("settings-context")
                help=say!("settings-context-help")
                placeholder=say!("settings-context-placeholder")
                range=sampling::CONTEXT
                text=context
                set=set_context
            />
            <Show when=move || store.is_to_load_again.get()>
                <div class="setting stale" role="status">
                    <p>{say!("settings-load-again-help")}</p>
                    <button
                        type="button"
                        class="button primary"
                        on:click=move |_| {
                            store.dispatch(Action::CloseSettings);
                            store.dispatch(Action::LoadAgain);
                        }
                    >
                        <icons::Retry/>{say!("settings-load-again")}
                    </button>
                </div>
            </Show>
        </section>
    }
}

#[component]
fn Device() -> impl IntoView {
    let power = choice(
        "power",
        say!("settings-power"),
        preferred(|preferences| preferences.power),
        Preference::Power,
        vec![
            Alternative::new(
                PowerPreference::HighPerformance,
                say!("settings-power-high"),
            ),
            Alternative::new(PowerPreference::LowPower, say!("settings-power-low")),
        ],
    );
    view! {
        <section class="settings-part" aria-labelledby="settings-device">
            <h3 id="settings-device">{say!("settings-device")}</h3>
            {power}
            <p class="help">{say!("settings-power-help")}</p>
        </section>
    }
}

#[component]
fn Performance() -> impl IntoView {
    let store = store();
    let shows = preferred(|preferences| preferences.shows_performance);
    view! {
        <section class="settings-part" aria-labelledby="settings-performance">
            <h3 id="settings-performance">{say!("settings-performance")}</h3>
            <div class="alternative">
                <label>
                    <input
                        type="checkbox"
                        prop:checked=move || shows.get()
                        on:change=move |event| {
                            let shows = event_target_checked(&event);
                            store.dispatch(Action::Prefer(Preference::ShowsPerformance(shows)));
                        }
                    />
                    {say!("settings-performance-show")}
                </label>
            </div>
        </section>
    }
}

/// Everything as it was at first, after a question.
#[component]
fn Reset() -> impl IntoView {
    let store = store();
    let confirms = Memo::new(move |_| store.settings.with(|settings| settings.confirms_reset));
    let button = NodeRef::<Button>::new();
    // The question goes away with the focus in it.
    let answer = move |action: Action| {
        store.dispatch(action);
        if let Some(button) = button.get_untracked() {
            drop(button.focus());
        }
    };
    view! {
        <div class="settings-part">
            <button
                type="button"
                node_ref=button
                class="button danger"
                aria-expanded=move || confirms.get().to_string()
                on:click=move |_| store.dispatch(Action::ConfirmReset)
            >
                {say!("settings-reset")}
            </button>
            <Show when=move || confirms.get()>
                <div class="confirm" role="group" aria-label=say!("settings-reset-question")>
                    <span>{say!("settings-reset-question")}</span>
                    <button type="button" class="button danger" on:click=move |_| answer(Action::ResetPreferences)>
                        {say!("settings-reset-yes")}
                    </button>
                    <button type="button" class="button" on:click=move |_| answer(Action::KeepPreferences)>
                        {say!("settings-reset-no")}
                    </button>
                </div>
            </Show>
        </div>
    }
}
