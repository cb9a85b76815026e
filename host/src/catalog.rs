//! The catalogue: models worth trying, as a file that whoever hosts the page may replace.
//!
//! `public/catalog.json` is read by the page at its start. Every fact in it is for people to decide by; nothing but
//! the address is used to load. Pure: no network, no browser.

use serde::{Deserialize, Serialize};

use crate::address::{Site, address_from_text};
use crate::wire::{ErrorKind, WireError};

/// Raised when a field changes its meaning.
pub const CATALOG_VERSION: u32 = 1;

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Catalog {
    pub version: u32,
    pub models: Vec<CatalogModel>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CatalogModel {
    pub name: String,
    /// What a person could type into the address field; relative ones start at the page.
    pub address: String,
    /// Of the weights, embeddings included.
    pub num_parameters: u64,
    /// Of the download.
    pub size_bytes: u64,
    /// Its SPDX name, or the name its publisher gives it.
    pub licence: String,
    pub licence_url: String,
    /// Tokens, as the publisher states them.
    pub context_length: u64,
    /// How conversations are written for it: ChatML, Llama 3, Gemma, Phi.
    pub template_family: String,
    /// One phrase.
    pub good_at: String,
}

/// Reads a catalogue, and refuses one that the page could not show or load from.
pub fn catalog_from_json(text: &str, site: &Site<'_>) -> Result<Catalog, WireError> {
    let refuse = |reason: String| {
        Err(WireError::new(
            ErrorKind::BadRequest,
            format!("the catalogue cannot be used: {reason}"),
        ))
    };
    let catalog: Catalog = match serde_json::from_str(text) {
        Ok(catalog) => catalog,
        Err(error) => return refuse(error.to_string()),
    };
    if catalog.version != CATALOG_VERSION {
        return refuse(format!(
            "it is of version {}, and this page reads version {CATALOG_VERSION}",
            catalog.version
        ));
    }
    for model in &catalog.models {
        if let Err(error) = address_from_text(&model.address, site) {
            return refuse(format!("{}: {}", model.name, error.message));
        }
    }
    Ok(catalog)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Catalog, WireError> {
        catalog_from_json(text, &Site::new("https://example.org/inkling/"))
    }

    fn shipped() -> Catalog {
        read(include_str!("../../public/catalog.json")).unwrap()
    }

    #[test]
    fn the_shipped_one_can_be_shown_and_loaded_from() {
        let catalog = shipped();
        assert!(catalog.models.len() >= 8);
        for model in &catalog.models {
            let CatalogModel {
                name,
                address,
                num_parameters,
                size_bytes,
                context_length,
                ..
            } = model;
            assert!(address.ends_with(".gguf"), "{name}");
            assert!(model.licence_url.starts_with("https://"), "{name}");
            assert!(!model.good_at.is_empty() && !model.licence.is_empty());
            assert!(*context_length >= 2048, "{name}");
            // Between three and a half and nine bits to a weight, or a number is wrong.
            let bits = *size_bytes as f64 * 8.0 / *num_parameters as f64;
            assert!((3.5..9.5).contains(&bits), "{name}: {bits} bits a weight");
        }
    }

    #[test]
    fn small_models_come_first_and_none_twice() {
        let catalog = shipped();
        let sizes: Vec<u64> = catalog
            .models
            .iter()
            .map(|model| model.size_bytes)
            .collect();
        assert!(sizes.is_sorted(), "{sizes:?}");
        let mut addresses: Vec<_> = catalog.models.iter().map(|model| &model.address).collect();
        addresses.sort();
        addresses.dedup();
        assert_eq!(addresses.len(), catalog.models.len());
    }

    #[test]
    fn what_cannot_be_used_is_refused_with_the_reason() {
        for (text, reason) in [
            ("", "EOF"),
            (r#"{"version": 2, "models": []}"#, "version 2"),
            (
                r#"{"version": 1, "models": [{"name": "x"}]}"#,
                "missing field",
            ),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.message.contains(reason), "{}", error.message);
        }
        let mut catalog = shipped();
        catalog.models.truncate(1);
        if let Some(model) = catalog.models.first_mut() {
            model.address = "file:///a.gguf".to_owned();
        }
        let text = serde_json::to_string(&catalog).unwrap();
        assert!(read(&text).is_err());
    }
}
