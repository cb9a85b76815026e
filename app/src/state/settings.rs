//! What whoever hosts the page may set: `inkling.json` beside it.
//!
//! Absent or unreadable, the defaults hold. Must not know what a setting is used for.

use serde::Deserialize;

use inkling_host::wire::{ErrorKind, WireError};

/// Raised when a field changes its meaning.
const SETTINGS_VERSION: u32 = 1;

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Settings {
    pub version: u32,
    /// Where names of repositories (`org/name`) point to.
    pub hub: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            version: SETTINGS_VERSION,
            hub: "https://huggingface.co".to_owned(),
        }
    }
}

pub fn settings_from_json(text: &str) -> Result<Settings, WireError> {
    let refuse = |reason: String| {
        WireError::new(
            ErrorKind::BadRequest,
            format!("the settings in inkling.json cannot be used: {reason}"),
        )
    };
    let settings: Settings =
        serde_json::from_str(text).map_err(|error| refuse(error.to_string()))?;
    if settings.version != SETTINGS_VERSION {
        return Err(refuse(format!(
            "they are of version {}, and this page reads version {SETTINGS_VERSION}",
            settings.version
        )));
    }
    Ok(settings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_used_is_refused_with_the_reason() {
        let own = r#"{"version": 1, "hub": "https://models.example.org"}"#;
        assert_eq!(
            settings_from_json(own).map(|settings| settings.hub),
            Ok("https://models.example.org".to_owned())
        );
        for (text, reason) in [
            ("", "EOF"),
            (r#"{"version": 1}"#, "hub"),
            (r#"{"version": 2, "hub": ""}"#, "version 2"),
        ] {
            let error = settings_from_json(text).unwrap_err();
            assert!(error.message.contains(reason), "{}", error.message);
        }
    }
}
