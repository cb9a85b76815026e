//! Answers requests of OpenAI's API, each on a port of its own.
//!
//! What needs the engine queues with everything else; which model there is is told at once. Knows ports and the order of
//! things; what a request means is [`crate::api`]'s business.

use std::cell::{Cell, RefCell};

use inkling_openai::{Answer, Error, Header, embeddings_json, endpoint_from_http, tokens_json};
use wasm_bindgen::prelude::*;
use web_sys::{MessageEvent, MessagePort};

use super::turns::{Line, Turn};
use super::{Job, Shared, Worker, clients};
use crate::api::{
    Asked, EXAMPLE_FUNCTION, Shape, Told, Wanted, Work, answer_at_once, counts_from, ending_from,
};
use crate::engine_port::{Constraint, Model};
use crate::fetch::Abort;
use crate::generation::{Answering, Part};
use crate::grammar::Grammars;
use crate::switchboard::ClientId;
use crate::wire::{FinishReason, Usage};

/// A request that waits for the engine, and where its answer goes.
pub(super) struct ApiRequest {
    work: Work,
    port: Port,
    begun: Option<Begun>,
}

/// The end of a port that the answer goes to.
#[derive(Clone)]
struct Port {
    port: MessagePort,
    abort: Abort,
}

impl Port {
    fn tell(&self, told: &Told) {
        // Plain data always has a JSON form, and text can always be posted.
        if let Ok(json) = serde_json::to_string(told) {
            let _ = self.port.post_message(&json.into());
        }
    }

    fn tell_events(&self, text: String) {
        if !text.is_empty() {
            self.tell(&Told::Events { text });
        }
    }

    /// What has been told arrives; what is asked no longer does.
    fn close(&self) {
        // Nothing runs any more; whoever would have stopped it may forget it.
        self.abort.abort();
        self.port.set_onmessage(None);
        self.port.close();
    }
}

/// Hears whatever is asked on a port, until it has been answered or the client with whom it ends is gone.
pub(super) fn serve(port: MessagePort, client: Option<ClientId>, shared: &Shared) {
    // A browser without a way to stop has no engine either.
    let Ok(abort) = Abort::new() else {
        return;
    };
    if let Some(client) = client {
        clients::tie(client, &abort);
    }
    let answering = Port {
        port: port.clone(),
        abort,
    };
    let shared = shared.clone();
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        let asked = event.data().as_string();
        match asked.and_then(|json| serde_json::from_str::<Asked>(&json).ok()) {
            Some(asked) => receive(asked, &answering, &shared),
            None => answering.tell(&Told::error(&Error::bad_request(
                "the engine could not read what it was asked; the page and its engine are of different versions",
            ))),
        }
    });
    // Setting it opens the port. The closure is freed when the browser lets go of it, which closing the port makes it do.
    port.set_onmessage(Some(on_message.into_js_value().unchecked_ref()));
}

fn receive(asked: Asked, port: &Port, shared: &Shared) {
    let loaded = shared.loaded.borrow();
    match asked {
        Asked::Standing => port.tell(&Told::Standing {
            names: loaded
                .as_ref()
                .map_or_else(Vec::new, |loaded| loaded.names()),
        }),
        Asked::Request { method, path, body } => {
            let work = endpoint_from_http(&method, &path, &body)
                .map_err(|error| Told::error(&error))
                .and_then(|endpoint| answer_at_once(endpoint, loaded.as_ref()));
            match work {
                Ok(work) => {
                    let request = ApiRequest {
                        work,
                        port: port.clone(),
                        begun: None,
                    };
                    // The receiver lives as long as the worker.
                    let _ = shared.queue.unbounded_send(Job::Api(Box::new(request)));
                }
                Err(told) => {
                    port.tell(&told);
                    port.close();
                }
            }
        }
        Asked::Cancel => {
            port.abort.abort();
            port.close();
        }
    }
}

impl ApiRequest {
    pub(super) fn is_cancelled(&self) -> bool {
        self.port.abort.is_aborted()
    }
}

/// Whether a request wants another turn.
enum Written {
    Rests,
    Ended,
}

impl Worker {
    /// A slice of an answer: more of it is written to its port, an error like anything else.
    pub(super) async fn answer_api(&mut self, mut request: Box<ApiRequest>, line: &mut Line) {
        match self.write(&mut request, line).await {
            Ok(Written::Rests) => return line.rest(Turn::Api(request)),
            Ok(Written::Ended) => {}
            // A client that has heard the beginning of a stream cannot be given another status.
            Err(error)
                if request
                    .begun
                    .is_some_and(|begun| begun.writer.is_heard.get()) =>
            {
                request.port.tell_events(Answer::failure_event(&error));
                request.port.tell(&Told::Done);
            }
            Err(error) => request.port.tell(&Told::error(&error)),
        }
        request.port.close();
    }

    async fn write(&mut self, request: &mut ApiRequest, line: &mut Line) -> Result<Written, Error> {
        let ApiRequest { work, port, begun } = request;
        let loaded = self.shared.loaded.borrow().clone();
        work.check_model(loaded.as_ref())?;
        let (Some(model), Some(loaded)) = (self.model.as_mut(), loaded) else {
            return Err(Error::server("no model is loaded; load one first"));
        };
        if work.wanted == Wanted::Tokens {
            let mut tokens = Vec::new();
            for input in &work.inputs {
                let ids = model.tokens_from_input(input);
                tokens.extend(ids.map_err(|error| work.error_from(&error))?);
            }
            port.tell(&Told::answer(tokens_json(&tokens, model.context_length())));
            return Ok(Written::Ended);
        }
        if let Wanted::Vectors(form) = work.wanted {
            // What the cache held is gone with the first of them.
            self.kept.note(false);
            let (mut vectors, mut num_tokens) = (Vec::new(), 0);
            for input in &work.inputs {
                if port.abort.is_aborted() {
                    return Ok(Written::Ended);
                }
                let (vector, count) = match model.mean_hidden_state(input).await {
                    Ok(embedded) => embedded,
                    Err(error) => {
                        self.forget_if_lost(Some(&error));
                        return Err(work.error_from(&error));
                    }
                };
                vectors.push(vector);
                num_tokens += count;
            }
            let body = embeddings_json(&loaded.name, &vectors, form, num_tokens)?;
            port.tell(&Told::answer(body));
            return Ok(Written::Ended);
        }
        let Begun {
            writer,
            shape,
            choice,
            choices_done,
        } = match begun {
            Some(begun) => begun,
            None => {
                let shape = work.shape(|| model.call_example(EXAMPLE_FUNCTION))?;
                let kind = shape.kind.clone();
                let answer = Answer::new(header(loaded.name), kind, work.delivery);
                begun.insert(Begun::new(answer, shape))
            }
        };
        let per_input = work.delivery.num_choices.max(1);
        while let Some(input) = work.inputs.get((*choices_done / per_input) as usize) {
            if port.abort.is_aborted() {
                return Ok(Written::Ended);
            }
            self.kept.note(false);
            let tell = |part: Part| writer.tell(part, port);
            let constraint = match choice {
                Some(_) => None,
                None => Some(constraint(model, &mut self.grammars, work, shape).await?),
            };
            let outcome = async {
                let answering = match choice {
                    Some(answering) => answering,
                    None => {
                        let options = work.options_for(*choices_done % per_input, shape);
                        let constraint = constraint.unwrap_or_default();
                        let begun =
                            Answering::begin(model, input, &options, constraint, &tell).await?;
                        choice.insert(begun)
                    }
                };
                let mut waits = line.slice(model.cost_of_return());
                answering
                    .advance(model, input, &port.abort, &tell, &mut waits)
                    .await
            }
            .await;
            let (reason, usage) = match outcome {
                Ok(Some(ended)) => ended,
                Ok(None) => return Ok(Written::Rests),
                Err(error) => {
                    self.forget_if_lost(Some(&error));
                    return Err(work.error_from(&error));
                }
            };
            if reason == FinishReason::Stopped {
                return Ok(Written::Ended);
            }
            writer.end_choice(reason, &usage, port);
            *choice = None;
            *choices_done += 1;
        }
        if let Some(begun) = begun.take() {
            begun.writer.finish(port);
        }
        Ok(Written::Ended)
    }
}

/// A request whose answer has begun.
struct Begun {
    writer: Writer,
    shape: Shape,
    /// The one that is being made.
    choice: Option<Answering>,
    choices_done: u32,
}

impl Begun {
    fn new(answer: Answer, shape: Shape) -> Self {
        Self {
            writer: Writer {
                answer: RefCell::new(answer),
                is_heard: Cell::new(false),
                has_choice: Cell::new(false),
                reused_tokens: Cell::new(0),
            },
            shape,
            choice: None,
            choices_done: 0,
        }
    }
}

/// What becomes of the parts of an answer.
struct Writer {
    answer: RefCell<Answer>,
    /// The client has had the beginning of a stream.
    is_heard: Cell<bool>,
    has_choice: Cell<bool>,
    reused_tokens: Cell<u32>,
}

impl Writer {
    fn tell(&self, part: Part, port: &Port) {
        let mut answer = self.answer.borrow_mut();
        match part {
            // Told a second time where the answer itself outgrew the context.
            Part::Memory { .. } if self.has_choice.replace(true) => {}
            Part::Memory { .. } => {
                self.is_heard.set(answer.streams());
                port.tell_events(answer.begin_choice());
            }
            Part::Prefilled { reused_tokens, .. } => self.reused_tokens.set(reused_tokens),
            Part::Delta { text, logprobs, .. } => {
                port.tell_events(answer.push(&text, logprobs));
            }
        }
    }

    fn end_choice(&self, reason: FinishReason, usage: &Usage, port: &Port) {
        let counts = counts_from(usage, self.reused_tokens.take());
        let ending = ending_from(reason);
        port.tell_events(self.answer.borrow_mut().end_choice(ending, counts));
        self.has_choice.set(false);
    }

    fn finish(self, port: &Port) {
        let answer = self.answer.into_inner();
        if answer.streams() {
            port.tell_events(answer.finish());
            port.tell(&Told::Done);
        } else {
            port.tell(&Told::answer(answer.finish()));
        }
    }
}

/// What one answer is held to. The library is loaded by the first that needs it.
async fn constraint(
    model: &Model,
    grammars: &mut Option<Grammars>,
    work: &Work,
    shape: &Shape,
) -> Result<Constraint, Error> {
    let vocab_size = model.vocab_size();
    let mut biased = work.biases.iter();
    if let Some((id, _)) = biased.find(|(id, _)| *id as usize >= vocab_size) {
        return Err(Error::request(
            "invalid_value",
            "logit_bias",
            format!(
                "Invalid 'logit_bias': there is no token {id}; this model has {vocab_size}, from 0."
            ),
        ));
    }
    let guide = match &shape.constraint {
        None => None,
        Some(constraint) => {
            let loaded = match grammars.take() {
                Some(loaded) => loaded,
                None => Grammars::load(&model.vocabulary())
                    .await
                    .map_err(|error| work.error_from(&error))?,
            };
            let guide = grammars.insert(loaded).guide(constraint);
            Some(guide.map_err(|reason| {
                Error::request(
                    "invalid_value",
                    shape.constraint_param,
                    format!("Invalid '{}': {reason}.", shape.constraint_param),
                )
            })?)
        }
    };
    Ok(Constraint {
        guide,
        biases: work.biases.clone(),
        top_logprobs: work.delivery.logprobs.map(|count| count as usize),
    })
}

fn header(model: String) -> Header {
    // Tells answers apart, and is not asked to withstand anybody.
    let random = || (js_sys::Math::random() * f64::from(u32::MAX)) as u32;
    Header {
        id: format!("{:08x}{:08x}{:08x}", random(), random(), random()),
        created: (js_sys::Date::now() / 1000.0) as u64,
        model,
        fingerprint: concat!("inkling-", env!("CARGO_PKG_VERSION")).to_owned(),
    }
}
