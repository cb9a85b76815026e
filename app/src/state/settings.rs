//! The settings: what a person changes there, and what follows from it.
//!
//! Most changes are only shown and remembered. Another language is fetched before it is spoken; another adapter takes
//! another engine; what a model was loaded with holds until it is loaded again, which is offered and not done unasked. Must
//! not know how anything is drawn or kept.

use inkling_host::wire::{KvPrecision, LoadOptions};

use super::language::{self, ENGLISH, Language};
use super::preferences::{Preference, Preferences};
use super::{App, Effect, Engine};
use crate::say;

/// The dialog.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SettingsPanel {
    pub is_open: bool,
    /// The chosen language's file could not be fetched.
    pub lacks_language: bool,
    /// Whether to take all of it back is being asked.
    pub confirms_reset: bool,
}

/// What a model is loaded with, besides what it is loaded for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Memory {
    kv: KvPrecision,
    context_length: Option<u32>,
}

impl Memory {
    pub(super) fn from_options(options: &LoadOptions) -> Self {
        Self {
            kv: options.kv,
            context_length: options.context_length,
        }
    }

    pub(super) fn options(self) -> LoadOptions {
        LoadOptions {
            context_length: self.context_length,
            kv: self.kv,
            ..LoadOptions::default()
        }
    }
}

impl App {
    pub(super) fn preferred_memory(&self) -> Memory {
        Memory {
            kv: self.preferences.kv,
            context_length: self.preferences.context_length,
        }
    }

    /// The model that answers was loaded with something else than what is preferred now.
    pub fn is_to_load_again(&self) -> bool {
        self.model.is_some()
            && self
                .loaded_with
                .is_some_and(|with| with != self.preferred_memory())
    }

    /// The language that the page is to speak, whether or not its file has arrived.
    pub fn wanted_language(&self) -> &'static Language {
        language::choose(self.preferences.language.as_deref(), &self.launch.languages)
    }

    pub(super) fn prefer(&mut self, preference: Preference) -> Vec<Effect> {
        let mut preferences = self.preferences.clone();
        preferences.set(preference);
        self.change_preferences(preferences)
    }

    pub(super) fn reset_preferences(&mut self) -> Vec<Effect> {
        self.settings.confirms_reset = false;
        self.announcement = say!("settings-reset-done");
        self.change_preferences(Preferences::default())
    }

    pub(super) fn close_settings(&mut self) -> Vec<Effect> {
        self.settings = SettingsPanel::default();
        Vec::new()
    }

    fn change_preferences(&mut self, preferences: Preferences) -> Vec<Effect> {
        if preferences == self.preferences {
            return Vec::new();
        }
        let before = std::mem::replace(&mut self.preferences, preferences);
        let mut effects = vec![Effect::RememberPreferences(self.preferences.clone())];
        if before.language != self.preferences.language {
            effects.extend(self.speak_wanted());
        }
        if before.power != self.preferences.power {
            effects.extend(self.change_adapter());
        }
        effects
    }

    /// Has the wanted language fetched, if it is not the one that is spoken.
    pub(super) fn speak_wanted(&mut self) -> Vec<Effect> {
        self.settings.lacks_language = false;
        let wanted = self.wanted_language();
        if self.language == Some(wanted) {
            return Vec::new();
        }
        // At the start the page speaks English without being told to.
        if self.language.is_none() && *wanted == ENGLISH {
            self.language = Some(wanted);
            return Vec::new();
        }
        vec![Effect::Speak(wanted)]
    }

    /// From now on every text is said in it; what was said before is taken back, because it was said in another.
    pub(super) fn language_spoken(&mut self, language: &'static Language) -> Vec<Effect> {
        self.language = Some(language);
        self.announcement.clear();
        self.shelf.note = None;
        Vec::new()
    }

    /// The page goes on in the language it speaks; the choice holds for the next visit.
    pub(super) fn language_missing(&mut self) -> Vec<Effect> {
        self.language.get_or_insert(&ENGLISH);
        self.settings.lacks_language = true;
        self.announcement = say!("settings-language-missing");
        Vec::new()
    }

    /// An engine keeps the adapter it was started on. The model that answered, or was on its way, is loaded by the next.
    fn change_adapter(&mut self) -> Vec<Effect> {
        match self.engine {
            Engine::Starting | Engine::Ready(_) => {}
            // The next one is started with what is preferred then.
            Engine::Unsupported { .. } | Engine::Lost(_) => return Vec::new(),
        }
        let under_way = self.under_way();
        self.leave_engine();
        self.wait_for_engine(under_way);
        self.start_engine()
    }
}

#[cfg(test)]
mod tests {
    use inkling_host::wire::{PowerPreference, ToWorker};

    use inkling_host::chats::Ending;

    use super::super::preferences::{TextSize, Theme};
    use super::super::tests::{ask, from_engine, loaded, ready, report, sent, start};
    use inkling_host::wire::FromWorker;

    use super::super::{Action, Launch, Load, reduce};
    use super::*;

    fn prefer(app: &mut App, preference: Preference) -> Vec<Effect> {
        reduce(app, Action::Prefer(preference))
    }

    fn german() -> &'static Language {
        language::language("de").unwrap()
    }

    #[test]
    fn a_change_is_remembered_and_what_is_no_change_is_not() {
        let mut app = start(None);
        let effects = prefer(&mut app, Preference::Theme(Theme::Dark));
        let remembered = Preferences {
            theme: Theme::Dark,
            ..Preferences::default()
        };
        assert_eq!(effects, vec![Effect::RememberPreferences(remembered)]);
        assert!(prefer(&mut app, Preference::Theme(Theme::Dark)).is_empty());
        reduce(&mut app, Action::ConfirmReset);
        assert!(app.settings.confirms_reset);
        let effects = reduce(&mut app, Action::ResetPreferences);
        assert_eq!(
            effects,
            vec![Effect::RememberPreferences(Preferences::default())]
        );
        assert!(!app.settings.confirms_reset);
    }

    #[test]
    fn a_language_is_fetched_before_it_is_spoken() {
        let mut app = start(None);
        assert_eq!(app.language, Some(&ENGLISH));
        let effects = prefer(&mut app, Preference::Language(Some("de".to_owned())));
        assert_eq!(effects.last(), Some(&Effect::Speak(german())));
        assert_eq!(app.language, Some(&ENGLISH));
        reduce(&mut app, Action::LanguageSpoken(german()));
        assert_eq!(app.language, Some(german()));
        let effects = prefer(&mut app, Preference::Language(None));
        assert_eq!(effects.last(), Some(&Effect::Speak(&ENGLISH)));
    }

    #[test]
    fn a_language_that_cannot_be_fetched_leaves_the_page_as_it_is() {
        let mut app = App::default();
        let launch = Launch {
            languages: vec!["de-CH".to_owned()],
            ..Launch::default()
        };
        let effects = reduce(&mut app, Action::Launched(launch));
        assert_eq!(effects.first(), Some(&Effect::Speak(german())));
        assert_eq!(
            app.language, None,
            "nothing is said before the language is known"
        );
        reduce(&mut app, Action::LanguageMissing);
        assert_eq!(app.language, Some(&ENGLISH));
        assert!(app.settings.lacks_language);
    }

    #[test]
    fn another_precision_is_offered_and_holds_once_loaded_again() {
        let mut app = loaded(true);
        assert!(!app.is_to_load_again());
        prefer(&mut app, Preference::Kv(KvPrecision::F32));
        prefer(&mut app, Preference::ContextLength(Some(1024)));
        assert!(app.is_to_load_again());
        let ToWorker::Load { id, options, .. } = sent(&reduce(&mut app, Action::LoadAgain)) else {
            panic!()
        };
        assert_eq!(options.kv, KvPrecision::F32);
        assert_eq!(options.context_length, Some(1024));
        let model = report(true);
        from_engine(&mut app, FromWorker::Loaded { id, model });
        assert!(!app.is_to_load_again());
        prefer(&mut app, Preference::TextSize(TextSize::Large));
        assert!(!app.is_to_load_again());
    }

    #[test]
    fn another_adapter_takes_another_engine_and_the_model_along() {
        let mut app = loaded(true);
        ask(&mut app, "Hi");
        let effects = prefer(&mut app, Preference::Power(PowerPreference::LowPower));
        assert!(effects.contains(&Effect::StartWorker));
        assert!(effects.iter().any(|effect| matches!(
            effect,
            Effect::Send(ToWorker::Start {
                power: Some(PowerPreference::LowPower),
                ..
            })
        )));
        assert_eq!(app.engine, Engine::Starting);
        let ending = app
            .chat
            .tree()
            .shown()
            .last()
            .map(|node| node.ending.clone());
        assert_eq!(ending, Some(Some(Ending::Lost)));
        assert!(matches!(
            sent(&ready(&mut app, Vec::new())),
            ToWorker::Load { .. }
        ));
    }

    #[test]
    fn without_a_model_another_adapter_loads_nothing() {
        let mut app = start(None);
        ready(&mut app, Vec::new());
        prefer(&mut app, Preference::Power(PowerPreference::LowPower));
        assert!(ready(&mut app, Vec::new()).is_empty());
        assert_eq!(app.load, Load::Idle);
    }
}
