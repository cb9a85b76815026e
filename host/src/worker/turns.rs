//! The line before the engine: what has arrived, whose turn it is, and how long an answer's turn lasts.
//!
//! The rules are [`crate::schedule`]'s; here they meet messages, clocks and the engine.

use futures_channel::mpsc::UnboundedReceiver;
use futures_util::{FutureExt, StreamExt};

use super::api::ApiRequest;
use super::{Job, Mail, Shared, Worker, answer, no_model, send};
use crate::clock::now_ms;
use crate::engine_port::Constraint;
use crate::fetch::Abort;
use crate::generation::{Answering, Part, Step};
use crate::schedule::{Request, Return, Schedule, Slice, Use};
use crate::wire::{FromWorker, GenerateOptions, Input, RequestId, ToWorker, WireError};

/// What waits for its turn.
pub(super) enum Turn {
    Mail {
        mail: Mail,
        /// Absent where it cannot be cancelled.
        abort: Option<Abort>,
    },
    Page(Box<PageAnswer>),
    Api(Box<ApiRequest>),
}

/// An answer for a page.
pub(super) struct PageAnswer {
    id: RequestId,
    input: Input,
    options: GenerateOptions,
    abort: Abort,
    /// Once it has begun.
    answering: Option<Answering>,
}

impl Request for Turn {
    fn uses(&self) -> Use {
        match self {
            Turn::Page(_) | Turn::Api(_) => Use::InTurns,
            Turn::Mail { mail, .. } => match mail.message {
                ToWorker::CountTokens { .. }
                | ToWorker::DeleteModel { .. }
                | ToWorker::ForgetConversations => Use::AtOnce,
                ToWorker::Start { .. }
                | ToWorker::Hub { .. }
                | ToWorker::Load { .. }
                | ToWorker::Generate { .. }
                | ToWorker::Download { .. }
                | ToWorker::Inspect { .. }
                | ToWorker::Measure { .. }
                | ToWorker::MeasureRoofline { .. }
                | ToWorker::Cancel { .. }
                | ToWorker::ListModels { .. }
                | ToWorker::VerifyModel { .. }
                | ToWorker::ExportFile { .. }
                | ToWorker::Unload { .. }
                | ToWorker::Connect { .. }
                | ToWorker::Serve { .. } => Use::Alone,
            },
        }
    }

    fn is_cancelled(&self) -> bool {
        match self {
            Turn::Mail { abort, .. } => abort.as_ref().is_some_and(Abort::is_aborted),
            Turn::Page(answer) => answer.abort.is_aborted(),
            Turn::Api(request) => request.is_cancelled(),
        }
    }
}

/// Everything that waits.
pub(super) struct Line {
    queue: UnboundedReceiver<Job>,
    schedule: Schedule<Turn>,
    shared: Shared,
}

impl Line {
    pub(super) fn new(queue: UnboundedReceiver<Job>, shared: Shared) -> Self {
        Self {
            queue,
            schedule: Schedule::default(),
            shared,
        }
    }

    /// Waits for somebody whose turn it is.
    pub(super) async fn next(&mut self) -> Option<Turn> {
        loop {
            self.collect();
            if let Some(turn) = self.schedule.take() {
                return Some(turn);
            }
            let job = self.queue.next().await?;
            self.arrive(job);
        }
    }

    /// Nobody waits.
    pub(super) fn is_empty(&mut self) -> bool {
        self.collect();
        self.schedule.is_empty()
    }

    /// An answer that goes on in its next turn.
    pub(super) fn rest(&mut self, turn: Turn) {
        self.schedule.rest(turn);
    }

    /// Takes in what has arrived meanwhile.
    fn collect(&mut self) {
        while let Some(Some(job)) = self.queue.next().now_or_never() {
            self.arrive(job);
        }
    }

    fn arrive(&mut self, job: Job) {
        let turn = match job {
            Job::Api(request) => Turn::Api(request),
            Job::Mail(mail) => {
                let registered = |id: &RequestId| self.shared.registered(*id);
                match mail.message {
                    ToWorker::Generate { id, input, options } => match registered(&id) {
                        Some(abort) => Turn::Page(Box::new(PageAnswer {
                            id,
                            input,
                            options,
                            abort,
                            answering: None,
                        })),
                        None => return,
                    },
                    message => {
                        let abort = if let ToWorker::Load { id, .. } = &message {
                            registered(id)
                        } else {
                            None
                        };
                        Turn::Mail {
                            mail: Mail { message, ..mail },
                            abort,
                        }
                    }
                }
            }
        };
        self.schedule.arrive(turn);
    }

    /// Whether the slice of an answer is over, asked after each of its steps.
    pub(super) fn slice(&mut self, cost: Return) -> impl FnMut(Step) -> bool {
        let mut slice = Slice::new(now_ms(), cost);
        move |step| {
            let is_over = match step {
                Step::Prompt => slice.ends_in_prompt(now_ms()),
                Step::Token => slice.ends_with_token(now_ms()),
            };
            self.collect();
            self.schedule.is_urgent() || (is_over && self.schedule.has_others())
        }
    }
}

impl Worker {
    /// A slice of an answer for a page.
    pub(super) async fn answer_page(&mut self, mut page: Box<PageAnswer>, line: &mut Line) {
        match self.slice_of_page(&mut page, line).await {
            Ok(None) => line.rest(Turn::Page(page)),
            Ok(Some(message)) => {
                self.kept.note(page.options.keeps);
                self.shared.forget(page.id);
                answer(page.id, Ok(message));
            }
            Err(error) => {
                self.shared.forget(page.id);
                answer(page.id, Err(error));
            }
        }
    }

    async fn slice_of_page(
        &mut self,
        page: &mut PageAnswer,
        line: &mut Line,
    ) -> Result<Option<FromWorker>, WireError> {
        let PageAnswer {
            id,
            input,
            options,
            abort,
            answering,
        } = page;
        let id = *id;
        self.kept.note(false);
        if answering.is_none() && !abort.is_aborted() && options.keeps {
            self.recall(input).await;
        }
        let tell = |part: Part| send(part.message(id));
        let model = self.model.as_mut().ok_or_else(no_model)?;
        let outcome = async {
            let answering = match answering {
                Some(answering) => answering,
                None => {
                    abort.check()?;
                    let free = Constraint::default();
                    let begun = Answering::begin(model, input, options, free, &tell).await?;
                    answering.insert(begun)
                }
            };
            let mut waits = line.slice(model.cost_of_return());
            answering
                .advance(model, input, abort, &tell, &mut waits)
                .await
        }
        .await;
        self.forget_if_lost(outcome.as_ref().err());
        let ending = outcome?;
        Ok(ending.map(|(reason, usage)| FromWorker::Finished { id, reason, usage }))
    }
}
