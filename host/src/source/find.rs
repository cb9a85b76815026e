//! Finding out which files a model has, and what storage already holds of them.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

use web_sys::File;

use super::{FileId, Format, Observer, Origin, SHARD_INDEX, Source, SourceFile};
use crate::address::{Address, FileAddress, FolderAddress, Layout, Place, shards_from_index};
use crate::chunks::num_chunks;
use crate::fetch::{Abort, FileFacts, probe};
use crate::store::{Record, Store};
use crate::wire::{ErrorKind, WireError};

/// The files of a model folder that are read whole, and whether a model needs them.
const SMALL_FILES: [(&str, bool); 6] = [
    ("config.json", true),
    ("tokenizer.json", true),
    ("generation_config.json", false),
    ("quantize_config.json", false),
    ("tokenizer_config.json", false),
    ("chat_template.jinja", false),
];

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
        if !self.add_if_there(base, SHARD_INDEX, known).await? {
            return Err(self.missing("model.safetensors"));
        }
        let index = self
            .find(SHARD_INDEX)
            .ok_or_else(|| self.missing(SHARD_INDEX))?;
        for shard in shards_from_index(&self.read_whole(index).await?)? {
            if !self.add_if_there(base, &shard, known).await? {
                return Err(self.missing(&shard));
            }
        }
        Ok(())
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
            // It is there and empty: whoever reads it says what is wrong with that.
            Ok(None) => {
                if let Some(entry) = self.files.last() {
                    entry.facts.borrow_mut().len_bytes.get_or_insert(0);
                }
                Ok(true)
            }
            Err(error) if error.kind == ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        };
        if !matches!(outcome, Ok(true)) {
            self.files.pop();
        }
        outcome
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
