//! What a person may give as a model, turned into the files to read. Pure: no network, no browser.
//!
//! The answer also fixes the key under which a model is stored, so the same model is the same key however it
//! was written (`org/name`, its Hugging Face page, its `config.json`). Must not know whether a file exists.

use crate::wire::{ErrorKind, WireError};

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

/// Reads what a person typed. `page_url` is what relative addresses are relative to.
pub fn address_from_text(text: &str, page_url: &str) -> Result<Address, WireError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(bad_request(
            "give the address of a .gguf file or of a model folder",
        ));
    }
    let url = url_from_text(text, page_url)?;
    let url = url.split('#').next().unwrap_or_default();
    let (path, query) = match url.split_once('?') {
        Some((path, query)) => (path, format!("?{query}")),
        None => (url, String::new()),
    };
    let (path, query) = match hugging_face_path(path) {
        // Its queries choose a view or a download and are no part of the file.
        Some(path) => (path, String::new()),
        None => (path.to_owned(), query),
    };
    let file_name = file_name_of(&path);
    match kind_of_name(file_name) {
        NameKind::Gguf => gguf_from_url(&path, &query),
        NameKind::InFolder => {
            let prefix = path.get(..path.len() - file_name.len()).unwrap_or(&path);
            folder_from_url(prefix, query)
        }
        NameKind::Folder => folder_from_url(&path, query),
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

fn url_from_text(text: &str, page_url: &str) -> Result<String, WireError> {
    if let Some((scheme, _)) = text.split_once("://") {
        return match scheme.to_ascii_lowercase().as_str() {
            "http" | "https" => Ok(text.to_owned()),
            scheme => Err(bad_request(&format!(
                "addresses starting with {scheme}:// cannot be read from a web page; use https://, or drop the file on the page"
            ))),
        };
    }
    for host in ["huggingface.co/", "www.huggingface.co/", "hf.co/"] {
        if let Some(path) = text.strip_prefix(host) {
            return Ok(format!("{HUGGING_FACE}{path}"));
        }
    }
    if let Some(url) = shorthand_url(text) {
        return Ok(url);
    }
    join(page_url, text)
}

const HUGGING_FACE: &str = "https://huggingface.co/";

/// `org/name` and `org/name:file.gguf`; anything else (`./models/x`, `models/x.gguf`) is a relative address.
fn shorthand_url(text: &str) -> Option<String> {
    let (repository, file) = match text.split_once(':') {
        Some((repository, file)) => (repository, Some(file)),
        None => (text, None),
    };
    let (organisation, name) = repository.split_once('/')?;
    let is_name = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && part
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
    };
    if !is_name(organisation) || !is_name(name) {
        return None;
    }
    match file {
        Some(file) => Some(format!(
            "{HUGGING_FACE}{organisation}/{name}/resolve/main/{file}"
        )),
        None => match kind_of_name(name) {
            NameKind::Folder => Some(format!("{HUGGING_FACE}{organisation}/{name}")),
            NameKind::Gguf | NameKind::InFolder | NameKind::Foreign => None,
        },
    }
}

/// Hugging Face's pages about a model or a file, as the address of the bytes; `None` for other sites.
fn hugging_face_path(path: &str) -> Option<String> {
    let rest = path
        .strip_prefix("https://")
        .or_else(|| path.strip_prefix("http://"))?;
    let rest = ["huggingface.co/", "www.huggingface.co/", "hf.co/"]
        .iter()
        .find_map(|host| rest.strip_prefix(host))?;
    let parts: Vec<&str> = rest.split('/').collect();
    match parts.as_slice() {
        [organisation, name] | [organisation, name, ""] => {
            Some(format!("{HUGGING_FACE}{organisation}/{name}/resolve/main/"))
        }
        [
            organisation,
            name,
            "tree" | "blob" | "resolve" | "raw",
            revision,
            inside @ ..,
        ] => {
            let inside = inside.join("/");
            let is_folder = inside.is_empty()
                || matches!(kind_of_name(file_name_of(&inside)), NameKind::Folder);
            let slash = if is_folder && !inside.is_empty() && !inside.ends_with('/') {
                "/"
            } else {
                ""
            };
            Some(format!(
                "{HUGGING_FACE}{organisation}/{name}/resolve/{revision}/{inside}{slash}"
            ))
        }
        _ => None,
    }
}

fn gguf_from_url(path: &str, query: &str) -> Result<Address, WireError> {
    let file_name = file_name_of(path);
    let folder = path.get(..path.len() - file_name.len()).unwrap_or_default();
    let names = match SplitName::parse(file_name)? {
        Some(split) => split.all_names(),
        None => vec![file_name.to_owned()],
    };
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

fn folder_from_url(prefix: &str, query: String) -> Result<Address, WireError> {
    let prefix = format!("{}/", prefix.trim_end_matches('/'));
    let shown = match prefix.strip_prefix(HUGGING_FACE) {
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
    let names = match SplitName::parse(first_name)? {
        Some(split) => split.all_names(),
        None => vec![first_name.to_owned()],
    };
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

/// Joins a relative address to the page's, as a browser would for the paths that people type.
fn join(page_url: &str, relative: &str) -> Result<String, WireError> {
    let page = page_url.split(['?', '#']).next().unwrap_or_default();
    let scheme_end = page.find("://").map(|at| at + 3);
    let host_end = scheme_end.map(|start| {
        page.get(start..)
            .and_then(|rest| rest.find('/'))
            .map_or(page.len(), |at| start + at)
    });
    let Some((origin, page_path)) = host_end.and_then(|at| page.split_at_checked(at)) else {
        return Err(bad_request(&format!(
            "'{relative}' is not an address; start it with https://"
        )));
    };
    let (relative, query) = match relative
        .find('?')
        .and_then(|at| relative.split_at_checked(at))
    {
        Some((path, query)) => (path, query),
        None => (relative, ""),
    };
    let mut parts: Vec<&str> = Vec::new();
    if !relative.starts_with('/') {
        parts.extend(page_path.split('/').skip(1));
        parts.pop();
    }
    let mut steps = relative.trim_start_matches('/').split('/').peekable();
    while let Some(step) = steps.next() {
        let is_last = steps.peek().is_none();
        match step {
            "." | ".." => {
                if step == ".." {
                    parts.pop();
                }
                if is_last {
                    parts.push("");
                }
            }
            step => parts.push(step),
        }
    }
    Ok(format!("{origin}/{}{query}", parts.join("/")))
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
mod tests {
    use super::*;

    const PAGE: &str = "https://example.org/ink/index.html?model=x";

    fn address(text: &str) -> Address {
        address_from_text(text, PAGE).unwrap()
    }

    fn part_urls(address: &Address) -> Vec<String> {
        match &address.layout {
            Layout::Gguf { parts } => parts
                .iter()
                .map(|part| match &part.place {
                    Place::Url(url) => url.clone(),
                    Place::Local(index) => format!("local {index}"),
                })
                .collect(),
            Layout::Folder { .. } => panic!("a folder"),
        }
    }

    #[test]
    fn gguf_url() {
        let got = address("https://a.example/m/Tiny-Q4_0.gguf?token=1#frag");
        assert_eq!(got.name, "Tiny-Q4_0");
        assert_eq!(got.key, "https://a.example/m/Tiny-Q4_0.gguf?token=1");
        assert_eq!(part_urls(&got), [got.key]);
    }

    #[test]
    fn any_part_of_a_split_gguf_gives_all_parts() {
        let first = address("https://a.example/m-00001-of-00003.gguf");
        let second = address("https://a.example/m-00002-of-00003.gguf");
        assert_eq!(first, second);
        assert_eq!(first.name, "m");
        assert_eq!(
            part_urls(&first),
            [
                "https://a.example/m-00001-of-00003.gguf",
                "https://a.example/m-00002-of-00003.gguf",
                "https://a.example/m-00003-of-00003.gguf"
            ]
        );
        assert!(address_from_text("https://a.example/m-00004-of-00003.gguf", PAGE).is_err());
    }

    #[test]
    fn the_same_hugging_face_model_has_one_key() {
        let key = "https://huggingface.co/org/Some-1.5B/resolve/main/";
        for text in [
            "org/Some-1.5B",
            "https://huggingface.co/org/Some-1.5B",
            "https://huggingface.co/org/Some-1.5B/",
            "huggingface.co/org/Some-1.5B",
            "https://hf.co/org/Some-1.5B/tree/main",
            "https://huggingface.co/org/Some-1.5B/blob/main/config.json",
            "https://huggingface.co/org/Some-1.5B/resolve/main/model.safetensors?download=true",
        ] {
            let got = address(text);
            assert_eq!(got.key, key, "{text}");
            assert_eq!(got.name, "Some-1.5B", "{text}");
        }
        assert_eq!(
            address("https://huggingface.co/org/x/tree/main/sub/dir").key,
            "https://huggingface.co/org/x/resolve/main/sub/dir/"
        );
    }

    #[test]
    fn hugging_face_files() {
        let want = "https://huggingface.co/org/x-GGUF/resolve/main/x-Q4_0.gguf";
        for text in [
            "org/x-GGUF:x-Q4_0.gguf",
            "https://huggingface.co/org/x-GGUF/blob/main/x-Q4_0.gguf",
            "https://huggingface.co/org/x-GGUF/resolve/main/x-Q4_0.gguf?download=true",
        ] {
            assert_eq!(address(text).key, want, "{text}");
        }
    }

    #[test]
    fn folders_elsewhere() {
        let got = address("https://a.example/models/tiny");
        assert_eq!(got.key, "https://a.example/models/tiny/");
        assert_eq!(got, address("https://a.example/models/tiny/config.json"));
        let Layout::Folder { base } = got.layout else {
            panic!("not a folder")
        };
        assert_eq!(
            base.file("tokenizer.json").unwrap().place,
            Place::Url("https://a.example/models/tiny/tokenizer.json".into())
        );
        let signed = address("https://a.example/tiny/?sig=1");
        let Layout::Folder { base } = signed.layout else {
            panic!("not a folder")
        };
        assert_eq!(
            base.file("config.json").unwrap().place,
            Place::Url("https://a.example/tiny/config.json?sig=1".into())
        );
    }

    #[test]
    fn relative_addresses() {
        assert_eq!(
            address("models/a/x.gguf").key,
            "https://example.org/ink/models/a/x.gguf"
        );
        assert_eq!(address("x/y.gguf").key, "https://example.org/ink/x/y.gguf");
        assert_eq!(address("./m/tiny").key, "https://example.org/ink/m/tiny/");
        assert_eq!(address("../tiny/").key, "https://example.org/tiny/");
        assert_eq!(
            address("/tiny/x.gguf").key,
            "https://example.org/tiny/x.gguf"
        );
    }

    #[test]
    fn refused_addresses_say_what_to_give() {
        for (text, kind) in [
            ("", ErrorKind::BadRequest),
            ("file:///home/me/x.gguf", ErrorKind::BadRequest),
            (
                "https://a.example/pytorch_model.bin",
                ErrorKind::Unsupported,
            ),
        ] {
            assert_eq!(
                address_from_text(text, PAGE).unwrap_err().kind,
                kind,
                "{text}"
            );
        }
    }

    fn names(list: &[&str]) -> Vec<String> {
        list.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn local_files() {
        let got = address_from_file_names(&names(&[
            "a/m-00002-of-00002.gguf",
            "a/m-00001-of-00002.gguf",
        ]))
        .unwrap();
        assert_eq!(got.key, "local:m-00001-of-00002.gguf");
        assert_eq!(part_urls(&got), ["local 1", "local 0"]);

        let got = address_from_file_names(&names(&[
            "tiny/sub/config.json",
            "tiny/config.json",
            "tiny/model.safetensors",
        ]))
        .unwrap();
        assert_eq!(got.key, "local:tiny");
        let Layout::Folder { base } = got.layout else {
            panic!("not a folder")
        };
        assert_eq!(base.file("config.json").unwrap().place, Place::Local(1));
        assert_eq!(base.file("tokenizer.json"), None);
    }

    #[test]
    fn local_files_that_are_no_model() {
        for list in [
            vec!["readme.txt"],
            vec!["m-00001-of-00002.gguf"],
            vec!["a.gguf", "b.gguf"],
            vec![],
        ] {
            assert!(address_from_file_names(&names(&list)).is_err(), "{list:?}");
        }
    }

    #[test]
    fn index_names_each_shard_once_and_nothing_elsewhere() {
        let index = br#"{"weight_map":{"a":"m-2.safetensors","b":"m-1.safetensors","c":"m-2.safetensors"}}"#;
        assert_eq!(
            shards_from_index(index).unwrap(),
            ["m-1.safetensors", "m-2.safetensors"]
        );
        for bad in [
            &br#"{"weight_map":{"a":"../other.safetensors"}}"#[..],
            br#"{"weight_map":{"a":"https://x.example/y"}}"#,
            br#"{"weight_map":{"a":3}}"#,
            br#"{"weight_map":{}}"#,
            br#"{}"#,
            b"not json",
        ] {
            assert!(shards_from_index(bad).is_err());
        }
    }

    #[test]
    fn web_pages_are_recognised() {
        assert!(looks_like_web_page(b"\n <!DOCTYPE html><html>"));
        assert!(looks_like_web_page(b"<HTML lang=en>"));
        assert!(!looks_like_web_page(b"GGUF\x03\0\0\0"));
        assert!(!looks_like_web_page(b"{\"a\": \"<html>\"}"));
        assert!(!looks_like_web_page(b""));
    }
}
