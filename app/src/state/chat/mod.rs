//! The conversation that is open: its messages, the answer that grows, and what of it is not kept yet.
//!
//! Must not know how it is shown; the two revisions tell a view what to look at again. Must not know the store either:
//! it says which records are to be written, and somebody else writes them.

mod tree;

use std::collections::BTreeSet;

use inkling_host::chats::{
    Attachment, ChatRecord, Ending, Manner, MessageId, MessageRecord, ModelName,
};
use inkling_host::wire::{Input, Message, RequestId, Role};

pub use tree::{Cutting, Node, Tree, Version};

use super::attachment::prompt_with_attachments;

/// Longer beginnings of a question are cut for a title.
const TITLE_CHARS: usize = 60;

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Chat {
    /// Its id is 0 until something was asked.
    record: ChatRecord,
    tree: Tree,
    phase: Phase,
    /// The answer that is being written.
    running: Option<MessageId>,
    /// The messages of the running or last request, as the model got them.
    sent: Vec<MessageId>,
    /// Where the last request's `sent` no longer is wholly known.
    forgotten_messages: usize,
    /// People who cannot see the page know that something is forgotten.
    has_told: bool,
    revision: u64,
    text_revision: u64,
    unsaved: Unsaved,
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

/// What differs from what is kept.
#[derive(Debug, Clone, Default, PartialEq)]
struct Unsaved {
    chat: bool,
    messages: BTreeSet<MessageId>,
    removed: Vec<MessageId>,
    /// Pieces of the running answer, which may wait a moment.
    text: bool,
}

/// Records to be written.
#[derive(Debug, Clone, PartialEq)]
pub struct Changes {
    pub chat: ChatRecord,
    pub messages: Vec<MessageRecord>,
    pub removed: Vec<MessageId>,
}

impl Chat {
    /// A conversation that was kept.
    pub(super) fn from_records(record: ChatRecord, messages: Vec<MessageRecord>) -> Self {
        let leaf = record.leaf;
        Self {
            tree: Tree::from_records(messages, leaf),
            record,
            ..Self::default()
        }
    }

    /// Raises the revisions over those of the conversation before, so that every view looks again.
    pub(super) fn after(mut self, before: &Self) -> Self {
        self.revision = before.revision + 1;
        self.text_revision = before.text_revision + 1;
        self
    }

    pub fn record(&self) -> &ChatRecord {
        &self.record
    }

    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    pub fn message(&self, id: MessageId) -> Option<&Node> {
        self.tree.get(id)
    }

    pub fn phase(&self) -> Phase {
        self.phase
    }

    pub fn running(&self) -> Option<MessageId> {
        self.running
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

    /// The last message of the last exchange of which the model no longer knows everything: below it, its memory begins.
    pub fn memory_begins_below(&self) -> Option<MessageId> {
        let last = *self.sent.get(self.forgotten_messages.checked_sub(1)?)?;
        let shown = self.tree.path();
        let at = shown.iter().position(|id| *id == last)?;
        let is_question = self
            .tree
            .get(last)
            .is_some_and(|node| node.role == Role::User);
        // The line stands between exchanges, where it says too little rather than too much.
        let answer = shown.get(at + 1).filter(|_| is_question);
        Some(*answer.unwrap_or(&last))
    }

    pub(super) fn set_manner(&mut self, manner: Manner) {
        if self.record.manner != manner {
            self.record.manner = manner;
            self.unsaved.chat = self.is_begun();
            self.revision += 1;
        }
    }

    /// A question at the end of what is shown, or, with `beside`, another wording of that question.
    pub(super) fn ask(&mut self, asked: Asked, beside: Option<MessageId>) -> bool {
        let parent = match beside {
            Some(id) => match self.tree.get(id) {
                Some(node) if node.role == Role::User => node.parent,
                Some(_) | None => return false,
            },
            None => self.end_for_a_question(),
        };
        if !self.is_begun() {
            self.record.id = asked.chat_id;
            self.record.created_ms = asked.now_ms;
        }
        if self.record.title.is_empty() {
            self.record.title = title_from_question(&asked.text, &asked.attachments);
        }
        let question = Node {
            id: asked.question_id,
            parent,
            created_ms: asked.now_ms,
            ..Node::question(asked.text, asked.attachments)
        };
        if !self.tree.add(question) {
            return false;
        }
        self.unsaved.messages.insert(asked.question_id);
        self.answer(
            asked.question_id,
            asked.answer_id,
            asked.request,
            asked.model,
            asked.now_ms,
        )
    }

    /// Where the last thing shown is a question without an answer, the next question stands in the question's stead.
    fn end_for_a_question(&self) -> Option<MessageId> {
        let last = self.tree.shown().next_back()?;
        match last.role {
            Role::Assistant => Some(last.id),
            Role::User | Role::System => last.parent,
        }
    }

    /// Begins another answer to a question.
    pub(super) fn answer(
        &mut self,
        question: MessageId,
        answer_id: MessageId,
        request: RequestId,
        model: Option<ModelName>,
        now_ms: f64,
    ) -> bool {
        // Answers without a word are nothing to come back to.
        let answers = self.tree.get(question).map(|node| node.children.clone());
        for id in answers.unwrap_or_default() {
            if self.tree.get(id).is_some_and(|node| node.text.is_empty()) {
                self.take_out(id);
            }
        }
        let answer = Node {
            id: answer_id,
            parent: Some(question),
            created_ms: now_ms,
            ..Node::answer(
                String::new(),
                model.as_ref().map(|model| model.name.clone()),
            )
        };
        if !self.tree.add(answer) {
            return false;
        }
        self.record.model = model.or(self.record.model.take());
        self.record.updated_ms = now_ms;
        self.begin(answer_id, request);
        true
    }

    /// Goes on with an answer that ended before its end.
    pub(super) fn go_on(&mut self, answer: MessageId, request: RequestId, now_ms: f64) -> bool {
        let Some(node) = self.tree.get_mut(answer) else {
            return false;
        };
        if node.role != Role::Assistant || node.text.is_empty() || !node.children.is_empty() {
            return false;
        }
        node.ending = None;
        self.tree.show(answer);
        self.record.updated_ms = now_ms;
        self.begin(answer, request);
        true
    }

    fn begin(&mut self, answer: MessageId, request: RequestId) {
        self.running = Some(answer);
        self.record.leaf = Some(answer);
        self.unsaved.messages.insert(answer);
        self.unsaved.chat = true;
        self.enter(Phase::Reading(request));
    }

    /// Another wording of an answer, by the person.
    pub(super) fn rewrite(
        &mut self,
        answer: MessageId,
        id: MessageId,
        text: String,
        now_ms: f64,
    ) -> bool {
        let Some(before) = self.tree.get(answer) else {
            return false;
        };
        if before.role != Role::Assistant {
            return false;
        }
        let added = self.tree.add(Node {
            id,
            parent: before.parent,
            created_ms: now_ms,
            ending: Some(Ending::Edited),
            ..Node::answer(text, before.model.clone())
        });
        if added {
            self.unsaved.messages.insert(id);
            self.record.updated_ms = now_ms;
            self.shown();
        }
        added
    }

    /// Shows the sibling that many places further.
    pub(super) fn step(&mut self, id: MessageId, by: isize) -> Option<MessageId> {
        let other = self.tree.step(id, by)?;
        self.shown();
        Some(other)
    }

    pub(super) fn take_out(&mut self, id: MessageId) -> Option<Cutting> {
        let cutting = self.tree.cut(id)?;
        for id in cutting.ids() {
            self.unsaved.messages.remove(&id);
            self.unsaved.removed.push(id);
        }
        self.shown();
        Some(cutting)
    }

    pub(super) fn put_back(&mut self, cutting: Cutting) -> bool {
        let ids = cutting.ids();
        let done = self.tree.put_back(cutting);
        if done {
            self.unsaved.removed.retain(|id| !ids.contains(id));
            self.unsaved.messages.extend(ids);
            self.shown();
        }
        done
    }

    /// Another branch is shown, or none that was.
    fn shown(&mut self) {
        self.record.leaf = self.tree.leaf();
        self.unsaved.chat = self.is_begun();
        self.revision += 1;
    }

    pub(super) fn extend(&mut self, request: RequestId, text: &str) {
        if self.request() != Some(request) {
            return;
        }
        if let Phase::Reading(_) = self.phase {
            self.enter(Phase::Writing(request));
        }
        if let Some(node) = self.running.and_then(|id| self.tree.get_mut(id)) {
            node.text.push_str(text);
            self.unsaved.text = true;
            self.text_revision += 1;
        }
    }

    /// The first `forgotten_messages` of what [`Chat::input`] gave for this request are no longer wholly known.
    pub(super) fn forget(&mut self, request: RequestId, forgotten_messages: usize) {
        if self.request() != Some(request) || self.forgotten_messages == forgotten_messages {
            return;
        }
        let before = self.memory_begins_below();
        self.forgotten_messages = forgotten_messages;
        if self.memory_begins_below() != before {
            self.revision += 1;
        }
    }

    /// True once in a conversation: when the first of it is forgotten.
    pub(super) fn take_news(&mut self) -> bool {
        let news = self.forgotten_messages > 0 && !self.has_told;
        self.has_told |= news;
        news
    }

    /// True if it was this conversation's answer that ended.
    pub(super) fn finish(&mut self, request: RequestId, ending: Ending, now_ms: f64) -> bool {
        if self.request() != Some(request) {
            return false;
        }
        self.end(ending, now_ms);
        true
    }

    /// Whatever is being written ends here: the page goes elsewhere.
    pub(super) fn leave(&mut self, now_ms: f64) {
        if self.running.is_some() {
            self.end(Ending::Lost, now_ms);
        }
    }

    fn end(&mut self, ending: Ending, now_ms: f64) {
        if let Some(id) = self.running.take() {
            if let Some(node) = self.tree.get_mut(id) {
                node.ending = Some(ending);
            }
            self.unsaved.messages.insert(id);
        }
        self.unsaved.text = false;
        self.unsaved.chat = true;
        self.record.updated_ms = now_ms;
        self.enter(Phase::Idle);
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

    /// What the model gets: the shown branch up to the answer that runs. Questions without a word of an answer are left
    /// out, except the one being asked. For a chat template messages, for a base model one text exactly as it stands.
    pub(super) fn input(&mut self, has_chat_template: bool) -> Input {
        let (sent, mut messages) = self.told();
        self.sent = sent;
        self.forgotten_messages = 0;
        if !has_chat_template {
            let text = messages.iter().map(|it| it.content.as_str()).collect();
            return Input::Text { text };
        }
        // A partial answer at the end is gone on with.
        let continues = messages
            .last()
            .is_some_and(|message| message.role == Role::Assistant);
        messages.splice(0..0, self.system_message());
        Input::Messages {
            messages,
            continues,
        }
    }

    /// What a model is told of the shown branch, and which messages that is.
    fn told(&self) -> (Vec<MessageId>, Vec<Message>) {
        let mut sent = Vec::new();
        let mut messages = Vec::new();
        let shown: Vec<&Node> = self.tree.shown().collect();
        for (index, node) in shown.iter().enumerate() {
            let is_running = Some(node.id) == self.running;
            let is_answered = shown
                .get(index + 1)
                .is_some_and(|answer| !answer.text.is_empty() || Some(answer.id) == self.running);
            let is_told = match node.role {
                Role::System => false,
                Role::User => is_answered,
                Role::Assistant => !node.text.is_empty(),
            };
            if is_told {
                sent.push(node.id);
                messages.push(Message {
                    role: node.role,
                    content: match node.role {
                        Role::User => prompt_with_attachments(&node.text, &node.attachments),
                        Role::System | Role::Assistant => node.text.clone(),
                    },
                });
            }
            if is_running {
                break;
            }
        }
        (sent, messages)
    }

    fn system_message(&self) -> Option<Message> {
        let system = self.record.manner.system_prompt.trim();
        (!system.is_empty()).then(|| Message {
            role: Role::System,
            content: system.to_owned(),
        })
    }

    /// What goes along with the next question, in the order in which it is told.
    pub(super) fn messages_to_send(&self) -> Vec<Message> {
        let (_, messages) = self.told();
        self.system_message().into_iter().chain(messages).collect()
    }

    /// Something was asked in it.
    pub fn is_begun(&self) -> bool {
        self.record.id != 0
    }

    /// Pieces of an answer wait to be kept; the rest does not wait.
    pub(super) fn has_unsaved_text(&self) -> bool {
        self.unsaved.text
    }

    /// What is to be written now; with `text` also what may wait.
    pub(super) fn take_changes(&mut self, text: bool) -> Option<Changes> {
        if !self.is_begun() {
            return None;
        }
        if text && self.unsaved.text {
            self.unsaved.messages.extend(self.running);
        }
        let unsaved = &self.unsaved;
        if !unsaved.chat && unsaved.messages.is_empty() && unsaved.removed.is_empty() {
            return None;
        }
        let unsaved = std::mem::take(&mut self.unsaved);
        let messages = unsaved.messages.iter();
        Some(Changes {
            chat: self.record.clone(),
            messages: messages
                .filter_map(|id| self.tree.get(*id))
                .map(|node| record_from(self.record.id, node))
                .collect(),
            removed: unsaved.removed,
        })
    }

    fn enter(&mut self, phase: Phase) {
        self.phase = phase;
        self.revision += 1;
    }
}

/// A question on its way, with the names of all that it makes.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Asked {
    pub text: String,
    pub attachments: Vec<Attachment>,
    /// For a conversation that begins.
    pub chat_id: u64,
    pub question_id: MessageId,
    pub answer_id: MessageId,
    pub request: RequestId,
    pub model: Option<ModelName>,
    pub now_ms: f64,
}

fn record_from(chat: u64, node: &Node) -> MessageRecord {
    MessageRecord {
        id: node.id,
        chat,
        parent: node.parent,
        role: node.role,
        text: node.text.clone(),
        attachments: node.attachments.clone(),
        created_ms: node.created_ms,
        ending: node.ending.clone(),
        model: node.model.clone(),
    }
}

/// The beginning of the question, in one line and in whole words.
fn title_from_question(question: &str, attachments: &[Attachment]) -> String {
    let mut title = String::new();
    for word in question.split_whitespace() {
        let len_chars = title.chars().count() + 1 + word.chars().count();
        if len_chars > TITLE_CHARS {
            // Languages without spaces write a sentence as one word.
            if title.is_empty() {
                title = word.chars().take(TITLE_CHARS - 1).collect();
            }
            title.push('…');
            return title;
        }
        if !title.is_empty() {
            title.push(' ');
        }
        title.push_str(word);
    }
    match attachments.first() {
        Some(attachment) if title.is_empty() => attachment.name.clone(),
        Some(_) | None => title,
    }
}

#[cfg(test)]
mod tests;
