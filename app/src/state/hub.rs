//! Where names of repositories lead, and the token that opens the private ones.
//!
//! The token is the person's own: it is kept in this browser only, and only the worker sends it, to the hub alone.

use inkling_host::address::Site;
use inkling_host::settings::Settings;
use inkling_host::wire::ToWorker;

use super::{App, Effect, Engine, Screen};
use crate::say;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hub {
    /// Absent until the settings of the page's host were read; until then no model is asked for.
    pub settings: Option<Settings>,
    pub token: Option<String>,
    /// The field for the token is shown.
    pub is_open: bool,
}

impl App {
    /// What addresses are relative to.
    pub(super) fn site(&self) -> Site<'_> {
        let mut site = Site::new(&self.launch.base);
        if let Some(settings) = &self.hub.settings {
            site.hub = &settings.hub;
        }
        site
    }

    pub(super) fn settings_read(&mut self, settings: Settings) -> Vec<Effect> {
        self.hub.settings = Some(settings);
        self.renew_offers();
        let mut effects = self.tell_hub();
        if self.is_settled() {
            effects.extend(self.start_pending());
        }
        effects
    }

    /// Said to every new engine, and again whenever it changes.
    pub(super) fn tell_hub(&self) -> Vec<Effect> {
        match (&self.engine, &self.hub.settings) {
            (Engine::Starting | Engine::Ready(_), Some(settings)) => {
                vec![Effect::Send(ToWorker::Hub {
                    base: settings.hub.clone(),
                    token: self.hub.token.clone(),
                })]
            }
            (Engine::Unsupported { .. } | Engine::Lost(_), _) | (_, None) => Vec::new(),
        }
    }

    pub(super) fn keep_token(&mut self, typed: String) -> Vec<Effect> {
        let token = typed.trim();
        if token.is_empty() {
            return Vec::new();
        }
        self.set_token(Some(token.to_owned()))
    }

    pub(super) fn set_token(&mut self, token: Option<String>) -> Vec<Effect> {
        self.announcement = match token {
            Some(_) => say!("announce-token-kept"),
            None => say!("announce-token-forgotten"),
        };
        self.hub.token.clone_from(&token);
        let mut effects = vec![Effect::RememberToken(token)];
        effects.extend(self.tell_hub());
        effects
    }

    pub(super) fn open_private(&mut self) -> Vec<Effect> {
        self.hub.is_open = true;
        if self.screen == Screen::Start {
            return Vec::new();
        }
        self.screen = Screen::Start;
        self.list_models()
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Action, Launch, reduce};
    use super::*;

    #[test]
    fn the_worker_hears_of_the_hub_at_its_start_and_of_every_token() {
        let mut app = App::default();
        let launch = Launch {
            token: Some("hf_old".to_owned()),
            ..Launch::default()
        };
        reduce(&mut app, Action::Launched(launch));
        let hub = |token: Option<&str>| {
            Effect::Send(ToWorker::Hub {
                base: Settings::default().hub,
                token: token.map(str::to_owned),
            })
        };
        let effects = reduce(&mut app, Action::SettingsRead(Settings::default()));
        assert_eq!(effects, vec![hub(Some("hf_old"))]);
        let token = " hf_new\n".to_owned();
        let effects = reduce(&mut app, Action::KeepToken { token });
        let remember = Effect::RememberToken(Some("hf_new".to_owned()));
        assert_eq!(effects, vec![remember, hub(Some("hf_new"))]);
        let effects = reduce(&mut app, Action::ForgetToken);
        assert_eq!(effects, vec![Effect::RememberToken(None), hub(None)]);
        let token = "  ".to_owned();
        assert!(reduce(&mut app, Action::KeepToken { token }).is_empty());
    }
}
