//! Keys and values of conversations in the store: a record each, and their rows in pieces with a digest.
//!
//! A record is written after the last of its pieces, so one that is there is whole unless it was damaged. What serves whom
//! is [`crate::prefix`]'s to say.

use idb::{KeyRange, TransactionMode};
use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;

use super::{ChunkState, PREFIX_PIECES, PREFIXES, Store};
use crate::database::{keys_beneath, storage};
use crate::prefix::PrefixRecord;
use crate::wire::{ErrorKind, WireError};

impl Store {
    /// Of all models. One that cannot be read is as good as not there.
    pub async fn prefixes(&self) -> Result<Vec<PrefixRecord>, WireError> {
        let transaction = self.transaction(PREFIXES, TransactionMode::ReadOnly)?;
        let all = transaction
            .object_store(PREFIXES)
            .map_err(|error| storage(&error))?
            .get_all(None, None)
            .map_err(|error| storage(&error))?
            .await
            .map_err(|error| storage(&error))?;
        let record = |json: &JsValue| serde_json::from_str(&json.as_string()?).ok();
        Ok(all.iter().filter_map(record).collect())
    }

    pub async fn put_prefix(&self, record: &PrefixRecord) -> Result<(), WireError> {
        let json = serde_json::to_string(record)
            .map_err(|error| WireError::new(ErrorKind::Storage, error.to_string()))?;
        let key = beneath(&record.model_key, &record.id);
        self.put(PREFIXES, &json.into(), &key).await
    }

    pub async fn prefix_piece(
        &self,
        record: &PrefixRecord,
        piece: usize,
    ) -> Result<ChunkState, WireError> {
        self.sound(PREFIX_PIECES, piece_key(record, piece)).await
    }

    /// `bytes` must own its whole buffer.
    pub async fn put_prefix_piece(
        &self,
        record: &PrefixRecord,
        piece: usize,
        bytes: &Uint8Array,
    ) -> Result<(), WireError> {
        let key = piece_key(record, piece);
        self.put_with_digest(PREFIX_PIECES, &key, bytes).await
    }

    /// Forgets a conversation. The record goes first: without it the pieces are nobody's.
    pub async fn delete_prefix(&self, record: &PrefixRecord) -> Result<(), WireError> {
        let key = beneath(&record.model_key, &record.id);
        let only = KeyRange::only(&key).map_err(|error| storage(&error))?;
        self.delete_range(PREFIXES, only).await?;
        let pieces = keys_beneath(key.unchecked_ref::<Array>())?;
        self.delete_range(PREFIX_PIECES, pieces).await
    }

    /// Forgets the conversations of a model.
    pub async fn delete_prefixes_of(&self, model_key: &str) -> Result<(), WireError> {
        for store in [PREFIXES, PREFIX_PIECES] {
            let all = keys_beneath(&Array::of1(&model_key.into()))?;
            self.delete_range(store, all).await?;
        }
        Ok(())
    }

    /// Forgets all conversations.
    pub async fn delete_prefixes(&self) -> Result<(), WireError> {
        for store in [PREFIXES, PREFIX_PIECES] {
            self.delete_range(store, keys_beneath(&Array::new())?)
                .await?;
        }
        Ok(())
    }
}

fn beneath(model_key: &str, id: &str) -> JsValue {
    Array::of2(&model_key.into(), &id.into()).into()
}

fn piece_key(record: &PrefixRecord, piece: usize) -> JsValue {
    Array::of3(
        &record.model_key.as_str().into(),
        &record.id.as_str().into(),
        &(piece as f64).into(),
    )
    .into()
}
