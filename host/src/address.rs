//! What a person may give as a model, turned into the files to read. Pure: no network, no browser.
//!
//! The answer also fixes the key under which a model is stored, so the same model is the same key however it
//! was written (`org/name`, its Hugging Face page, its `config.json`). Must not know whether a file exists.

mod url;

use self::url::{hub_path, url_from_text};
use crate::hub::DEFAULT_HUB;
use crate::wire::{ErrorKind, WireError};

/// What addresses are relative to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Site<'a> {
    /// Of the page; paths start there.
    pub page_url: &'a str,
    /// Where repositories are looked for; ends in a slash.
    pub hub: &'a str,
}

impl<'a> Site<'a> {
    /// A page whose settings name no hub of its own.
    pub fn new(page_url: &'a str) -> Self {
        Self {
            page_url,
            hub: DEFAULT_HUB,
        }
    }
}

/// A model's files, and the names it goes by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// Where the model is kept in storage: its normal URL, or `local:NAME`.
    pub key: String,
    /// For people.
    pub name: String,
    pub layout: Layout,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Layout {
    /// The parts of a GGUF file, in order.
    Gguf { parts: Vec<FileAddress> },
    /// A Hugging Face folder; which files it has is known after asking.
    Folder { base: FolderAddress },
}

/// One file by its name in the model and its place in the world: a URL, or the index of a local file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileAddress {
    pub name: String,
    pub place: Place,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    Url(String),
    /// Index into the files that came with the message.
    Local(usize),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FolderAddress {
    /// `{prefix}{file name}{query}`; the prefix ends in a slash, the query is empty or starts with `?`.
    Url { prefix: String, query: String },
    /// The files that came with the message, with their names inside the folder.
    Local { names: Vec<(String, usize)> },
}

impl FolderAddress {
    /// Where the file `name` of this folder would be; `None` where a local folder lacks it.
    pub fn file(&self, name: &str) -> Option<FileAddress> {
        let place = match self {
            Self::Url { prefix, query } => Place::Url(format!("{prefix}{name}{query}")),
            Self::Local { names } => Place::Local(names.iter().find(|(known, _)| known == name)?.1),
        };
        Some(FileAddress {
            name: name.to_owned(),
            place,
        })
    }
}

/// Reads what a person typed.
pub fn address_from_text(text: &str, site: &Site<'_>) -> Result<Address, WireError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(bad_request(
            "give the address of a .gguf file or of a model folder",
        ));
    }
    let url = url_from_text(text, site)?;
    let url = url.split('#').next().unwrap_or_default();
    let (path, query) = match url.split_once('?') {
        Some((path, query)) => (path, format!("?{query}")),
        None => (url, String::new()),
    };
    let (path, query) = match hub_path(path, site.hub) {
        // Its queries choose a view or a download and are no part of the file.
        Some(path) => (path, String::new()),
        None => (path.to_owned(), query),
    };
    let file_name = file_name_of(&path);
    match kind_of_name(file_name) {
        NameKind::Gguf => gguf_from_url(&path, &query),
        NameKind::InFolder => {
            let prefix = path.get(..path.len() - file_name.len()).unwrap_or(&path);
            folder_from_url(prefix, query, site.hub)
        }
        NameKind::Folder => folder_from_url(&path, query, site.hub),
        NameKind::Foreign => Err(WireError::new(
            ErrorKind::Unsupported,
            format!(
                "'{file_name}' is not a kind of model file that can be loaded; give a .gguf file or a folder with config.json and .safetensors files"
            ),
        )),
    }
}

/// Reads the names of dropped or chosen files: one GGUF (with all its parts), or the files of a folder.
pub fn address_from_file_names(names: &[String]) -> Result<Address, WireError> {
    let mut ggufs: Vec<(usize, &str)> = names
        .iter()
        .enumerate()
        .filter(|(_, name)| ends_with_ignoring_case(name, ".gguf"))
        .map(|(index, name)| (index, file_name_of(name)))
        .collect();
    if !ggufs.is_empty() {
        return gguf_from_local(&mut ggufs);
    }
    // The shallowest config.json is the model's own; adapters and checkpoints lie deeper.
    let config = names
        .iter()
        .filter(|name| file_name_of(name) == "config.json")
        .min_by_key(|name| name.matches('/').count());
    let Some(config) = config else {
        return Err(bad_request(
            "these files are no model: give one .gguf file, or all files of a folder with config.json, tokenizer.json and .safetensors files",
        ));
    };
    let directory = config
        .get(..config.len() - "config.json".len())
        .unwrap_or_default();
    let files: Vec<(String, usize)> = names
        .iter()
        .enumerate()
        .filter_map(|(index, name)| {
            let inside = name.strip_prefix(directory)?;
            (!inside.contains('/')).then(|| (inside.to_owned(), index))
        })
        .collect();
    let name = match file_name_of(directory.trim_end_matches('/')) {
        "" => "local model",
        name => name,
    };
    Ok(Address {
        key: format!("local:{name}"),
        name: name.to_owned(),
        layout: Layout::Folder {
            base: FolderAddress::Local { names: files },
        },
    })
}

/// The shards that a `model.safetensors.index.json` names, in order, each once.
pub fn shards_from_index(json: &[u8]) -> Result<Vec<String>, WireError> {
    let bad = |reason: &str| {
        WireError::new(
            ErrorKind::BadFile,
            format!("model.safetensors.index.json cannot be used: {reason}"),
        )
    };
    let index: serde_json::Value =
        serde_json::from_slice(json).map_err(|error| bad(&error.to_string()))?;
    let map = index
        .get("weight_map")
        .and_then(|map| map.as_object())
        .ok_or_else(|| bad("it has no weight_map"))?;
    let mut shards = std::collections::BTreeSet::new();
    for shard in map.values() {
        let shard = shard
            .as_str()
            .ok_or_else(|| bad("weight_map holds something that is not a file name"))?;
        // A shard lies beside its index: anything else would be an address of somebody else's choosing.
        if shard.is_empty() || shard.contains(['/', '\\', ':', '?', '#']) {
            return Err(bad(&format!("'{shard}' is not a plain file name")));
        }
        shards.insert(shard.to_owned());
    }
    if shards.is_empty() {
        return Err(bad("it names no file"));
    }
    Ok(shards.into_iter().collect())
}

/// Whether bytes that should be a model are a web page: what many servers answer for a file they do not have.
pub fn looks_like_web_page(bytes: &[u8]) -> bool {
    let head = bytes.get(..64.min(bytes.len())).unwrap_or_default();
    let head = String::from_utf8_lossy(head).trim_start().to_lowercase();
    head.starts_with("<!doctype html") || head.starts_with("<html")
}

enum NameKind {
    Gguf,
    /// A file that is part of a folder; the folder is the model.
    InFolder,
    Folder,
    /// A file of a kind that is no model.
    Foreign,
}

fn kind_of_name(file_name: &str) -> NameKind {
    let lower = file_name.to_ascii_lowercase();
    let foreign = [
        ".bin", ".pt", ".pth", ".onnx", ".ggml", ".zip", ".tar", ".gz", ".html", ".htm", ".txt",
        ".md", ".tflite", ".msgpack", ".h5",
    ];
    if lower.is_empty() {
        NameKind::Folder
    } else if lower.ends_with(".gguf") {
        NameKind::Gguf
    } else if lower.ends_with(".safetensors")
        || lower.ends_with(".json")
        || lower.ends_with(".jinja")
    {
        NameKind::InFolder
    } else if foreign.iter().any(|ending| lower.ends_with(ending)) {
        NameKind::Foreign
    } else {
        // Model names have dots in them (Llama-3.2-1B), so an unknown ending is no ending.
        NameKind::Folder
    }
}

fn gguf_from_url(path: &str, query: &str) -> Result<Address, WireError> {
    let file_name = file_name_of(path);
    let folder = path.get(..path.len() - file_name.len()).unwrap_or_default();
    let names = gguf_parts(file_name)?;
    let first = names.first().map(String::as_str).unwrap_or(file_name);
    Ok(Address {
        key: format!("{folder}{first}{query}"),
        name: gguf_model_name(first),
        layout: Layout::Gguf {
            parts: names
                .iter()
                .map(|name| FileAddress {
                    name: name.clone(),
                    place: Place::Url(format!("{folder}{name}{query}")),
                })
                .collect(),
        },
    })
}

fn folder_from_url(prefix: &str, query: String, hub: &str) -> Result<Address, WireError> {
    let prefix = format!("{}/", prefix.trim_end_matches('/'));
    let shown = match prefix.strip_prefix(hub) {
        Some(rest) => rest.split("/resolve/").next().unwrap_or(rest),
        None => &prefix,
    };
    let name = file_name_of(shown.trim_end_matches('/')).to_owned();
    Ok(Address {
        key: format!("{prefix}{query}"),
        name,
        layout: Layout::Folder {
            base: FolderAddress::Url { prefix, query },
        },
    })
}

fn gguf_from_local(ggufs: &mut [(usize, &str)]) -> Result<Address, WireError> {
    ggufs.sort_by_key(|(_, name)| *name);
    let first_name = ggufs.first().map(|(_, name)| *name).unwrap_or_default();
    let names = gguf_parts(first_name)?;
    if ggufs.len() > names.len() {
        return Err(bad_request(
            "these are several models; give one .gguf file, or all parts of one",
        ));
    }
    let parts = names
        .iter()
        .map(|name| {
            let found = ggufs.iter().find(|(_, known)| known == name);
            found
                .map(|(index, _)| FileAddress {
                    name: name.clone(),
                    place: Place::Local(*index),
                })
                .ok_or_else(|| {
                    WireError::new(
                        ErrorKind::NotFound,
                        format!("the part '{name}' of this model is missing; give all {} parts together", names.len()),
                    )
                })
        })
        .collect::<Result<Vec<_>, _>>()?;
    let first = names.first().map(String::as_str).unwrap_or(first_name);
    Ok(Address {
        key: format!("local:{first}"),
        name: gguf_model_name(first),
        layout: Layout::Gguf { parts },
    })
}

/// The names of all parts of a GGUF file of which one is named; most have one.
pub fn gguf_parts(file_name: &str) -> Result<Vec<String>, WireError> {
    Ok(match SplitName::parse(file_name)? {
        Some(split) => split.all_names(),
        None => vec![file_name.to_owned()],
    })
}

/// `NAME-00001-of-00003.gguf`, as llama.cpp's gguf-split writes it.
struct SplitName<'a> {
    stem: &'a str,
    num_parts: u32,
}

impl<'a> SplitName<'a> {
    fn parse(file_name: &'a str) -> Result<Option<Self>, WireError> {
        let Some(stem) = file_name.strip_suffix(".gguf") else {
            return Ok(None);
        };
        let Some((rest, total)) = stem.rsplit_once("-of-") else {
            return Ok(None);
        };
        let Some((stem, part)) = rest.rsplit_once('-') else {
            return Ok(None);
        };
        let number = |digits: &str| -> Option<u32> {
            (digits.len() == 5).then(|| digits.parse().ok()).flatten()
        };
        let (Some(part), Some(num_parts)) = (number(part), number(total)) else {
            return Ok(None);
        };
        if part == 0 || part > num_parts || num_parts > 1000 {
            return Err(bad_request(&format!(
                "'{file_name}' says it is part {part} of {num_parts}, which cannot be"
            )));
        }
        Ok(Some(Self { stem, num_parts }))
    }

    fn all_names(&self) -> Vec<String> {
        (1..=self.num_parts)
            .map(|part| format!("{}-{part:05}-of-{:05}.gguf", self.stem, self.num_parts))
            .collect()
    }
}

fn gguf_model_name(file_name: &str) -> String {
    match SplitName::parse(file_name) {
        Ok(Some(split)) => split.stem.to_owned(),
        Ok(None) | Err(_) => file_name
            .strip_suffix(".gguf")
            .unwrap_or(file_name)
            .to_owned(),
    }
}

fn file_name_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

fn ends_with_ignoring_case(name: &str, ending: &str) -> bool {
    name.to_ascii_lowercase().ends_with(ending)
}

fn bad_request(message: &str) -> WireError {
    WireError::new(ErrorKind::BadRequest, message)
}

#[cfg(test)]
mod tests;
