//! The conversations of this browser as a list: what is in it, what is looked for, and what is done with each.
//!
//! A deleted conversation stays stored until its notice is gone, so that it can come back. Must not know how
//! conversations are stored, nor what is said in them.

use inkling_host::chats::{ChatId, ChatRecord, MessageId, MessageRecord};
use inkling_host::wire::{ToWorker, WireError};

use super::{App, Effect, Undo};
use crate::say;

/// Of a conversation that was deleted, and whose page was closed before it could be removed: gone when it is older.
const UNDO_MS: f64 = 60_000.0;

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Library {
    /// Absent until they have been read. Those that are deleted are among them.
    pub chats: Option<Vec<ChatRecord>>,
    pub search: String,
    /// What was found of the last search; absent while it runs and where there is none.
    pub found: Option<Vec<ChatId>>,
    pub renaming: Option<ChatId>,
    /// The drawer of small screens is out.
    pub is_open: bool,
    /// The column of wide screens is away; remembered.
    pub is_collapsed: bool,
    /// Why conversations are not kept at present.
    pub trouble: Option<WireError>,
    /// The conversation that is being read to be shown.
    opening: Option<ChatId>,
}

/// What a conversation is saved as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChatForm {
    Json,
    Markdown,
}

/// A conversation goes for good, and with it what the engine keeps of any: it does not know of which.
fn removal(id: ChatId) -> [Effect; 2] {
    [
        Effect::RemoveChat { id },
        Effect::Send(ToWorker::ForgetConversations),
    ]
}

impl Library {
    /// The conversations that are to be seen, the newest first.
    pub fn shown(&self) -> Vec<&ChatRecord> {
        let lowered = self.search.trim().to_lowercase();
        let is_wanted = |chat: &&ChatRecord| {
            let is_found = || {
                self.found
                    .as_ref()
                    .is_some_and(|found| found.contains(&chat.id))
            };
            chat.deleted_ms.is_none()
                && (lowered.is_empty() || chat.mentions(&lowered) || is_found())
        };
        let mut shown: Vec<_> = self.chats.iter().flatten().filter(is_wanted).collect();
        shown.sort_by(|a, b| b.updated_ms.total_cmp(&a.updated_ms).then(a.id.cmp(&b.id)));
        shown
    }

    pub fn is_searching(&self) -> bool {
        !self.search.trim().is_empty()
    }

    pub fn chat(&self, id: ChatId) -> Option<&ChatRecord> {
        self.chats.iter().flatten().find(|chat| chat.id == id)
    }

    /// Puts a conversation into the list, in place of what the list had of it.
    pub fn put(&mut self, chat: ChatRecord) {
        let chats = self.chats.get_or_insert_default();
        match chats.iter_mut().find(|known| known.id == chat.id) {
            Some(known) => *known = chat,
            None => chats.push(chat),
        }
    }

    fn forget(&mut self, id: ChatId) {
        if let Some(chats) = &mut self.chats {
            chats.retain(|chat| chat.id != id);
        }
        for at_hand in [&mut self.renaming, &mut self.opening] {
            at_hand.take_if(|at_hand| *at_hand == id);
        }
    }

    /// Changes what a conversation is called or where it stands; nothing where there is no such one.
    fn label(&mut self, id: ChatId, change: impl FnOnce(&mut ChatRecord)) -> Vec<Effect> {
        let chats = self.chats.iter_mut().flatten();
        match chats.into_iter().find(|chat| chat.id == id) {
            Some(chat) => {
                change(chat);
                vec![Effect::LabelChat { chat: chat.clone() }]
            }
            None => Vec::new(),
        }
    }
}

impl App {
    pub(super) fn library_mounted(&mut self, is_collapsed: bool) -> Vec<Effect> {
        self.library.is_collapsed = is_collapsed;
        vec![Effect::ListChats]
    }

    pub(super) fn chats_read(&mut self, chats: Vec<ChatRecord>) -> Vec<Effect> {
        let (old, kept): (Vec<_>, Vec<_>) = chats.into_iter().partition(|chat| {
            chat.deleted_ms
                .is_some_and(|deleted_ms| self.now_ms - deleted_ms > UNDO_MS)
        });
        self.library.chats = Some(kept);
        self.library.trouble = None;
        old.into_iter().flat_map(|chat| removal(chat.id)).collect()
    }

    /// Writes what was said in a conversation, and shows it in the list. What it is called is the list's business.
    pub fn save_chat(
        &mut self,
        chat: ChatRecord,
        messages: Vec<MessageRecord>,
        removed: Vec<MessageId>,
    ) -> Effect {
        let chat = match self.library.chat(chat.id) {
            Some(known) => chat.labelled_as(known),
            None => chat,
        };
        self.library.put(chat.clone());
        Effect::SaveChat {
            chat,
            messages,
            removed,
        }
    }

    /// What could not be read or written. It is said once, however often it happens again.
    pub(super) fn chats_failed(&mut self, error: WireError) -> Vec<Effect> {
        // The page goes on without: there is nothing to wait for.
        self.library.chats.get_or_insert_default();
        self.library.opening = None;
        let is_known = self.library.trouble.as_ref() == Some(&error);
        let text = say!("library-not-kept", reason = error.message.clone());
        self.library.trouble = Some(error);
        if is_known {
            Vec::new()
        } else {
            self.tell(text, None)
        }
    }

    pub(super) fn open_chat_of(&mut self, id: ChatId) -> Vec<Effect> {
        self.library.is_open = false;
        if self.open_chat() == Some(id) {
            self.screen = super::Screen::Chat;
            return Vec::new();
        }
        self.library.opening = Some(id);
        vec![Effect::ReadChat { id }]
    }

    /// Of several that were asked for one after another, the last is shown; what is open is shown again.
    pub(super) fn chat_read(
        &mut self,
        chat: ChatRecord,
        messages: Vec<MessageRecord>,
    ) -> Vec<Effect> {
        let is_wanted = self.library.opening == Some(chat.id);
        if !is_wanted && (self.library.opening.is_some() || self.open_chat() != Some(chat.id)) {
            return Vec::new();
        }
        self.library.opening = None;
        self.library.put(chat.clone());
        self.show_chat(chat, messages)
    }

    pub(super) fn search_chats(&mut self, text: String) -> Vec<Effect> {
        self.library.found = None;
        self.library.search = text;
        // Nothing to look for ends the search that still runs.
        vec![Effect::SearchChats {
            text: self.library.search.trim().to_owned(),
        }]
    }

    pub(super) fn chats_found(&mut self, text: &str, found: Vec<ChatId>) -> Vec<Effect> {
        if self.library.search.trim() == text && self.library.is_searching() {
            self.library.found = Some(found);
        }
        Vec::new()
    }

    /// Names a conversation that is being renamed. An empty title changes nothing.
    pub(super) fn title_chat(&mut self, id: ChatId, title: &str) -> Vec<Effect> {
        if self.library.renaming != Some(id) {
            return Vec::new();
        }
        self.library.renaming = None;
        let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
        let is_same = self
            .library
            .chat(id)
            .is_some_and(|chat| chat.title == title);
        if title.is_empty() || is_same {
            return Vec::new();
        }
        self.library.label(id, |chat| {
            chat.title = title;
            chat.is_named = true;
        })
    }

    pub(super) fn pin_chat(&mut self, id: ChatId, is_pinned: bool) -> Vec<Effect> {
        self.library.label(id, |chat| chat.is_pinned = is_pinned)
    }

    pub(super) fn delete_chat(&mut self, id: ChatId) -> Vec<Effect> {
        let now_ms = self.now_ms;
        let mut effects = self
            .library
            .label(id, |chat| chat.deleted_ms = Some(now_ms));
        let Some(chat) = self.library.chat(id) else {
            return effects;
        };
        let text = say!("library-deleted", title = title_of(chat));
        if self.open_chat() == Some(id) {
            effects.extend(self.begin_chat());
        }
        effects.extend(self.tell(text, Some(Undo::Chat(id))));
        effects
    }

    pub(super) fn bring_chat_back(&mut self, id: ChatId) -> Vec<Effect> {
        self.library.label(id, |chat| chat.deleted_ms = None)
    }

    /// For good.
    pub(super) fn remove_chat(&mut self, id: ChatId) -> Vec<Effect> {
        self.library.forget(id);
        removal(id).to_vec()
    }

    /// What another tab has written, as it is stored now.
    pub(super) fn chat_heard(&mut self, id: ChatId, chat: Option<ChatRecord>) -> Vec<Effect> {
        let effects = self.chat_changed_elsewhere(id, chat.as_ref());
        match chat {
            Some(chat) => self.library.put(chat),
            None => self.library.forget(id),
        }
        effects
    }

    pub(super) fn export_chat(&self, id: ChatId, form: ChatForm) -> Vec<Effect> {
        match self.library.chat(id) {
            Some(chat) => vec![Effect::ExportChat {
                chat: chat.clone(),
                form,
            }],
            None => Vec::new(),
        }
    }

    /// Those that are deleted are left out.
    pub(super) fn export_all(&self) -> Vec<Effect> {
        let chats = self.library.chats.iter().flatten();
        vec![Effect::ExportChats {
            chats: chats
                .filter(|chat| chat.deleted_ms.is_none())
                .cloned()
                .collect(),
        }]
    }

    pub(super) fn chats_imported(&mut self, chats: Vec<ChatRecord>) -> Vec<Effect> {
        let text = say!("library-imported", count = chats.len());
        for chat in chats {
            self.library.put(chat);
        }
        self.tell(text, None)
    }
}

/// What a conversation is called where nobody has called it anything.
pub fn title_of(chat: &ChatRecord) -> String {
    if chat.title.trim().is_empty() {
        say!("library-untitled")
    } else {
        chat.title.clone()
    }
}
