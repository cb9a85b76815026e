//! A model hub: which addresses are its files, what its list of files says, and who may hear its access token. Pure.
//!
//! The hub is Hugging Face's or any server that answers alike. Must not fetch anything; what a person may type for a
//! repository is [`crate::address`]'s business.

mod choose;

use serde::Deserialize;

pub use self::choose::choose_gguf;
use crate::digest::digest_from_hex;
use crate::wire::{ErrorKind, WireError};

pub const DEFAULT_HUB: &str = "https://huggingface.co/";

/// Where repositories are looked for, and what opens the private ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hub {
    /// Ends in a slash.
    base: String,
    token: Option<String>,
}

impl Default for Hub {
    fn default() -> Self {
        Self {
            base: DEFAULT_HUB.to_owned(),
            token: None,
        }
    }
}

impl Hub {
    pub fn new(base: &str, token: Option<String>) -> Result<Self, WireError> {
        // A header holds printable characters only, and a token pasted with a line end means the token.
        let token = token
            .map(|token| token.trim().to_owned())
            .filter(|token| !token.is_empty());
        if token
            .as_ref()
            .is_some_and(|token| !token.chars().all(|c| c.is_ascii_graphic()))
        {
            return Err(WireError::new(
                ErrorKind::BadRequest,
                "an access token has no spaces or special letters in it; copy it again",
            ));
        }
        Ok(Self {
            base: base_from_text(base)?,
            token,
        })
    }

    pub fn base(&self) -> &str {
        &self.base
    }

    /// Whether an address is the hub's own, wherever it redirects to.
    pub fn owns(&self, url: &str) -> bool {
        origin_of(url) == origin_of(&self.base)
    }

    /// The token, for the hub's own origin and nobody else.
    pub fn token_for(&self, url: &str) -> Option<&str> {
        self.token.as_deref().filter(|_| self.owns(url))
    }

    /// The repository and path of a file or folder of the hub.
    pub fn place_of(&self, url: &str) -> Option<HubPlace> {
        let path = url.split(['?', '#']).next()?.strip_prefix(&self.base)?;
        let mut parts = path.splitn(5, '/');
        let organisation = parts.next()?;
        let name = parts.next()?;
        if parts.next()? != "resolve" {
            return None;
        }
        let revision = parts.next()?;
        Some(HubPlace {
            repository: format!("{organisation}/{name}"),
            revision: revision.to_owned(),
            inside: parts.next().unwrap_or_default().to_owned(),
        })
    }

    /// The list of the files beside a place: of its folder, not of the folders below.
    pub fn tree_url(&self, place: &HubPlace) -> String {
        let folder = place.folder();
        let slash = if folder.is_empty() { "" } else { "/" };
        format!(
            "{}api/models/{}/tree/{}{slash}{}",
            self.base,
            place.repository,
            place.revision,
            folder.trim_end_matches('/')
        )
    }
}

/// `{org}/{name}/resolve/{revision}/{inside}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HubPlace {
    pub repository: String,
    pub revision: String,
    /// A file's path, or a folder's with a slash at its end; empty for the repository itself.
    pub inside: String,
}

impl HubPlace {
    /// The folder part of the path, with its slash.
    pub fn folder(&self) -> &str {
        let end = self.inside.rfind('/').map_or(0, |at| at + 1);
        self.inside.get(..end).unwrap_or_default()
    }
}

/// A file of a folder of the hub.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeFile {
    /// Inside the folder that was listed.
    pub name: String,
    /// Published for large files only.
    pub sha256: Option<String>,
}

#[derive(Deserialize)]
struct Entry {
    #[serde(rename = "type")]
    kind: String,
    path: String,
    lfs: Option<LargeFile>,
}

#[derive(Deserialize)]
struct LargeFile {
    oid: String,
}

/// The files of a listed folder.
pub fn files_from_tree(json: &[u8]) -> Result<Vec<TreeFile>, WireError> {
    let entries: Vec<Entry> = serde_json::from_slice(json).map_err(|error| {
        WireError::new(
            ErrorKind::Network,
            format!("the hub's list of files cannot be read ({error})"),
        )
    })?;
    Ok(entries
        .into_iter()
        .filter(|entry| entry.kind == "file")
        .map(|entry| TreeFile {
            name: entry.path.rsplit('/').next().unwrap_or_default().to_owned(),
            sha256: entry
                .lfs
                .as_ref()
                .and_then(|large| digest_from_hex(large.oid.trim_start_matches("sha256:"))),
        })
        .collect())
}

/// A hub's address as a person or a settings file writes it, with a slash at its end.
pub fn base_from_text(text: &str) -> Result<String, WireError> {
    let text = text.trim();
    let has_host = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"))
        .is_some_and(|rest| !rest.trim_start_matches('/').is_empty() && !rest.starts_with('/'));
    if !has_host || text.contains(['?', '#', ' ', '@']) {
        return Err(WireError::new(
            ErrorKind::BadRequest,
            format!(
                "'{text}' is not the address of a model hub; it starts with https:// and has no query"
            ),
        ));
    }
    Ok(format!("{}/", text.trim_end_matches('/')))
}

/// Scheme, host and port. Addresses come from people, so case may differ.
fn origin_of(url: &str) -> String {
    let host_start = url.find("://").map_or(0, |at| at + 3);
    let end = url
        .get(host_start..)
        .and_then(|rest| rest.find(['/', '?', '#']))
        .map_or(url.len(), |at| host_start + at);
    url.get(..end).unwrap_or(url).to_ascii_lowercase()
}

#[cfg(test)]
mod tests;
