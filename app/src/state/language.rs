//! The languages of the page: which there are, how each writes numbers, and which one a person gets.
//!
//! A language is a row here and a file of messages; English needs no file, it is part of the program. Must not know what
//! the messages say nor how a file is fetched.

#[derive(Debug, PartialEq, Eq)]
pub struct Language {
    /// BCP 47; its file is `languages/TAG.ftl`.
    pub tag: &'static str,
    /// What those who speak it call it.
    pub own_name: &'static str,
    pub direction: Direction,
    pub numerals: Numerals,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    LeftToRight,
    RightToLeft,
}

impl Direction {
    /// As HTML spells it.
    pub fn html(self) -> &'static str {
        match self {
            Direction::LeftToRight => "ltr",
            Direction::RightToLeft => "rtl",
        }
    }
}

/// What stands between the thousands, and before the decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Numerals {
    pub group: &'static str,
    pub decimal: &'static str,
}

const COMMA_AND_POINT: Numerals = Numerals {
    group: ",",
    decimal: ".",
};

const POINT_AND_COMMA: Numerals = Numerals {
    group: ".",
    decimal: ",",
};

/// French sets a narrow space that does not break.
const SPACE_AND_COMMA: Numerals = Numerals {
    group: "\u{202f}",
    decimal: ",",
};

pub static ENGLISH: Language = left_to_right("en", "English", COMMA_AND_POINT);

/// In the order in which they are offered: English, then by their own names.
pub static LANGUAGES: [&Language; 7] = [
    &ENGLISH,
    &left_to_right("de", "Deutsch", POINT_AND_COMMA),
    &left_to_right("es", "Español", POINT_AND_COMMA),
    &left_to_right("fr", "Français", SPACE_AND_COMMA),
    &Language {
        tag: "ar",
        own_name: "العربية",
        direction: Direction::RightToLeft,
        numerals: COMMA_AND_POINT,
    },
    &left_to_right("zh-CN", "简体中文", COMMA_AND_POINT),
    &left_to_right("ja", "日本語", COMMA_AND_POINT),
];

const fn left_to_right(tag: &'static str, own_name: &'static str, numerals: Numerals) -> Language {
    Language {
        tag,
        own_name,
        direction: Direction::LeftToRight,
        numerals,
    }
}

/// The language of exactly this tag.
pub fn language(tag: &str) -> Option<&'static Language> {
    LANGUAGES
        .into_iter()
        .find(|language| language.tag.eq_ignore_ascii_case(tag))
}

/// The chosen one, else the first of those that the browser prefers, else English.
pub fn choose(chosen: Option<&str>, preferred: &[String]) -> &'static Language {
    chosen
        .and_then(language)
        .or_else(|| preferred.iter().find_map(|tag| nearest(tag)))
        .unwrap_or(&ENGLISH)
}

/// Austrian German is German; traditional Chinese is not the simplified.
fn nearest(tag: &str) -> Option<&'static Language> {
    let lower = tag.to_ascii_lowercase();
    let is_traditional = ["zh-tw", "zh-hk", "zh-mo", "zh-hant"]
        .iter()
        .any(|traditional| lower.starts_with(traditional));
    if is_traditional {
        return None;
    }
    let primary = |tag: &str| {
        tag.split('-')
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase()
    };
    language(tag).or_else(|| {
        LANGUAGES
            .into_iter()
            .find(|language| primary(language.tag) == primary(tag))
    })
}

/// A number of plain digits (`-12345.6`) as these numerals write it (`-12.345,6`).
pub fn written(plain: &str, numerals: Numerals) -> String {
    let (whole, decimals) = match plain.split_once('.') {
        Some((whole, decimals)) => (whole, Some(decimals)),
        None => (plain, None),
    };
    let num_digits = whole.chars().filter(char::is_ascii_digit).count();
    let mut text = String::with_capacity(plain.len() + plain.len() / 3);
    let mut passed = 0;
    for letter in whole.chars() {
        if letter.is_ascii_digit() {
            if passed > 0 && (num_digits - passed).is_multiple_of(3) {
                text.push_str(numerals.group);
            }
            passed += 1;
        }
        text.push(letter);
    }
    if let Some(decimals) = decimals {
        text.push_str(numerals.decimal);
        text.push_str(decimals);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(chosen: Option<&str>, preferred: &[&str]) -> &'static str {
        let preferred: Vec<String> = preferred.iter().map(|tag| (*tag).to_owned()).collect();
        choose(chosen, &preferred).tag
    }

    #[test]
    fn a_choice_comes_before_the_browser_and_that_before_english() {
        assert_eq!(tag(Some("ja"), &["de"]), "ja");
        assert_eq!(tag(None, &["nl", "de-AT", "fr"]), "de");
        assert_eq!(tag(None, &["en-GB", "de"]), "en");
        assert_eq!(tag(None, &["nl"]), "en");
        // What an earlier version knew may be gone.
        assert_eq!(tag(Some("tlh"), &["es-419"]), "es");
    }

    #[test]
    fn scripts_are_not_mixed_up() {
        assert_eq!(tag(None, &["zh-Hans-SG"]), "zh-CN");
        assert_eq!(tag(None, &["ZH-cn"]), "zh-CN");
        assert_eq!(tag(None, &["zh-TW", "ja"]), "ja");
    }

    #[test]
    fn numbers_are_cut_into_thousands() {
        for (plain, english, german) in [
            ("0", "0", "0"),
            ("999", "999", "999"),
            ("1000", "1,000", "1.000"),
            ("1234567.125", "1,234,567.125", "1.234.567,125"),
            ("-123456", "-123,456", "-123.456"),
        ] {
            assert_eq!(written(plain, COMMA_AND_POINT), english);
            assert_eq!(written(plain, POINT_AND_COMMA), german);
        }
    }

    #[test]
    fn each_is_offered_once() {
        for language in LANGUAGES {
            let same = LANGUAGES.iter().filter(|other| other.tag == language.tag);
            assert_eq!(same.count(), 1, "{}", language.tag);
            assert!(
                language
                    .tag
                    .parse::<unic_langid::LanguageIdentifier>()
                    .is_ok()
            );
        }
        assert_eq!(Direction::RightToLeft.html(), "rtl");
    }
}
