//! The files of a draft: a button to choose them, and a list of those that come along.
//!
//! Works on a draft in a signal, whoever holds it; what cannot be read is said here. Must not know how a draft is sent.

use inkling_host::chats::Attachment;
use leptos::html::Input;
use leptos::prelude::*;
use leptos::task::spawn_local;
use web_sys::ClipboardEvent;

use super::icons;
use crate::browser::{self, ChosenFile, attach};
use crate::say;
use crate::state::attachment;
use crate::state::draft::{Change, Draft, Refused};

/// Reads files into a draft, one after the other.
pub fn attach_files(draft: RwSignal<Draft>, files: Vec<ChosenFile>) {
    if files.is_empty() {
        return;
    }
    draft.update(|draft| draft.change(Change::Reading(files.len())));
    spawn_local(async move {
        for file in files {
            let change = match attach::read(&file).await {
                Ok(attachment) => Change::Read(attachment),
                Err(reason) => Change::Refused(Refused {
                    name: file.path,
                    reason,
                }),
            };
            // The draft may be gone by now, with the screen it was on.
            draft.try_update(|draft| draft.change(change));
        }
    });
}

/// Takes files and long texts out of a paste; all else is left to the field that it was pasted into.
pub fn attach_pasted(draft: RwSignal<Draft>, event: &ClipboardEvent) {
    let (files, text) = attach::pasted(event);
    // A copied piece of a page can come with a picture of itself: its words are what was meant.
    if !files.is_empty() && text.is_empty() {
        event.prevent_default();
        attach_files(draft, files);
    } else if attachment::is_long_paste(&text) {
        event.prevent_default();
        draft.update(|draft| {
            let number = draft.attachments.len() + 1;
            let name = say!("attach-pasted", number = number);
            draft.change(Change::Pasted { name, text });
        });
    }
}

/// The paperclip.
#[component]
pub fn AttachButton(draft: RwSignal<Draft>) -> impl IntoView {
    let input = NodeRef::<Input>::new();
    view! {
        <button
            type="button"
            class="button round ghost attach"
            aria-label=move || say!("attach-choose")
            title=move || say!("attach-choose")
            on:click=move |_| {
                if let Some(input) = input.get_untracked() {
                    input.click();
                }
            }
        >
            <icons::Clip/>
        </button>
        // Hidden from everybody: the button stands for it.
        <input
            node_ref=input
            type="file"
            multiple=true
            hidden=true
            aria-hidden="true"
            tabindex="-1"
            on:change=move |_| {
                if let Some(input) = input.get_untracked() {
                    attach_files(draft, browser::files_of_input(&input));
                }
            }
        />
    }
}

/// What comes along, what is still being read, and what could not be.
#[component]
pub fn Attachments(draft: RwSignal<Draft>) -> impl IntoView {
    let files = Memo::new(move |_| {
        draft.with(|draft| draft.attachments.iter().map(shown).collect::<Vec<_>>())
    });
    let num_reading = Memo::new(move |_| draft.with(|draft| draft.num_reading));
    let refused = Memo::new(move |_| draft.with(|draft| draft.refused.clone()));
    view! {
        <ul class="attachments" aria-label=move || say!("attach-list") hidden=move || files.with(Vec::is_empty)>
            {move || files.get().into_iter().enumerate().map(|(index, (name, num_tokens))| view! {
                <li class="attachment">
                    <icons::File/>
                    <span class="attachment-name">{name.clone()}</span>
                    {num_tokens.map(|count| view! {
                        <span class="attachment-size">{move || say!("count-tokens", count = count)}</span>
                    })}
                    <button
                        type="button"
                        class="button ghost icon-only"
                        aria-label=move || say!("attach-remove", name = name.as_str())
                        on:click=move |_| draft.update(|draft| draft.change(Change::Removed(index)))
                    >
                        <icons::Close/>
                    </button>
                </li>
            }).collect_view()}
        </ul>
        <p class="attachments-note" role="status">
            {move || match num_reading.get() {
                0 => String::new(),
                count => say!("attach-reading", count = count),
            }}
        </p>
        {move || refused.get().map(|Refused { name, reason }| view! {
            <p class="attachments-note refused" role="alert">
                <icons::Warning/>{move || reason.words(&name)}
            </p>
        })}
    }
}

fn shown(attachment: &Attachment) -> (String, Option<u32>) {
    (attachment.name.clone(), attachment.num_tokens)
}
