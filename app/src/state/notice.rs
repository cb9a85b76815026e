//! The one thing that is said in passing, perhaps with a way back.
//!
//! What can be undone is not done for good before its notice is gone. Must not know how long a notice stays: the view has
//! the clock, and stops it while somebody is about to press the button.

use inkling_host::chats::ChatId;

use super::{App, Effect};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Another one for each notice, so that two of the same words are two notices.
    pub number: u64,
    pub text: String,
    pub undo: Option<Undo>,
}

/// What a notice can take back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Undo {
    /// A conversation that was deleted.
    Chat(ChatId),
}

impl App {
    /// Says something in passing. What the notice before offered to undo is now done for good.
    pub(super) fn tell(&mut self, text: String, undo: Option<Undo>) -> Vec<Effect> {
        let effects = self.dismiss_notice();
        self.last_notice += 1;
        self.notice = Some(Notice {
            number: self.last_notice,
            text,
            undo,
        });
        effects
    }

    pub(super) fn dismiss_notice(&mut self) -> Vec<Effect> {
        match self.notice.take().and_then(|notice| notice.undo) {
            Some(Undo::Chat(id)) => self.remove_chat(id),
            None => Vec::new(),
        }
    }

    pub(super) fn undo(&mut self) -> Vec<Effect> {
        match self.notice.take().and_then(|notice| notice.undo) {
            Some(Undo::Chat(id)) => self.bring_chat_back(id),
            None => Vec::new(),
        }
    }
}
