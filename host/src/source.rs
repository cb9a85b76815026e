//! A model's files, whether they come from a server, from the disk or from storage, read chunk by chunk.
//!
//! The one place that decides where a chunk comes from: what is stored is never fetched again, what is fetched
//! is stored, and a file that has changed starts over. Knows which files a model consists of; must not know
//! what is in them beyond the names they mention.

mod find;
mod folder;
mod keep;
mod read;
mod stream;

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use futures_util::lock::Mutex;
use futures_util::stream::{self as futures_stream, StreamExt};
use js_sys::Uint8Array;
use web_sys::File;

use self::stream::OpenStream;
use crate::chunks::{CHUNK_BYTES, CHUNKS_IN_FLIGHT, num_chunks};
use crate::digest::FileDigest;
use crate::fetch::Network;
use crate::record::FileFacts;
use crate::reporter::Reporter;
use crate::store::Store;
use crate::wire::{ErrorKind, WireError};

/// Says which shard of a model folder holds which tensor.
pub const SHARD_INDEX: &str = "model.safetensors.index.json";

/// Files that are read whole must fit in the WASM heap beside everything else.
const LARGEST_SMALL_FILE_BYTES: u64 = 48 * 1024 * 1024;

/// What the bytes are for, which decides what happens where they cannot be stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A model that is about to run: storing it is a service to the next visit.
    Run,
    /// Storing is all there is to do.
    Keep,
}

/// What a source is read with.
pub struct Means<'a> {
    pub store: Option<Store>,
    /// Why nothing is written to the store, where that is so.
    pub not_stored: Option<WireError>,
    pub purpose: Purpose,
    pub network: Network,
    pub reporter: &'a Reporter<'a>,
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
    purpose: Purpose,
    /// At most one stream is open: browsers allow few connections to one server.
    open_stream: Mutex<Option<OpenStream>>,
    /// Stored chunks that were damaged and fetched again.
    chunks_repaired: Cell<u32>,
    network: Network,
    reporter: &'a Reporter<'a>,
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
    /// The whole file was compared with its published digest.
    is_verified: Cell<bool>,
    /// Unknown until the server has answered once.
    has_ranges: Cell<Option<bool>>,
    stored: RefCell<BTreeSet<u64>>,
    /// Chunks that the meter has seen: what is read ahead for a header comes by a second time.
    counted: RefCell<BTreeSet<u64>>,
    fetched_bytes: Cell<u64>,
    from_storage_bytes: Cell<u64>,
    /// Chunks that were read ahead (headers) and could not be stored: kept until they are asked for again.
    kept: RefCell<BTreeMap<u64, Uint8Array>>,
    /// Why what was read of the file is worth nothing, once that is so.
    trouble: Cell<Option<Trouble>>,
}

/// Why a file has to be read from its beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trouble {
    /// It is another file than it was at first.
    Changed,
    /// Its digest is not the published one.
    NotAsPublished,
}

enum Origin {
    Url(String),
    Local(File),
    /// Only in storage: the model is complete, and the network stays untouched.
    Stored,
}

impl SourceFile {
    fn new(name: String, origin: Origin, facts: FileFacts) -> Self {
        Self {
            name,
            url: match &origin {
                Origin::Url(url) => Some(url.clone()),
                Origin::Local(_) | Origin::Stored => None,
            },
            has_ranges: Cell::new(matches!(origin, Origin::Local(_)).then_some(true)),
            origin,
            facts: RefCell::new(facts),
            is_verified: Cell::new(false),
            stored: RefCell::default(),
            counted: RefCell::default(),
            fetched_bytes: Cell::new(0),
            from_storage_bytes: Cell::new(0),
            kept: RefCell::default(),
            trouble: Cell::new(None),
        }
    }

    fn has_arrived(&self) -> bool {
        let len_bytes = self.facts.borrow().len_bytes;
        len_bytes.is_some_and(|len| self.counted.borrow().len() as u64 >= num_chunks(len))
    }

    /// A digest is published that the file was not compared with yet.
    fn wants_digest(&self) -> bool {
        !self.is_verified.get() && self.facts.borrow().sha256.is_some()
    }
}

impl<'a> Source<'a> {
    fn new(key: String, name: String, format: Format, means: Means<'a>) -> Self {
        Self {
            key,
            name,
            format,
            files: Vec::new(),
            is_stored_whole: false,
            is_new: false,
            store: means.store,
            not_stored: RefCell::new(means.not_stored),
            purpose: means.purpose,
            open_stream: Mutex::new(None),
            chunks_repaired: Cell::new(0),
            network: means.network,
            reporter: means.reporter,
        }
    }
}

impl Source<'_> {
    pub fn all_files(&self) -> Vec<FileId> {
        (0..self.files.len()).map(FileId).collect()
    }

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

    pub fn chunks_repaired(&self) -> u32 {
        self.chunks_repaired.get()
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
        let entry = self.entry(file)?;
        if entry.wants_digest() {
            let mut digest = FileDigest::default();
            digest.push(&all);
            self.compare(entry, digest).await?;
        }
        Ok(all)
    }

    /// Reads a file from its first byte to its last and hands over each chunk in order, with its offset. Where a digest
    /// of the file is published, an error at the end means that nothing of what was handed over may be used.
    pub async fn read_all(
        &self,
        file: FileId,
        mut consume: impl FnMut(u64, &Uint8Array) -> Result<(), WireError>,
    ) -> Result<(), WireError> {
        let entry = self.entry(file)?;
        if entry.has_ranges.get().is_none()
            && let Some(bytes) = self.chunk(file, 0).await?
        {
            // The first answer tells whether others may be asked for at the same time.
            entry.kept.borrow_mut().insert(0, bytes);
        }
        let ahead = match entry.has_ranges.get() {
            Some(true) | None => CHUNKS_IN_FLIGHT,
            Some(false) => 1,
        };
        // A length that is not known yet ends the stream below, at the first chunk that is not there.
        let count = self.len_bytes(file).map_or(u64::MAX, num_chunks);
        let mut chunks = std::pin::pin!(
            futures_stream::iter(0..count)
                .map(|chunk| async move { (chunk, self.chunk(file, chunk).await) })
                .buffered(ahead)
        );
        let mut digest = entry.wants_digest().then(FileDigest::default);
        while let Some((chunk, bytes)) = chunks.next().await {
            self.network.abort.check()?;
            let Some(bytes) = bytes? else {
                // All chunks before this one were full.
                let mut facts = entry.facts.borrow_mut();
                facts.len_bytes.get_or_insert(chunk * CHUNK_BYTES);
                break;
            };
            if chunk == 0 && digest.is_none() {
                // Published with the first answer.
                digest = entry.wants_digest().then(FileDigest::default);
            }
            if let Some(digest) = &mut digest {
                push_array(digest, &bytes);
            }
            consume(chunk * CHUNK_BYTES, &bytes)?;
        }
        match digest {
            Some(digest) => self.compare(entry, digest).await,
            // A chunk of a file that had been compared was damaged and is another now.
            None if entry.wants_digest() => self.compare_stored(file).await,
            None => Ok(()),
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

/// Hashes a chunk of JavaScript's memory through a small window of the WASM heap.
fn push_array(digest: &mut FileDigest, bytes: &Uint8Array) {
    const WINDOW_BYTES: u32 = 64 * 1024;
    let mut window = vec![0; WINDOW_BYTES as usize];
    let mut start = 0;
    while start < bytes.length() {
        let end = bytes.length().min(start + WINDOW_BYTES);
        let Some(target) = window.get_mut(..(end - start) as usize) else {
            return;
        };
        bytes.subarray(start, end).copy_to(target);
        digest.push(target);
        start = end;
    }
}
