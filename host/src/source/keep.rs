//! What storage is told of a model: its record, whether there is room, and what to forget when a file proves wrong.

use futures_util::stream::{self, StreamExt};

use super::{FileId, Origin, Purpose, Source, SourceFile, Trouble, push_array};
use crate::browser;
use crate::chunks::{CHUNKS_IN_FLIGHT, chunk_range, num_chunks};
use crate::digest::FileDigest;
use crate::record::{FileFacts, FileRecord, Record};
use crate::space::{ran_out, too_large_for};
use crate::store::ChunkState;
use crate::wire::{ErrorKind, WireError};

impl Source<'_> {
    /// Asks the servers for what is not known yet: lengths, whether they do ranges, digests.
    pub async fn learn_lengths(&self) -> Result<(), WireError> {
        let mut asked = std::pin::pin!(
            stream::iter(&self.files)
                .map(|entry| async move {
                    let Origin::Url(url) = &entry.origin else {
                        return Ok(());
                    };
                    if entry.facts.borrow().len_bytes.is_some() {
                        return Ok(());
                    }
                    let probe = self.network.probe(url).await?;
                    entry.has_ranges.set(Some(probe.has_ranges));
                    entry.facts.borrow_mut().learn(probe.facts);
                    Ok(())
                })
                .buffer_unordered(CHUNKS_IN_FLIGHT)
        );
        while let Some(outcome) = asked.next().await {
            outcome?;
        }
        Ok(())
    }

    /// Refuses what cannot fit, before its bytes are fetched.
    pub async fn check_space(&self) -> Result<(), WireError> {
        if self.active_store().is_none() || self.is_local() {
            return Ok(());
        }
        let Some(missing_bytes) = self.missing_bytes().filter(|bytes| *bytes > 0) else {
            return Ok(());
        };
        let space = browser::space().await;
        too_large_for(&self.name, missing_bytes, &space).map_or(Ok(()), Err)
    }

    /// Reads a file into storage. One that changes meanwhile, or is not what its publisher says, is read once more.
    pub async fn keep(&self, file: FileId) -> Result<(), WireError> {
        let outcome = self.read_all(file, |_, _| Ok(())).await;
        if outcome.is_ok() || !self.start_over(file).await? {
            return outcome;
        }
        self.read_all(file, |_, _| Ok(())).await
    }

    /// Whether a second load could succeed where this one failed: a file was not what its publisher says, and is
    /// forgotten.
    pub fn is_worth_another_load(&self) -> bool {
        let is_wrong = |file: &SourceFile| file.trouble.get() == Some(Trouble::NotAsPublished);
        self.files.iter().any(is_wrong)
    }

    /// Writes what is known of the files to storage, before the bytes, so that an interrupted load can resume.
    pub async fn record_start(&self) -> Result<(), WireError> {
        match self.active_store() {
            Some(store) => match store.put_record(&self.record()).await {
                Ok(()) => Ok(()),
                Err(error) => self.could_not_store(error),
            },
            None => Ok(()),
        }
    }

    /// Marks the model as stored if all of it is, and as used now; answers whether it is.
    pub async fn record_end(&self) -> Result<bool, WireError> {
        match self.active_store() {
            Some(store) => match store.finish(self.record()).await {
                Ok(is_whole) => Ok(is_whole),
                Err(error) => self.could_not_store(error).map(|()| false),
            },
            None => Ok(false),
        }
    }

    fn record(&self) -> Record {
        Record {
            key: self.key.clone(),
            name: self.name.clone(),
            files: self
                .files
                .iter()
                .map(|file| {
                    let facts = file.facts.borrow();
                    FileRecord {
                        name: file.name.clone(),
                        url: file.url.clone(),
                        len_bytes: facts.len_bytes,
                        validator: facts.validator.clone(),
                        sha256: facts.sha256.clone(),
                        is_verified: file.is_verified.get(),
                    }
                })
                .collect(),
            last_used_ms: js_sys::Date::now(),
            complete: self.is_stored_whole,
        }
    }

    /// What a failure to store comes to. Full storage ends a download, which goes on later from what has arrived;
    /// where storage cannot be used at all, a model can still run.
    pub(super) fn could_not_store(&self, error: WireError) -> Result<(), WireError> {
        let is_full = error.kind == ErrorKind::StorageFull;
        if is_full && !self.is_local() {
            return Err(ran_out(&self.name, self.missing_bytes()));
        }
        match self.purpose {
            Purpose::Run => {
                self.not_stored.borrow_mut().get_or_insert(error);
                Ok(())
            }
            Purpose::Keep => Err(error),
        }
    }

    /// Bytes that are not stored, where all lengths are known.
    fn missing_bytes(&self) -> Option<u64> {
        let missing_of = |file: &SourceFile| {
            let len_bytes = file.facts.borrow().len_bytes?;
            let stored = file.stored.borrow();
            let stored_bytes: u64 = stored
                .iter()
                .filter_map(|chunk| chunk_range(len_bytes, *chunk))
                .map(|(_, len)| len)
                .sum();
            Some(len_bytes - stored_bytes.min(len_bytes))
        };
        self.files.iter().map(missing_of).sum()
    }

    /// Files on the disk need no second copy to be there tomorrow.
    fn is_local(&self) -> bool {
        let is_local = |file: &SourceFile| matches!(file.origin, Origin::Local(_));
        self.files.iter().any(is_local)
    }

    /// Compares what a server says now with what it said before: a file must not change half-way.
    pub(super) async fn learn(
        &self,
        entry: &SourceFile,
        facts: FileFacts,
    ) -> Result<(), WireError> {
        let agrees = entry.facts.borrow().agrees_with(&facts);
        if !agrees {
            return Err(self.changed(entry).await?);
        }
        let is_news = entry.facts.borrow_mut().learn(facts);
        if is_news {
            // Before any byte is stored: without it, an interrupted file could not be told from a changed one.
            self.record_start().await?;
        }
        Ok(())
    }

    /// Forgets a file that is another one than it was at first, and says so.
    pub(super) async fn changed(&self, entry: &SourceFile) -> Result<WireError, WireError> {
        self.forget(entry, Trouble::Changed).await?;
        Ok(WireError::new(
            ErrorKind::BadFile,
            format!(
                "{} changed on the server while it was being loaded; load the model again",
                entry.name
            ),
        ))
    }

    /// Holds a whole file against its published digest.
    pub(super) async fn compare(
        &self,
        entry: &SourceFile,
        digest: FileDigest,
    ) -> Result<(), WireError> {
        if entry.facts.borrow().sha256 == Some(digest.finish()) {
            entry.is_verified.set(true);
            return Ok(());
        }
        self.forget(entry, Trouble::NotAsPublished).await?;
        Err(WireError::new(
            ErrorKind::BadFile,
            format!(
                "{} is not the file that its publisher announces (its SHA-256 differs), so none of it is kept; the server or somebody on the way changed it: get the model from another place",
                entry.name
            ),
        ))
    }

    /// As [`Source::compare`], for a file of which chunks were fetched again one by one.
    pub(super) async fn compare_stored(&self, file: FileId) -> Result<(), WireError> {
        let entry = self.entry(file)?;
        let (Some(store), Some(len_bytes)) = (self.active_store(), self.len_bytes(file)) else {
            return Ok(());
        };
        let mut digest = FileDigest::default();
        for chunk in 0..num_chunks(len_bytes) {
            self.network.abort.check()?;
            match store.chunk(&self.key, &entry.name, chunk).await? {
                ChunkState::Sound(bytes) => push_array(&mut digest, &bytes),
                // It is compared another time, and does not count as whole until then.
                ChunkState::Damaged | ChunkState::Absent => return Ok(()),
            }
        }
        self.compare(entry, digest).await
    }

    async fn forget(&self, entry: &SourceFile, trouble: Trouble) -> Result<(), WireError> {
        entry.trouble.set(Some(trouble));
        entry.is_verified.set(false);
        entry.stored.borrow_mut().clear();
        entry.kept.borrow_mut().clear();
        match &self.store {
            Some(store) => store.delete_file(&self.key, &entry.name).await,
            None => Ok(()),
        }
    }

    /// Makes ready to read a file from its beginning if there was trouble with it; false where there was none.
    async fn start_over(&self, file: FileId) -> Result<bool, WireError> {
        let entry = self.entry(file)?;
        let Some(trouble) = entry.trouble.take() else {
            return Ok(false);
        };
        // What was published of the file before says nothing of the one that is there now; what a server said of a file
        // that proved wrong may itself have been wrong.
        let sha256 = match trouble {
            Trouble::Changed => None,
            Trouble::NotAsPublished => entry.facts.borrow().sha256.clone(),
        };
        entry.facts.replace(FileFacts {
            sha256,
            ..FileFacts::default()
        });
        entry.has_ranges.set(None);
        // Chunks that were on their way may have been stored since.
        self.forget(entry, trouble).await?;
        entry.trouble.set(None);
        entry.counted.borrow_mut().clear();
        self.open_stream.lock().await.take();
        let mut meter = self.reporter.meter();
        meter.take_back(entry.fetched_bytes.take());
        meter.take_back_from_storage(entry.from_storage_bytes.take());
        drop(meter);
        Ok(true)
    }
}
