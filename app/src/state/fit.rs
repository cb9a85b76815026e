//! Will it run here? A model looked at before it is fetched, and how fast this adapter would be with it.
//!
//! The worker reads a few headers and judges; this keeps the answer, and where it is no, looks for the nearest model
//! of the catalogue for which it is yes. Must not know how memory is planned.

use std::collections::VecDeque;

use inkling_host::catalog::CatalogModel;
use inkling_host::wire::{
    AdapterReport, Fit, Inspection, ModelSource, RequestId, Space, ToWorker, WireError,
};

use super::{App, Effect, Engine, Phase, Purpose, Wanted, words};
use crate::say;

#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    pub place: Place,
    pub title: String,
    pub stage: Stage,
    /// A model that runs where this one does not.
    pub alternative: Option<CatalogModel>,
    source: ModelSource,
    search: Option<Search>,
}

/// Where it was asked for, and is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    Form,
    Offer { address: String },
}

#[derive(Debug, Clone, PartialEq)]
pub enum Stage {
    Reading(RequestId),
    Known(Inspection),
    Failed(WireError),
}

/// Models that may run instead, the largest first; the one in question and those after it.
#[derive(Debug, Clone, PartialEq)]
struct Search {
    request: RequestId,
    candidate: CatalogModel,
    others: VecDeque<CatalogModel>,
}

/// Bytes of weights that this adapter multiplies in a second: the limit of decoding.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub enum Speed {
    #[default]
    Unknown,
    Measuring(RequestId),
    Known {
        weight_bytes_per_second: f64,
    },
}

impl Check {
    /// Whether a model that runs in its place may still be found.
    pub fn is_searching(&self) -> bool {
        self.search.is_some()
    }
}

impl Speed {
    /// Tokens per second, where each reads that many bytes of weights.
    pub fn tokens_per_second(self, weight_bytes_per_token: u64) -> Option<f64> {
        match self {
            Speed::Known {
                weight_bytes_per_second,
            } if weight_bytes_per_token > 0 => {
                Some(weight_bytes_per_second / weight_bytes_per_token as f64)
            }
            Speed::Known { .. } | Speed::Unknown | Speed::Measuring(_) => None,
        }
    }
}

/// What a measurement is remembered by: another adapter or another engine is measured anew.
pub fn speed_name(engine_version: &str, adapter: &AdapterReport) -> String {
    format!(
        "{engine_version} {} {} {}",
        adapter.vendor, adapter.name, adapter.backend
    )
}

/// More than this browser has room for.
pub fn exceeds(space: &Space, num_bytes: u64) -> bool {
    space.free_bytes().is_some_and(|free| num_bytes > free)
}

/// What is still to be fetched.
pub fn missing_bytes(inspection: &Inspection) -> Option<u64> {
    let total = inspection.download_bytes?;
    Some(total.saturating_sub(inspection.stored_bytes))
}

/// Whether there is room to keep it.
pub fn has_room(inspection: &Inspection) -> bool {
    !missing_bytes(inspection).is_some_and(|missing| exceeds(&inspection.space, missing))
}

fn is_yes(inspection: &Inspection) -> bool {
    matches!(inspection.fit, Fit::Runs { .. }) && has_room(inspection)
}

impl App {
    pub(super) fn check_address(&mut self) -> Vec<Effect> {
        let typed = self.address.clone();
        self.check(Place::Form, words::title_from_address(&typed), &typed)
    }

    pub(super) fn check_offer(&mut self, address: String) -> Vec<Effect> {
        let offers = self.offers.iter();
        let named = offers
            .filter(|offer| offer.address == address)
            .map(|offer| offer.name.clone())
            .next();
        let title = named.unwrap_or_else(|| words::title_from_address(&address));
        let typed = address.clone();
        self.check(Place::Offer { address }, title, &typed)
    }

    fn check(&mut self, place: Place, title: String, typed: &str) -> Vec<Effect> {
        let mut effects = self.dismiss_check();
        if !self.is_settled() {
            return effects;
        }
        let source = match self.source_of(typed) {
            Ok(source) => source,
            Err(error) => {
                self.refuse_load(title, error);
                return effects;
            }
        };
        let id = self.next_request();
        self.announcement = say!("announce-checking", name = &title);
        effects.push(Effect::Send(ToWorker::Inspect {
            id,
            source: source.clone(),
        }));
        self.check = Some(Check {
            place,
            title,
            stage: Stage::Reading(id),
            alternative: None,
            source,
            search: None,
        });
        effects
    }

    pub(super) fn dismiss_check(&mut self) -> Vec<Effect> {
        let Some(check) = self.check.take() else {
            return Vec::new();
        };
        let reading = match (check.stage, check.search) {
            (Stage::Reading(id), _) => Some(id),
            (Stage::Known(_) | Stage::Failed(_), search) => search.map(|search| search.request),
        };
        let cancel = reading.map(|id| Effect::Send(ToWorker::Cancel { id }));
        cancel.into_iter().collect()
    }

    pub(super) fn load_checked(&mut self, purpose: Purpose) -> Vec<Effect> {
        match self.check.as_ref().map(|check| check.source.clone()) {
            Some(source) => self.load(Wanted { source, purpose }),
            None => Vec::new(),
        }
    }

    pub(super) fn inspected(&mut self, id: RequestId, inspection: Inspection) -> Vec<Effect> {
        let Some(check) = &mut self.check else {
            return Vec::new();
        };
        if check.stage == Stage::Reading(id) {
            let is_yes = is_yes(&inspection);
            let runs = matches!(inspection.fit, Fit::Runs { .. });
            self.announcement = match &inspection.fit {
                Fit::Runs { .. } if is_yes => say!("announce-runs", name = &check.title),
                Fit::Runs { .. } => say!("announce-no-room", name = &check.title),
                Fit::TooLarge { message } => words::sentence(message),
            };
            let size_bytes = inspection.download_bytes;
            check.stage = Stage::Known(inspection);
            let mut effects = if is_yes {
                Vec::new()
            } else {
                self.search_smaller(size_bytes)
            };
            if runs {
                effects.extend(self.measure());
            }
            return effects;
        }
        let Some(search) = check.search.take_if(|search| search.request == id) else {
            return Vec::new();
        };
        if is_yes(&inspection) {
            check.alternative = Some(search.candidate);
            return self.measure();
        }
        self.look_at_next(search.others)
    }

    /// The largest models of the catalogue below a size are asked first.
    fn search_smaller(&mut self, size_bytes: Option<u64>) -> Vec<Effect> {
        let mut candidates: Vec<CatalogModel> = self
            .catalog
            .models
            .iter()
            .filter(|model| size_bytes.is_none_or(|size| model.size_bytes < size))
            .cloned()
            .collect();
        candidates.sort_by_key(|model| std::cmp::Reverse(model.size_bytes));
        self.look_at_next(candidates.into())
    }

    fn look_at_next(&mut self, mut others: VecDeque<CatalogModel>) -> Vec<Effect> {
        let request = self.last_request + 1;
        while let Some(candidate) = others.pop_front() {
            let Ok(source) = self.source_of(&candidate.address) else {
                continue;
            };
            let is_stored = matches!(source, ModelSource::Stored { .. });
            if !is_stored && exceeds(&self.shelf.space, candidate.size_bytes) {
                continue;
            }
            let Some(check) = &mut self.check else {
                break;
            };
            self.last_request = request;
            check.search = Some(Search {
                request,
                candidate,
                others,
            });
            let message = ToWorker::Inspect {
                id: request,
                source,
            };
            return vec![Effect::Send(message)];
        }
        Vec::new()
    }

    /// A look that failed; of a search, the next one may still succeed.
    pub(super) fn look_failed(
        &mut self,
        id: RequestId,
        error: WireError,
    ) -> Result<Vec<Effect>, WireError> {
        if self.speed == Speed::Measuring(id) {
            self.speed = Speed::Unknown;
            return Ok(Vec::new());
        }
        let Some(check) = &mut self.check else {
            return Err(error);
        };
        if check.stage == Stage::Reading(id) {
            self.announcement.clear();
            check.stage = Stage::Failed(error);
            return Ok(Vec::new());
        }
        match check.search.take_if(|search| search.request == id) {
            Some(search) => Ok(self.look_at_next(search.others)),
            None => Err(error),
        }
    }

    /// Once per adapter, when it is first wanted to know, and not while the adapter has other work.
    fn measure(&mut self) -> Vec<Effect> {
        let is_free = self.chat.phase() == Phase::Idle && !self.load.is_under_way();
        if self.speed != Speed::Unknown || !is_free {
            return Vec::new();
        }
        let id = self.next_request();
        self.speed = Speed::Measuring(id);
        vec![Effect::Send(ToWorker::Measure { id })]
    }

    pub(super) fn measured(&mut self, id: RequestId, rate: f64) -> Vec<Effect> {
        if self.speed != Speed::Measuring(id) {
            return Vec::new();
        }
        self.speed = Speed::Unknown;
        self.speed_recalled(rate);
        match (&self.engine, &self.speed) {
            (Engine::Ready(_), Speed::Known { .. }) => vec![Effect::RememberSpeed {
                name: self.speed_name.clone(),
                weight_bytes_per_second: rate,
            }],
            (_, _) => Vec::new(),
        }
    }

    pub(super) fn speed_recalled(&mut self, weight_bytes_per_second: f64) {
        // What an earlier visit left may be anything.
        if weight_bytes_per_second.is_finite() && weight_bytes_per_second > 0.0 {
            self.speed = Speed::Known {
                weight_bytes_per_second,
            };
        }
    }
}
