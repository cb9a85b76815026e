//! From what a person types to what the worker is asked to load.
//!
//! The host reads addresses; this adds what only the page knows, the models that are stored already. Must not
//! fetch anything: only the worker knows what is there.

use inkling_host::address::{Site, address_from_text};
use inkling_host::wire::{ModelSource, StoredModel, WireError};

/// A model stored whole answers to its name or any form of its address, and needs no network.
pub fn source_from_address(
    typed: &str,
    site: &Site<'_>,
    stored: &[StoredModel],
) -> Result<ModelSource, WireError> {
    let typed = typed.trim();
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
    let url = address_from_text(typed, site)?.key;
    Ok(complete(&|model| model.key == url).unwrap_or(ModelSource::Url { url }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str = "https://example.org/inkling/?model=x/y";

    fn stored(key: &str, name: &str, complete: bool) -> StoredModel {
        StoredModel {
            key: key.to_owned(),
            name: name.to_owned(),
            total_bytes: 2,
            stored_bytes: 1,
            complete,
            last_used_ms: 0.0,
            files: Vec::new(),
        }
    }

    #[test]
    fn a_model_stored_whole_needs_no_network() {
        let key = "https://huggingface.co/o/n/resolve/main/";
        let shelf = [
            stored(key, "n", true),
            stored("https://h/part.gguf", "part", false),
        ];
        for typed in ["n", " o/n ", key, "https://huggingface.co/o/n/tree/main"] {
            assert_eq!(
                source_from_address(typed, &Site::new(BASE), &shelf),
                Ok(ModelSource::Stored {
                    key: key.to_owned()
                }),
                "{typed}"
            );
        }
    }

    #[test]
    fn what_is_not_stored_whole_is_asked_for_by_its_normal_address() {
        let shelf = [stored("https://h/part.gguf", "part", false)];
        for (typed, expected) in [
            ("https://h/part.gguf", "https://h/part.gguf"),
            ("o/n", "https://huggingface.co/o/n/resolve/main/"),
            ("./a.gguf", "https://example.org/inkling/a.gguf"),
        ] {
            assert_eq!(
                source_from_address(typed, &Site::new(BASE), &shelf),
                Ok(ModelSource::Url {
                    url: expected.to_owned()
                })
            );
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        assert!(source_from_address("", &Site::new(BASE), &[]).is_err());
        assert!(source_from_address("file:///a.gguf", &Site::new(BASE), &[]).is_err());
    }
}
