//! A text of the model, formatted while it grows, with its reasoning folded away above it.
//!
//! Works on whatever text it is given and asks for it once a frame at most. Must not know conversations: `view::answer`
//! connects the two.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use leptos::html::{Details, Div};
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event};

use crate::browser::NextFrame;
use crate::browser::prose::{self, Growth, Progress, Sheet};
use crate::markdown::parts;
use crate::say;

const COPIED_FOR: Duration = Duration::from_secs(2);

#[derive(Default)]
struct Sheets {
    reasoning: Option<Sheet>,
    answer: Option<Sheet>,
}

/// `look` hands the whole text to what it is given; it is asked when `revision` changes while `is_running`, and once more
/// after that. The text may only grow: another text wants another `Prose`.
#[component]
pub fn Prose<Look>(
    look: Look,
    #[prop(into)] revision: Signal<u64>,
    #[prop(into)] is_running: Signal<bool>,
) -> impl IntoView
where
    Look: Fn(&mut dyn FnMut(&str)) + 'static,
{
    let answer = NodeRef::<Div>::new();
    let reasoning = NodeRef::<Div>::new();
    let fold = NodeRef::<Details>::new();
    let has_reasoning = RwSignal::new(false);
    let is_thinking = RwSignal::new(false);
    let frame = StoredValue::new_local(None::<NextFrame>);
    let ask = move || {
        frame.try_with_value(|frame| frame.as_ref().map(NextFrame::ask));
    };
    let sheets = Rc::new(RefCell::new(Sheets::default()));
    let show = move || {
        let mut sheets = sheets.borrow_mut();
        let (Some(answer), Some(reasoning)) = (answer.get_untracked(), reasoning.get_untracked())
        else {
            return;
        };
        let growth = if is_running.get_untracked() {
            Growth::Growing
        } else {
            Growth::Final
        };
        let is_open = fold.get_untracked().is_some_and(|fold| fold.open());
        let mut progress = Progress::Shown;
        look(&mut |text| {
            let parts = parts(text);
            put(
                has_reasoning,
                !parts.reasoning.is_empty() || parts.is_thinking,
            );
            put(is_thinking, parts.is_thinking && growth == Growth::Growing);
            // What is folded is formatted when it is unfolded.
            if is_open {
                let sheet = opened(&mut sheets.reasoning, &reasoning);
                progress = shown(sheet, parts.reasoning, 0, growth);
            }
            let begin = text.len() - parts.answer.len();
            if progress == Progress::Shown {
                let sheet = opened(&mut sheets.answer, &answer);
                progress = shown(sheet, parts.answer, begin, growth);
            }
        });
        if progress == Progress::Unfinished {
            ask();
        }
    };
    frame.set_value(Some(NextFrame::new(show)));
    Effect::new(move |_| {
        // Only what is running listens to the pieces.
        if is_running.get() {
            revision.track();
        }
        if answer.get().is_some() && reasoning.get().is_some() {
            ask();
        }
    });
    spawn_local(async move {
        prose::load().await;
        ask();
    });
    let said = RwSignal::new(String::new());
    view! {
        <div class="prose-frame" aria-busy=move || is_running.get().to_string() on:click=move |event| copy(&event, said)>
            <details node_ref=fold class="reasoning" hidden=move || !has_reasoning.get() on:toggle=move |_| ask()>
                <summary>
                    {move || if is_thinking.get() { say!("prose-thinking") } else { say!("prose-thought") }}
                </summary>
                <div class="prose" node_ref=reasoning></div>
            </details>
            <div class="prose" node_ref=answer></div>
            <span class="unseen" role="status">{move || said.get()}</span>
        </div>
    }
}

fn opened<'sheet>(
    sheet: &'sheet mut Option<Sheet>,
    element: &Element,
) -> Option<&'sheet mut Sheet> {
    if sheet.is_none() {
        *sheet = Sheet::new(element.clone());
    }
    sheet.as_mut()
}

fn shown(sheet: Option<&mut Sheet>, text: &str, begin: usize, growth: Growth) -> Progress {
    sheet.map_or(Progress::Shown, |sheet| sheet.show(text, begin, growth))
}

fn put(signal: RwSignal<bool>, value: bool) {
    if signal.get_untracked() != value {
        signal.set(value);
    }
}

/// A press on one of the buttons that stand above code.
fn copy(event: &Event, said: RwSignal<String>) {
    let target = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok());
    let button = target.and_then(|target| target.closest("button.copy").ok().flatten());
    let Some(button) = button else {
        return;
    };
    spawn_local(async move {
        if prose::copy(&button).await {
            button.set_text_content(Some(&say!("prose-copied")));
            said.try_set(say!("prose-copied-code"));
        } else {
            said.try_set(say!("prose-not-copied"));
        }
        set_timeout(
            move || {
                button.set_text_content(Some(&say!("prose-copy")));
                // Empty, so that the next time is said too.
                said.try_set(String::new());
            },
            COPIED_FOR,
        );
    });
}
