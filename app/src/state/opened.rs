//! A conversation from the store becomes the one that is open, and what another tab did to it arrives here.
//!
//! And the other direction: what the open one has that is not kept yet leaves from here.

use inkling_host::chats::{ChatId, ChatRecord, MessageRecord};

use super::chat::Changes;
use super::{App, Chat, Effect, Phase, Screen};

impl App {
    /// The conversation that is shown, if it is one that is kept.
    pub fn open_chat(&self) -> Option<ChatId> {
        self.chat.is_begun().then_some(self.chat.record().id)
    }

    /// Shows a conversation as it is stored. The one before is kept, and an answer that is being written in it ends.
    pub(super) fn show_chat(
        &mut self,
        chat: ChatRecord,
        messages: Vec<MessageRecord>,
    ) -> Vec<Effect> {
        let is_open = self.open_chat() == Some(chat.id);
        let mut effects = Vec::new();
        let mut record = chat;
        if is_open {
            if self.chat.phase() != Phase::Idle {
                // Another tab's part of it is read again when this answer is through.
                self.is_behind = true;
                return effects;
            }
            effects.extend(self.keep());
            // Each tab stays on the branch that it shows.
            record.leaf = self.chat.record().leaf;
        } else {
            effects.extend(self.leave_chat());
            self.screen = Screen::Chat;
        }
        self.chat = Chat::from_records(record, messages).after(&self.chat);
        effects
    }

    /// Shows an empty conversation in place of the one that is open.
    pub(super) fn begin_chat(&mut self) -> Vec<Effect> {
        self.screen = if self.model.is_some() || self.is_answered_elsewhere() {
            Screen::Chat
        } else {
            Screen::Start
        };
        self.leave_chat()
    }

    /// Keeps what is open, ends what is being written in it, and opens nothing.
    pub(super) fn leave_chat(&mut self) -> Vec<Effect> {
        let mut effects = self.stop();
        self.chat.leave(self.now_ms);
        effects.extend(self.keep());
        self.is_behind = false;
        self.chat = Chat::default().after(&self.chat);
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
            Some(chat) if chat.deleted_ms.is_none() => {
                self.is_behind = self.chat.phase() != Phase::Idle;
                if self.is_behind {
                    Vec::new()
                } else {
                    vec![Effect::ReadChat { id }]
                }
            }
            Some(_) | None => self.begin_chat(),
        }
    }

    /// What differs from what is kept; called after every action. Text of a growing answer waits for
    /// [`super::Action::SaveNow`], so that an answer is written once a second and not once a token.
    pub(super) fn keep(&mut self) -> Vec<Effect> {
        // Who embeds the page opened this conversation; it is not one of the person's own.
        if self.launch.is_embedded {
            return Vec::new();
        }
        let mut effects: Vec<Effect> = self.save(false).into_iter().collect();
        if self.chat.has_unsaved_text() && !self.is_saving_soon {
            self.is_saving_soon = true;
            effects.push(Effect::SaveSoon);
        }
        if self.is_behind && self.chat.phase() == Phase::Idle {
            self.is_behind = false;
            effects.extend(self.open_chat().map(|id| Effect::ReadChat { id }));
        }
        effects
    }

    pub(super) fn save_now(&mut self) -> Vec<Effect> {
        self.is_saving_soon = false;
        self.save(true).into_iter().collect()
    }

    fn save(&mut self, with_text: bool) -> Option<Effect> {
        let changes = self.chat.take_changes(with_text)?;
        let Changes {
            chat,
            messages,
            removed,
        } = changes;
        Some(self.save_chat(chat, messages, removed))
    }
}
