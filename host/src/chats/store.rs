//! Conversations in IndexedDB: a record for each, and one for each of its messages.
//!
//! Values are JSON text: of a thousand messages they are read in one request and parsed in a few milliseconds, and what a
//! newer version adds to a record costs no migration. Everything is written message by message, so that two tabs can add
//! to one conversation. Must not know when something is written, nor who else hears of it.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::rc::Rc;

use idb::{Database, KeyRange, ObjectStore, Query, Transaction, TransactionMode};
use js_sys::Array;
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::JsValue;

use super::file::WholeChat;
use super::{ChatId, ChatRecord, MessageId, MessageRecord};
use crate::database::{self, ended, keys_beneath, storage};
use crate::wire::{ErrorKind, WireError};

const DATABASE: &str = "inkling-chats";
const VERSION: u32 = 1;
/// Chat → [`ChatRecord`].
const CHATS: &str = "chats";
/// [chat, message] → [`MessageRecord`].
const MESSAGES: &str = "messages";
/// A search looks at so many messages before the page gets its turn.
const MESSAGES_AT_ONCE: u32 = 128;

/// This browser's conversations. Copies share one connection, which is opened when something is first asked of it.
#[derive(Debug, Clone, Default)]
pub struct ChatStore {
    database: Rc<RefCell<Option<Database>>>,
    last_search: Rc<Cell<u64>>,
}

impl ChatStore {
    /// Every conversation, those included that are deleted and can still be brought back.
    pub async fn list(&self) -> Result<Vec<ChatRecord>, WireError> {
        let transaction = self.begin(TransactionMode::ReadOnly).await?;
        all(&store(&transaction, CHATS)?, None, None).await
    }

    pub async fn chat(&self, id: ChatId) -> Result<Option<ChatRecord>, WireError> {
        let transaction = self.begin(TransactionMode::ReadOnly).await?;
        stored_chat(&store(&transaction, CHATS)?, id).await
    }

    /// All messages of a conversation, the oldest first.
    pub async fn messages(&self, chat: ChatId) -> Result<Vec<MessageRecord>, WireError> {
        let transaction = self.begin(TransactionMode::ReadOnly).await?;
        let range = keys_beneath(&Array::of1(&number(chat)))?;
        let mut messages: Vec<MessageRecord> =
            all(&store(&transaction, MESSAGES)?, Some(range), None).await?;
        messages.sort_by(|a, b| a.created_ms.total_cmp(&b.created_ms).then(a.id.cmp(&b.id)));
        Ok(messages)
    }

    /// Writes what was said: the record, these messages and no others. What the conversation is called, and whether it is
    /// pinned or deleted, stays as it is stored.
    pub async fn save(
        &self,
        chat: &ChatRecord,
        messages: &[MessageRecord],
        removed: &[MessageId],
    ) -> Result<(), WireError> {
        let transaction = self.begin(TransactionMode::ReadWrite).await?;
        let chats = store(&transaction, CHATS)?;
        let merged = match stored_chat(&chats, chat.id).await? {
            Some(stored) => chat.clone().labelled_as(&stored),
            None => chat.clone(),
        };
        put(&chats, &number(chat.id), &merged)?;
        let store = store(&transaction, MESSAGES)?;
        for message in messages {
            put(&store, &message_key(chat.id, message.id), message)?;
        }
        for id in removed {
            delete(&store, message_key(chat.id, *id))?;
        }
        ended(transaction, &chats.transaction()).await
    }

    /// Writes what the conversation is called, and whether it is pinned or deleted; nothing of what was said. One that is
    /// gone stays gone.
    pub async fn label(&self, chat: &ChatRecord) -> Result<(), WireError> {
        let transaction = self.begin(TransactionMode::ReadWrite).await?;
        let chats = store(&transaction, CHATS)?;
        if let Some(stored) = stored_chat(&chats, chat.id).await? {
            put(&chats, &number(chat.id), &stored.labelled_as(chat))?;
        }
        ended(transaction, &chats.transaction()).await
    }

    /// Writes whole conversations under ids that are new here: all of them or none.
    pub async fn add(&self, whole: &[WholeChat]) -> Result<(), WireError> {
        let transaction = self.begin(TransactionMode::ReadWrite).await?;
        let chats = store(&transaction, CHATS)?;
        let messages = store(&transaction, MESSAGES)?;
        for WholeChat {
            chat,
            messages: said,
        } in whole
        {
            chats
                .add(&json_from(chat)?, Some(&number(chat.id)))
                .map_err(|error| storage(&error))?;
            for message in said {
                put(&messages, &message_key(chat.id, message.id), message)?;
            }
        }
        ended(transaction, &chats.transaction()).await
    }

    /// Removes a conversation with its messages.
    pub async fn remove(&self, id: ChatId) -> Result<(), WireError> {
        let transaction = self.begin(TransactionMode::ReadWrite).await?;
        let chats = store(&transaction, CHATS)?;
        delete(&chats, number(id))?;
        let messages = store(&transaction, MESSAGES)?;
        let range = keys_beneath(&Array::of1(&number(id)))?;
        messages
            .delete(Query::KeyRange(range))
            .map_err(|error| storage(&error))?;
        ended(transaction, &chats.transaction()).await
    }

    /// The conversations whose title or messages contain a text, whatever its case. `None`: another search has begun since.
    pub async fn search(&self, text: &str) -> Result<Option<Vec<ChatId>>, WireError> {
        let search = self.last_search.get() + 1;
        self.last_search.set(search);
        let lowered = text.to_lowercase();
        let titled = self.list().await?;
        let titled = titled.iter().filter(|chat| chat.mentions(&lowered));
        let mut found: BTreeSet<ChatId> = titled.map(|chat| chat.id).collect();
        let mut after = None;
        loop {
            let messages = self.messages_after(after).await?;
            if self.last_search.get() != search {
                return Ok(None);
            }
            let Some(last) = messages.last() else {
                return Ok(Some(found.into_iter().collect()));
            };
            for message in &messages {
                if !found.contains(&message.chat) && message.mentions(&lowered) {
                    found.insert(message.chat);
                }
            }
            // Of a conversation that is found already, the rest need not be read.
            after = Some(if found.contains(&last.chat) {
                Array::of2(&number(last.chat), &Array::new()).into()
            } else {
                message_key(last.chat, last.id)
            });
        }
    }

    /// Ends the search that runs, if one does.
    pub fn end_search(&self) {
        self.last_search.set(self.last_search.get() + 1);
    }

    async fn messages_after(
        &self,
        after: Option<JsValue>,
    ) -> Result<Vec<MessageRecord>, WireError> {
        let transaction = self.begin(TransactionMode::ReadOnly).await?;
        let range = match after {
            Some(key) => {
                Some(KeyRange::lower_bound(&key, Some(true)).map_err(|error| storage(&error))?)
            }
            None => None,
        };
        all(
            &store(&transaction, MESSAGES)?,
            range,
            Some(MESSAGES_AT_ONCE),
        )
        .await
    }

    /// A transaction over both stores, on a connection that is opened if there is none or the browser has closed it.
    async fn begin(&self, mode: TransactionMode) -> Result<Transaction, WireError> {
        if let Some(transaction) = self.begin_if_open(mode) {
            return Ok(transaction);
        }
        let opened = database::open(DATABASE, VERSION, &[CHATS, MESSAGES]).await?;
        // Somebody else may have opened it meanwhile.
        if let Some(transaction) = self.begin_if_open(mode) {
            opened.close();
            return Ok(transaction);
        }
        let transaction = opened
            .transaction(&[CHATS, MESSAGES], mode)
            .map_err(|error| storage(&error))?;
        self.database.replace(Some(opened));
        Ok(transaction)
    }

    fn begin_if_open(&self, mode: TransactionMode) -> Option<Transaction> {
        let database = self.database.borrow();
        database
            .as_ref()?
            .transaction(&[CHATS, MESSAGES], mode)
            .ok()
    }
}

fn store(transaction: &Transaction, name: &str) -> Result<ObjectStore, WireError> {
    transaction
        .object_store(name)
        .map_err(|error| storage(&error))
}

/// The records of a range. One that cannot be read, as after an older version, is left out.
async fn all<T: DeserializeOwned>(
    store: &ObjectStore,
    range: Option<KeyRange>,
    limit: Option<u32>,
) -> Result<Vec<T>, WireError> {
    let values = store
        .get_all(range.map(Query::KeyRange), limit)
        .map_err(|error| storage(&error))?
        .await
        .map_err(|error| storage(&error))?;
    Ok(values.iter().filter_map(record_from).collect())
}

async fn stored_chat(chats: &ObjectStore, id: ChatId) -> Result<Option<ChatRecord>, WireError> {
    let value = chats
        .get(number(id))
        .map_err(|error| storage(&error))?
        .await
        .map_err(|error| storage(&error))?;
    Ok(value.as_ref().and_then(record_from))
}

/// What fails afterwards stands in the transaction.
fn put(store: &ObjectStore, key: &JsValue, record: &impl Serialize) -> Result<(), WireError> {
    store
        .put(&json_from(record)?, Some(key))
        .map(drop)
        .map_err(|error| storage(&error))
}

fn delete(store: &ObjectStore, key: JsValue) -> Result<(), WireError> {
    store.delete(key).map(drop).map_err(|error| storage(&error))
}

fn json_from(record: &impl Serialize) -> Result<JsValue, WireError> {
    serde_json::to_string(record)
        .map(Into::into)
        .map_err(|error| WireError::new(ErrorKind::Internal, error.to_string()))
}

fn record_from<T: DeserializeOwned>(json: &JsValue) -> Option<T> {
    serde_json::from_str(&json.as_string()?).ok()
}

/// Ids are exact in a JavaScript number.
fn number(id: u64) -> JsValue {
    JsValue::from_f64(id as f64)
}

fn message_key(chat: ChatId, message: MessageId) -> JsValue {
    Array::of2(&number(chat), &number(message)).into()
}
