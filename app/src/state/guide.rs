//! The guide: the tiny model that comes with the page.
//!
//! It is loaded by its address like any other model. Must not know how it was made; that stands in
//! `models/guide/`.

use inkling_host::address::{Site, address_from_text};
use inkling_host::wire::{ModelSource, WireError};

use crate::say;

/// Where it lies, from the page's own folder.
pub const PATH: &str = "models/guide/guide.gguf";

/// A question to begin with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Starter {
    /// In the language of the page.
    pub label: String,
    /// What is asked: the guide knows only English.
    pub question: &'static str,
}

/// All of them are topics of the guide.
pub fn starters() -> [Starter; 4] {
    let [abilities, choice, private, quantisation] = STARTERS;
    let starter = |label, question| Starter { label, question };
    [
        starter(say!("guide-starter-abilities"), abilities),
        starter(say!("guide-starter-choice"), choice),
        starter(say!("guide-starter-private"), private),
        starter(say!("guide-starter-quantisation"), quantisation),
    ]
}

/// What is asked, in the language that the guide was taught.
pub const STARTERS: [&str; 4] = [
    "What can you do?",
    "Which model should I choose?",
    "Is my chat private?",
    "What is quantisation?",
];

/// By its address even where it is stored already: the host finds what is stored, and fetches what is missing.
pub fn source(base: &str) -> Result<ModelSource, WireError> {
    let url = address_from_text(&format!("./{PATH}"), &Site::new(base))?.key;
    Ok(ModelSource::Url { url })
}

/// Whether a model with this key is the guide of this page or of one like it.
pub fn is_guide(key: &str) -> bool {
    key.strip_suffix(PATH)
        .is_some_and(|site| site.ends_with('/'))
}

#[cfg(test)]
mod tests {
    use super::super::{Action, App, Launch, Load, Pending, Wanted, reduce};
    use super::*;

    #[test]
    fn it_lies_beside_the_page() {
        for (base, url) in [
            (
                "https://example.org/inkling/?embed",
                "https://example.org/inkling/models/guide/guide.gguf",
            ),
            (
                "http://127.0.0.1:8080/index.html",
                "http://127.0.0.1:8080/models/guide/guide.gguf",
            ),
        ] {
            assert_eq!(
                source(base),
                Ok(ModelSource::Url {
                    url: url.to_owned()
                })
            );
            assert!(is_guide(url));
        }
    }

    /// By address: the host finds what is stored.
    #[test]
    fn it_waits_for_the_engine_and_is_loaded_by_its_address() {
        let mut app = App::default();
        let launch = Launch {
            base: "https://example.org/".to_owned(),
            ..Launch::default()
        };
        reduce(&mut app, Action::Launched(launch));
        assert_eq!(reduce(&mut app, Action::LoadGuide), Vec::new());
        assert!(matches!(app.load, Load::Waiting { .. }));
        let url = "https://example.org/models/guide/guide.gguf".to_owned();
        assert_eq!(
            app.pending,
            Some(Pending::Wanted(Wanted::to_chat(ModelSource::Url { url })))
        );
    }

    #[test]
    fn in_english_a_starter_says_what_it_asks() {
        for starter in starters() {
            assert_eq!(starter.label, starter.question);
        }
    }

    #[test]
    fn other_models_are_not_the_guide() {
        for key in [
            "local:guide.gguf",
            "https://h/guide.gguf",
            "https://h/mymodels/guide/guide.gguf",
            "https://h/models/guide/guide.gguf/",
        ] {
            assert!(!is_guide(key), "{key}");
        }
    }
}
