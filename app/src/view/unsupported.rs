//! For browsers and machines that cannot run it: what is missing, and what to do in each browser.

use inkling_host::wire::UnsupportedReason;
use leptos::prelude::*;

use super::{icons, store};
use crate::state::Engine;

/// A browser and what to do in it.
type Steps = [(&'static str, &'static str)];

const NO_WEBGPU: &Steps = &[
    (
        "Chrome, Edge and other Chromium browsers",
        "Update to version 113 or later (121 on Android). On Linux, open chrome://flags, enable “Unsafe WebGPU Support” and “Vulkan”, and restart the browser. The page must be opened over https or from localhost.",
    ),
    (
        "Firefox",
        "Update to version 141 or later on Windows, 145 or later on a Mac with Apple silicon. Elsewhere use Firefox Nightly, or set dom.webgpu.enabled to true in about:config.",
    ),
    (
        "Safari",
        "Update to macOS 26, iOS 26 or iPadOS 26. In Safari 18, turn on WebGPU under Settings, Feature Flags.",
    ),
];

const NO_ADAPTER: &Steps = &[
    (
        "Chrome, Edge and other Chromium browsers",
        "Turn on graphics acceleration under Settings, System, and restart the browser. chrome://gpu says what is in the way.",
    ),
    (
        "Firefox",
        "Turn on hardware acceleration under Settings, General, Performance. about:support says what is in the way.",
    ),
    (
        "Safari",
        "Install the latest system update, and switch off Lockdown Mode for this site.",
    ),
    (
        "Everywhere",
        "Install the latest driver of the graphics card. In a virtual machine or a remote desktop there is often no graphics card to use.",
    ),
];

const NO_STORAGE: &Steps = &[
    (
        "Chrome, Edge and other Chromium browsers",
        "Open a normal window instead of an incognito one, and allow this site to save data under Settings, Privacy, Third-party cookies.",
    ),
    (
        "Firefox",
        "Leave private browsing, and do not delete cookies and site data for this site under Settings, Privacy.",
    ),
    (
        "Safari",
        "Leave private browsing, and turn off “Block all cookies” under Settings, Privacy.",
    ),
    ("Everywhere", "Make sure that the disk is not full."),
];

#[component]
pub fn Unsupported() -> impl IntoView {
    let store = store();
    move || {
        let (reason, message) = store.engine.with(|engine| match engine {
            Engine::Unsupported { reason, message } => Some((*reason, message.clone())),
            Engine::Starting | Engine::Ready(_) | Engine::Lost(_) => None,
        })?;
        let (title, meaning, steps): (&str, &str, &Steps) = match reason {
            UnsupportedReason::NoWebGpu => (
                "This browser has no WebGPU yet",
                "Inkling runs language models on your graphics card, and WebGPU is how a page reaches it. This browser does not offer it, or not on this system.",
                NO_WEBGPU,
            ),
            UnsupportedReason::NoAdapter => (
                "No graphics card was found",
                "This browser has WebGPU but gave the page no graphics card to work on.",
                NO_ADAPTER,
            ),
            UnsupportedReason::NoStorage => (
                "This browser does not let the page store anything",
                "Models are large and are kept in the browser's storage, which is closed to this page.",
                NO_STORAGE,
            ),
            UnsupportedReason::OldVersion => (
                "Inkling was updated",
                "This tab still shows the version before. Reload it; if that does not help, close all tabs of this site first.",
                &[],
            ),
        };
        Some(view! {
            <main class="unsupported">
                <h1 class="wordmark"><icons::Drop/>"Inkling"</h1>
                <section class="card" role="alert" aria-labelledby="unsupported-title">
                    <h2 id="unsupported-title">{title}</h2>
                    <p>{meaning}</p>
                    {(!steps.is_empty()).then(|| view! {
                        <dl class="steps">
                            {steps.iter().map(|(browser, step)| view! {
                                <div><dt>{*browser}</dt><dd>{*step}</dd></div>
                            }).collect_view()}
                        </dl>
                    })}
                    <details class="details">
                        <summary>"Details"</summary>
                        <p>{message}</p>
                    </details>
                    <a class="button primary" href="">"Reload the page"</a>
                </section>
            </main>
        })
    }
}
