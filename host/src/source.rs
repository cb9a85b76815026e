//! A model's files, whether they come from a server, from the disk or from storage, read chunk by chunk.
//!
//! The one place that decides where a chunk comes from: what is stored is never fetched again, what is fetched
//! is stored, and a file that has changed starts over. Knows which files a model consists of; must not know
//! what is in them beyond the names they mention.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use futures_util::stream::{self, StreamExt};
use js_sys::Uint8Array;
use wasm_bindgen_futures::JsFuture;
use web_sys::File;

use crate::address::{
    Address, FileAddress, FolderAddress, Layout, Place, looks_like_web_page, shards_from_index,
};
use crate::chunks::{CHUNK_BYTES, CHUNKS_IN_FLIGHT, chunk_range, num_chunks};
use crate::fetch::{Abort, Answer, Body, FileFacts, open_stream, probe, read_range};
use crate::rate::Meter;
use crate::store::{FileRecord, Record, Store};
use crate::wire::{ErrorKind, WireError};

/// Files that are read whole must fit in the WASM heap beside everything else.
const LARGEST_SMALL_FILE_BYTES: u64 = 48 * 1024 * 1024;

/// The files of a model folder that are read whole, and whether a model needs them.
const SMALL_FILES: [(&str, bool); 5] = [
    ("config.json", true),
    ("tokenizer.json", true),
    ("generation_config.json", false),
    ("tokenizer_config.json", false),
    ("chat_template.jinja", false),
];

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

impl<'a> Source<'a> {
    /// Opens a model by its address, from storage alone if all of it is there.
    pub async fn open(
        address: Address,
        local_files: &[File],
        store: Option<Store>,
        not_stored: Option<WireError>,
        abort: Abort,
        observer: Observer<'a>,
    ) -> Result<Self, WireError> {
        let record = match &store {
            Some(store) => store.record(&address.key).await?,
            None => None,
        };
        let is_local = !local_files.is_empty();
        if let Some(record) = record.clone().filter(|record| record.complete && !is_local) {
            return Ok(Self::from_record(
                record,
                UseNetwork::ToRepair,
                store,
                abort,
                observer,
            ));
        }
        let mut source = Self {
            key: address.key,
            name: address.name,
            format: match address.layout {
                Layout::Gguf { .. } => Format::Gguf,
                Layout::Folder { .. } => Format::Folder,
            },
            files: Vec::new(),
            is_stored_whole: false,
            is_new: false,
            store,
            not_stored: RefCell::new(not_stored),
            open_stream: RefCell::new(None),
            abort,
            observer,
        };
        let stored = match &source.store {
            Some(store) => store.stored_chunks(&source.key).await?,
            None => BTreeSet::new(),
        };
        let known = Known {
            record: record.as_ref(),
            stored: &stored,
            local_files,
        };
        source.is_new = record.is_none();
        match source.find_files(address.layout, &known).await {
            Ok(()) => {
                source.record_start().await;
                Ok(source)
            }
            Err(error) => {
                source.record_start().await;
                source.tidy_after(&error).await;
                Err(error)
            }
        }
    }

    async fn find_files(&mut self, layout: Layout, known: &Known<'_>) -> Result<(), WireError> {
        match layout {
            Layout::Gguf { parts } => {
                for part in parts {
                    self.add(part, known).await?;
                }
                Ok(())
            }
            Layout::Folder { base } => self.add_folder(&base, known).await,
        }
    }

    /// After a failure: a model that storage did not know before stays only if there is something to resume.
    pub async fn tidy_after(&self, error: &WireError) {
        let has_chunks = self
            .files
            .iter()
            .any(|file| !file.stored.borrow().is_empty());
        if self.is_new
            && (is_no_model(error) || !has_chunks)
            && let Some(store) = &self.store
        {
            // What cannot be removed now is listed and can be removed by hand.
            drop(store.delete(&self.key).await);
        }
    }

    /// Opens a model that is stored whole.
    pub async fn open_stored(
        key: &str,
        store: Option<Store>,
        abort: Abort,
        observer: Observer<'a>,
    ) -> Result<Self, WireError> {
        let record = match &store {
            Some(store) => store.record(key).await?,
            None => None,
        };
        match record {
            Some(record) if record.complete => Ok(Self::from_record(
                record,
                UseNetwork::Never,
                store,
                abort,
                observer,
            )),
            Some(_) => Err(WireError::new(
                ErrorKind::NotFound,
                "this model is not stored whole yet; load it from its address to get the rest",
            )),
            None => Err(WireError::new(
                ErrorKind::NotFound,
                "this model is not stored in this browser; load it from its address",
            )),
        }
    }

    fn from_record(
        record: Record,
        network: UseNetwork,
        store: Option<Store>,
        abort: Abort,
        observer: Observer<'a>,
    ) -> Self {
        let is_gguf = record.files.iter().any(|file| file.name.ends_with(".gguf"));
        let files = record
            .files
            .iter()
            .map(|file| SourceFile {
                name: file.name.clone(),
                origin: match (&file.url, network) {
                    (Some(url), UseNetwork::ToRepair) => Origin::Url(url.clone()),
                    (None, UseNetwork::ToRepair) | (_, UseNetwork::Never) => Origin::Stored,
                },
                stored: RefCell::new((0..num_chunks(file.len_bytes.unwrap_or(0))).collect()),
                facts: RefCell::new(FileFacts {
                    len_bytes: file.len_bytes,
                    validator: file.validator.clone(),
                }),
                has_ranges: Cell::new(Some(true)),
                url: file.url.clone(),
                counted: RefCell::default(),
                kept: RefCell::default(),
            })
            .collect();
        Self {
            key: record.key,
            name: record.name,
            format: if is_gguf {
                Format::Gguf
            } else {
                Format::Folder
            },
            files,
            is_stored_whole: true,
            is_new: false,
            store,
            not_stored: RefCell::new(None),
            open_stream: RefCell::new(None),
            abort,
            observer,
        }
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

    async fn add_folder(
        &mut self,
        base: &FolderAddress,
        known: &Known<'_>,
    ) -> Result<(), WireError> {
        for (name, is_needed) in SMALL_FILES {
            if !self.add_if_there(base, name, known).await? && is_needed {
                return Err(self.missing(name));
            }
        }
        if self.add_if_there(base, "model.safetensors", known).await? {
            return Ok(());
        }
        const INDEX: &str = "model.safetensors.index.json";
        if !self.add_if_there(base, INDEX, known).await? {
            return Err(self.missing("model.safetensors"));
        }
        let index = self.find(INDEX).ok_or_else(|| self.missing(INDEX))?;
        for shard in shards_from_index(&self.read_whole(index).await?)? {
            if !self.add_if_there(base, &shard, known).await? {
                return Err(self.missing(&shard));
            }
        }
        Ok(())
    }

    fn missing(&self, name: &str) -> WireError {
        let place = &self.key;
        let advice = if name == "config.json" {
            "give the address of a .gguf file (for Hugging Face: org/name:file.gguf) or of a folder that has it"
        } else {
            "the model cannot be loaded without it"
        };
        WireError::new(
            ErrorKind::NotFound,
            format!("there is no {name} at {place}; {advice}"),
        )
    }

    /// Adds a file of a folder and reads its first chunk, which shows whether it exists.
    async fn add_if_there(
        &mut self,
        base: &FolderAddress,
        name: &str,
        known: &Known<'_>,
    ) -> Result<bool, WireError> {
        let Some(address) = base.file(name) else {
            return Ok(false);
        };
        match self.add(address, known).await {
            Ok(()) => {}
            Err(error) if error.kind == ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(error),
        }
        let file = FileId(self.files.len() - 1);
        let outcome = match self.chunk(file, 0).await {
            Ok(Some(bytes)) => self.keep_for_later(file, 0, &bytes).map(|()| true),
            Ok(None) => Ok(false),
            Err(error) if error.kind == ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        };
        if !matches!(outcome, Ok(true)) {
            self.files.pop();
        }
        outcome
    }

    /// Adds a file with what storage has of it, after asking whether that is still the same file.
    async fn add(&mut self, address: FileAddress, known: &Known<'_>) -> Result<(), WireError> {
        let (origin, local_facts) = match address.place {
            Place::Url(url) => (Origin::Url(url), None),
            Place::Local(index) => {
                let file = known.local_files.get(index).ok_or_else(|| {
                    WireError::new(
                        ErrorKind::BadRequest,
                        format!("the file '{}' did not come with the request", address.name),
                    )
                })?;
                let facts = FileFacts {
                    len_bytes: Some(file.size() as u64),
                    validator: Some(file.last_modified().to_string()),
                };
                (Origin::Local(file.clone()), Some(facts))
            }
        };
        let mut facts = local_facts.clone().unwrap_or_default();
        let mut stored: BTreeSet<u64> = known
            .stored
            .iter()
            .filter(|(name, _)| *name == address.name)
            .map(|(_, chunk)| *chunk)
            .collect();
        if !stored.is_empty() {
            let before = known
                .record
                .and_then(|record| record.files.iter().find(|file| file.name == address.name))
                .map(|file| FileFacts {
                    len_bytes: file.len_bytes,
                    validator: file.validator.clone(),
                });
            let now = match (&origin, local_facts) {
                (_, Some(facts)) => facts,
                (Origin::Url(url), None) => probe(url, &self.abort).await?,
                (Origin::Local(_) | Origin::Stored, None) => FileFacts::default(),
            };
            match before {
                Some(before) if before.agrees_with(&now) => {
                    facts = FileFacts {
                        len_bytes: now.len_bytes.or(before.len_bytes),
                        validator: now.validator.or(before.validator),
                    };
                }
                Some(_) | None => {
                    if let Some(store) = &self.store {
                        store.delete_file(&self.key, &address.name).await?;
                    }
                    stored.clear();
                    facts = now;
                }
            }
        }
        self.files.push(SourceFile {
            name: address.name,
            url: match &origin {
                Origin::Url(url) => Some(url.clone()),
                Origin::Local(_) | Origin::Stored => None,
            },
            has_ranges: Cell::new(matches!(origin, Origin::Local(_)).then_some(true)),
            origin,
            facts: RefCell::new(facts),
            stored: RefCell::new(stored),
            counted: RefCell::default(),
            kept: RefCell::default(),
        });
        Ok(())
    }

    /// One chunk, from wherever it is; `None` behind the end of the file.
    async fn chunk(&self, file: FileId, chunk: u64) -> Result<Option<Uint8Array>, WireError> {
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

    fn entry(&self, file: FileId) -> Result<&SourceFile, WireError> {
        self.files.get(file.0).ok_or_else(|| {
            WireError::new(ErrorKind::Internal, "a file of another model was asked for")
        })
    }
}

/// What a model that is stored whole may still ask of the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum UseNetwork {
    Never,
    /// Only for a chunk that turns out to be damaged.
    ToRepair,
}

/// What was there before this load.
struct Known<'a> {
    record: Option<&'a Record>,
    stored: &'a BTreeSet<(String, u64)>,
    local_files: &'a [File],
}

/// Whether a failure says that there is no model for this engine here, so that keeping its bytes helps nobody.
fn is_no_model(error: &WireError) -> bool {
    matches!(
        error.kind,
        ErrorKind::BadFile | ErrorKind::Unsupported | ErrorKind::NotFound
    )
}

fn is_weight_name(name: &str) -> bool {
    name.ends_with(".gguf") || name.ends_with(".safetensors")
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

fn append(target: &mut Vec<u8>, bytes: &Uint8Array) {
    let start = target.len();
    target.resize(start + bytes.length() as usize, 0);
    if let Some(tail) = target.get_mut(start..) {
        bytes.copy_to(tail);
    }
}
