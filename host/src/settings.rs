//! What whoever hosts the page may decide for its visitors: `inkling.json`, beside the page. Pure.
//!
//! ```json
//! { "version": 1, "hub": "https://huggingface.co" }
//! ```
//!
//! `hub` is where `org/name` is looked for: any server that answers as the Hugging Face hub does
//! (`/{org}/{name}/resolve/{revision}/{file}`, and `/api/models/…/tree/…` if it lists files). The page reads the file at
//! its start and hands the address to the worker; a page without the file uses the hub itself.

use serde::Deserialize;

use crate::hub::{DEFAULT_HUB, base_from_text};
use crate::wire::{ErrorKind, WireError};

/// Raised when a field changes its meaning.
pub const SETTINGS_VERSION: u32 = 1;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Ends in a slash.
    pub hub: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            hub: DEFAULT_HUB.to_owned(),
        }
    }
}

/// As it is written; a word that is not known is more likely a mistake than a wish.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    version: u32,
    hub: Option<String>,
}

/// Reads the file, and refuses one that does not say what its author meant.
pub fn settings_from_json(text: &str) -> Result<Settings, WireError> {
    let refuse = |reason: &str| {
        WireError::new(
            ErrorKind::BadRequest,
            format!("inkling.json cannot be used: {reason}"),
        )
    };
    let written: Written =
        serde_json::from_str(text).map_err(|error| refuse(&error.to_string()))?;
    if written.version != SETTINGS_VERSION {
        return Err(refuse(&format!(
            "it is of version {}, and this page reads version {SETTINGS_VERSION}",
            written.version
        )));
    }
    match written.hub {
        None => Ok(Settings::default()),
        Some(hub) => base_from_text(&hub)
            .map(|hub| Settings { hub })
            .map_err(|error| refuse(&error.message)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_one_is_the_default() {
        let shipped = settings_from_json(include_str!("../../public/inkling.json")).unwrap();
        assert_eq!(shipped, Settings::default());
        assert_eq!(
            settings_from_json(r#"{"version": 1}"#).unwrap(),
            Settings::default()
        );
    }

    #[test]
    fn another_hub() {
        let read = |text: &str| settings_from_json(text).unwrap().hub;
        assert_eq!(
            read(r#"{"version": 1, "hub": " https://models.example:8443/hub "}"#),
            "https://models.example:8443/hub/"
        );
    }

    #[test]
    fn nonsense_is_refused_with_the_reason() {
        for (text, reason) in [
            ("", "EOF"),
            ("[]", "struct"),
            (r#"{"hub": "https://a.example"}"#, "version"),
            (r#"{"version": 2}"#, "version 2"),
            (r#"{"version": 1, "hub": 7}"#, "string"),
            (r#"{"version": 1, "hub": "models.example"}"#, "https://"),
            (r#"{"version": 1, "hub": "file:///m"}"#, "https://"),
            (r#"{"version": 1, "hub": "https://"}"#, "https://"),
            (r#"{"version": 1, "hup": "https://a.example"}"#, "hup"),
        ] {
            let error = settings_from_json(text).unwrap_err();
            assert!(error.message.contains(reason), "{text}: {}", error.message);
        }
    }
}
