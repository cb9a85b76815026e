//! The messages of a conversation, and where in it the reader is.
//!
//! Only what is near the reader is in the page: the last messages at first, and earlier ones when one comes close to them,
//! a few with each frame. So a conversation of a thousand messages opens as fast as one of ten. Must not know what a
//! message looks like: `view::message` does.

use leptos::html::{Ol, Section};
use leptos::prelude::*;
use web_sys::Element;

use super::{icons, message::MessageView, store, welcome::Welcome};
use crate::browser::{self, NextFrame, SizeWatch};
use crate::say;

/// What is put into the page within one frame.
const MESSAGES_PER_FRAME: usize = 2;

/// Who decides what is in view, and what is needed to keep it there.
#[derive(Clone, Copy)]
struct Reader {
    scroller: NodeRef<Section>,
    list: NodeRef<Ol>,
    /// The end of the conversation stays in view. Scrolling up lets go of it, returning to it takes hold again.
    follows: RwSignal<bool>,
    /// Where the view stood at the last look, to tell a reader who scrolls up from a text that grows.
    last_top_px: StoredValue<i32>,
    /// The message that must not move when earlier ones come in above it, and its place in the window.
    held: StoredValue<Option<(Element, f64)>, LocalStorage>,
}

impl Reader {
    fn new() -> Self {
        Self {
            scroller: NodeRef::new(),
            list: NodeRef::new(),
            follows: RwSignal::new(true),
            last_top_px: StoredValue::new(0),
            held: StoredValue::new_local(None),
        }
    }

    fn go_to_end(self) {
        if let Some(scroller) = self.scroller.get_untracked()
            && self.follows.get_untracked()
        {
            browser::scroll_to_end(&scroller);
        }
    }

    fn follow(self) {
        self.follows.set(true);
        self.go_to_end();
    }

    /// The view moved, by the reader or by [`Self::go_to_end`].
    fn has_scrolled(self) {
        let Some(scroller) = self.scroller.get_untracked() else {
            return;
        };
        let top_px = scroller.scroll_top();
        let follows = browser::is_at_end(&scroller)
            || (self.follows.get_untracked() && top_px >= self.last_top_px.get_value());
        self.last_top_px.set_value(top_px);
        if self.follows.get_untracked() != follows {
            self.follows.set(follows);
        }
    }

    /// Less than a window's height of messages is left above what is in view.
    fn is_near_begin(self) -> bool {
        self.scroller
            .get_untracked()
            .is_some_and(|scroller| scroller.scroll_top() < scroller.client_height())
    }

    /// Before earlier messages come in.
    fn hold(self) {
        let first = self
            .list
            .get_untracked()
            .and_then(|list| list.first_element_child());
        self.held.set_value(first.map(|first| {
            let top_px = first.get_bounding_client_rect().top();
            (first, top_px)
        }));
    }

    /// After they did, and before they are painted. A browser that did it by itself left nothing to do.
    fn settle(self) {
        if let Some((first, was_px)) = self.held.try_update_value(Option::take).flatten()
            && let Some(scroller) = self.scroller.get_untracked()
            && first.is_connected()
        {
            let moved_px = first.get_bounding_client_rect().top() - was_px;
            browser::scroll_by(&scroller, moved_px);
        }
        self.go_to_end();
    }
}

#[component]
pub fn Conversation() -> impl IntoView {
    let store = store();
    let reader = Reader::new();
    let ids = Memo::new(move |_| store.message_ids());
    let chat = Memo::new(move |_| store.chat_id());
    // Where the mounted part begins, and in which conversation: a place stays where it is when messages follow.
    let mounted = RwSignal::new((0, 0));
    let begin = Memo::new(move |_| {
        let at_first = ids.with(Vec::len).saturating_sub(MESSAGES_PER_FRAME);
        let (of, begin) = mounted.get();
        if of == chat.get() {
            begin.min(at_first)
        } else {
            at_first
        }
    });
    let shown = Memo::new(move |_| {
        let begin = begin.get();
        ids.with(|ids| ids.get(begin..).unwrap_or_default().to_vec())
    });
    let more = StoredValue::new_local(NextFrame::new(move || {
        let begin = begin.get_untracked();
        if begin > 0 {
            reader.hold();
            let earlier = begin.saturating_sub(MESSAGES_PER_FRAME);
            mounted.set((chat.get_untracked(), earlier));
        }
    }));
    let look_for_more = move || {
        if reader.is_near_begin() && begin.get_untracked() > 0 {
            more.with_value(NextFrame::ask);
        }
    };
    let watch = StoredValue::new_local(None);
    Effect::new(move |_| {
        if let (Some(scroller), Some(list)) = (reader.scroller.get(), reader.list.get()) {
            watch.set_value(SizeWatch::new(
                [scroller.as_ref(), list.as_ref()],
                move || {
                    reader.settle();
                    look_for_more();
                },
            ));
        }
    });
    Effect::new(move |before: Option<(u64, usize)>| {
        let (chat, num_messages) = (chat.get(), ids.with(Vec::len));
        if before.is_none_or(|before| before.0 != chat) {
            mounted.set((chat, begin.get_untracked()));
        }
        // A question of one's own is where one wants to be, and so is the end of what was opened.
        if before.is_some_and(|before| before.0 != chat || num_messages > before.1) {
            reader.follow();
        }
        (chat, num_messages)
    });
    view! {
        <section
            node_ref=reader.scroller
            class="conversation"
            aria-label=say!("chat-conversation")
            tabindex="0"
            on:scroll=move |_| {
                reader.has_scrolled();
                look_for_more();
            }
        >
            <Show when=move || ids.with(Vec::is_empty)><Welcome/></Show>
            <Show when=move || { begin.get() > 0 }>
                // Scrolling does it too; not everybody scrolls. The focus goes on to what stays.
                <button
                    type="button"
                    class="button ghost earlier"
                    on:click=move |_| {
                        more.with_value(NextFrame::ask);
                        if let Some(scroller) = reader.scroller.get_untracked() {
                            drop(scroller.focus());
                        }
                    }
                >
                    {move || say!("chat-earlier", count = begin.get() as u64)}
                </button>
            </Show>
            <ol class="messages" node_ref=reader.list>
                <For each=move || shown.get() key=|id| *id let:id>
                    <MessageView id/>
                </For>
            </ol>
            <Show when=move || !reader.follows.get()>
                <button
                    type="button"
                    class="button icon-only to-end"
                    aria-label=say!("chat-to-end")
                    on:click=move |_| reader.follow()
                >
                    <icons::Down/>
                </button>
            </Show>
        </section>
    }
}
