//! Opening a model: which files it has, and what storage already holds of them.

use std::collections::BTreeSet;

use web_sys::File;

use super::{Format, Means, Origin, Source, SourceFile};
use crate::address::{Address, FileAddress, FolderAddress, Layout, Place};
use crate::chunks::num_chunks;
use crate::hub::{TreeFile, files_from_tree};
use crate::record::{FileFacts, Record, StoredChunks};
use crate::wire::{ErrorKind, WireError};

/// A hub lists this many files at a time; with as many, there may be more.
const LISTED_AT_A_TIME: usize = 1000;

impl<'a> Source<'a> {
    /// Opens a model by its address, from storage alone if all of it is there.
    pub async fn open(
        address: Address,
        local_files: &[File],
        means: Means<'a>,
    ) -> Result<Self, WireError> {
        let record = match &means.store {
            Some(store) => store.record(&address.key).await?,
            None => None,
        };
        let is_local = !local_files.is_empty();
        if let Some(record) = record.clone().filter(|record| record.complete && !is_local) {
            return Ok(Self::from_record(record, means));
        }
        let format = match address.layout {
            Layout::Gguf { .. } => Format::Gguf,
            Layout::Folder { .. } => Format::Folder,
        };
        let mut source = Self::new(address.key, address.name, format, means);
        source.is_new = record.is_none();
        let stored = match &source.store {
            Some(store) => store.stored_chunks(&source.key).await?,
            None => StoredChunks::new(),
        };
        let known = Known {
            record: record.as_ref(),
            stored: &stored,
            local_files,
            listing: source.listing(&address.layout).await?,
        };
        let found = source.find_files(address.layout, &known).await;
        let recorded = source.record_start().await;
        match found.and(recorded) {
            Ok(()) => Ok(source),
            Err(error) => {
                source.tidy_after(&error).await;
                Err(error)
            }
        }
    }

    /// Opens a model that is stored whole.
    pub async fn open_stored(key: &str, means: Means<'a>) -> Result<Self, WireError> {
        let record = match &means.store {
            Some(store) => store.record(key).await?,
            None => None,
        };
        match record {
            Some(record) if record.complete => Ok(Self::from_record(record, means)),
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

    /// A model that is stored whole: the network is asked only for a chunk that turns out to be damaged.
    fn from_record(record: Record, means: Means<'a>) -> Self {
        let is_gguf = record.files.iter().any(|file| file.name.ends_with(".gguf"));
        let format = if is_gguf {
            Format::Gguf
        } else {
            Format::Folder
        };
        let mut source = Self::new(record.key, record.name, format, means);
        source.is_stored_whole = true;
        source.files = record
            .files
            .into_iter()
            .map(|file| {
                let facts = file.facts();
                let origin = file.url.clone().map_or(Origin::Stored, Origin::Url);
                let entry = SourceFile::new(file.name, origin, facts);
                entry
                    .stored
                    .replace((0..num_chunks(file.len_bytes.unwrap_or(0))).collect());
                entry.is_verified.set(file.is_verified);
                entry.has_ranges.set(Some(true));
                SourceFile {
                    // Whatever this load may ask of the network, the address stays known.
                    url: file.url,
                    ..entry
                }
            })
            .collect();
        source
    }

    async fn find_files(&mut self, layout: Layout, known: &Known<'_>) -> Result<(), WireError> {
        match layout {
            Layout::Gguf { parts } => self.add_parts(parts, known).await,
            Layout::Folder { base } => self.add_folder(&base, known).await,
        }
    }

    pub(super) async fn add_parts(
        &mut self,
        parts: Vec<FileAddress>,
        known: &Known<'_>,
    ) -> Result<(), WireError> {
        for part in parts {
            self.add(part, known).await?;
        }
        Ok(())
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

    /// What the hub lists beside the model, where it is a hub's. A hub that does not list is no reason to fail.
    async fn listing(&self, layout: &Layout) -> Result<Listing, WireError> {
        let url = match layout {
            Layout::Gguf { parts } => match parts.first().map(|part| &part.place) {
                Some(Place::Url(url)) => Some(url),
                Some(Place::Local(_)) | None => None,
            },
            Layout::Folder {
                base: FolderAddress::Url { prefix, .. },
            } => Some(prefix),
            Layout::Folder {
                base: FolderAddress::Local { .. },
            } => None,
        };
        let hub = &self.network.hub;
        let Some(place) = url.and_then(|url| hub.place_of(url)) else {
            return Ok(Listing::default());
        };
        let listed = self.network.text(&hub.tree_url(&place)).await;
        self.network.abort.check()?;
        Ok(Listing {
            files: listed.and_then(|json| files_from_tree(&json)).ok(),
        })
    }

    /// Adds a file with what storage has of it, after asking whether that is still the same file.
    pub(super) async fn add(
        &mut self,
        address: FileAddress,
        known: &Known<'_>,
    ) -> Result<(), WireError> {
        let (origin, mut now) = match address.place {
            Place::Url(url) => (Origin::Url(url), FileFacts::default()),
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
                    sha256: None,
                };
                (Origin::Local(file.clone()), facts)
            }
        };
        now.sha256 = known.listing.sha256_of(&address.name);
        let stored: BTreeSet<u64> = known
            .stored
            .iter()
            .filter(|(name, _)| *name == address.name)
            .map(|(_, chunk)| *chunk)
            .collect();
        let mut has_ranges = None;
        if let (false, Origin::Url(url)) = (stored.is_empty(), &origin) {
            let probe = self.network.probe(url).await?;
            has_ranges = Some(probe.has_ranges);
            now.learn(probe.facts);
        }
        let before = known
            .record
            .and_then(|record| record.files.iter().find(|file| file.name == address.name))
            .filter(|before| before.facts().agrees_with(&now));
        let entry = SourceFile::new(address.name, origin, now);
        if has_ranges.is_some() {
            entry.has_ranges.set(has_ranges);
        }
        match before {
            Some(before) if !stored.is_empty() => {
                entry.facts.borrow_mut().learn(before.facts());
                entry.is_verified.set(before.is_verified);
                entry.stored.replace(stored);
            }
            Some(_) | None => {
                if let (false, Some(store)) = (stored.is_empty(), &self.store) {
                    store.delete_file(&self.key, &entry.name).await?;
                }
            }
        }
        self.files.push(entry);
        Ok(())
    }
}

/// What was there before this load.
pub(super) struct Known<'a> {
    record: Option<&'a Record>,
    stored: &'a StoredChunks,
    local_files: &'a [File],
    pub listing: Listing,
}

/// The files of a folder of the hub, where it lists them.
#[derive(Default)]
pub(super) struct Listing {
    pub files: Option<Vec<TreeFile>>,
}

impl Listing {
    /// Whether asking for a file of this name would be in vain.
    pub fn lacks(&self, name: &str) -> bool {
        self.files.as_ref().is_some_and(|files| {
            files.len() < LISTED_AT_A_TIME && files.iter().all(|file| file.name != name)
        })
    }

    fn sha256_of(&self, name: &str) -> Option<String> {
        let files = self.files.as_ref()?;
        files.iter().find(|file| file.name == name)?.sha256.clone()
    }
}

/// Whether a failure says that there is no model for this engine here, so that keeping its bytes helps nobody.
fn is_no_model(error: &WireError) -> bool {
    matches!(
        error.kind,
        ErrorKind::BadFile | ErrorKind::Unsupported | ErrorKind::NotFound
    )
}
