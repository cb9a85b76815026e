//! An answer on its way to the client: pieces of a stream as they come, or one object at the end.
//!
//! Whoever generates says when a choice begins, what its text is and why it ended; what of that is sent when, and in which
//! shape, is decided here. A stream is server-sent events, ready to be written to a connection.

use serde::Serialize;

use crate::Error;
use crate::calls::{CallFormat, CallReader, Piece};
use crate::logprobs::{ChatLogprobs, TextLogprobs, TokenLogprob};
use crate::sampling::Delivery;
use crate::shapes::{
    ChatChoice, ChatChunkChoice, Delta, Envelope, Message, Nothing, PromptTokens, TextChoice,
    ToolCall, Usage,
};

/// What all pieces of an answer say of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Tells answers apart; without `chatcmpl-` or whatever its kind begins with.
    pub id: String,
    /// Seconds since the epoch.
    pub created: u64,
    pub model: String,
    /// Changes where the same seed may give another answer.
    pub fingerprint: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AnswerKind {
    /// Calls of these functions are looked for where the model's way of writing them is given.
    Chat {
        calls: Option<CallFormat>,
        names: Vec<String>,
        /// Calls after so many are left out; `None` is all.
        most_calls: Option<usize>,
    },
    Text,
}

/// Why a choice ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The model ended its turn, or wrote a text that ends it.
    Stop,
    /// As long as it may be.
    Length,
}

/// What a choice took, in tokens.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    pub prompt: u32,
    /// Of the prompt, those that had been computed before.
    pub cached: u32,
    pub completion: u32,
}

/// An answer while it is written. Its choices come one after the other.
pub struct Answer {
    header: Header,
    kind: AnswerKind,
    delivery: Delivery,
    choices: Vec<Choice>,
    counts: Counts,
}

struct Choice {
    reader: CallReader,
    text: String,
    calls: Vec<ToolCall>,
    /// Of tokens that have not been told; there are none where nobody asked.
    logprobs: Vec<TokenLogprob>,
    /// Characters of the tokens that have been told.
    told_chars: usize,
    finish_reason: Option<&'static str>,
}

impl Answer {
    pub fn new(header: Header, kind: AnswerKind, delivery: Delivery) -> Self {
        let prefix = match kind {
            AnswerKind::Chat { .. } => "chatcmpl-",
            AnswerKind::Text => "cmpl-",
        };
        Self {
            header: Header {
                id: format!("{prefix}{}", header.id),
                ..header
            },
            kind,
            delivery,
            choices: Vec::new(),
            counts: Counts::default(),
        }
    }

    /// Whether the client gets events instead of one object.
    pub fn streams(&self) -> bool {
        self.delivery.streams
    }

    /// Begins the next choice. What is returned is to be sent at once: events, or nothing.
    pub fn begin_choice(&mut self) -> String {
        let reader = match &self.kind {
            AnswerKind::Chat { calls, names, .. } => CallReader::new(*calls, names),
            AnswerKind::Text => CallReader::new(None, &[]),
        };
        self.choices.push(Choice {
            reader,
            text: String::new(),
            calls: Vec::new(),
            logprobs: Vec::new(),
            told_chars: 0,
            finish_reason: None,
        });
        match &self.kind {
            AnswerKind::Chat { .. } => self.chat_event(
                Delta {
                    role: Some("assistant"),
                    content: Some(String::new()),
                    tool_calls: Vec::new(),
                },
                None,
            ),
            AnswerKind::Text => String::new(),
        }
    }

    /// More of the choice that was begun last, and of its tokens where their probabilities were asked for: their text may
    /// come later.
    pub fn push(&mut self, text: &str, logprobs: Vec<TokenLogprob>) -> String {
        let pieces = match self.choices.last_mut() {
            Some(choice) => {
                choice.logprobs.extend(logprobs);
                choice.reader.push(text)
            }
            None => Vec::new(),
        };
        self.take(pieces)
    }

    /// Ends the choice that was begun last.
    pub fn end_choice(&mut self, ending: Ending, counts: Counts) -> String {
        let per_prompt = self.delivery.num_choices.max(1);
        let is_first_of_prompt = self.index().is_multiple_of(per_prompt);
        // The others share its prompt, which is counted once.
        if is_first_of_prompt {
            self.counts.prompt += counts.prompt;
            self.counts.cached += counts.cached;
        }
        self.counts.completion += counts.completion;
        let Some(choice) = self.choices.last_mut() else {
            return String::new();
        };
        let rest = choice.reader.finish();
        let mut events = self.take(rest);
        let Some(choice) = self.choices.last_mut() else {
            return events;
        };
        if self.delivery.streams && !choice.logprobs.is_empty() {
            // Tokens whose text was a call's, or ended the answer.
            events.push_str(&self.take_text(String::new()));
        }
        let Some(choice) = self.choices.last_mut() else {
            return events;
        };
        let reason = match ending {
            Ending::Length => "length",
            Ending::Stop if !choice.calls.is_empty() => "tool_calls",
            Ending::Stop => "stop",
        };
        choice.finish_reason = Some(reason);
        events.push_str(&match self.kind {
            AnswerKind::Chat { .. } => self.chat_event(Delta::default(), Some(reason)),
            AnswerKind::Text => self.text_ending(reason),
        });
        events
    }

    /// The end of a stream, or the whole answer.
    pub fn finish(mut self) -> String {
        if !self.delivery.streams {
            return self.whole();
        }
        let mut events = String::new();
        if self.delivery.includes_usage {
            let chunk: Envelope<'_, ChatChunkChoice> =
                self.envelope(Vec::new(), Some(Some(self.usage())));
            events = event(&chunk);
        }
        events.push_str("data: [DONE]\n\n");
        events
    }

    /// The end of a stream that failed after it had begun.
    pub fn failure_event(error: &Error) -> String {
        format!("data: {}\n\n", error.to_json())
    }

    fn take(&mut self, pieces: Vec<Piece>) -> String {
        let mut events = String::new();
        for piece in pieces {
            events.push_str(&match piece {
                Piece::Text(text) => self.take_text(text),
                Piece::Call(call) => {
                    let Some(choice) = self.choices.last_mut() else {
                        continue;
                    };
                    if is_enough(&self.kind, choice.calls.len()) {
                        continue;
                    }
                    let number = choice.calls.len() as u32;
                    let call = ToolCall {
                        index: None,
                        id: format!(
                            "call_{}_{}_{number}",
                            self.header.id.trim_start_matches("chatcmpl-"),
                            self.choices.len() - 1
                        ),
                        r#type: "function",
                        function: call.into(),
                    };
                    if let Some(choice) = self.choices.last_mut() {
                        choice.calls.push(call.clone());
                    }
                    self.chat_event(
                        Delta {
                            tool_calls: vec![ToolCall {
                                index: Some(number),
                                ..call
                            }],
                            ..Delta::default()
                        },
                        None,
                    )
                }
            });
        }
        events
    }

    fn take_text(&mut self, text: String) -> String {
        let wanted = self.delivery.logprobs;
        let index = self.index();
        let Some(choice) = self.choices.last_mut() else {
            return String::new();
        };
        if !self.delivery.streams {
            choice.text.push_str(&text);
            return String::new();
        }
        match self.kind {
            AnswerKind::Chat { .. } => {
                let logprobs = chat_logprobs(wanted, choice);
                self.event_of(ChatChunkChoice {
                    index,
                    delta: Delta {
                        content: Some(text),
                        ..Delta::default()
                    },
                    logprobs,
                    finish_reason: None,
                })
            }
            AnswerKind::Text => {
                let logprobs = text_logprobs(wanted, choice);
                self.event_of(TextChoice {
                    index,
                    text,
                    logprobs,
                    finish_reason: None,
                })
            }
        }
    }

    /// An event about the choice that was begun last; nothing where nobody listens.
    fn chat_event(&self, delta: Delta, finish_reason: Option<&'static str>) -> String {
        self.event_of(ChatChunkChoice {
            index: self.index(),
            delta,
            logprobs: None,
            finish_reason,
        })
    }

    /// The last event about the choice that was begun last.
    fn text_ending(&self, finish_reason: &'static str) -> String {
        self.event_of(TextChoice {
            index: self.index(),
            text: String::new(),
            logprobs: None,
            finish_reason: Some(finish_reason),
        })
    }

    fn event_of(&self, choice: impl Serialize) -> String {
        if !self.delivery.streams {
            return String::new();
        }
        let usage = self.delivery.includes_usage.then_some(None);
        event(&self.envelope(vec![choice], usage))
    }

    fn index(&self) -> u32 {
        self.choices.len().saturating_sub(1) as u32
    }

    fn envelope<Choice>(
        &self,
        choices: Vec<Choice>,
        usage: Option<Option<Usage>>,
    ) -> Envelope<'_, Choice> {
        Envelope {
            id: &self.header.id,
            object: match (&self.kind, self.delivery.streams) {
                (AnswerKind::Chat { .. }, true) => "chat.completion.chunk",
                (AnswerKind::Chat { .. }, false) => "chat.completion",
                (AnswerKind::Text, _) => "text_completion",
            },
            created: self.header.created,
            model: &self.header.model,
            system_fingerprint: &self.header.fingerprint,
            choices,
            usage,
        }
    }

    fn usage(&self) -> Usage {
        Usage {
            prompt_tokens: self.counts.prompt,
            completion_tokens: self.counts.completion,
            total_tokens: self.counts.prompt + self.counts.completion,
            prompt_tokens_details: PromptTokens {
                cached_tokens: self.counts.cached,
            },
        }
    }

    fn whole(&mut self) -> String {
        let usage = Some(Some(self.usage()));
        let wanted = self.delivery.logprobs;
        let choices = std::mem::take(&mut self.choices);
        let numbered = (0..).zip(choices);
        match self.kind {
            AnswerKind::Chat { .. } => {
                let choices = numbered.map(|(index, choice)| chat_choice(index, choice, wanted));
                json(&self.envelope(choices.collect(), usage))
            }
            AnswerKind::Text => {
                let choices = numbered.map(|(index, mut choice)| TextChoice {
                    index,
                    logprobs: text_logprobs(wanted, &mut choice),
                    text: choice.text,
                    finish_reason: choice.finish_reason,
                });
                json(&self.envelope(choices.collect(), usage))
            }
        }
    }
}

fn is_enough(kind: &AnswerKind, num_calls: usize) -> bool {
    match kind {
        AnswerKind::Chat { most_calls, .. } => most_calls.is_some_and(|most| num_calls >= most),
        AnswerKind::Text => false,
    }
}

/// What has not been told; `None` where nobody wants it.
fn chat_logprobs(wanted: Option<u32>, choice: &mut Choice) -> Option<ChatLogprobs> {
    wanted.map(|_| ChatLogprobs::new(std::mem::take(&mut choice.logprobs)))
}

fn text_logprobs(wanted: Option<u32>, choice: &mut Choice) -> Option<TextLogprobs> {
    let tokens = std::mem::take(&mut choice.logprobs);
    wanted.map(|_| TextLogprobs::new(tokens, &mut choice.told_chars))
}

fn chat_choice(index: u32, mut choice: Choice, wanted: Option<u32>) -> ChatChoice {
    let is_silent = choice.text.is_empty() && !choice.calls.is_empty();
    let logprobs = chat_logprobs(wanted, &mut choice);
    ChatChoice {
        index,
        message: Message {
            role: "assistant",
            content: (!is_silent).then_some(choice.text),
            refusal: Nothing,
            tool_calls: choice.calls,
        },
        logprobs,
        finish_reason: choice.finish_reason.unwrap_or("stop"),
    }
}

/// One server-sent event. JSON text has no line breaks of its own.
fn event(value: &impl Serialize) -> String {
    format!("data: {}\n\n", json(value))
}

/// Plain data with string keys always has a JSON form.
fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

#[cfg(test)]
mod tests;
