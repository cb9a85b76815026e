//! Requests of OpenAI's API: how they travel on a port, and what they are in the engine's words.
//!
//! A port carries one request: whoever has its other end (a page, or the service worker by way of one) asks, and gets
//! JSON that is ready for the client. Messages are JSON text, as everywhere. Must not know the engine, nor browsers.

use inkling_openai::{
    AnswerKind, Asked as AskedFor, CallForm, CallFormat, ChatRequest, Constraint, Counts, Delivery,
    EmbeddingRequest, Ending, Endpoint, Error, Model, Prompt, Sampling, ToolChoice, Tools,
    VectorForm, model_json, models_json,
};
use serde::{Deserialize, Serialize};

use crate::wire::{ErrorKind, FinishReason, GenerateOptions, Input, Usage, WhenFull, WireError};

/// The function of the example by which a model's way of writing calls is recognised.
pub const EXAMPLE_FUNCTION: &str = "look_up";

/// OpenAI's completions are sampled like this where a request says nothing.
const COMPLETION_TEMPERATURE: f32 = 1.0;

/// To the engine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Asked {
    /// Which model is there? Answered at once by `Standing`, whatever is being generated.
    Standing,
    /// A request as HTTP has it; the path begins with `/v1/`. Answered by `Answer`, or by `Events`… and `Done`.
    Request {
        method: String,
        path: String,
        body: String,
    },
    /// Ends whatever was asked; nothing more comes.
    Cancel,
}

/// From the engine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Told {
    /// What the loaded model may be called; nothing where none is loaded.
    Standing { names: Vec<String> },
    /// The whole answer, or an error.
    Answer { status: u16, body: String },
    /// More of an answer that is streamed: whole server-sent events.
    Events { text: String },
    /// The stream is over.
    Done,
}

impl Told {
    pub fn error(error: &Error) -> Self {
        Self::Answer {
            status: error.status,
            body: error.to_json(),
        }
    }

    pub fn answer(body: String) -> Self {
        Self::Answer { status: 200, body }
    }
}

/// The model that requests can name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loaded {
    pub name: String,
    /// Where it is kept: its address, which names it as well.
    pub key: String,
    /// Seconds since the epoch.
    pub since: u64,
}

impl Loaded {
    pub fn is_called(&self, name: &str) -> bool {
        name == self.name || name == self.key
    }

    pub fn names(&self) -> Vec<String> {
        vec![self.name.clone(), self.key.clone()]
    }

    fn model(&self) -> Model {
        Model {
            id: self.name.clone(),
            created: self.since,
        }
    }
}

/// Answers what needs no engine; gives back what does.
pub fn answer_at_once(endpoint: Endpoint, loaded: Option<&Loaded>) -> Result<Work, Told> {
    match endpoint {
        Endpoint::Models => {
            let models: Vec<Model> = loaded.iter().map(|loaded| loaded.model()).collect();
            Err(Told::answer(models_json(&models)))
        }
        Endpoint::Model { id } => Err(match loaded.filter(|loaded| loaded.is_called(&id)) {
            Some(loaded) => Told::answer(model_json(&loaded.model())),
            None => Told::error(&not_found(&id, loaded)),
        }),
        Endpoint::Chat(request) => Ok(chat_work(request, Wanted::Answers)),
        Endpoint::Tokens(request) => Ok(chat_work(request, Wanted::Tokens)),
        Endpoint::Embedding(request) => Ok(vectors_work(request)),
        Endpoint::Completion(request) => {
            let biases = request.sampling.logit_bias.clone();
            let mut options = options_from(request.sampling);
            options.temperature.get_or_insert(COMPLETION_TEMPERATURE);
            Ok(Work {
                model: request.model,
                inputs: request.prompts.into_iter().map(input_from).collect(),
                options,
                biases,
                prompt_param: "prompt",
                tools: None,
                asked: request.asked,
                delivery: request.delivery,
                wanted: Wanted::Answers,
            })
        }
    }
}

/// No text is generated for it.
fn vectors_work(request: EmbeddingRequest) -> Work {
    Work {
        model: request.model,
        inputs: request.prompts.into_iter().map(input_from).collect(),
        options: GenerateOptions::default(),
        biases: Vec::new(),
        prompt_param: "input",
        tools: None,
        asked: None,
        delivery: Delivery {
            num_choices: 1,
            streams: false,
            includes_usage: false,
            logprobs: None,
        },
        wanted: Wanted::Vectors(request.form),
    }
}

fn input_from(prompt: Prompt) -> Input {
    match prompt {
        Prompt::Text(text) => Input::Text { text },
        Prompt::Tokens(tokens) => Input::Tokens { tokens },
    }
}

fn chat_work(request: ChatRequest, wanted: Wanted) -> Work {
    Work {
        model: request.model,
        inputs: vec![Input::Chat {
            messages: request.messages,
            tools: request.tools.descriptions.clone(),
            continues: request.continues,
        }],
        biases: request.sampling.logit_bias.clone(),
        options: options_from(request.sampling),
        prompt_param: "messages",
        tools: Some(request.tools),
        asked: request.asked,
        delivery: request.delivery,
        wanted,
    }
}

/// What a request is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    Answers,
    /// The tokens of the prompt.
    Tokens,
    Vectors(VectorForm),
}

/// What is to be generated for a request.
#[derive(Debug, Clone, PartialEq)]
pub struct Work {
    model: String,
    /// Each is answered as often as the delivery says.
    pub inputs: Vec<Input>,
    options: GenerateOptions,
    /// What is added to the logits of some tokens.
    pub biases: Vec<(u32, f32)>,
    /// What the request calls its prompt.
    prompt_param: &'static str,
    /// Absent for a completion.
    tools: Option<Tools>,
    /// What the answer has to be.
    asked: Option<AskedFor>,
    pub delivery: Delivery,
    pub wanted: Wanted,
}

impl Work {
    /// Whether the request means this model.
    pub fn check_model(&self, loaded: Option<&Loaded>) -> Result<(), Error> {
        match loaded {
            Some(loaded) if loaded.is_called(&self.model) => Ok(()),
            Some(_) | None => Err(not_found(&self.model, loaded)),
        }
    }

    /// What becomes of it with a model whose template writes `example` for a call of [`EXAMPLE_FUNCTION`]; asked for only
    /// where it matters.
    pub fn shape(&self, example: impl FnOnce() -> Option<String>) -> Result<Shape, Error> {
        let constraint = self.asked.as_ref().map(|asked| asked.constraint.clone());
        let constraint_param = self.asked.as_ref().map_or("tools", |asked| asked.param);
        let Some(tools) = &self.tools else {
            return Ok(Shape {
                kind: AnswerKind::Text,
                constraint,
                constraint_param,
                stop: None,
            });
        };
        if tools.is_empty() {
            return Ok(Shape {
                kind: AnswerKind::Chat {
                    calls: None,
                    names: Vec::new(),
                    most_calls: None,
                },
                constraint,
                constraint_param,
                stop: None,
            });
        }
        let example = example().unwrap_or_default();
        let Some(format) = CallFormat::from_example(&example, EXAMPLE_FUNCTION) else {
            return Err(Error::unsupported_value(
                "tools",
                "the chat template of this model takes no tools, or writes calls in a way that is not known here",
            ));
        };
        let form = CallForm::from_example(format, &example, EXAMPLE_FUNCTION);
        let constraint = tools.constraint(form.as_ref(), self.asked.as_ref())?;
        // Nothing else ends an answer after its first call.
        let stop = match (&constraint, tools.most_calls) {
            (None, Some(_)) => format.ending(),
            (Some(_), _) | (None, None) => None,
        };
        Ok(Shape {
            kind: AnswerKind::Chat {
                calls: Some(format),
                names: tools.names.clone(),
                most_calls: tools.most_calls,
            },
            constraint,
            constraint_param: match tools.choice {
                ToolChoice::Free => constraint_param,
                ToolChoice::Required | ToolChoice::Named(_) => "tools",
            },
            stop,
        })
    }

    /// The options for one of the answers to a prompt; with a seed each has a seed of its own.
    pub fn options_for(&self, choice: u32, shape: &Shape) -> GenerateOptions {
        let mut options = self.options.clone();
        options.seed = options
            .seed
            .map(|seed| seed.wrapping_add(u64::from(choice)));
        options.stop.extend(shape.stop.map(str::to_owned));
        options
    }

    /// What the client is told of a failure of the engine.
    pub fn error_from(&self, error: &WireError) -> Error {
        match error.kind {
            ErrorKind::ContextFull => {
                Error::context_length_exceeded(self.prompt_param, error.message.clone())
            }
            ErrorKind::BadRequest => Error::bad_request(error.message.clone()),
            ErrorKind::Network
            | ErrorKind::Forbidden
            | ErrorKind::NotFound
            | ErrorKind::BadFile
            | ErrorKind::Unsupported
            | ErrorKind::OutOfMemory
            | ErrorKind::StorageFull
            | ErrorKind::Storage
            | ErrorKind::DeviceLost
            | ErrorKind::Cancelled
            | ErrorKind::Server
            | ErrorKind::Occupied
            | ErrorKind::Internal => Error::server(error.message.clone()),
        }
    }
}

/// What the answers to a request look like, with the model that is there.
#[derive(Debug, Clone, PartialEq)]
pub struct Shape {
    pub kind: AnswerKind,
    /// What each has to be.
    pub constraint: Option<Constraint>,
    /// The parameter that asks for it.
    pub constraint_param: &'static str,
    /// Ends an answer, beside the texts that the request names.
    stop: Option<&'static str>,
}

pub fn ending_from(reason: FinishReason) -> Ending {
    match reason {
        // Who stops an answer hears no more of it.
        FinishReason::EndOfTurn | FinishReason::StopText | FinishReason::Stopped => Ending::Stop,
        FinishReason::Length | FinishReason::ContextFull => Ending::Length,
    }
}

pub fn counts_from(usage: &Usage, reused_tokens: u32) -> Counts {
    Counts {
        prompt: usage.prompt_tokens,
        cached: reused_tokens,
        completion: usage.completion_tokens,
    }
}

fn not_found(name: &str, loaded: Option<&Loaded>) -> Error {
    Error::model_not_found(name, loaded.map(|loaded| loaded.name.as_str()))
}

/// A program must not have its conversation forgotten behind its back: a full context ends an answer.
fn options_from(sampling: Sampling) -> GenerateOptions {
    GenerateOptions {
        max_tokens: sampling.max_tokens,
        temperature: sampling.temperature,
        top_k: sampling.top_k,
        top_p: sampling.top_p,
        min_p: sampling.min_p,
        repetition_penalty: sampling.repetition_penalty,
        frequency_penalty: sampling.frequency_penalty,
        presence_penalty: sampling.presence_penalty,
        seed: sampling.seed,
        stop: sampling.stop,
        ignore_eos: false,
        when_full: WhenFull::End,
        fresh_context: false,
        keeps: false,
    }
}

#[cfg(test)]
mod tests;
