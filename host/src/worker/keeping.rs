//! Keys and values of the last answer, kept in storage while nobody waits, so that after a reload its conversation goes on
//! without being read again.
//!
//! Everything here may fail without anybody being told: a conversation that was not kept is read again. What is kept of
//! whom is [`crate::prefix`]'s to say.

use js_sys::Uint8Array;

use super::turns::Line;
use super::{Shared, Worker};
use crate::browser;
use crate::engine_port::Model;
use crate::prefix::{PrefixRecord, best, fits_from, is_worth_keeping, replaced_by};
use crate::store::{ChunkState, Store, sha256_hex};
use crate::wire::{Input, LoadOptions, WireError};

/// What is kept of the conversations with the loaded model.
#[derive(Default)]
pub(super) struct Kept {
    /// Absent where nothing is to be kept: the model itself is not.
    model: Option<KeptModel>,
    /// The cache holds an answer that may be kept.
    is_due: bool,
}

struct KeptModel {
    key: String,
    fits: String,
    /// Those that fit.
    records: Vec<PrefixRecord>,
}

impl Kept {
    /// For a model that has been loaded. What does not fit it any more is removed.
    pub(super) async fn open(
        shared: &Shared,
        key: &str,
        options: &LoadOptions,
        model: &Model,
    ) -> Self {
        if options.without_storing {
            return Self::default();
        }
        let opened = async {
            let store = shared.storage.open().await.ok()?;
            let record = store.record(key).await.ok()??;
            let fits = fits_from(&record, options.weights, &model.rows_name())?;
            let all = store.prefixes().await.ok()?;
            let of_model = all.into_iter().filter(|it| it.model_key == key);
            let (records, foreign): (Vec<_>, Vec<_>) = of_model.partition(|it| it.fits == fits);
            for record in foreign {
                store.delete_prefix(&record).await.ok()?;
            }
            Some(KeptModel {
                key: key.to_owned(),
                fits,
                records,
            })
        };
        Self {
            model: opened.await,
            is_due: false,
        }
    }

    /// What is in the cache from now on: an answer that has ended and may be kept, or anything else.
    pub(super) fn note(&mut self, may_be_kept: bool) {
        self.is_due = may_be_kept;
    }

    pub(super) fn forget_all(&mut self) {
        self.is_due = false;
        if let Some(model) = &mut self.model {
            model.records.clear();
        }
    }
}

impl Worker {
    /// Brings back what is kept of a request's prompt, where that is more than the cache has of it.
    pub(super) async fn recall(&mut self, input: &Input) {
        let (Some(kept), Some(model)) = (self.kept.model.as_mut(), self.model.as_mut()) else {
            return;
        };
        if kept.records.is_empty() {
            return;
        }
        // A request that makes no sense is refused elsewhere.
        let Ok(prompt) = model.tokens_from_input(input) else {
            return;
        };
        let Some(record) = best(&kept.records, &prompt, model.shared_tokens(&prompt)).cloned()
        else {
            return;
        };
        let Ok(store) = self.shared.storage.open().await else {
            return;
        };
        let used = PrefixRecord {
            last_used_ms: js_sys::Date::now(),
            ..record
        };
        let is_sound = restore(model, &store, &used).await.is_ok_and(|sound| sound);
        kept.records.retain(|it| it.id != used.id);
        if is_sound {
            // Where this fails it only goes earlier than it should.
            let _ = store.put_prefix(&used).await;
            kept.records.push(used);
        } else {
            let _ = store.delete_prefix(&used).await;
        }
    }

    /// Keeps what the last answer left in the cache, until somebody needs the engine.
    pub(super) async fn keep(&mut self, line: &mut Line) {
        if !std::mem::take(&mut self.kept.is_due) {
            return;
        }
        let (Some(kept), Some(model)) = (self.kept.model.as_mut(), self.model.as_mut()) else {
            return;
        };
        let Some(tokens) = model.held_tokens() else {
            return;
        };
        if !is_worth_keeping(&kept.records, &tokens) {
            return;
        }
        // Nobody is there to hear that there was no room.
        let _ = save(&self.shared, kept, model, tokens, line).await;
    }
}

/// Whether all pieces were as they had been left; the cache holds nothing if not.
async fn restore(
    model: &mut Model,
    store: &Store,
    record: &PrefixRecord,
) -> Result<bool, WireError> {
    let is_whole = model.num_pieces(record.tokens.len()) == record.num_pieces
        && id_from_tokens(&record.tokens).await? == record.id;
    if !is_whole {
        return Ok(false);
    }
    model.clear().await?;
    for piece in 0..record.num_pieces {
        let ChunkState::Sound(bytes) = store.prefix_piece(record, piece).await? else {
            return Ok(false);
        };
        model.write_piece(record.tokens.len(), piece, &bytes.to_vec())?;
    }
    model.hold(&record.tokens)?;
    Ok(true)
}

async fn save(
    shared: &Shared,
    kept: &mut KeptModel,
    model: &mut Model,
    tokens: Vec<u32>,
    line: &mut Line,
) -> Result<(), WireError> {
    let record = PrefixRecord {
        model_key: kept.key.clone(),
        id: id_from_tokens(&tokens).await?,
        fits: kept.fits.clone(),
        num_pieces: model.num_pieces(tokens.len()),
        len_bytes: model.prefix_bytes(tokens.len()),
        last_used_ms: js_sys::Date::now(),
        tokens,
    };
    let store = shared.storage.open().await?;
    let all = store.prefixes().await?;
    let quota_bytes = browser::space().await.quota_bytes;
    let Some(replaced) = replaced_by(&all, &record, quota_bytes) else {
        return Ok(());
    };
    for old in &replaced {
        store.delete_prefix(old).await?;
        kept.records
            .retain(|it| (&it.model_key, &it.id) != (&old.model_key, &old.id));
    }
    for piece in 0..record.num_pieces {
        let stored = if line.is_empty() {
            let bytes = model.read_piece(record.tokens.len(), piece).await?;
            let bytes = Uint8Array::from(bytes.as_slice());
            store.put_prefix_piece(&record, piece, &bytes).await.is_ok()
        } else {
            false
        };
        if !stored {
            return store.delete_prefix(&record).await;
        }
    }
    store.put_prefix(&record).await?;
    kept.records.push(record);
    Ok(())
}

async fn id_from_tokens(tokens: &[u32]) -> Result<String, WireError> {
    let bytes: Vec<u8> = tokens
        .iter()
        .flat_map(|token| token.to_le_bytes())
        .collect();
    sha256_hex(&Uint8Array::from(bytes.as_slice())).await
}
