//! A model's files, whether they come from a server, from the disk or from storage, read chunk by chunk.
//!
//! The one place that decides where a chunk comes from: what is stored is never fetched again, what is fetched
//! is stored, and a file that has changed starts over. Knows which files a model consists of; must not know
//! what is in them beyond the names they mention.

mod find;
mod read;

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use futures_util::stream::{self, StreamExt};
use js_sys::Uint8Array;
use web_sys::File;

use crate::chunks::{CHUNK_BYTES, CHUNKS_IN_FLIGHT, num_chunks};
use crate::fetch::{Abort, Body, FileFacts};
use crate::rate::Meter;
use crate::store::{FileRecord, Record, Store};
use crate::wire::{ErrorKind, WireError};

/// Says which shard of a model folder holds which tensor.
pub const SHARD_INDEX: &str = "model.safetensors.index.json";

/// Files that are read whole must fit in the WASM heap beside everything else.
const LARGEST_SMALL_FILE_BYTES: u64 = 48 * 1024 * 1024;

/// What a loader does with a model's bytes while they pass.
#[derive(Clone, Copy)]
pub struct Observer<'a> {
    pub meter: &'a RefCell<Meter>,
    /// Called whenever the meter moved.
    pub moved: &'a dyn Fn(),
}

/// A model with its files found, ready to be read.
pub struct Source<'a> {
    pub key: String,
    pub name: String,
    pub format: Format,
    files: Vec<SourceFile>,
    /// Stays so in the record while the model is read: a reload half-way through must still work offline.
    is_stored_whole: bool,
    /// Storage knew nothing of the model before this load.
    is_new: bool,
    store: Option<Store>,
    /// Why chunks are no longer stored, once that is so.
    not_stored: RefCell<Option<WireError>>,
    /// At most one stream is open: browsers allow few connections to one server.
    open_stream: RefCell<Option<OpenStream>>,
    abort: Abort,
    observer: Observer<'a>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Gguf,
    Folder,
}

/// A file of the source, by its position in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileId(usize);

struct SourceFile {
    name: String,
    /// Where it was downloaded from, kept in the record.
    url: Option<String>,
    origin: Origin,
    facts: RefCell<FileFacts>,
    /// Unknown until the server has answered once.
    has_ranges: Cell<Option<bool>>,
    stored: RefCell<BTreeSet<u64>>,
    /// Chunks that the meter has seen: what is read ahead for a header comes by a second time.
    counted: RefCell<BTreeSet<u64>>,
    /// Chunks that were read ahead (headers) and could not be stored: kept until they are asked for again.
    kept: RefCell<BTreeMap<u64, Uint8Array>>,
}

enum Origin {
    Url(String),
    Local(File),
    /// Only in storage: the model is complete, and the network stays untouched.
    Stored,
}

struct OpenStream {
    file: FileId,
    body: Body,
    position: u64,
    /// The rest of a piece that reached into the next chunk.
    rest: Option<Uint8Array>,
}

impl Source<'_> {
    /// The weight files in the order in which they are numbered for the engine.
    pub fn weight_files(&self) -> Vec<FileId> {
        self.files
            .iter()
            .enumerate()
            .filter(|(_, file)| is_weight_name(&file.name))
            .map(|(index, _)| FileId(index))
            .collect()
    }

    /// The file of that name, if the model has one.
    pub fn find(&self, name: &str) -> Option<FileId> {
        self.files
            .iter()
            .position(|file| file.name == name)
            .map(FileId)
    }

    pub fn file_name(&self, file: FileId) -> &str {
        self.files.get(file.0).map_or("", |file| &file.name)
    }

    pub fn len_bytes(&self, file: FileId) -> Option<u64> {
        self.files.get(file.0)?.facts.borrow().len_bytes
    }

    /// Bytes of all files, where every length is known.
    pub fn total_bytes(&self) -> Option<u64> {
        self.files
            .iter()
            .map(|file| file.facts.borrow().len_bytes)
            .sum()
    }

    pub fn not_stored(&self) -> Option<WireError> {
        self.not_stored.borrow().clone()
    }

    /// Reads a file from its first byte as far as `needed_bytes`, in whole chunks; shorter only at its end.
    pub async fn read_prefix(
        &self,
        file: FileId,
        prefix: &mut Vec<u8>,
        needed_bytes: u64,
    ) -> Result<(), WireError> {
        while (prefix.len() as u64) < needed_bytes {
            let chunk = prefix.len() as u64 / CHUNK_BYTES;
            let Some(bytes) = self.chunk(file, chunk).await? else {
                return Ok(());
            };
            self.keep_for_later(file, chunk, &bytes)?;
            append(prefix, &bytes);
            if u64::from(bytes.length()) < CHUNK_BYTES {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Reads a small file whole.
    pub async fn read_whole(&self, file: FileId) -> Result<Vec<u8>, WireError> {
        let mut all = Vec::new();
        let mut chunk = 0;
        while let Some(bytes) = self.chunk(file, chunk).await? {
            if all.len() as u64 + u64::from(bytes.length()) > LARGEST_SMALL_FILE_BYTES {
                return Err(WireError::new(
                    ErrorKind::BadFile,
                    format!(
                        "{} is too large to be what its name says",
                        self.file_name(file)
                    ),
                ));
            }
            append(&mut all, &bytes);
            if u64::from(bytes.length()) < CHUNK_BYTES {
                break;
            }
            chunk += 1;
        }
        Ok(all)
    }

    /// Reads a file from its first byte to its last and hands over each chunk in order, with its offset.
    pub async fn read_all(
        &self,
        file: FileId,
        mut consume: impl FnMut(u64, &Uint8Array) -> Result<(), WireError>,
    ) -> Result<(), WireError> {
        let entry = self.entry(file)?;
        let ahead = match entry.has_ranges.get() {
            Some(true) => CHUNKS_IN_FLIGHT,
            Some(false) | None => 1,
        };
        // A length that is not known yet ends the stream below, at the first chunk that is not there.
        let count = self.len_bytes(file).map_or(u64::MAX, num_chunks);
        let mut chunks = std::pin::pin!(
            stream::iter(0..count)
                .map(|chunk| async move { (chunk, self.chunk(file, chunk).await) })
                .buffered(ahead)
        );
        while let Some((chunk, bytes)) = chunks.next().await {
            self.abort.check()?;
            let Some(bytes) = bytes? else {
                // All chunks before this one were full.
                let mut facts = entry.facts.borrow_mut();
                facts.len_bytes.get_or_insert(chunk * CHUNK_BYTES);
                break;
            };
            consume(chunk * CHUNK_BYTES, &bytes)?;
        }
        Ok(())
    }

    /// Writes what is known of the files to storage, before the bytes, so that an interrupted load can resume.
    pub async fn record_start(&self) {
        if let Some(store) = self.active_store()
            && let Err(error) = store.put_record(&self.record()).await
        {
            self.stop_storing(error);
        }
    }

    /// Marks the model as stored if every chunk is there, and as used now.
    pub async fn record_end(&self) {
        if let Some(store) = self.active_store()
            && let Err(error) = store.finish(self.record()).await
        {
            self.stop_storing(error);
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
                    }
                })
                .collect(),
            last_used_ms: js_sys::Date::now(),
            complete: self.is_stored_whole,
        }
    }

    fn keep_for_later(
        &self,
        file: FileId,
        chunk: u64,
        bytes: &Uint8Array,
    ) -> Result<(), WireError> {
        let entry = self.entry(file)?;
        if !entry.stored.borrow().contains(&chunk) {
            entry.kept.borrow_mut().insert(chunk, bytes.clone());
        }
        Ok(())
    }

    fn active_store(&self) -> Option<Store> {
        let is_active = self.not_stored.borrow().is_none();
        self.store.clone().filter(|_| is_active)
    }

    fn stop_storing(&self, error: WireError) {
        self.not_stored.borrow_mut().get_or_insert(error);
    }

    fn entry(&self, file: FileId) -> Result<&SourceFile, WireError> {
        self.files.get(file.0).ok_or_else(|| {
            WireError::new(ErrorKind::Internal, "a file of another model was asked for")
        })
    }
}

fn is_weight_name(name: &str) -> bool {
    name.ends_with(".gguf") || name.ends_with(".safetensors")
}

fn append(target: &mut Vec<u8>, bytes: &Uint8Array) {
    let start = target.len();
    target.resize(start + bytes.length() as usize, 0);
    if let Some(tail) = target.get_mut(start..) {
        bytes.copy_to(tail);
    }
}
