//! What the page's tabs tell each other of conversations: which one was written or removed, and nothing of its contents.
//!
//! A browser without such channels follows nothing, and each of its tabs sees the changes when it is opened again. Must
//! not know what a listener does with the news.

use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::*;
use web_sys::{BroadcastChannel, MessageEvent};

use super::ChatId;

const CHANNEL: &str = "inkling-chats";

/// What has just been written to this browser's storage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Change {
    Saved {
        chat: ChatId,
    },
    Removed {
        chat: ChatId,
    },
    /// So many that they are better listed again.
    Many,
}

/// Hears of the changes of other tabs for as long as it lives.
#[derive(Debug)]
pub struct Follower {
    channel: BroadcastChannel,
    // The browser calls it; it lives exactly as long as the channel.
    _on_message: Closure<dyn FnMut(MessageEvent)>,
}

impl Follower {
    /// `None` where this browser has no channels.
    pub fn open(on_change: impl Fn(Change) + 'static) -> Option<Self> {
        let channel = BroadcastChannel::new(CHANNEL).ok()?;
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |message: MessageEvent| {
            // A tab of another version may say what this one does not understand.
            if let Some(json) = message.data().as_string()
                && let Ok(change) = serde_json::from_str(&json)
            {
                on_change(change);
            }
        });
        channel.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        Some(Self {
            channel,
            _on_message: on_message,
        })
    }

    /// Tells the other tabs. Those that miss it read the change when they are opened again.
    pub fn tell(&self, change: Change) {
        if let Ok(json) = serde_json::to_string(&change) {
            drop(self.channel.post_message(&json.into()));
        }
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.channel.set_onmessage(None);
        self.channel.close();
    }
}
