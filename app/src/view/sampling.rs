//! Fields for the numbers by which an answer is sampled, wherever they stand: in the settings, or with a conversation.
//!
//! What is typed counts when the field is left, and what is no number of its range is told at the field. Must not know
//! where the values are kept.

use inkling_host::chats::Sampling;
use leptos::prelude::*;

use crate::say;
use crate::state::sampling::{OutOfRange, Range, SamplingField};

/// `area` keeps the ids apart where such fields stand twice in the page. What holds where a field is empty stands in it:
/// a value of `published`, or else `placeholder`.
#[component]
pub fn SamplingFields(
    area: &'static str,
    #[prop(into)] sampling: Signal<Sampling>,
    #[prop(into)] change: Callback<Sampling>,
    placeholder: String,
    #[prop(optional)] published: Sampling,
) -> impl IntoView {
    SamplingField::ALL
        .map(|field| {
            let (name, label, help) = words_of(field);
            let set = move |value: Option<f64>| {
                let mut changed = sampling.get_untracked();
                field.set(&mut changed, value);
                change.run(changed);
            };
            view! {
                <NumberField
                    id=format!("{area}-{name}")
                    label
                    help
                    placeholder=Some(field.text(&published)).filter(|text| !text.is_empty()).unwrap_or_else(|| placeholder.clone())
                    range=field.range()
                    text=Signal::derive(move || sampling.with(|sampling| field.text(sampling)))
                    set=Callback::new(set)
                />
            }
        })
        .into_iter()
        .collect_view()
}

fn words_of(field: SamplingField) -> (&'static str, String, String) {
    match field {
        SamplingField::Temperature => (
            "temperature",
            say!("settings-temperature"),
            say!("settings-temperature-help"),
        ),
        SamplingField::TopP => ("top-p", say!("settings-top-p"), say!("settings-top-p-help")),
        SamplingField::TopK => ("top-k", say!("settings-top-k"), say!("settings-top-k-help")),
        SamplingField::MinP => ("min-p", say!("settings-min-p"), say!("settings-min-p-help")),
        SamplingField::RepetitionPenalty => (
            "repetition-penalty",
            say!("settings-repetition-penalty"),
            say!("settings-repetition-penalty-help"),
        ),
        SamplingField::MaxTokens => (
            "max-tokens",
            say!("settings-max-tokens"),
            say!("settings-max-tokens-help"),
        ),
        SamplingField::Seed => ("seed", say!("settings-seed"), say!("settings-seed-help")),
    }
}

/// A number, or nothing.
#[component]
pub fn NumberField(
    id: String,
    label: String,
    help: String,
    placeholder: String,
    range: Range,
    #[prop(into)] text: Signal<String>,
    #[prop(into)] set: Callback<Option<f64>>,
) -> impl IntoView {
    let wrong = RwSignal::new(None::<OutOfRange>);
    let help_id = format!("{id}-help");
    let wrong_id = format!("{id}-wrong");
    let described_by = {
        let (help_id, wrong_id) = (help_id.clone(), wrong_id.clone());
        move || match wrong.get() {
            Some(_) => format!("{wrong_id} {help_id}"),
            None => help_id.clone(),
        }
    };
    let keyboard = if range.is_whole { "numeric" } else { "decimal" };
    view! {
        <div class="setting">
            <label for=id.clone()>{label}</label>
            <input
                id=id
                class="field number"
                type="text"
                inputmode=keyboard
                autocomplete="off"
                placeholder=placeholder
                aria-describedby=described_by
                aria-invalid=move || wrong.get().map(|_| "true")
                prop:value=move || text.get()
                on:change=move |event| match range.number_from_text(&event_target_value(&event)) {
                    Ok(value) => {
                        wrong.set(None);
                        set.run(value);
                    }
                    Err(out_of_range) => wrong.set(Some(out_of_range)),
                }
            />
            <p id=help_id class="help">{help}</p>
            <p id=wrong_id class="wrong" role="alert" hidden=move || wrong.get().is_none()>
                {move || wrong.get().map(|OutOfRange(range)| said(range))}
            </p>
        </div>
    }
}

fn said(range: Range) -> String {
    let (least, most) = range.said();
    if range.is_whole {
        say!("settings-whole-between", least = least, most = most)
    } else {
        say!("settings-between", least = least, most = most)
    }
}
