//! What the page says, in the language of the person who reads it.
//!
//! The texts stand in files of Project Fluent's format (<https://projectfluent.org>), one a language: plural forms are the
//! translator's business. English, `app/messages/en.ftl`, is part of the program and stands in for whatever another
//! language lacks; the others, `public/languages/TAG.ftl`, are fetched when they are spoken. Errors of the engine are English sentences and come through as they are.
//! Must not know where a language's file comes from, nor which one a person chose.

use std::cell::RefCell;

use fluent_bundle::{FluentArgs, FluentBundle, FluentResource, FluentValue};
use unic_langid::{LanguageIdentifier, langid};

use crate::state::language::{self, Numerals};

const ENGLISH: &str = include_str!("../messages/en.ftl");

thread_local! {
    static SPOKEN: RefCell<Spoken> = RefCell::new(Spoken::english());
}

/// The languages that are tried for a text, the chosen one first and English last.
struct Spoken {
    bundles: Vec<FluentBundle<FluentResource>>,
    numerals: Numerals,
}

impl Spoken {
    fn english() -> Self {
        Self {
            bundles: vec![bundle(langid!("en"), ENGLISH)],
            numerals: language::ENGLISH.numerals,
        }
    }
}

fn bundle(language: LanguageIdentifier, source: &str) -> FluentBundle<FluentResource> {
    let mut bundle = FluentBundle::new(vec![language]);
    // Marks around inserted text keep mixed writing directions apart; the page's markup does that.
    bundle.set_use_isolating(false);
    bundle.set_formatter(Some(written));
    // A line that cannot be read costs its own message and no other.
    let (Ok(resource) | Err((resource, _))) = FluentResource::try_new(source.to_owned());
    bundle.add_resource_overriding(resource);
    bundle
}

/// How a number within a text is written; nothing for what is no number.
fn written<M>(value: &FluentValue, _: &M) -> Option<String> {
    match value {
        FluentValue::Number(number) => Some(language::written(&number.as_string(), numerals())),
        FluentValue::String(_)
        | FluentValue::Custom(_)
        | FluentValue::Error
        | FluentValue::None => None,
    }
}

/// Speaks `source` from now on, as `tag` (BCP 47) has its plurals and its numbers; English where the tag is none.
pub fn speak(tag: &str, source: &str) {
    let mut spoken = Spoken::english();
    if let Ok(identifier) = tag.parse() {
        spoken.bundles.insert(0, bundle(identifier, source));
    }
    if let Some(language) = language::language(tag) {
        spoken.numerals = language.numerals;
    }
    SPOKEN.with_borrow_mut(|current| *current = spoken);
}

/// Speaks English again.
pub fn speak_english() {
    SPOKEN.with_borrow_mut(|current| *current = Spoken::english());
}

/// How the language that is spoken writes numbers.
pub fn numerals() -> Numerals {
    SPOKEN.with_borrow(|spoken| spoken.numerals)
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

/// `say!("start-lede")`, `say!("count-tokens", count = 12)`: a text of the page, as a `String`.
///
/// In a view it belongs where it is rendered anew in another language: in a component's body or in a closure, not in
/// something that is kept.
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
    fn numbers_are_written_as_the_language_writes_them() {
        assert_eq!(say!("count-tokens", count = 12_345), "12,345 tokens");
        speak("de", "count-tokens = { $count } Token");
        assert_eq!(say!("count-tokens", count = 12_345), "12.345 Token");
        assert_eq!(say!("count-tokens", count = 1234.5), "1.234,5 Token");
        speak_english();
        // What comes as text is left as it is.
        assert_eq!(say!("unit-gigabytes", number = "1234,5"), "1234,5 GB");
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
