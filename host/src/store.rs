//! Model files in IndexedDB: raw bytes in chunks, each with its SHA-256. Beside them, what conversations with a model left
//! in its cache ([`prefixes`]).
//!
//! Bytes are kept as they were downloaded, so a new layout of the engine needs no new download. When a model counts as
//! complete is [`crate::record`]'s to say. Knows files and chunks; must not know formats, URLs or the engine.

mod prefixes;

use std::future::Future;

use futures_channel::oneshot;
use idb::{Database, KeyRange, Query, TransactionMode};
use js_sys::{Array, Object, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};

use crate::browser::property;
use crate::database::{self, keys_beneath, settled, storage};
use crate::record::{Record, StoredChunks};
use crate::wire::{ErrorKind, StoredModel, WireError};

const DATABASE: &str = "inkling";
const VERSION: u32 = 2;
/// Model key → record, as JSON text.
const MODELS: &str = "models";
/// [model key, file name, chunk] → { bytes, sha256 }.
const CHUNKS: &str = "chunks";
/// [model key, id] → record, as JSON text.
const PREFIXES: &str = "prefixes";
/// [model key, id, piece] → { bytes, sha256 }.
const PREFIX_PIECES: &str = "prefix-pieces";

/// What became of a chunk that was stored.
pub enum ChunkState {
    /// With the digest that was stored beside it.
    Sound(Uint8Array),
    Damaged,
    Absent,
}

/// The open database.
#[derive(Debug, Clone)]
pub struct Store {
    database: std::rc::Rc<Database>,
}

impl Store {
    pub async fn open() -> Result<Self, WireError> {
        let database = database::open(
            DATABASE,
            VERSION,
            &[MODELS, CHUNKS, PREFIXES, PREFIX_PIECES],
        )
        .await?;
        Ok(Self {
            database: std::rc::Rc::new(database),
        })
    }

    pub async fn record(&self, key: &str) -> Result<Option<Record>, WireError> {
        let json = self
            .get(MODELS, JsValue::from_str(key))
            .await?
            .map_err(|error| storage(&error))?;
        Ok(json.and_then(|json| record_from(&json)))
    }

    pub async fn put_record(&self, record: &Record) -> Result<(), WireError> {
        let json = serde_json::to_string(record)
            .map_err(|error| WireError::new(ErrorKind::Storage, error.to_string()))?;
        self.put(MODELS, &json.into(), &JsValue::from_str(&record.key))
            .await
    }

    /// Every stored model, whole or partial.
    pub async fn list(&self) -> Result<Vec<StoredModel>, WireError> {
        let transaction = self.transaction(MODELS, TransactionMode::ReadOnly)?;
        let all = transaction
            .object_store(MODELS)
            .map_err(|error| storage(&error))?
            .get_all(None, None)
            .map_err(|error| storage(&error))?
            .await
            .map_err(|error| storage(&error))?;
        let mut models = Vec::new();
        for record in all.iter().filter_map(record_from) {
            let stored = self.stored_chunks(&record.key).await?;
            models.push(record.listed(&stored));
        }
        models.sort_by(|a, b| b.last_used_ms.total_cmp(&a.last_used_ms));
        Ok(models)
    }

    /// Which chunks of a model are there, as (file name, chunk).
    pub async fn stored_chunks(&self, key: &str) -> Result<StoredChunks, WireError> {
        let transaction = self.transaction(CHUNKS, TransactionMode::ReadOnly)?;
        let keys = transaction
            .object_store(CHUNKS)
            .map_err(|error| storage(&error))?
            .get_all_keys(Some(Query::KeyRange(chunks_of(key, None)?)), None)
            .map_err(|error| storage(&error))?
            .await
            .map_err(|error| storage(&error))?;
        Ok(keys
            .iter()
            .filter_map(|key| {
                let key = key.dyn_ref::<Array>()?;
                Some((key.get(1).as_string()?, key.get(2).as_f64()? as u64))
            })
            .collect())
    }

    /// Marks the model complete if it is whole; answers whether it is.
    pub async fn finish(&self, mut record: Record) -> Result<bool, WireError> {
        record.complete = record.is_whole(&self.stored_chunks(&record.key).await?);
        self.put_record(&record).await?;
        Ok(record.complete)
    }

    /// A chunk's bytes, compared with their digest.
    pub async fn chunk(&self, key: &str, file: &str, chunk: u64) -> Result<ChunkState, WireError> {
        self.sound(CHUNKS, chunk_key(key, file, chunk)).await
    }

    async fn sound(&self, store: &'static str, key: JsValue) -> Result<ChunkState, WireError> {
        let value = match self.get(store, key).await? {
            Ok(Some(value)) => value,
            Ok(None) => return Ok(ChunkState::Absent),
            // The browser knows of the chunk and cannot read it: its own files are damaged.
            Err(_) => return Ok(ChunkState::Damaged),
        };
        let Ok(bytes) = property(&value, "bytes").dyn_into::<Uint8Array>() else {
            return Ok(ChunkState::Damaged);
        };
        let is_sound = property(&value, "sha256").as_string() == Some(sha256_hex(&bytes).await?);
        Ok(if is_sound {
            ChunkState::Sound(bytes)
        } else {
            ChunkState::Damaged
        })
    }

    /// Forgets a chunk that is damaged, so that nothing counts on it.
    pub async fn delete_chunk(&self, key: &str, file: &str, chunk: u64) -> Result<(), WireError> {
        let range =
            KeyRange::only(&chunk_key(key, file, chunk)).map_err(|error| storage(&error))?;
        self.delete_range(CHUNKS, range).await
    }

    /// Stores a chunk with its digest. `bytes` must own its whole buffer: all of a buffer is stored.
    pub async fn put_chunk(
        &self,
        key: &str,
        file: &str,
        chunk: u64,
        bytes: &Uint8Array,
    ) -> Result<(), WireError> {
        self.put_with_digest(CHUNKS, &chunk_key(key, file, chunk), bytes)
            .await
    }

    async fn put_with_digest(
        &self,
        store: &'static str,
        key: &JsValue,
        bytes: &Uint8Array,
    ) -> Result<(), WireError> {
        let value = Object::new();
        let sha256 = sha256_hex(bytes).await?;
        // Setting a property of a plain object cannot fail.
        let _ = Reflect::set(&value, &"bytes".into(), bytes);
        let _ = Reflect::set(&value, &"sha256".into(), &sha256.into());
        self.put(store, &value, key).await
    }

    /// Forgets the chunks of one file: it has changed where it came from.
    pub async fn delete_file(&self, key: &str, file: &str) -> Result<(), WireError> {
        self.delete_range(CHUNKS, chunks_of(key, Some(file))?).await
    }

    /// Forgets a model and all that was said with it. The record goes last: while it is there, the model can be listed and deleted again.
    pub async fn delete(&self, key: &str) -> Result<(), WireError> {
        self.delete_prefixes_of(key).await?;
        self.delete_range(CHUNKS, chunks_of(key, None)?).await?;
        let record = KeyRange::only(&JsValue::from_str(key)).map_err(|error| storage(&error))?;
        self.delete_range(MODELS, record).await
    }

    fn transaction(
        &self,
        store: &str,
        mode: TransactionMode,
    ) -> Result<idb::Transaction, WireError> {
        self.database
            .transaction(&[store], mode)
            .map_err(|error| storage(&error))
    }

    /// What lies under a key. The inner error is of the reading: the browser knows of a value and cannot read it.
    async fn get(
        &self,
        store: &'static str,
        key: JsValue,
    ) -> Result<Result<Option<JsValue>, idb::Error>, WireError> {
        let this = self.clone();
        to_its_end(async move {
            let transaction = this.transaction(store, TransactionMode::ReadOnly)?;
            let request = transaction
                .object_store(store)
                .map_err(|error| storage(&error))?
                .get(key)
                .map_err(|error| storage(&error))?;
            Ok(request.await)
        })
        .await
    }

    async fn put(
        &self,
        store: &'static str,
        value: &JsValue,
        key: &JsValue,
    ) -> Result<(), WireError> {
        let (this, value, key) = (self.clone(), value.clone(), key.clone());
        to_its_end(async move {
            let transaction = this.transaction(store, TransactionMode::ReadWrite)?;
            let store = transaction
                .object_store(store)
                .map_err(|error| storage(&error))?;
            let request = store
                .put(&value, Some(&key))
                .map_err(|error| storage(&error))?;
            settled(request.await, transaction, &store.transaction()).await
        })
        .await
    }

    async fn delete_range(&self, store: &'static str, range: KeyRange) -> Result<(), WireError> {
        let this = self.clone();
        to_its_end(async move {
            let transaction = this.transaction(store, TransactionMode::ReadWrite)?;
            let store = transaction
                .object_store(store)
                .map_err(|error| storage(&error))?;
            let request = store
                .delete(Query::KeyRange(range))
                .map_err(|error| storage(&error))?;
            settled(request.await, transaction, &store.transaction()).await
        })
        .await
    }
}

/// Lets a request to the database end even if nobody waits for it any more: a download that is stopped drops what it
/// waits for, and the browser would call handlers that are gone.
async fn to_its_end<T: 'static>(
    request: impl Future<Output = Result<T, WireError>> + 'static,
) -> Result<T, WireError> {
    let (sender, receiver) = oneshot::channel();
    spawn_local(async move {
        // Whoever asked may have gone.
        drop(sender.send(request.await));
    });
    receiver.await.unwrap_or_else(|_| {
        Err(WireError::new(
            ErrorKind::Internal,
            "a request to this browser's storage was never answered",
        ))
    })
}

/// The lower-case hexadecimal SHA-256 of bytes, computed by the browser outside the WASM heap.
pub async fn sha256_hex(bytes: &Uint8Array) -> Result<String, WireError> {
    let insecure = || {
        WireError::new(
            ErrorKind::Storage,
            "this browser offers no hashing here; open the page over https:// or from localhost",
        )
    };
    let crypto = property(&js_sys::global(), "crypto");
    if !crypto.is_object() {
        return Err(insecure());
    }
    let crypto: web_sys::Crypto = crypto.unchecked_into();
    // In an insecure context `subtle` is undefined, whatever its type says.
    let subtle = crypto.subtle();
    if !subtle.is_object() {
        return Err(insecure());
    }
    let promise = subtle
        .digest_with_str_and_buffer_source("SHA-256", bytes)
        .map_err(|_| insecure())?;
    let digest = JsFuture::from(promise).await.map_err(|_| insecure())?;
    let digest = Uint8Array::new(&digest).to_vec();
    Ok(digest.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn record_from(json: &JsValue) -> Option<Record> {
    serde_json::from_str(&json.as_string()?).ok()
}

fn chunk_key(key: &str, file: &str, chunk: u64) -> JsValue {
    Array::of3(&key.into(), &file.into(), &(chunk as f64).into()).into()
}

/// All chunks of a model, or of one of its files.
fn chunks_of(key: &str, file: Option<&str>) -> Result<KeyRange, WireError> {
    let prefix = Array::of1(&key.into());
    if let Some(file) = file {
        prefix.push(&file.into());
    }
    keys_beneath(&prefix)
}
