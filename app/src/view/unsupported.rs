//! For browsers and machines that cannot run it: what is missing, and what to do in each browser.

use inkling_host::wire::UnsupportedReason;
use leptos::prelude::*;

use super::{icons, remote::ServerButton, store};
use crate::say;
use crate::state::Engine;

/// What is said of one reason: what is missing, what that means, and for each browser what to do in it.
struct Reason {
    title: String,
    meaning: String,
    steps: Vec<(String, String)>,
}

fn reason_in_words(reason: UnsupportedReason) -> Reason {
    let chromium = |step: String| (say!("unsupported-chromium"), step);
    let firefox = |step: String| ("Firefox".to_owned(), step);
    let safari = |step: String| ("Safari".to_owned(), step);
    let everywhere = |step: String| (say!("unsupported-everywhere"), step);
    match reason {
        UnsupportedReason::NoWebGpu => Reason {
            title: say!("unsupported-webgpu-title"),
            meaning: say!("unsupported-webgpu"),
            steps: vec![
                chromium(say!("unsupported-webgpu-chromium")),
                firefox(say!("unsupported-webgpu-firefox")),
                safari(say!("unsupported-webgpu-safari")),
            ],
        },
        UnsupportedReason::NoAdapter => Reason {
            title: say!("unsupported-adapter-title"),
            meaning: say!("unsupported-adapter"),
            steps: vec![
                chromium(say!("unsupported-adapter-chromium")),
                firefox(say!("unsupported-adapter-firefox")),
                safari(say!("unsupported-adapter-safari")),
                everywhere(say!("unsupported-adapter-everywhere")),
            ],
        },
        UnsupportedReason::NoStorage => Reason {
            title: say!("unsupported-storage-title"),
            meaning: say!("unsupported-storage"),
            steps: vec![
                chromium(say!("unsupported-storage-chromium")),
                firefox(say!("unsupported-storage-firefox")),
                safari(say!("unsupported-storage-safari")),
                everywhere(say!("unsupported-storage-everywhere")),
            ],
        },
        UnsupportedReason::OldVersion => Reason {
            title: say!("unsupported-updated-title"),
            meaning: say!("unsupported-updated"),
            steps: Vec::new(),
        },
    }
}

#[component]
pub fn Unsupported() -> impl IntoView {
    let store = store();
    move || {
        let (reason, message) = store.engine.with(|engine| match engine {
            Engine::Unsupported { reason, message } => Some((*reason, message.clone())),
            Engine::Starting | Engine::Ready(_) | Engine::Lost(_) => None,
        })?;
        let Reason {
            title,
            meaning,
            steps,
        } = reason_in_words(reason);
        Some(view! {
            <main class="unsupported">
                <h1 class="wordmark"><icons::Drop/>"Inkling"</h1>
                <section class="card" role="alert" aria-labelledby="unsupported-title">
                    <h2 id="unsupported-title">{title}</h2>
                    <p>{meaning}</p>
                    {(!steps.is_empty()).then(|| view! {
                        <dl class="steps">
                            {steps.into_iter().map(|(browser, step)| view! {
                                <div><dt>{browser}</dt><dd>{step}</dd></div>
                            }).collect_view()}
                        </dl>
                    })}
                    <details class="details">
                        <summary>{say!("unsupported-details")}</summary>
                        <p>{message}</p>
                    </details>
                    <p>{say!("unsupported-server")}</p>
                    <div class="buttons">
                        <a class="button primary" href="">{say!("unsupported-reload")}</a>
                        <ServerButton/>
                    </div>
                </section>
            </main>
        })
    }
}
