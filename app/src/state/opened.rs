//! Between the list of conversations and the one that is open.

use inkling_host::chats::{ChatId, ChatRecord, MessageRecord};

use super::{App, Effect, Screen};

impl App {
    /// The conversation that is shown, if it is one that is kept.
    pub fn open_chat(&self) -> Option<ChatId> {
        self.library.opened
    }

    /// Shows a conversation as it is stored.
    pub(super) fn show_chat(
        &mut self,
        chat: ChatRecord,
        _messages: Vec<MessageRecord>,
    ) -> Vec<Effect> {
        self.library.opened = Some(chat.id);
        self.chat.clear();
        self.screen = Screen::Chat;
        Vec::new()
    }

    /// Shows an empty conversation in place of the one that is open.
    pub(super) fn begin_chat(&mut self) -> Vec<Effect> {
        let effects = self.stop();
        self.library.opened = None;
        self.chat.clear();
        self.screen = if self.model.is_some() {
            Screen::Chat
        } else {
            Screen::Start
        };
        effects
    }

    /// Another tab wrote to a conversation; `chat` is what is stored of it now.
    pub(super) fn chat_changed_elsewhere(
        &mut self,
        id: ChatId,
        chat: Option<&ChatRecord>,
    ) -> Vec<Effect> {
        if self.open_chat() != Some(id) {
            return Vec::new();
        }
        match chat {
            Some(chat) if chat.deleted_ms.is_none() => vec![Effect::ReadChat { id }],
            Some(_) | None => self.begin_chat(),
        }
    }
}
