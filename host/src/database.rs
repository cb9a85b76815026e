//! What every database of this browser needs: opening it, ranges of its keys, and the true end of what is written.
//!
//! The databases themselves are [`crate::store`] (models, in the worker) and [`crate::chats::store`] (conversations, in
//! the page). Must not know what either keeps.

use idb::{Database, DatabaseEvent, Factory, KeyRange, ObjectStoreParams};
use js_sys::Array;

use crate::wire::{ErrorKind, WireError};

/// Opens a database, and makes those of `stores` that a new or an older one lacks. The keys of all are given with each value.
pub async fn open(
    name: &str,
    version: u32,
    stores: &'static [&'static str],
) -> Result<Database, WireError> {
    let factory = Factory::new().map_err(|error| storage(&error))?;
    let mut request = factory
        .open(name, Some(version))
        .map_err(|error| storage(&error))?;
    request.on_upgrade_needed(move |event| {
        // A failure here makes the opening itself fail, which is reported below.
        if let Ok(database) = event.database() {
            let there = database.store_names();
            for store in stores
                .iter()
                .filter(|it| !there.iter().any(|name| name == *it))
            {
                let _ = database.create_object_store(store, ObjectStoreParams::new());
            }
        }
    });
    let mut database = request.await.map_err(|error| storage(&error))?;
    // Another tab wants a newer database or wants it gone: it must not wait for this one.
    database.on_version_change(|event| {
        if let Ok(database) = event.database() {
            database.close();
        }
    });
    Ok(database)
}

/// All keys that begin with `prefix` and go on. An array sorts behind every string and number, so `[…, []]` is an upper
/// bound.
pub fn keys_beneath(prefix: &Array) -> Result<KeyRange, WireError> {
    let upper = prefix.slice(0, prefix.length());
    upper.push(&Array::new());
    KeyRange::bound(prefix, &upper, None, None).map_err(|error| storage(&error))
}

/// The end of a transaction that writes with one request.
pub async fn settled<T>(
    request: Result<T, idb::Error>,
    ending: idb::Transaction,
    transaction: &idb::Transaction,
) -> Result<(), WireError> {
    match request {
        Ok(_) => ended(ending, transaction).await,
        Err(error) => Err(failed(&error, transaction)),
    }
}

/// The end of a writing transaction. What went wrong stands in the transaction, not in the requests: a full disk
/// shows up only when the browser commits.
pub async fn ended(
    ending: idb::Transaction,
    transaction: &idb::Transaction,
) -> Result<(), WireError> {
    match ending.await {
        Ok(idb::TransactionResult::Committed) => Ok(()),
        Ok(idb::TransactionResult::Aborted) => Err(match transaction.error() {
            Some(error) => storage(&idb::Error::DomException(error)),
            None => WireError::new(
                ErrorKind::Storage,
                "the browser gave up writing to its storage",
            ),
        }),
        Err(error) => Err(failed(&error, transaction)),
    }
}

fn failed(error: &idb::Error, transaction: &idb::Transaction) -> WireError {
    match transaction.error() {
        Some(cause) if is_quota(&cause.name()) => storage(&idb::Error::DomException(cause)),
        Some(_) | None => storage(error),
    }
}

fn is_quota(name: &str) -> bool {
    name == "QuotaExceededError"
}

/// What the browser says of its storage, as a sentence that says what to do.
pub fn storage(error: &idb::Error) -> WireError {
    let text = error.to_string();
    if text.contains("QuotaExceeded") {
        return WireError::new(
            ErrorKind::StorageFull,
            "this browser's storage is full; delete a stored model or free disk space",
        );
    }
    WireError::new(
        ErrorKind::Storage,
        format!("this browser's storage cannot be used ({text}); private windows often forbid it"),
    )
}
