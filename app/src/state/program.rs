//! The page as a program: installing it, and handing over to a newer version of it.
//!
//! Must not know how a browser does either.

use super::{App, Effect};
use crate::say;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Program {
    /// The browser would install it if it were asked to.
    pub is_install_offered: bool,
    /// A model has answered here, now or on an earlier visit.
    pub has_answered: bool,
    pub update: Update,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Update {
    #[default]
    None,
    /// A newer version lies ready beside this one.
    Ready,
    /// It was told and put off; the next visit tells it again.
    Later,
    /// The page is about to be loaded again.
    Running,
}

impl Program {
    /// Offered once somebody knows what would be installed: after the first answer.
    pub fn can_install(&self) -> bool {
        self.is_install_offered && self.has_answered
    }
}

impl App {
    pub(super) fn answered(&mut self) -> Vec<Effect> {
        if self.program.has_answered {
            return Vec::new();
        }
        self.program.has_answered = true;
        vec![Effect::RememberAnswer]
    }

    /// A browser's offer is good for one question.
    pub(super) fn install(&mut self) -> Vec<Effect> {
        if !self.program.is_install_offered {
            return Vec::new();
        }
        self.program.is_install_offered = false;
        vec![Effect::AskToInstall]
    }

    pub(super) fn installed(&mut self) -> Vec<Effect> {
        self.program.is_install_offered = false;
        self.announcement = say!("announce-installed");
        Vec::new()
    }

    pub(super) fn update_ready(&mut self) -> Vec<Effect> {
        if self.program.update == Update::None {
            self.program.update = Update::Ready;
            self.announcement = say!("announce-update-ready");
        }
        Vec::new()
    }

    pub(super) fn update_now(&mut self) -> Vec<Effect> {
        if self.program.update != Update::Ready {
            return Vec::new();
        }
        self.program.update = Update::Running;
        vec![Effect::Update]
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Action, reduce};
    use super::*;

    #[test]
    fn installing_is_offered_after_the_first_answer_and_once() {
        let mut app = App::default();
        reduce(&mut app, Action::InstallOffered);
        assert!(!app.program.can_install());
        assert_eq!(app.answered(), vec![Effect::RememberAnswer]);
        assert!(app.answered().is_empty());
        assert!(app.program.can_install());
        assert_eq!(
            reduce(&mut app, Action::Install),
            vec![Effect::AskToInstall]
        );
        assert!(!app.program.can_install());
        assert!(reduce(&mut app, Action::Install).is_empty());
        reduce(&mut app, Action::InstallOffered);
        reduce(&mut app, Action::Installed);
        assert!(!app.program.can_install());
    }

    #[test]
    fn a_new_version_waits_until_it_is_wanted() {
        let mut app = App::default();
        assert!(reduce(&mut app, Action::UpdateNow).is_empty());
        reduce(&mut app, Action::UpdateReady);
        reduce(&mut app, Action::UpdateLater);
        // Told again by the browser, it stays put off.
        reduce(&mut app, Action::UpdateReady);
        assert_eq!(app.program.update, Update::Later);
        app.program.update = Update::None;
        reduce(&mut app, Action::UpdateReady);
        assert_eq!(reduce(&mut app, Action::UpdateNow), vec![Effect::Update]);
        assert!(reduce(&mut app, Action::UpdateNow).is_empty());
    }
}
