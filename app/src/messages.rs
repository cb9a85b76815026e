//! What the page says, in the language of the person who reads it.
//!
//! The texts stand in `app/messages/*.ftl`, one file a language, in the format of Project Fluent
//! (<https://projectfluent.org>): plural forms are the translator's business. English is part of the program and stands
//! in for whatever another language lacks. Errors of the engine are English sentences and come through as they are.
//! Must not know where a language's file comes from, nor which one a person chose.

use std::cell::RefCell;

use fluent_bundle::{FluentArgs, FluentBundle, FluentResource};
use unic_langid::{LanguageIdentifier, langid};

const ENGLISH: &str = include_str!("../messages/en.ftl");

thread_local! {
    static SPOKEN: RefCell<Spoken> = RefCell::new(Spoken::english());
}

/// The languages that are tried for a text, the chosen one first and English last.
struct Spoken {
    bundles: Vec<FluentBundle<FluentResource>>,
}

impl Spoken {
    fn english() -> Self {
        Self {
            bundles: vec![bundle(langid!("en"), ENGLISH)],
        }
    }
}

fn bundle(language: LanguageIdentifier, source: &str) -> FluentBundle<FluentResource> {
    let mut bundle = FluentBundle::new(vec![language]);
    // Marks around inserted text keep mixed writing directions apart; the page's markup does that.
    bundle.set_use_isolating(false);
    // A line that cannot be read costs its own message and no other.
    let (Ok(resource) | Err((resource, _))) = FluentResource::try_new(source.to_owned());
    bundle.add_resource_overriding(resource);
    bundle
}

/// Speaks `source` from now on, as `language` (a BCP 47 tag) has its plurals; English where the tag is none.
pub fn speak(language: &str, source: &str) {
    let mut spoken = Spoken::english();
    if let Ok(language) = language.parse() {
        spoken.bundles.insert(0, bundle(language, source));
    }
    SPOKEN.with_borrow_mut(|current| *current = spoken);
}

/// Speaks English again.
pub fn speak_english() {
    SPOKEN.with_borrow_mut(|current| *current = Spoken::english());
}

/// The text called `id`, with its variables filled in. Called by [`say!`](crate::say).
pub fn text(id: &str, arguments: &FluentArgs) -> String {
    SPOKEN.with_borrow(|spoken| {
        let found = spoken.bundles.iter().find_map(|bundle| {
            let pattern = bundle.get_message(id)?.value()?;
            let mut errors = Vec::new();
            let text = bundle.format_pattern(pattern, Some(arguments), &mut errors);
            errors.is_empty().then(|| text.into_owned())
        });
        // A test looks for every id in every language; what is missing all the same can be told by its name.
        found.unwrap_or_else(|| id.to_owned())
    })
}

/// `say!("start-lede")`, `say!("chat-tokens", count = 12)`: a text of the page, as a `String`.
#[macro_export]
macro_rules! say {
    ($id:literal $(, $name:ident = $value:expr)* $(,)?) => {{
        #[allow(unused_mut, reason = "a text without variables sets none")]
        let mut arguments = fluent_bundle::FluentArgs::new();
        $(arguments.set(stringify!($name), $value);)*
        $crate::messages::text($id, &arguments)
    }};
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plural_forms_are_the_languages_own() {
        assert_eq!(say!("count-tokens", count = 1), "1 token");
        assert_eq!(say!("count-tokens", count = 12), "12 tokens");
        speak("ja", "count-tokens = { $count } トークン");
        assert_eq!(say!("count-tokens", count = 1), "1 トークン");
        speak_english();
    }

    #[test]
    fn what_a_language_lacks_is_said_in_english() {
        speak("de", "broken = { $missing }\nother = Anderes");
        assert_eq!(say!("count-tokens", count = 2), "2 tokens");
        assert_eq!(say!("other"), "Anderes");
        speak("not a language", "other = x");
        assert_eq!(say!("count-tokens", count = 2), "2 tokens");
        speak_english();
        assert_eq!(say!("no-such-text"), "no-such-text");
    }
}
