//! One chunk of a file, from wherever it is: storage, a server with ranges, a server without, or the disk.

use js_sys::Uint8Array;
use wasm_bindgen_futures::JsFuture;
use web_sys::File;

use super::{FileId, OpenStream, Origin, Source, SourceFile};
use crate::address::looks_like_web_page;
use crate::chunks::{CHUNK_BYTES, chunk_range};
use crate::fetch::{Answer, FileFacts, open_stream, read_range};
use crate::wire::{ErrorKind, WireError};

impl Source<'_> {
    /// One chunk, from wherever it is; `None` behind the end of the file.
    pub(super) async fn chunk(
        &self,
        file: FileId,
        chunk: u64,
    ) -> Result<Option<Uint8Array>, WireError> {
        self.abort.check()?;
        let entry = self.entry(file)?;
        let kept = entry.kept.borrow_mut().remove(&chunk);
        if let Some(bytes) = kept {
            return Ok(Some(bytes));
        }
        if let Some(bytes) = self.stored_chunk(entry, chunk).await? {
            return Ok(Some(bytes));
        }
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
                        "the stored copy of {} is damaged; delete the model and load it from its address again",
                        entry.name
                    ),
                ));
            }
        };
        let Some(bytes) = bytes else { return Ok(None) };
        entry.counted.borrow_mut().insert(chunk);
        if chunk == 0 {
            refuse_web_page(entry, &bytes)?;
        }
        self.store_chunk(entry, chunk, &bytes).await;
        Ok(Some(bytes))
    }

    async fn stored_chunk(
        &self,
        entry: &SourceFile,
        chunk: u64,
    ) -> Result<Option<Uint8Array>, WireError> {
        if !entry.stored.borrow().contains(&chunk) {
            return Ok(None);
        }
        let Some(store) = &self.store else {
            return Ok(None);
        };
        let bytes = store.chunk(&self.key, &entry.name, chunk).await?;
        match &bytes {
            Some(bytes) => {
                if entry.counted.borrow_mut().insert(chunk) {
                    self.observer
                        .meter
                        .borrow_mut()
                        .add_from_storage(u64::from(bytes.length()));
                    (self.observer.moved)();
                }
            }
            None => {
                entry.stored.borrow_mut().remove(&chunk);
            }
        }
        Ok(bytes)
    }

    async fn fetched_chunk(
        &self,
        file: FileId,
        entry: &SourceFile,
        url: &str,
        chunk: u64,
    ) -> Result<Option<Uint8Array>, WireError> {
        let len_bytes = entry.facts.borrow().len_bytes;
        let wanted = match len_bytes {
            Some(len_bytes) => chunk_range(len_bytes, chunk),
            None => Some((chunk * CHUNK_BYTES, CHUNK_BYTES)),
        };
        let Some((start, len)) = wanted else {
            return Ok(None);
        };
        if entry.has_ranges.get() != Some(false) {
            let on_bytes = |bytes: i64| self.count(bytes);
            match read_range(url, start, len, &self.abort, &on_bytes).await? {
                Answer::Range { bytes, facts } => {
                    entry.has_ranges.set(Some(true));
                    self.learn(entry, facts).await?;
                    return Ok((bytes.length() > 0).then_some(bytes));
                }
                Answer::Whole { body, facts } => {
                    entry.has_ranges.set(Some(false));
                    self.learn(entry, facts).await?;
                    self.open_stream.replace(Some(OpenStream {
                        file,
                        body,
                        position: 0,
                        rest: None,
                    }));
                }
                Answer::BehindEnd => {
                    return Ok(None);
                }
            }
        }
        self.streamed_chunk(file, entry, url, start, len).await
    }

    /// A chunk from a server without ranges: reads on in the open stream, or starts again and skips.
    async fn streamed_chunk(
        &self,
        file: FileId,
        entry: &SourceFile,
        url: &str,
        start: u64,
        len: u64,
    ) -> Result<Option<Uint8Array>, WireError> {
        let open = self.open_stream.take();
        let mut open = match open.filter(|open| open.file == file && open.position <= start) {
            Some(open) => open,
            None => {
                let (body, facts) = open_stream(url, &self.abort).await?;
                self.learn(entry, facts).await?;
                OpenStream {
                    file,
                    body,
                    position: 0,
                    rest: None,
                }
            }
        };
        let all = Uint8Array::new_with_length(len as u32);
        let mut filled: u32 = 0;
        while u64::from(filled) < len {
            let piece = match open.rest.take() {
                Some(rest) => Some(rest),
                None => open.body.next(&self.abort).await?,
            };
            let Some(piece) = piece else { break };
            let skipped = start
                .saturating_sub(open.position)
                .min(u64::from(piece.length())) as u32;
            let taken = (piece.length() - skipped).min(len as u32 - filled);
            all.set(&piece.subarray(skipped, skipped + taken), filled);
            filled += taken;
            open.position += u64::from(skipped + taken);
            if skipped + taken < piece.length() {
                open.rest = Some(piece.subarray(skipped + taken, piece.length()));
            }
            self.count(i64::from(taken));
        }
        let known_len = entry.facts.borrow().len_bytes;
        if u64::from(filled) < len {
            match known_len {
                Some(_) => {
                    self.count(-i64::from(filled));
                    return Err(WireError::new(
                        ErrorKind::Network,
                        format!("the connection ended before all of {url} had arrived; try again"),
                    ));
                }
                None => entry.facts.borrow_mut().len_bytes = Some(start + u64::from(filled)),
            }
        } else {
            self.open_stream.replace(Some(open));
        }
        Ok((filled > 0).then(|| all.slice(0, filled)))
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
        self.count(len as i64);
        Ok(Some(Uint8Array::new(&buffer)))
    }

    /// Compares what a server says now with what it said before: a file must not change half-way.
    async fn learn(&self, entry: &SourceFile, facts: FileFacts) -> Result<(), WireError> {
        let agrees = entry.facts.borrow().agrees_with(&facts);
        if !agrees {
            if let Some(store) = &self.store {
                store.delete_file(&self.key, &entry.name).await?;
            }
            return Err(WireError::new(
                ErrorKind::BadFile,
                format!(
                    "{} changed on the server while it was being loaded; load the model again",
                    entry.name
                ),
            ));
        }
        let mut known = entry.facts.borrow_mut();
        known.len_bytes = known.len_bytes.or(facts.len_bytes);
        if known.validator.is_none() {
            known.validator = facts.validator;
        }
        Ok(())
    }

    /// Storing is a service to the next visit: when it fails, this visit goes on without.
    async fn store_chunk(&self, entry: &SourceFile, chunk: u64, bytes: &Uint8Array) {
        let Some(store) = self.active_store() else {
            return;
        };
        match store.put_chunk(&self.key, &entry.name, chunk, bytes).await {
            Ok(()) => {
                entry.stored.borrow_mut().insert(chunk);
            }
            Err(error) => self.stop_storing(error),
        }
    }

    fn count(&self, bytes: i64) {
        let mut meter = self.observer.meter.borrow_mut();
        if bytes >= 0 {
            meter.add_fetched(bytes.unsigned_abs());
        } else {
            meter.take_back(bytes.unsigned_abs());
        }
        drop(meter);
        (self.observer.moved)();
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
