//! What storage remembers of a model: its files, what their servers said, and when all of it counts as there. Pure.
//!
//! Kept as JSON text; a field that a later version adds has a default, so that what an earlier one stored still reads.
//! Must not know how bytes are stored.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::chunks::{chunk_range, num_chunks};
use crate::wire::{StoredFile, StoredModel};

/// The chunks that are there, as (file name, chunk).
pub type StoredChunks = BTreeSet<(String, u64)>;

/// A model as the store knows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    pub key: String,
    pub name: String,
    pub files: Vec<FileRecord>,
    pub last_used_ms: f64,
    pub complete: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FileRecord {
    pub name: String,
    /// Absent for a local file.
    pub url: Option<String>,
    /// Absent until the server has said it or the last byte has come.
    pub len_bytes: Option<u64>,
    /// ETag or Last-Modified of the server, or the date of a local file.
    pub validator: Option<String>,
    /// Of the whole file, as its publisher states it.
    #[serde(default)]
    pub sha256: Option<String>,
    /// The whole file was compared with its digest.
    #[serde(default)]
    pub is_verified: bool,
}

/// What a server says about a file, as far as it lets a page from another origin see it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FileFacts {
    pub len_bytes: Option<u64>,
    /// ETag, else Last-Modified: changes when the file does.
    pub validator: Option<String>,
    /// The SHA-256 of the whole file, where it is published.
    pub sha256: Option<String>,
}

impl FileFacts {
    /// Whether both may be the same file: what is unknown contradicts nothing.
    pub fn agrees_with(&self, other: &Self) -> bool {
        same(&self.len_bytes, &other.len_bytes)
            && same(&self.validator, &other.validator)
            && same(&self.sha256, &other.sha256)
    }

    /// Whether two answers claim to be of the same file and yet differ: a fault on the way, not a new file.
    pub fn contradicts(&self, other: &Self) -> bool {
        self.validator.is_some()
            && self.validator == other.validator
            && !same(&self.len_bytes, &other.len_bytes)
    }

    /// Adds what was not known; true where there was something to add.
    pub fn learn(&mut self, other: Self) -> bool {
        let before = self.clone();
        self.len_bytes = self.len_bytes.or(other.len_bytes);
        self.validator = self.validator.take().or(other.validator);
        self.sha256 = self.sha256.take().or(other.sha256);
        *self != before
    }
}

fn same<T: PartialEq>(a: &Option<T>, b: &Option<T>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => a == b,
        (_, _) => true,
    }
}

impl FileRecord {
    pub fn facts(&self) -> FileFacts {
        FileFacts {
            len_bytes: self.len_bytes,
            validator: self.validator.clone(),
            sha256: self.sha256.clone(),
        }
    }

    /// Bytes of its chunks that are there.
    fn stored_bytes(&self, stored: &StoredChunks) -> u64 {
        // While the length is unknown, what is there was full chunks.
        let len_bytes = self.len_bytes.unwrap_or(u64::MAX);
        stored
            .iter()
            .filter(|(name, _)| *name == self.name)
            .filter_map(|(_, chunk)| chunk_range(len_bytes, *chunk))
            .map(|(_, len)| len)
            .sum()
    }
}

impl Record {
    /// Every chunk is there, and each file is what its publisher says it is.
    pub fn is_whole(&self, stored: &StoredChunks) -> bool {
        !self.files.is_empty()
            && self.files.iter().all(|file| {
                let is_right = file.sha256.is_none() || file.is_verified;
                is_right
                    && file.len_bytes.is_some_and(|len| {
                        (0..num_chunks(len))
                            .all(|chunk| stored.contains(&(file.name.clone(), chunk)))
                    })
            })
    }

    /// As the page lists it.
    pub fn listed(self, stored: &StoredChunks) -> StoredModel {
        StoredModel {
            total_bytes: self.files.iter().filter_map(|file| file.len_bytes).sum(),
            stored_bytes: self
                .files
                .iter()
                .map(|file| file.stored_bytes(stored))
                .sum(),
            complete: self.complete && self.is_whole(stored),
            files: self
                .files
                .into_iter()
                .map(|file| StoredFile {
                    name: file.name,
                    len_bytes: file.len_bytes,
                })
                .collect(),
            key: self.key,
            name: self.name,
            last_used_ms: self.last_used_ms,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chunks::CHUNK_BYTES;

    fn file(name: &str, len_bytes: u64) -> FileRecord {
        FileRecord {
            name: name.to_owned(),
            url: None,
            len_bytes: Some(len_bytes),
            validator: None,
            sha256: None,
            is_verified: false,
        }
    }

    fn record(files: Vec<FileRecord>) -> Record {
        Record {
            key: "k".to_owned(),
            name: "n".to_owned(),
            files,
            last_used_ms: 1.0,
            complete: true,
        }
    }

    fn chunks(list: &[(&str, u64)]) -> StoredChunks {
        list.iter()
            .map(|(name, chunk)| ((*name).to_owned(), *chunk))
            .collect()
    }

    #[test]
    fn a_record_of_an_earlier_version_still_reads() {
        let json = r#"{"key":"https://a.example/m.gguf","name":"m","files":[{"name":"m.gguf",
            "url":"https://a.example/m.gguf","len_bytes":9,"validator":"\"1\""}],
            "last_used_ms":7.5,"complete":true}"#;
        let record: Record = serde_json::from_str(json).unwrap();
        let read = record.files.first().unwrap();
        assert_eq!(read.sha256, None);
        assert!(!read.is_verified);
        assert!(record.is_whole(&chunks(&[("m.gguf", 0)])));
        let again = serde_json::to_string(&record).unwrap();
        assert_eq!(serde_json::from_str::<Record>(&again).unwrap(), record);
    }

    #[test]
    fn whole_is_every_chunk_of_every_file() {
        assert!(!record(Vec::new()).is_whole(&chunks(&[])));
        let record = record(vec![file("a", CHUNK_BYTES + 1), file("b", 5)]);
        let all = [("a", 0), ("a", 1), ("b", 0)];
        assert!(record.is_whole(&chunks(&all)));
        for missing in 0..all.len() {
            let mut some = all.to_vec();
            some.remove(missing);
            assert!(!record.is_whole(&chunks(&some)));
            assert!(!record.clone().listed(&chunks(&some)).complete);
        }
        let listed = record.listed(&chunks(&all));
        assert!(listed.complete);
        assert_eq!(listed.stored_bytes, CHUNK_BYTES + 6);
        assert_eq!(listed.total_bytes, CHUNK_BYTES + 6);
        assert_eq!(listed.files.len(), 2);
    }

    #[test]
    fn a_file_with_a_published_digest_counts_only_once_it_was_compared() {
        let mut published = file("a", 5);
        published.sha256 = Some("ab".repeat(32));
        assert!(!record(vec![published.clone()]).is_whole(&chunks(&[("a", 0)])));
        published.is_verified = true;
        assert!(record(vec![published]).is_whole(&chunks(&[("a", 0)])));
    }

    #[test]
    fn what_arrived_is_counted_before_the_length_is_known() {
        let mut unknown = file("a", 0);
        unknown.len_bytes = None;
        let listed = record(vec![unknown]).listed(&chunks(&[("a", 0), ("a", 1)]));
        assert_eq!(listed.stored_bytes, 2 * CHUNK_BYTES);
        assert!(!listed.complete);
    }

    #[test]
    fn answers_about_one_file() {
        let facts = |len: Option<u64>, tag: Option<&str>| FileFacts {
            len_bytes: len,
            validator: tag.map(str::to_owned),
            sha256: None,
        };
        let known = facts(Some(5), Some("a"));
        assert!(known.agrees_with(&facts(None, None)));
        assert!(!known.agrees_with(&facts(Some(6), None)));
        assert!(!known.agrees_with(&facts(None, Some("b"))));
        assert!(known.contradicts(&facts(Some(6), Some("a"))));
        assert!(!known.contradicts(&facts(Some(6), Some("b"))));
        assert!(!facts(Some(5), None).contradicts(&facts(Some(6), None)));
        let mut learning = facts(None, Some("a"));
        assert!(learning.learn(facts(Some(5), Some("b"))));
        assert_eq!(learning, known);
        assert!(!learning.learn(facts(Some(9), None)));
    }
}
