//! The conversation: questions, answers as they grow, and how each one ended.
//!
//! A turn is a question with its answer, so that the roles always alternate as chat templates demand. Must
//! not know how it is shown; the two revisions tell a view what to look at again.

use inkling_host::wire::{FinishReason, Input, Message, RequestId, Role, Usage, WireError};

/// Unique within a page; a key for the view.
pub type TurnId = u64;

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Chat {
    turns: Vec<Turn>,
    phase: Phase,
    last_turn: TurnId,
    revision: u64,
    text_revision: u64,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Turn {
    pub id: TurnId,
    pub question: String,
    pub answer: String,
    pub outcome: Outcome,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    Running,
    Finished {
        reason: FinishReason,
        usage: Usage,
    },
    Failed(WireError),
    /// The engine ended beneath it.
    Lost,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Phase {
    #[default]
    Idle,
    /// The model reads the question; nothing is written yet.
    Reading(RequestId),
    Writing(RequestId),
    /// Asked to stop; the last pieces may still arrive.
    Stopping(RequestId),
}

impl Chat {
    pub fn turns(&self) -> &[Turn] {
        &self.turns
    }

    pub fn turn(&self, id: TurnId) -> Option<&Turn> {
        // Nearly always asked about the last one.
        self.turns.iter().rev().find(|turn| turn.id == id)
    }

    pub fn phase(&self) -> Phase {
        self.phase
    }

    /// Raised by every change but growing text.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Raised by every piece of text.
    pub fn text_revision(&self) -> u64 {
        self.text_revision
    }

    pub fn request(&self) -> Option<RequestId> {
        match self.phase {
            Phase::Idle => None,
            Phase::Reading(request) | Phase::Writing(request) | Phase::Stopping(request) => {
                Some(request)
            }
        }
    }

    pub(super) fn ask(&mut self, request: RequestId, text: String) {
        self.last_turn += 1;
        self.turns.push(Turn {
            id: self.last_turn,
            question: text,
            answer: String::new(),
            outcome: Outcome::Running,
        });
        self.enter(Phase::Reading(request));
    }

    /// Asks the last question again if its answer failed or was cut off. It becomes a new turn: what is shown of the old
    /// one goes with it.
    pub(super) fn retry(&mut self, request: RequestId) -> bool {
        match self
            .turns
            .pop_if(|turn| matches!(turn.outcome, Outcome::Failed(_) | Outcome::Lost))
        {
            Some(turn) => {
                self.ask(request, turn.question);
                true
            }
            None => false,
        }
    }

    pub(super) fn extend(&mut self, request: RequestId, text: &str) {
        if self.request() != Some(request) {
            return;
        }
        if let Phase::Reading(_) = self.phase {
            self.enter(Phase::Writing(request));
        }
        if let Some(turn) = self.turns.last_mut() {
            turn.answer.push_str(text);
            self.text_revision += 1;
        }
    }

    /// True if it was this conversation's answer that ended.
    pub(super) fn finish(&mut self, request: RequestId, outcome: Outcome) -> bool {
        if self.request() != Some(request) {
            return false;
        }
        if let Some(turn) = self.turns.last_mut() {
            turn.outcome = outcome;
        }
        self.enter(Phase::Idle);
        true
    }

    /// The request to cancel, if there is one that was not told before.
    pub(super) fn stop(&mut self) -> Option<RequestId> {
        match self.phase {
            Phase::Idle | Phase::Stopping(_) => None,
            Phase::Reading(request) | Phase::Writing(request) => {
                self.enter(Phase::Stopping(request));
                Some(request)
            }
        }
    }

    pub(super) fn clear(&mut self) {
        self.turns.clear();
        self.enter(Phase::Idle);
    }

    /// The conversation for a chat template. Questions that got no word of an answer are left out, except
    /// the one being asked.
    pub(super) fn messages(&self) -> Input {
        let mut messages = Vec::with_capacity(2 * self.turns.len());
        for turn in &self.turns {
            let running = turn.outcome == Outcome::Running;
            if running || !turn.answer.is_empty() {
                messages.push(message(Role::User, &turn.question));
            }
            if !running && !turn.answer.is_empty() {
                messages.push(message(Role::Assistant, &turn.answer));
            }
        }
        Input::Messages { messages }
    }

    /// The conversation as one text for a base model to continue, exactly as it stands.
    pub(super) fn text(&self) -> Input {
        let text = self
            .turns
            .iter()
            .flat_map(|turn| [turn.question.as_str(), turn.answer.as_str()])
            .collect();
        Input::Text { text }
    }

    fn enter(&mut self, phase: Phase) {
        self.phase = phase;
        self.revision += 1;
    }
}

fn message(role: Role, content: &str) -> Message {
    Message {
        role,
        content: content.to_owned(),
    }
}
