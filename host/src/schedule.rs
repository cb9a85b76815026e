//! Whose turn it is: requests that need the engine, in the order in which they came, and answers that take turns. Pure.
//!
//! Answers are made a slice at a time, one after the other around a ring, so that none waits for another to end. What needs
//! the engine for itself (loading, unloading, measuring) begins when all that came before has ended, and what comes after
//! waits for it. What is over in a moment is done between two slices. Must not know what a request is.

use std::collections::VecDeque;

/// How a request uses the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// For a slice at a time.
    InTurns,
    /// For a moment.
    AtOnce,
    /// With nothing beside it.
    Alone,
}

/// A request, as far as its turn depends on it.
pub trait Request {
    fn uses(&self) -> Use;

    /// Nobody wants it any more: it is heard at once, so that it can say so.
    fn is_cancelled(&self) -> bool;
}

/// The requests that wait.
#[derive(Debug)]
pub struct Schedule<R> {
    /// In the order in which they came.
    arrived: VecDeque<R>,
    /// Answers that have begun or may begin; the first is the next.
    ring: VecDeque<R>,
}

impl<R> Default for Schedule<R> {
    fn default() -> Self {
        Self {
            arrived: VecDeque::new(),
            ring: VecDeque::new(),
        }
    }
}

impl<R: Request> Schedule<R> {
    pub fn arrive(&mut self, request: R) {
        self.arrived.push_back(request);
    }

    /// An answer that has had its slice and is not at its end.
    pub fn rest(&mut self, request: R) {
        self.ring.push_back(request);
    }

    /// The request whose turn it is. An answer that goes on afterwards is given to [`Schedule::rest`].
    pub fn take(&mut self) -> Option<R> {
        for line in [&mut self.ring, &mut self.arrived] {
            if let Some(index) = line.iter().position(Request::is_cancelled) {
                return line.remove(index);
            }
        }
        self.admit();
        match self.arrived.front().map(Request::uses) {
            Some(Use::AtOnce) => self.arrived.pop_front(),
            // Those that came before end first.
            Some(Use::Alone | Use::InTurns) | None => {
                self.ring.pop_front().or_else(|| self.arrived.pop_front())
            }
        }
    }

    pub fn is_empty(&self) -> bool {
        self.arrived.is_empty() && self.ring.is_empty()
    }

    /// Whether somebody waits for the end of the slice that runs.
    pub fn has_others(&mut self) -> bool {
        self.admit();
        !self.ring.is_empty()
            || self
                .arrived
                .iter()
                .any(|it| it.is_cancelled() || it.uses() == Use::AtOnce)
    }

    /// Whether somebody waits who should not wait for the end of a slice.
    pub fn is_urgent(&self) -> bool {
        self.ring.iter().chain(&self.arrived).any(R::is_cancelled)
    }

    /// Lets answers into the ring that nothing stands before.
    fn admit(&mut self) {
        while let Some(request) = self
            .arrived
            .pop_front_if(|first| first.uses() == Use::InTurns)
        {
            self.ring.push_back(request);
        }
    }
}

/// The longest that others wait for a slice, where a step takes no longer.
const SLICE_MS: f64 = 250.0;
const SLICE_TOKENS: u32 = 16;

/// What coming back costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Return {
    /// What was computed is kept.
    Copy,
    /// What was computed is computed again.
    Prefill,
}

/// One answer's turn.
#[derive(Debug)]
pub struct Slice {
    started_ms: f64,
    first_token_ms: Option<f64>,
    num_tokens: u32,
    ret: Return,
}

impl Slice {
    pub fn new(now_ms: f64, ret: Return) -> Self {
        Self {
            started_ms: now_ms,
            first_token_ms: None,
            num_tokens: 0,
            ret,
        }
    }

    /// After a part of the prompt: whether the slice is over.
    pub fn ends_in_prompt(&self, now_ms: f64) -> bool {
        match self.ret {
            Return::Copy => now_ms - self.started_ms >= SLICE_MS,
            // Else it would begin again with every turn and never come to an end.
            Return::Prefill => false,
        }
    }

    /// After a token: whether the slice is over.
    pub fn ends_with_token(&mut self, now_ms: f64) -> bool {
        self.num_tokens += 1;
        let first_ms = *self.first_token_ms.get_or_insert(now_ms);
        match self.ret {
            Return::Copy => self.num_tokens >= SLICE_TOKENS || now_ms - self.started_ms >= SLICE_MS,
            // At least half of the time goes into the answer.
            Return::Prefill => now_ms - first_ms >= SLICE_MS.max(first_ms - self.started_ms),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Clone, PartialEq)]
    struct Asked {
        name: char,
        uses: Use,
        steps: u32,
        is_cancelled: bool,
    }

    impl Request for Asked {
        fn uses(&self) -> Use {
            self.uses
        }

        fn is_cancelled(&self) -> bool {
            self.is_cancelled
        }
    }

    fn asked(name: char, uses: Use, steps: u32) -> Asked {
        Asked {
            name,
            uses,
            steps,
            is_cancelled: false,
        }
    }

    fn schedule(requests: impl IntoIterator<Item = Asked>) -> Schedule<Asked> {
        let mut schedule = Schedule::default();
        for request in requests {
            schedule.arrive(request);
        }
        schedule
    }

    /// Runs all to the end; one letter for each turn.
    fn turns(schedule: &mut Schedule<Asked>) -> String {
        let mut turns = String::new();
        while let Some(mut request) = schedule.take() {
            turns.push(request.name);
            request.steps -= 1;
            if request.steps > 0 && !request.is_cancelled {
                schedule.rest(request);
            }
        }
        turns
    }

    #[test]
    fn answers_take_turns_in_the_order_in_which_they_came() {
        let mut all = schedule([
            asked('a', Use::InTurns, 5),
            asked('b', Use::InTurns, 2),
            asked('c', Use::InTurns, 3),
        ]);
        assert_eq!(turns(&mut all), "abcabcacaa");
    }

    #[test]
    fn a_short_request_does_not_wait_for_long_ones() {
        let mut all = schedule([
            asked('a', Use::InTurns, 1000),
            asked('b', Use::InTurns, 1000),
        ]);
        let mut first = all.take().unwrap();
        first.steps -= 1;
        assert!(all.has_others());
        all.rest(first);
        all.arrive(asked('c', Use::InTurns, 1));
        let next: String = (0..3)
            .map(|_| {
                let request = all.take().unwrap();
                let name = request.name;
                if name != 'c' {
                    all.rest(request);
                }
                name
            })
            .collect();
        assert_eq!(next, "bac");
    }

    #[test]
    fn what_needs_the_engine_for_itself_keeps_its_place() {
        let mut all = schedule([
            asked('a', Use::InTurns, 3),
            asked('b', Use::InTurns, 2),
            asked('L', Use::Alone, 1),
            asked('n', Use::AtOnce, 1),
            asked('c', Use::InTurns, 2),
            asked('d', Use::InTurns, 2),
        ]);
        assert_eq!(turns(&mut all), "ababaLncdcd");
    }

    #[test]
    fn what_is_over_in_a_moment_comes_between_two_slices() {
        let mut all = schedule([asked('a', Use::InTurns, 3)]);
        let running = all.take().unwrap();
        assert!(!all.has_others());
        all.arrive(asked('n', Use::AtOnce, 1));
        assert!(all.has_others());
        all.rest(running);
        assert_eq!(turns(&mut all), "naaa");
        // Behind a load it waits: it may be about the model that is loaded then.
        let mut all = schedule([asked('a', Use::InTurns, 2)]);
        let running = all.take().unwrap();
        all.arrive(asked('L', Use::Alone, 1));
        assert!(!all.has_others());
        all.rest(running);
        assert_eq!(turns(&mut all), "aaL");
    }

    #[test]
    fn who_is_cancelled_is_heard_at_once_wherever_they_wait() {
        for place in 0..4 {
            let mut requests = vec![
                asked('a', Use::InTurns, 9),
                asked('b', Use::InTurns, 9),
                asked('L', Use::Alone, 1),
                asked('c', Use::InTurns, 9),
            ];
            requests[place].is_cancelled = true;
            let name = requests[place].name;
            let mut all = schedule(requests);
            assert!(all.is_urgent());
            assert_eq!(all.take().unwrap().name, name);
            assert!(!all.is_urgent());
            assert_eq!(
                turns(&mut all).len(),
                9 * 3 + 1 - if name == 'L' { 1 } else { 9 }
            );
        }
    }

    #[test]
    fn a_slice_ends_by_tokens_or_by_time() {
        let mut fast = Slice::new(1000.0, Return::Copy);
        let ends: Vec<bool> = (1..=16)
            .map(|token| fast.ends_with_token(1000.0 + f64::from(token)))
            .collect();
        assert_eq!(ends.iter().position(|&ends| ends), Some(15));
        let mut slow = Slice::new(1000.0, Return::Copy);
        assert!(!slow.ends_with_token(1100.0));
        assert!(slow.ends_with_token(1250.0));
        let prompt = Slice::new(1000.0, Return::Copy);
        assert!(!prompt.ends_in_prompt(1200.0));
        assert!(prompt.ends_in_prompt(1300.0));
    }

    #[test]
    fn where_a_return_costs_a_prefill_half_of_the_time_goes_into_answers() {
        let mut slice = Slice::new(0.0, Return::Prefill);
        assert!(!slice.ends_in_prompt(10_000.0));
        assert!(!slice.ends_with_token(10_000.0));
        assert!(!slice.ends_with_token(19_999.0));
        assert!(slice.ends_with_token(20_000.0));
        let mut cheap = Slice::new(0.0, Return::Prefill);
        for token in 0..100 {
            assert!(!cheap.ends_with_token(20.0 + f64::from(token)));
        }
        assert!(cheap.ends_with_token(271.0));
    }
}
