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
    /// Turns from the first on of which the model no longer knows everything.
    forgotten_turns: usize,
    /// People who cannot see the page know that something is forgotten.
    told: bool,
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

    /// The last turn of which the model no longer knows everything: below it, its memory begins.
    pub fn memory_begins_below(&self) -> Option<TurnId> {
        let last = self.forgotten_turns.checked_sub(1)?;
        self.turns.get(last).map(|turn| turn.id)
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

    /// The first `forgotten_messages` of what [`Chat::messages`] gave for this request are no longer wholly known.
    pub(super) fn forget(&mut self, request: RequestId, forgotten_messages: usize) {
        if self.request() != Some(request) {
            return;
        }
        let mut num_messages = 0;
        let forgotten_turns = self
            .turns
            .iter()
            .take_while(|turn| {
                let begins_before = num_messages < forgotten_messages;
                num_messages += turn.messages().count();
                begins_before
            })
            .count();
        if self.forgotten_turns != forgotten_turns {
            self.forgotten_turns = forgotten_turns;
            self.revision += 1;
        }
    }

    /// True once in a conversation: when the first of it is forgotten.
    pub(super) fn take_news(&mut self) -> bool {
        let news = self.forgotten_turns > 0 && !self.told;
        self.told |= news;
        news
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
        self.forgotten_turns = 0;
        self.told = false;
        self.enter(Phase::Idle);
    }

    /// The conversation for a chat template. Questions that got no word of an answer are left out, except
    /// the one being asked.
    pub(super) fn messages(&self) -> Input {
        let messages = self.turns.iter().flat_map(Turn::messages).collect();
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

impl Turn {
    /// What a chat template gets to see of it.
    fn messages(&self) -> impl Iterator<Item = Message> {
        let running = self.outcome == Outcome::Running;
        let answered = !self.answer.is_empty();
        let question = (running || answered).then(|| message(Role::User, &self.question));
        let answer = (!running && answered).then(|| message(Role::Assistant, &self.answer));
        question.into_iter().chain(answer)
    }
}

fn message(role: Role, content: &str) -> Message {
    Message {
        role,
        content: content.to_owned(),
    }
}
