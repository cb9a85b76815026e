//! What the last answer took, for people who want to see it: switched on in the settings.

use inkling_host::chats::Ending;
use inkling_host::wire::Usage;
use leptos::prelude::*;

use super::store;
use crate::say;
use crate::state::words;

#[component]
pub fn PerformancePanel() -> impl IntoView {
    let store = store();
    view! {
        <Show when=move || store.preferences.with(|preferences| preferences.shows_performance)>
            <Panel/>
        </Show>
    }
}

#[component]
fn Panel() -> impl IntoView {
    let store = store();
    let usage = Memo::new(move |_| match store.last_ending() {
        Some(Ending::Finished { usage, .. }) => Some(usage),
        Some(Ending::Failed { .. } | Ending::Lost | Ending::Edited) | None => None,
    });
    view! {
        <aside class="performance" aria-label=say!("performance-title") tabindex="0">
            <h2>{say!("performance-title")}</h2>
            {move || match usage.get() {
                Some(usage) => view! { <Answered usage/> }.into_any(),
                None => view! { <p class="quiet">{say!("performance-none")}</p> }.into_any(),
            }}
            {move || store.model.with(|model| model.as_ref().map(|model| view! {
                <h3>{say!("performance-memory")}</h3>
                <dl>
                    <Fact name=say!("performance-weights") value=words::bytes(model.weights_bytes)/>
                    <Fact name=say!("performance-kv") value=words::bytes(model.kv_bytes)/>
                    <Fact name=say!("performance-gpu") value=words::bytes(model.total_bytes)/>
                    <Fact name=say!("performance-fetched") value=words::bytes(model.bytes_fetched)/>
                    <Fact name=say!("performance-stored") value=words::bytes(model.bytes_from_storage)/>
                </dl>
            }))}
        </aside>
    }
}

#[component]
fn Answered(usage: Usage) -> impl IntoView {
    let rate = |tokens: u32, milliseconds: f64| {
        (milliseconds > 0.0 && tokens > 0)
            .then(|| words::rate(f64::from(tokens) * 1000.0 / milliseconds))
    };
    let number = |count: u32| words::grouped(u64::from(count));
    view! {
        <h3>{say!("performance-answer")}</h3>
        <dl>
            {rate(usage.completion_tokens, usage.decode_ms)
                .map(|value| view! { <Fact name=say!("performance-decode") value/> })}
            {rate(usage.prompt_tokens, usage.prefill_ms)
                .map(|value| view! { <Fact name=say!("performance-prefill") value/> })}
            <Fact name=say!("performance-first-token") value=words::elapsed(usage.prefill_ms)/>
            <Fact name=say!("performance-prompt-tokens") value=number(usage.prompt_tokens)/>
            <Fact name=say!("performance-answer-tokens") value=number(usage.completion_tokens)/>
            {(usage.wasm_heap_bytes > 0).then(|| view! {
                <Fact name=say!("performance-heap") value=words::bytes(usage.wasm_heap_bytes)/>
            })}
        </dl>
    }
}

#[component]
fn Fact(name: String, value: String) -> impl IntoView {
    view! { <div class="fact"><dt>{name}</dt><dd>{value}</dd></div> }
}
