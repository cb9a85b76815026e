//! What a person does in the open conversation: asking, answering again, going on, rewording, choosing a branch.
//!
//! Everything that needs the engine begins with a question whether it is free; everything else changes the tree. Must not
//! know how a conversation is kept: [`super::App::keep`] is told after each action that something may have changed.

use inkling_host::chats::{Attachment, ChatId, Manner, MessageId, ModelName};
use inkling_host::wire::{GenerateOptions, RequestId, Role, ToWorker};

use super::chat::Asked;
use super::notice::Undo;
use super::{App, Cutting, Effect, Phase, preferences};
use crate::say;

impl App {
    /// `beside`: another wording of that question, on a branch of its own.
    pub(super) fn ask(
        &mut self,
        text: String,
        attachments: Vec<Attachment>,
        beside: Option<MessageId>,
    ) -> Vec<Effect> {
        if !self.can_ask() || (text.trim().is_empty() && attachments.is_empty()) {
            return Vec::new();
        }
        let asked = Asked {
            text,
            attachments,
            chat_id: self.ids.next(),
            question_id: self.ids.next(),
            answer_id: self.ids.next(),
            request: self.next_request(),
            model: self.model_name(),
            now_ms: self.now_ms,
        };
        let request = asked.request;
        if self.chat.ask(asked, beside) {
            self.generate(request)
        } else {
            Vec::new()
        }
    }

    /// One attachment at a time; a model that is busy counts when it is free.
    pub(super) fn count_tokens(&mut self, name: String, text: String) -> Vec<Effect> {
        if !self.is_engine_free() || self.counting.is_some() {
            return Vec::new();
        }
        let id = self.next_request();
        self.counting = Some((id, name));
        vec![Effect::Send(ToWorker::CountTokens { id, text })]
    }

    pub(super) fn tokens_counted(&mut self, request: RequestId, num_tokens: u32) {
        if let Some((_, name)) = self.counting.take_if(|(id, _)| *id == request) {
            self.counted = Some((name, num_tokens));
        }
    }

    /// Another answer to the question that `message` is or answers.
    pub(super) fn answer_again(&mut self, message: MessageId) -> Vec<Effect> {
        let Some(node) = self.chat.message(message) else {
            return Vec::new();
        };
        let question = match node.role {
            Role::User => Some(message),
            Role::Assistant | Role::System => node.parent,
        };
        let Some(question) = question.filter(|_| self.can_ask()) else {
            return Vec::new();
        };
        let (answer, request) = (self.ids.next(), self.next_request());
        let model = self.model_name();
        if self
            .chat
            .answer(question, answer, request, model, self.now_ms)
        {
            self.generate(request)
        } else {
            Vec::new()
        }
    }

    /// Goes on with an answer that ended before its end.
    pub(super) fn go_on(&mut self, answer: MessageId) -> Vec<Effect> {
        if !self.can_go_on() {
            return Vec::new();
        }
        let request = self.next_request();
        if self.chat.go_on(answer, request, self.now_ms) {
            self.generate(request)
        } else {
            Vec::new()
        }
    }

    /// Only a model here can: to a server, the beginning of an answer is an answer.
    pub fn can_go_on(&self) -> bool {
        self.can_ask() && !self.is_answered_elsewhere()
    }

    /// Another wording: of a question it is asked, of an answer it stands as the person wrote it.
    pub(super) fn reword(&mut self, message: MessageId, text: String) -> Vec<Effect> {
        let Some(node) = self.chat.message(message) else {
            return Vec::new();
        };
        if self.chat.phase() != Phase::Idle || text.trim().is_empty() || text == node.text {
            return Vec::new();
        }
        match node.role {
            Role::User => {
                let attachments = node.attachments.clone();
                self.ask(text, attachments, Some(message))
            }
            Role::Assistant => {
                let id = self.ids.next();
                self.chat.rewrite(message, id, text, self.now_ms);
                Vec::new()
            }
            Role::System => Vec::new(),
        }
    }

    pub(super) fn step_branch(&mut self, message: MessageId, by: isize) -> Vec<Effect> {
        if self.chat.phase() == Phase::Idle
            && let Some(other) = self.chat.step(message, by)
            && let Some(place) = self.chat.tree().place(other)
        {
            self.announcement = say!(
                "chat-branch-shown",
                number = place.number,
                count = place.count
            );
        }
        Vec::new()
    }

    pub(super) fn delete_message(&mut self, message: MessageId) -> Vec<Effect> {
        if self.chat.phase() != Phase::Idle {
            return Vec::new();
        }
        if let Some(cutting) = self.chat.take_out(message) {
            let count = cutting.ids().len();
            let undo = Undo::Messages {
                chat: self.chat.record().id,
                cutting,
            };
            let mut effects = self.tell(say!("chat-deleted", count = count), Some(undo));
            // What the engine keeps of conversations has the message too.
            effects.push(Effect::Send(ToWorker::ForgetConversations));
            return effects;
        }
        Vec::new()
    }

    /// Only where the conversation is still the one they were taken from.
    pub(super) fn put_messages_back(&mut self, chat: ChatId, cutting: Cutting) -> Vec<Effect> {
        if self.open_chat() == Some(chat) && self.chat.phase() == Phase::Idle {
            self.chat.put_back(cutting);
        }
        Vec::new()
    }

    pub(super) fn set_manner(&mut self, manner: Manner) -> Vec<Effect> {
        self.chat.set_manner(manner);
        Vec::new()
    }

    pub(super) fn new_chat(&mut self) -> Vec<Effect> {
        let effects = self.begin_chat();
        self.announcement = say!("chat-new-announced");
        effects
    }

    pub(super) fn stop(&mut self) -> Vec<Effect> {
        match self.chat.stop() {
            Some(id) if self.remote.is_running(id) => vec![Effect::StopServer],
            Some(id) => vec![Effect::Send(ToWorker::Cancel { id })],
            None => Vec::new(),
        }
    }

    fn generate(&mut self, request: RequestId) -> Vec<Effect> {
        self.announcement = say!("chat-answer-begins");
        if let Some(effects) = self.ask_server(request) {
            return effects;
        }
        let has_chat_template = self
            .model
            .as_ref()
            .is_some_and(|model| model.has_chat_template);
        let input = self.chat.input(has_chat_template);
        let input = self.with_embedding(input);
        vec![Effect::Send(ToWorker::Generate {
            id: request,
            input,
            options: self.options(),
        })]
    }

    /// What the page's address asks for, then this conversation, then the settings; the rest is the model's.
    pub(super) fn options(&self) -> GenerateOptions {
        let mut options = self.launch.options.clone();
        // What is said in another site's page is that site's, and is not kept here.
        options.keeps = !self.launch.is_embedded;
        preferences::fill(&mut options, &self.chat.record().manner.sampling);
        preferences::fill(&mut options, &self.preferences.sampling);
        options
    }

    fn model_name(&self) -> Option<ModelName> {
        if self.is_answered_elsewhere() {
            return self.server_model_name();
        }
        self.model.as_ref().map(|model| ModelName {
            key: model.key.clone(),
            name: model.name.clone(),
        })
    }
}
