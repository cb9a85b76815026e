//! One message: what was said, and what can be done with it.
//!
//! Must not know how text is formatted; [`super::answer`] does.

use inkling_host::chats::{Attachment, Ending, MessageId};
use inkling_host::wire::{FinishReason, Role, Usage};
use leptos::html::{Button, Textarea};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::{answer::AnswerText, icons, store};
use crate::browser;
use crate::say;
use crate::state::{Action, Phase, advice_for, words};

#[component]
pub fn MessageView(id: MessageId) -> impl IntoView {
    let store = store();
    let memory_begins = Memo::new(move |_| store.memory_begins_below() == Some(id));
    let is_question = store
        .with_message(id, |node| node.role == Role::User)
        .unwrap_or_default();
    let is_editing = RwSignal::new(false);
    let body = if is_question {
        view! { <Question id is_editing/> }.into_any()
    } else {
        view! { <Answer id is_editing/> }.into_any()
    };
    view! {
        <li class="message" class:is-question=is_question>
            {body}
            <Show when=move || memory_begins.get()>
                <p class="memory-line" role="separator" aria-label=words::memory_begins()>{words::memory_begins()}</p>
            </Show>
        </li>
    }
}

#[component]
fn Question(id: MessageId, is_editing: RwSignal<bool>) -> impl IntoView {
    let store = store();
    let (text, attachments) = store
        .with_message(id, |node| (node.text.clone(), node.attachments.clone()))
        .unwrap_or_default();
    let said = StoredValue::new(text);
    view! {
        <article class="question" aria-label=say!("chat-you")>
            {(!attachments.is_empty()).then(|| view! { <Attached attachments/> })}
            <Show
                when=move || is_editing.get()
                fallback=move || view! { <p class="said" dir="auto">{said.get_value()}</p> }
            >
                <Editor id is_editing/>
            </Show>
        </article>
        <Tools id is_editing is_question=true/>
    }
}

/// What a question brought along.
#[component]
fn Attached(attachments: Vec<Attachment>) -> impl IntoView {
    view! {
        <ul class="attached" aria-label=say!("chat-attached")>
            {attachments.into_iter().map(|attachment| view! {
                <li><details>
                    <summary><icons::File/>{attachment.name}</summary>
                    <pre dir="auto" tabindex="0">{attachment.text}</pre>
                </details></li>
            }).collect_view()}
        </ul>
    }
}

#[component]
fn Answer(id: MessageId, is_editing: RwSignal<bool>) -> impl IntoView {
    let store = store();
    let ending = Memo::new(move |_| store.ending(id));
    let running = Memo::new(move |_| ending.with(Option::is_none));
    view! {
        <article
            class="answer"
            aria-label=say!("chat-answer")
            aria-busy=move || running.get().to_string()
        >
            <Show when=move || is_editing.get() fallback=move || view! { <AnswerText id/> }>
                <Editor id is_editing/>
            </Show>
            <div class="answer-foot">
                {move || match ending.get() {
                    None => view! { <Busy/> }.into_any(),
                    Some(ending) => view! { <Foot id ending/> }.into_any(),
                }}
            </div>
        </article>
        <Show when=move || !running.get()><Tools id is_editing is_question=false/></Show>
    }
}

#[component]
fn Busy() -> impl IntoView {
    let store = store();
    let waiting = move || matches!(store.phase.get(), Phase::Reading(_));
    view! {
        <span class="quiet">
            {move || if waiting() { say!("chat-reading") } else { say!("chat-writing") }}
        </span>
    }
}

/// How the answer ended. Its line is there from the beginning, so that nothing moves when it is filled.
#[component]
fn Foot(id: MessageId, ending: Ending) -> impl IntoView {
    let store = store();
    match ending {
        Ending::Finished { reason, usage } => view! { <Stats id reason usage/> }.into_any(),
        Ending::Failed { kind, message } => view! {
            <div class="turn-failure" role="alert">
                <p><icons::Warning/>{message}</p>
                {advice_for(kind).map(|advice| view! { <p class="advice">{advice}</p> })}
                <AskAgain id/>
            </div>
        }
        .into_any(),
        Ending::Lost => {
            let has_text = store.with_message(id, |node| !node.text.is_empty());
            view! {
                <div class="cut-off">
                    <p class="stat-reason">{say!("chat-cut-off")}</p>
                    {if has_text == Some(true) {
                        view! { <GoOn id/> }.into_any()
                    } else {
                        view! { <AskAgain id/> }.into_any()
                    }}
                </div>
            }
            .into_any()
        }
        Ending::Edited => view! { <p>{say!("chat-edited")}</p> }.into_any(),
    }
}

#[component]
fn Stats(id: MessageId, reason: FinishReason, usage: Usage) -> impl IntoView {
    let store = store();
    let model = store.with_message(id, |node| node.model.clone()).flatten();
    let goes_on = match reason {
        FinishReason::Length | FinishReason::Stopped => true,
        FinishReason::EndOfTurn | FinishReason::StopText | FinishReason::ContextFull => false,
    };
    let tokens = u64::from(usage.completion_tokens);
    view! {
        <ul class="stats">
            {words::finish(reason).map(|words| view! { <li class="stat-reason">{words}</li> })}
            {words::speed(&usage).map(|speed| view! { <li class="stat-speed">{speed}</li> })}
            <li>{words::elapsed(usage.prefill_ms + usage.decode_ms)}</li>
            // Some servers do not count.
            {(tokens > 0).then(|| view! { <li>{say!("count-tokens", count = tokens)}</li> })}
            {model.map(|model| view! { <li class="stat-model">{model}</li> })}
            {goes_on.then(|| view! { <li class="stat-go-on"><GoOn id/></li> })}
        </ul>
    }
}

#[component]
fn GoOn(id: MessageId) -> impl IntoView {
    let store = store();
    let is_last = Memo::new(move |_| store.message_ids().last() == Some(&id));
    view! {
        <button
            type="button"
            class="button"
            hidden=move || !store.can_go_on.get() || !is_last.get()
            on:click=move |_| store.dispatch(Action::GoOn { answer: id })
        >
            <icons::Play/>{say!("chat-go-on")}
        </button>
    }
}

#[component]
fn AskAgain(id: MessageId) -> impl IntoView {
    let store = store();
    view! {
        <button
            type="button"
            class="button"
            hidden=move || !store.can_ask.get()
            on:click=move |_| store.dispatch(Action::AnswerAgain { message: id })
        >
            <icons::Retry/>{say!("chat-ask-again")}
        </button>
    }
}

/// What can be done with a message. Quiet until it is pointed at or reached by keyboard, and always there for touch.
#[component]
fn Tools(id: MessageId, is_editing: RwSignal<bool>, is_question: bool) -> impl IntoView {
    let store = store();
    let is_free = move || store.phase.get() == Phase::Idle;
    let edit = NodeRef::<Button>::new();
    // The field is gone when editing ends; the focus goes back to where it was opened.
    Effect::new(move |was_editing: Option<bool>| {
        let editing = is_editing.get();
        if was_editing == Some(true)
            && !editing
            && let Some(edit) = edit.get_untracked()
        {
            drop(edit.focus());
        }
        editing
    });
    let copy = move || {
        let text = store.with_message(id, |node| node.text.clone());
        spawn_local(async move {
            let copied = browser::copy(&text.unwrap_or_default()).await;
            let said = if copied {
                say!("chat-copied")
            } else {
                say!("chat-copy-failed")
            };
            store.dispatch(Action::Announce(said));
        });
    };
    view! {
        <div class="message-tools" role="group" aria-label=say!("chat-message-tools") hidden=move || is_editing.get()>
            <Branches id/>
            <button
                type="button"
                class="button ghost tool"
                aria-label=say!("chat-copy")
                title=say!("chat-copy")
                on:click=move |_| copy()
            >
                <icons::Copy/>
            </button>
            <button
                type="button"
                node_ref=edit
                class="button ghost tool"
                aria-label=say!("chat-edit")
                title=say!("chat-edit")
                disabled=move || !is_free()
                on:click=move |_| is_editing.set(true)
            >
                <icons::Pen/>
            </button>
            {(!is_question).then(|| view! {
                <button
                    type="button"
                    class="button ghost tool"
                    aria-label=say!("chat-another-answer")
                    title=say!("chat-another-answer")
                    disabled=move || !store.can_ask.get()
                    on:click=move |_| store.dispatch(Action::AnswerAgain { message: id })
                >
                    <icons::Retry/>
                </button>
            })}
            <button
                type="button"
                class="button ghost tool"
                aria-label=say!("chat-delete")
                title=say!("chat-delete-help")
                disabled=move || !is_free()
                on:click=move |_| store.dispatch(Action::DeleteMessage { message: id })
            >
                <icons::Bin/>
            </button>
        </div>
    }
}

/// Where a message stands for several: which of them is shown, and the way to the others.
#[component]
fn Branches(id: MessageId) -> impl IntoView {
    let store = store();
    let place = Memo::new(move |_| store.place(id).filter(|place| place.count > 1));
    let is_free = move || store.phase.get() == Phase::Idle;
    move || {
        place.get().map(|place| {
            let step = move |by| store.dispatch(Action::StepBranch { message: id, by });
            view! {
                <div class="branches" role="group" aria-label=say!("chat-branches")>
                    <button
                        type="button"
                        class="button ghost tool"
                        aria-label=say!("chat-branch-before")
                        disabled=move || place.number == 1 || !is_free()
                        on:click=move |_| step(-1)
                    >
                        <icons::Before/>
                    </button>
                    <span class="branch-place">
                        {say!("chat-branch-place", number = place.number, count = place.count)}
                    </span>
                    <button
                        type="button"
                        class="button ghost tool"
                        aria-label=say!("chat-branch-after")
                        disabled=move || place.number == place.count || !is_free()
                        on:click=move |_| step(1)
                    >
                        <icons::After/>
                    </button>
                </div>
            }
        })
    }
}

/// Another wording. A question is asked with it; an answer stands as it was written.
#[component]
fn Editor(id: MessageId, is_editing: RwSignal<bool>) -> impl IntoView {
    let store = store();
    let (text, is_question) = store
        .with_message(id, |node| (node.text.clone(), node.role == Role::User))
        .unwrap_or_default();
    let draft = RwSignal::new(text);
    let field = NodeRef::<Textarea>::new();
    Effect::new(move |_| {
        if let Some(field) = field.get() {
            drop(field.focus());
        }
    });
    let may_save = move || {
        let is_free = if is_question {
            store.can_ask.get()
        } else {
            store.phase.get() == Phase::Idle
        };
        is_free && draft.with(|text| !text.trim().is_empty())
    };
    let save = move || {
        if may_save() {
            is_editing.set(false);
            let text = draft.get_untracked();
            store.dispatch(Action::Reword { message: id, text });
        }
    };
    let help = if is_question {
        say!("chat-edit-question-help")
    } else {
        say!("chat-edit-answer-help")
    };
    let help_id = format!("edit-help-{id}");
    view! {
        <form
            class="editor"
            on:submit=move |event| {
                event.prevent_default();
                save();
            }
            on:keydown=move |event| {
                match event.key().as_str() {
                    "Escape" => {
                        event.stop_propagation();
                        is_editing.set(false);
                    }
                    "Enter" if (event.ctrl_key() || event.meta_key()) && !event.is_composing() => {
                        event.prevent_default();
                        save();
                    }
                    _ => {}
                }
            }
        >
            <div class="grow" data-text=move || draft.with(|text| format!("{text} "))>
                <textarea
                    node_ref=field
                    rows="1"
                    dir="auto"
                    aria-label=say!("chat-edit-field")
                    aria-describedby=help_id.clone()
                    prop:value=move || draft.get()
                    on:input=move |event| draft.set(event_target_value(&event))
                ></textarea>
            </div>
            <p id=help_id class="help">{help}</p>
            <div class="buttons">
                <button type="submit" class="button primary" disabled=move || !may_save()>
                    {if is_question { say!("chat-edit-ask") } else { say!("chat-edit-save") }}
                </button>
                <button type="button" class="button" on:click=move |_| is_editing.set(false)>
                    {say!("chat-edit-cancel")}
                </button>
            </div>
        </form>
    }
}
