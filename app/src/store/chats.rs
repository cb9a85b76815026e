//! What the state wants done with conversations, done in this browser's storage; and what other tabs have done there.
//!
//! Requests go to the database in the order in which they were decided, and it keeps that order. Where nothing can be
//! stored the state hears of it and the page goes on. Must not decide anything.

use std::collections::HashSet;
use std::future::Future;

use inkling_host::chats::file::{
    self, MarkdownWords, WholeChat, chats_from_json, json_from_chats, markdown_from_chat,
};
use inkling_host::chats::follow::{Change, Follower};
use inkling_host::chats::store::ChatStore;
use inkling_host::chats::{ChatId, ChatRecord, MessageId, MessageRecord};
use inkling_host::wire::WireError;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::Store;
use crate::browser::{self, days, memory};
use crate::say;
use crate::state::library::title_of;
use crate::state::{Action, ChatForm};

#[derive(Default)]
pub struct ChatKeeper {
    store: ChatStore,
    /// Absent until the list is asked for, and where tabs cannot talk.
    follower: Option<Follower>,
    is_failing: bool,
}

impl Store {
    pub(super) fn list_chats(self) {
        self.follow_other_tabs();
        let chats = self.chat_store();
        self.answer(async move {
            let chats = chats.list().await?;
            Ok(Some(Action::ChatsRead { chats }))
        });
    }

    pub(super) fn read_chat(self, id: ChatId) {
        let chats = self.chat_store();
        self.answer(async move {
            let Some(chat) = chats.chat(id).await? else {
                return Ok(Some(Action::ChatHeard { id, chat: None }));
            };
            let messages = chats.messages(id).await?;
            Ok(Some(Action::ChatRead { chat, messages }))
        });
    }

    pub(super) fn hear_chat(self, id: ChatId) {
        let chats = self.chat_store();
        self.answer(async move {
            let chat = chats.chat(id).await?;
            Ok(Some(Action::ChatHeard { id, chat }))
        });
    }

    pub(super) fn save_chat(
        self,
        chat: ChatRecord,
        messages: Vec<MessageRecord>,
        removed: Vec<MessageId>,
    ) {
        let chats = self.chat_store();
        let change = Change::Saved { chat: chat.id };
        self.write(change, async move {
            chats.save(&chat, &messages, &removed).await
        });
    }

    pub(super) fn label_chat(self, chat: ChatRecord) {
        let chats = self.chat_store();
        let change = Change::Saved { chat: chat.id };
        self.write(change, async move { chats.label(&chat).await });
    }

    pub(super) fn remove_chat(self, id: ChatId) {
        let chats = self.chat_store();
        let change = Change::Removed { chat: id };
        self.write(change, async move { chats.remove(id).await });
    }

    pub(super) fn search_chats(self, text: String) {
        let chats = self.chat_store();
        self.answer(async move {
            if text.is_empty() {
                chats.end_search();
                return Ok(None);
            }
            let found = chats.search(&text).await?;
            Ok(found.map(|found| Action::ChatsFound { text, found }))
        });
    }

    pub(super) fn export_chat(self, chat: ChatRecord, form: ChatForm) {
        let chats = self.chat_store();
        self.file(async move {
            let messages = chats.messages(chat.id).await?;
            let title = title_of(&chat);
            let mut whole = WholeChat { chat, messages };
            let (extension, text) = match form {
                ChatForm::Json => ("json", json_from_chats(&[whole])?),
                ChatForm::Markdown => {
                    whole.chat.title.clone_from(&title);
                    ("md", markdown_from_chat(&whole, &words_around(&whole.chat)))
                }
            };
            memory::save_text(&file::file_name(&title, extension), &text);
            Ok(None)
        });
    }

    pub(super) fn export_chats(self, chats: Vec<ChatRecord>) {
        let store = self.chat_store();
        self.file(async move {
            let mut whole = Vec::with_capacity(chats.len());
            for chat in chats {
                let messages = store.messages(chat.id).await?;
                whole.push(WholeChat { chat, messages });
            }
            let name = file::file_name(&say!("library-file"), "json");
            memory::save_text(&name, &json_from_chats(&whole)?);
            Ok(None)
        });
    }

    pub(super) fn import_chats(self, text: String) {
        let store = self.chat_store();
        self.file(async move {
            let taken: HashSet<_> = store.list().await?.iter().map(|chat| chat.id).collect();
            let whole = chats_from_json(&text, |id| taken.contains(&id), browser::random_id)?;
            store.add(&whole).await?;
            self.tell_other_tabs(Change::Many);
            let chats = whole.into_iter().map(|whole| whole.chat).collect();
            Ok(Some(Action::ChatsImported { chats }))
        });
    }

    fn chat_store(self) -> ChatStore {
        self.keeper
            .try_with_value(|keeper| keeper.store.clone())
            .unwrap_or_default()
    }

    /// Carries out what has an answer.
    fn answer(self, work: impl Future<Output = Result<Option<Action>, WireError>> + 'static) {
        spawn_local(async move {
            match work.await {
                Ok(Some(action)) => self.dispatch(action),
                Ok(None) => {}
                Err(error) => self.failed(error),
            }
        });
    }

    /// Carries out what has to do with a file. What goes wrong concerns that file, and not what is stored.
    fn file(self, work: impl Future<Output = Result<Option<Action>, WireError>> + 'static) {
        spawn_local(async move {
            match work.await {
                Ok(Some(action)) => self.dispatch(action),
                Ok(None) => {}
                Err(error) => self.dispatch(Action::ChatFileFailed(error)),
            }
        });
    }

    /// Carries out what changes what is stored, and tells the other tabs.
    fn write(self, change: Change, work: impl Future<Output = Result<(), WireError>> + 'static) {
        spawn_local(async move {
            match work.await {
                Ok(()) => {
                    self.tell_other_tabs(change);
                    let failed = self
                        .keeper
                        .try_update_value(|keeper| std::mem::take(&mut keeper.is_failing));
                    if failed == Some(true) {
                        self.dispatch(Action::ChatsKept);
                    }
                }
                Err(error) => self.failed(error),
            }
        });
    }

    fn failed(self, error: WireError) {
        self.keeper
            .try_update_value(|keeper| keeper.is_failing = true);
        self.dispatch(Action::ChatsFailed(error));
    }

    fn follow_other_tabs(self) {
        self.keeper.update_value(|keeper| {
            if keeper.follower.is_none() {
                keeper.follower = Follower::open(move |change| match change {
                    Change::Saved { chat } | Change::Removed { chat } => {
                        self.dispatch(Action::ChatChanged { id: chat });
                    }
                    Change::Many => self.list_chats(),
                });
            }
        });
    }

    fn tell_other_tabs(self, change: Change) {
        self.keeper.try_with_value(|keeper| {
            if let Some(follower) = &keeper.follower {
                follower.tell(change);
            }
        });
    }
}

fn words_around(chat: &ChatRecord) -> MarkdownWords {
    let day = days::day_name(chat.created_ms);
    let about = match &chat.model {
        Some(model) => format!("{day} · {}", model.name),
        None => day,
    };
    MarkdownWords {
        about,
        question: say!("library-file-you"),
        answer: say!("library-file-answer"),
        attached: say!("library-file-attached"),
    }
}
