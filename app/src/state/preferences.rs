//! What a person prefers, kept from visit to visit as one text.
//!
//! Written by an older or newer page, or by hand: each value that cannot be understood falls back by itself, and the
//! others hold. Pure; must not know where the text is kept nor how anything looks.

use inkling_host::chats::Sampling;
use inkling_host::wire::{GenerateOptions, KvPrecision, PowerPreference};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::sampling::SamplingField;

/// Raised when a value changes its meaning.
const VERSION: u32 = 1;

#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Preferences {
    pub theme: Theme,
    pub text_size: TextSize,
    /// A tag of [`super::language::LANGUAGES`]; absent: as the browser prefers.
    pub language: Option<String>,
    /// Holds in conversations that say nothing else.
    pub sampling: Sampling,
    pub kv: KvPrecision,
    /// Absent: what fits.
    pub context_length: Option<u32>,
    pub shows_performance: bool,
    pub power: PowerPreference,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    #[default]
    System,
    Light,
    Dark,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TextSize {
    Small,
    #[default]
    Medium,
    Large,
    Larger,
}

impl Theme {
    /// As `boot` scripts and styles call it.
    pub fn name(self) -> &'static str {
        match self {
            Theme::System => "system",
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }
}

impl TextSize {
    pub fn name(self) -> &'static str {
        match self {
            TextSize::Small => "small",
            TextSize::Medium => "medium",
            TextSize::Large => "large",
            TextSize::Larger => "larger",
        }
    }
}

/// A change of one of them.
#[derive(Debug, Clone, PartialEq)]
pub enum Preference {
    Theme(Theme),
    TextSize(TextSize),
    Language(Option<String>),
    Sampling(Sampling),
    Kv(KvPrecision),
    ContextLength(Option<u32>),
    ShowsPerformance(bool),
    Power(PowerPreference),
}

impl Preferences {
    pub(super) fn set(&mut self, preference: Preference) {
        match preference {
            Preference::Theme(theme) => self.theme = theme,
            Preference::TextSize(text_size) => self.text_size = text_size,
            Preference::Language(language) => self.language = language,
            Preference::Sampling(sampling) => self.sampling = sampling,
            Preference::Kv(kv) => self.kv = kv,
            Preference::ContextLength(context_length) => self.context_length = context_length,
            Preference::ShowsPerformance(shows) => self.shows_performance = shows,
            Preference::Power(power) => self.power = power,
        }
    }
}

pub fn json_from_preferences(preferences: &Preferences) -> String {
    #[derive(Serialize)]
    struct Kept<'a> {
        version: u32,
        #[serde(flatten)]
        preferences: &'a Preferences,
    }
    let kept = Kept {
        version: VERSION,
        preferences,
    };
    // Plain data under text keys cannot be refused; an empty text would be read as no preference.
    serde_json::to_string(&kept).unwrap_or_default()
}

pub fn preferences_from_json(text: &str) -> Preferences {
    let kept: Value = serde_json::from_str(text).unwrap_or_default();
    let sampling = kept.get("sampling").unwrap_or(&Value::Null);
    Preferences {
        theme: field(&kept, "theme"),
        text_size: field(&kept, "text_size"),
        language: field(&kept, "language"),
        sampling: within_ranges(Sampling {
            temperature: field(sampling, "temperature"),
            top_k: field(sampling, "top_k"),
            top_p: field(sampling, "top_p"),
            min_p: field(sampling, "min_p"),
            repetition_penalty: field(sampling, "repetition_penalty"),
            max_tokens: field(sampling, "max_tokens"),
            seed: field(sampling, "seed"),
        }),
        kv: field(&kept, "kv"),
        context_length: field::<Option<u32>>(&kept, "context_length")
            .filter(|tokens| super::sampling::CONTEXT.contains(f64::from(*tokens))),
        shows_performance: field(&kept, "shows_performance"),
        power: field(&kept, "power"),
    }
}

fn field<T: DeserializeOwned + Default>(object: &Value, name: &str) -> T {
    let value = object.get(name).cloned();
    value
        .and_then(|value| serde_json::from_value(value).ok())
        .unwrap_or_default()
}

/// A value that the engine would refuse is as good as none.
fn within_ranges(mut sampling: Sampling) -> Sampling {
    for field in SamplingField::ALL {
        let value = field.value(&sampling);
        if value.is_some_and(|value| !field.range().contains(value)) {
            field.set(&mut sampling, None);
        }
    }
    sampling
}

/// Puts what is preferred where nothing is said.
pub fn fill(options: &mut GenerateOptions, sampling: &Sampling) {
    options.temperature = options.temperature.or(sampling.temperature);
    options.top_k = options.top_k.or(sampling.top_k);
    options.top_p = options.top_p.or(sampling.top_p);
    options.min_p = options.min_p.or(sampling.min_p);
    options.repetition_penalty = options.repetition_penalty.or(sampling.repetition_penalty);
    options.max_tokens = options.max_tokens.or(sampling.max_tokens);
    options.seed = options.seed.or(sampling.seed);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unusual() -> Preferences {
        Preferences {
            theme: Theme::Dark,
            text_size: TextSize::Larger,
            language: Some("ar".to_owned()),
            sampling: Sampling {
                temperature: Some(0.7),
                top_k: Some(40),
                top_p: Some(0.95),
                min_p: Some(0.05),
                repetition_penalty: Some(1.1),
                max_tokens: Some(512),
                seed: Some(7),
            },
            kv: KvPrecision::F32,
            context_length: Some(8192),
            shows_performance: true,
            power: PowerPreference::LowPower,
        }
    }

    #[test]
    fn what_was_kept_comes_back() {
        for preferences in [Preferences::default(), unusual()] {
            let text = json_from_preferences(&preferences);
            assert!(text.contains("\"version\":1"), "{text}");
            assert_eq!(preferences_from_json(&text), preferences);
        }
    }

    #[test]
    fn what_cannot_be_understood_falls_back_by_itself() {
        let text = json_from_preferences(&unusual())
            .replace("\"dark\"", "\"sepia\"")
            .replace("\"top_k\":40", "\"top_k\":-1")
            .replace("\"context_length\":8192", "\"context_length\":0")
            .replace("\"temperature\":0.7", "\"temperature\":1e9")
            .replace("\"version\":1", "\"version\":9");
        let mut expected = unusual();
        expected.theme = Theme::System;
        expected.sampling.top_k = None;
        expected.sampling.temperature = None;
        expected.context_length = None;
        assert_eq!(preferences_from_json(&text), expected);
        for broken in ["", "null", "[1]", "{\"sampling\":3}", "{"] {
            assert_eq!(preferences_from_json(broken), Preferences::default());
        }
    }

    #[test]
    fn every_change_arrives() {
        let wanted = unusual();
        let mut preferences = Preferences::default();
        for preference in [
            Preference::Theme(wanted.theme),
            Preference::TextSize(wanted.text_size),
            Preference::Language(wanted.language.clone()),
            Preference::Sampling(wanted.sampling.clone()),
            Preference::Kv(wanted.kv),
            Preference::ContextLength(wanted.context_length),
            Preference::ShowsPerformance(wanted.shows_performance),
            Preference::Power(wanted.power),
        ] {
            let before = preferences.clone();
            preferences.set(preference);
            assert_ne!(preferences, before);
        }
        assert_eq!(preferences, wanted);
    }

    #[test]
    fn what_is_said_comes_before_what_is_preferred() {
        let mut options = GenerateOptions {
            temperature: Some(0.0),
            ..GenerateOptions::default()
        };
        fill(&mut options, &unusual().sampling);
        assert_eq!(options.temperature, Some(0.0));
        assert_eq!(options.max_tokens, Some(512));
        assert_eq!(options.seed, Some(7));
    }
}
