//! What people write for a URL, as the URL of the bytes: shorthands, pages of the model hub, relative addresses.

use super::{NameKind, Site, bad_request, file_name_of, kind_of_name};
use crate::wire::WireError;

/// Hosts whose pages mean the hub, whichever server stands for it on this site.
const HUGGING_FACE_HOSTS: [&str; 3] = ["huggingface.co/", "www.huggingface.co/", "hf.co/"];

/// The absolute URL that a person means.
pub(super) fn url_from_text(text: &str, site: &Site<'_>) -> Result<String, WireError> {
    if let Some((scheme, _)) = text.split_once("://") {
        return match scheme.to_ascii_lowercase().as_str() {
            "http" | "https" => Ok(text.to_owned()),
            scheme => Err(bad_request(&format!(
                "addresses starting with {scheme}:// cannot be read from a web page; use https://, or drop the file on the page"
            ))),
        };
    }
    for host in HUGGING_FACE_HOSTS {
        if let Some(path) = text.strip_prefix(host) {
            return Ok(format!("{}{path}", site.hub));
        }
    }
    if let Some(url) = shorthand_url(text, site.hub) {
        return Ok(url);
    }
    join(site.page_url, text)
}

/// `org/name`, `org/name@revision`, and either with `:file.gguf`; anything else (`./models/x`, `models/x.gguf`) is a
/// relative address.
fn shorthand_url(text: &str, hub: &str) -> Option<String> {
    let (repository, file) = match text.split_once(':') {
        Some((repository, file)) => (repository, Some(file)),
        None => (text, None),
    };
    let (repository, revision) = match repository.split_once('@') {
        Some((repository, revision)) => (repository, Some(revision)),
        None => (repository, None),
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
    // A branch may have slashes in its name (`refs/pr/1`), an address has one part for it.
    let revision = match revision {
        Some(revision) if revision.split('/').all(is_name) => revision.replace('/', "%2F"),
        Some(_) => return None,
        None if file.is_some() => "main".to_owned(),
        None => {
            return match kind_of_name(name) {
                NameKind::Folder => Some(format!("{hub}{organisation}/{name}")),
                NameKind::Gguf | NameKind::InFolder | NameKind::Foreign => None,
            };
        }
    };
    Some(format!(
        "{hub}{organisation}/{name}/resolve/{revision}/{}",
        file.unwrap_or_default()
    ))
}

/// The hub's pages about a model or a file, as the address of the bytes; `None` for other sites.
pub(super) fn hub_path(path: &str, hub: &str) -> Option<String> {
    let rest = path.strip_prefix(hub).or_else(|| {
        let rest = path
            .strip_prefix("https://")
            .or_else(|| path.strip_prefix("http://"))?;
        HUGGING_FACE_HOSTS
            .iter()
            .find_map(|host| rest.strip_prefix(host))
    })?;
    let parts: Vec<&str> = rest.split('/').collect();
    match parts.as_slice() {
        [organisation, name] | [organisation, name, ""] => {
            Some(format!("{hub}{organisation}/{name}/resolve/main/"))
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
                "{hub}{organisation}/{name}/resolve/{revision}/{inside}{slash}"
            ))
        }
        _ => None,
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
