//! From what a person types to where the model is.
//!
//! A web address, a Hugging Face repository by name or by the address of its pages, a path on the page's own
//! server, or the name of a stored model. Must not fetch anything: only the worker knows what is there.

use inkling_host::wire::{ModelSource, StoredModel};

const HUB: &str = "https://huggingface.co";

/// The error is one sentence for the person who typed.
pub fn source_from_address(
    typed: &str,
    base: &str,
    stored: &[StoredModel],
) -> Result<ModelSource, String> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Err("Paste the address of a model first.".to_owned());
    }
    // A model stored whole answers to its name and needs no network.
    let complete = |test: &dyn Fn(&StoredModel) -> bool| {
        stored
            .iter()
            .find(|model| model.complete && test(model))
            .map(|model| ModelSource::Stored {
                key: model.key.clone(),
            })
    };
    if let Some(source) = complete(&|model| model.key == typed || model.name == typed) {
        return Ok(source);
    }
    let url = url_from_address(typed, base)?;
    Ok(
        complete(&|model| model.key.trim_end_matches('/') == url.trim_end_matches('/'))
            .unwrap_or(ModelSource::Url { url }),
    )
}

fn url_from_address(typed: &str, base: &str) -> Result<String, String> {
    if let Some((scheme, rest)) = typed.split_once("://") {
        return match scheme.to_ascii_lowercase().as_str() {
            "http" | "https" => Ok(hub_url_from_page(rest).unwrap_or_else(|| typed.to_owned())),
            "file" => Err(
                "A page cannot open files by their address: use “Choose files” instead.".to_owned(),
            ),
            _ => Err(format!("Addresses start with https://, not {scheme}://.")),
        };
    }
    if let Some(path) = typed.strip_prefix('/') {
        return Ok(format!("{}/{path}", origin(base)));
    }
    if typed.starts_with("./") || typed.starts_with("../") {
        return Ok(format!(
            "{}{}",
            folder(base),
            typed.trim_start_matches("./")
        ));
    }
    hub_url_from_name(typed).ok_or_else(|| {
        "This is not the address of a model: give a link that starts with https://, or a Hugging Face name like org/name.".to_owned()
    })
}

/// `org/name`, or `org/name/file.gguf`.
fn hub_url_from_name(name: &str) -> Option<String> {
    let mut parts = name.trim_end_matches('/').split('/');
    let (organisation, repository) = (parts.next()?, parts.next()?);
    let rest: Vec<&str> = parts.collect();
    let plain = |part: &&str| {
        !part.is_empty()
            && !part.starts_with('.')
            && part
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
    };
    if ![organisation, repository].iter().all(plain) || !rest.iter().all(plain) {
        return None;
    }
    match rest.last() {
        None => Some(format!("{HUB}/{organisation}/{repository}/resolve/main/")),
        Some(file) if file.to_ascii_lowercase().ends_with(".gguf") => Some(format!(
            "{HUB}/{organisation}/{repository}/resolve/main/{}",
            rest.join("/")
        )),
        Some(_) => None,
    }
}

/// The page of a repository or of a file is not the file: people copy the former. `rest` has no scheme.
fn hub_url_from_page(rest: &str) -> Option<String> {
    let (host, path) = rest.split_once('/')?;
    if !matches!(host, "huggingface.co" | "www.huggingface.co" | "hf.co") {
        return None;
    }
    let path = path.split(['?', '#']).next()?.trim_end_matches('/');
    let parts: Vec<&str> = path.split('/').collect();
    match parts.as_slice() {
        [organisation, repository] => {
            Some(format!("{HUB}/{organisation}/{repository}/resolve/main/"))
        }
        [organisation, repository, "tree", revision, folders @ ..] => {
            let mut url = format!("{HUB}/{organisation}/{repository}/resolve/{revision}/");
            for folder in folders {
                url.push_str(folder);
                url.push('/');
            }
            Some(url)
        }
        [organisation, repository, "blob", revision, file @ ..] if !file.is_empty() => {
            Some(format!(
                "{HUB}/{organisation}/{repository}/resolve/{revision}/{}",
                file.join("/")
            ))
        }
        [_, _, "resolve", ..] if path.to_ascii_lowercase().ends_with(".gguf") => {
            Some(format!("{HUB}/{path}"))
        }
        _ => None,
    }
}

fn origin(base: &str) -> &str {
    let after_scheme = base.find("://").map_or(0, |at| at + 3);
    let end = base[after_scheme..]
        .find('/')
        .map_or(base.len(), |at| after_scheme + at);
    &base[..end]
}

fn folder(base: &str) -> &str {
    let path = base.split(['?', '#']).next().unwrap_or_default();
    let end = path.rfind('/').map_or(path.len(), |at| at + 1);
    &path[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str = "https://example.org/inkling/?model=x/y";

    fn url(typed: &str) -> Result<String, String> {
        match source_from_address(typed, BASE, &[])? {
            ModelSource::Url { url } => Ok(url),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn addresses_become_urls() {
        for (typed, expected) in [
            (" https://h.org/a.gguf ", "https://h.org/a.gguf"),
            ("http://localhost:8000/tiny/", "http://localhost:8000/tiny/"),
            ("org/name", "https://huggingface.co/org/name/resolve/main/"),
            (
                "org/na-me_1.5/",
                "https://huggingface.co/org/na-me_1.5/resolve/main/",
            ),
            (
                "o/n/q4/x.gguf",
                "https://huggingface.co/o/n/resolve/main/q4/x.gguf",
            ),
            (
                "https://huggingface.co/o/n",
                "https://huggingface.co/o/n/resolve/main/",
            ),
            (
                "https://hf.co/o/n/tree/main",
                "https://huggingface.co/o/n/resolve/main/",
            ),
            (
                "https://hf.co/o/n/tree/v2/sub",
                "https://huggingface.co/o/n/resolve/v2/sub/",
            ),
            (
                "https://huggingface.co/o/n/blob/main/x.gguf?download=true",
                "https://huggingface.co/o/n/resolve/main/x.gguf",
            ),
            (
                "https://huggingface.co/o/n/resolve/main/x.gguf?download=true",
                "https://huggingface.co/o/n/resolve/main/x.gguf",
            ),
            ("/models/a.gguf", "https://example.org/models/a.gguf"),
            ("./a.gguf", "https://example.org/inkling/a.gguf"),
            ("../a.gguf", "https://example.org/inkling/../a.gguf"),
        ] {
            assert_eq!(url(typed).as_deref(), Ok(expected), "{typed}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused_in_a_sentence() {
        for typed in [
            "",
            "  ",
            "llama",
            "ftp://h/a.gguf",
            "file:///a.gguf",
            "a b/c",
            "o/n/readme.md",
            "o//n",
        ] {
            let reason = url(typed).unwrap_err();
            assert!(reason.ends_with('.'), "{typed}: {reason}");
        }
    }

    fn stored(key: &str, name: &str, complete: bool) -> StoredModel {
        StoredModel {
            key: key.to_owned(),
            name: name.to_owned(),
            total_bytes: 2,
            stored_bytes: 1,
            complete,
            last_used_ms: 0.0,
        }
    }

    #[test]
    fn a_model_stored_whole_needs_no_network() {
        let shelf = [
            stored("https://huggingface.co/o/n/resolve/main", "n", true),
            stored("https://h/part.gguf", "part", false),
        ];
        let key = shelf[0].key.clone();
        for typed in ["n", "o/n", key.as_str()] {
            assert_eq!(
                source_from_address(typed, BASE, &shelf),
                Ok(ModelSource::Stored { key: key.clone() })
            );
        }
        assert_eq!(
            source_from_address("https://h/part.gguf", BASE, &shelf),
            Ok(ModelSource::Url {
                url: "https://h/part.gguf".to_owned()
            })
        );
        assert!(source_from_address("part", BASE, &shelf).is_err());
    }
}
