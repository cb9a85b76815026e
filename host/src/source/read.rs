//! One chunk of a file, from wherever it is: storage, a server with ranges, a server without, or the disk.

use js_sys::Uint8Array;
use wasm_bindgen_futures::JsFuture;
use web_sys::File;

use super::{FileId, Origin, Source, SourceFile};
use crate::address::looks_like_web_page;
use crate::chunks::{CHUNK_BYTES, chunk_range};
use crate::fetch::Answer;
use crate::store::ChunkState;
use crate::wire::{ErrorKind, WireError};

impl Source<'_> {
    /// One chunk, from wherever it is; `None` behind the end of the file.
    pub(super) async fn chunk(
        &self,
        file: FileId,
        chunk: u64,
    ) -> Result<Option<Uint8Array>, WireError> {
        self.network.abort.check()?;
        let entry = self.entry(file)?;
        let kept = entry.kept.borrow_mut().remove(&chunk);
        if let Some(bytes) = kept {
            return Ok(Some(bytes));
        }
        let was_damaged = match self.stored_chunk(entry, chunk).await? {
            ChunkState::Sound(bytes) => return Ok(Some(bytes)),
            ChunkState::Damaged => true,
            ChunkState::Absent => false,
        };
        let bytes = match &entry.origin {
            Origin::Url(url) => self.fetched_chunk(file, entry, url, chunk).await?,
            Origin::Local(local) => self.local_chunk(entry, local, chunk).await?,
            Origin::Stored => {
                let len_bytes = entry.facts.borrow().len_bytes;
                if len_bytes.is_none_or(|len| chunk_range(len, chunk).is_none()) {
                    return Ok(None);
                }
                return Err(WireError::new(
                    ErrorKind::BadFile,
                    format!(
                        "a part of the stored copy of {} was damaged and is forgotten; choose the file once more, which brings that part back",
                        entry.name
                    ),
                ));
            }
        };
        let Some(bytes) = bytes else { return Ok(None) };
        if chunk == 0 {
            refuse_web_page(entry, &bytes)?;
        }
        self.note_arrival(entry, chunk);
        if was_damaged {
            self.chunks_repaired.set(self.chunks_repaired.get() + 1);
            entry.is_verified.set(false);
        }
        self.store_chunk(entry, chunk, &bytes).await?;
        Ok(Some(bytes))
    }

    /// A stored chunk. One that is damaged is forgotten, so that nothing counts on it whatever happens next.
    async fn stored_chunk(&self, entry: &SourceFile, chunk: u64) -> Result<ChunkState, WireError> {
        if !entry.stored.borrow().contains(&chunk) {
            return Ok(ChunkState::Absent);
        }
        let Some(store) = &self.store else {
            return Ok(ChunkState::Absent);
        };
        let len_bytes = entry.facts.borrow().len_bytes;
        let has_right_length = |bytes: &Uint8Array| {
            let expected = len_bytes.and_then(|len| chunk_range(len, chunk));
            expected.is_none_or(|(_, len)| len == u64::from(bytes.length()))
        };
        match store.chunk(&self.key, &entry.name, chunk).await? {
            ChunkState::Sound(bytes) if has_right_length(&bytes) => {
                if !entry.counted.borrow().contains(&chunk) {
                    let count = u64::from(bytes.length());
                    let before = entry.from_storage_bytes.get();
                    entry.from_storage_bytes.set(before + count);
                    self.reporter.meter().add_from_storage(count);
                    self.note_arrival(entry, chunk);
                    self.reporter.tell();
                }
                Ok(ChunkState::Sound(bytes))
            }
            ChunkState::Sound(_) | ChunkState::Damaged => {
                entry.stored.borrow_mut().remove(&chunk);
                store.delete_chunk(&self.key, &entry.name, chunk).await?;
                Ok(ChunkState::Damaged)
            }
            ChunkState::Absent => {
                entry.stored.borrow_mut().remove(&chunk);
                Ok(ChunkState::Absent)
            }
        }
    }

    async fn fetched_chunk(
        &self,
        file: FileId,
        entry: &SourceFile,
        url: &str,
        chunk: u64,
    ) -> Result<Option<Uint8Array>, WireError> {
        let known = entry.facts.borrow().clone();
        let wanted = match known.len_bytes {
            Some(len_bytes) => chunk_range(len_bytes, chunk),
            None => Some((chunk * CHUNK_BYTES, CHUNK_BYTES)),
        };
        let Some((start, len)) = wanted else {
            return Ok(None);
        };
        if entry.has_ranges.get() == Some(false) {
            return self.streamed_chunk(file, url, (start, len), None).await;
        }
        let on_bytes = |bytes: i64| self.count(entry, bytes);
        let answer = self
            .network
            .read_range(url, start, len, &known, &on_bytes)
            .await?;
        match answer {
            Answer::Range { bytes, facts } => {
                entry.has_ranges.set(Some(true));
                self.learn(entry, facts).await?;
                Ok((bytes.length() > 0).then_some(bytes))
            }
            Answer::Whole { body, facts } => {
                entry.has_ranges.set(Some(false));
                self.learn(entry, facts).await?;
                self.streamed_chunk(file, url, (start, len), Some(body))
                    .await
            }
            Answer::BehindEnd { facts } => {
                self.learn(entry, facts).await?;
                if known.len_bytes.is_none() {
                    return Ok(None);
                }
                Err(WireError::new(
                    ErrorKind::Network,
                    format!(
                        "the server says that {url} ends earlier than it said before; try again later"
                    ),
                ))
            }
        }
    }

    async fn local_chunk(
        &self,
        entry: &SourceFile,
        local: &File,
        chunk: u64,
    ) -> Result<Option<Uint8Array>, WireError> {
        let unreadable = |_| {
            WireError::new(
                ErrorKind::BadFile,
                format!("'{}' can no longer be read; choose it again", entry.name),
            )
        };
        let Some((start, len)) = chunk_range(local.size() as u64, chunk) else {
            return Ok(None);
        };
        let part = local
            .slice_with_f64_and_f64(start as f64, (start + len) as f64)
            .map_err(unreadable)?;
        let buffer = JsFuture::from(part.array_buffer())
            .await
            .map_err(unreadable)?;
        self.count(entry, len as i64);
        Ok(Some(Uint8Array::new(&buffer)))
    }

    async fn store_chunk(
        &self,
        entry: &SourceFile,
        chunk: u64,
        bytes: &Uint8Array,
    ) -> Result<(), WireError> {
        // The file changed while this chunk was on its way: it is of nobody knows which.
        if entry.trouble.get().is_some() {
            return Ok(());
        }
        let Some(store) = self.active_store() else {
            return Ok(());
        };
        match store.put_chunk(&self.key, &entry.name, chunk, bytes).await {
            Ok(()) => {
                entry.stored.borrow_mut().insert(chunk);
                Ok(())
            }
            Err(error) => self.could_not_store(error),
        }
    }

    /// Tells the meter of a chunk, and of the files that are here now.
    fn note_arrival(&self, entry: &SourceFile, chunk: u64) {
        entry.counted.borrow_mut().insert(chunk);
        let done = self.files.iter().filter(|file| file.has_arrived()).count();
        let mut meter = self.reporter.meter();
        meter.set_files(done as u32, self.files.len() as u32);
    }

    pub(super) fn count(&self, entry: &SourceFile, bytes: i64) {
        let before = entry.fetched_bytes.get();
        entry.fetched_bytes.set(before.saturating_add_signed(bytes));
        let mut meter = self.reporter.meter();
        if bytes >= 0 {
            meter.add_fetched(bytes.unsigned_abs());
        } else {
            meter.take_back(bytes.unsigned_abs());
        }
        drop(meter);
        self.reporter.tell();
    }
}

/// Many servers answer a missing file with a page. For an optional file that means it is not there.
fn refuse_web_page(entry: &SourceFile, bytes: &Uint8Array) -> Result<(), WireError> {
    let head = bytes.subarray(0, bytes.length().min(64)).to_vec();
    if !looks_like_web_page(&head) {
        return Ok(());
    }
    let place = match &entry.origin {
        Origin::Url(url) => url,
        Origin::Local(_) | Origin::Stored => &entry.name,
    };
    Err(WireError::new(
        ErrorKind::NotFound,
        format!(
            "{place} is a web page, not a model; give the address of a .gguf file or of a folder with config.json"
        ),
    ))
}
