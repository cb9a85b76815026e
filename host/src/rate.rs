//! How fast a load is going and how long it will take. Pure: the caller says what time it is.
//!
//! The rate is of the last few seconds, so that it follows a connection that changes; bytes from storage count
//! towards what is done but arrive in bursts, so they share the same window.

use std::collections::VecDeque;

use crate::wire::{Phase, Progress};

/// Reports are at most this often: a reader sees no difference above ten a second.
const REPORT_EVERY_MS: f64 = 100.0;
const WINDOW_MS: f64 = 5000.0;
/// A rate over less time than this is noise, and so is a time left computed from it.
const SHORTEST_MEASURE_MS: f64 = 500.0;

/// Counts bytes and turns them into [`Progress`] messages.
#[derive(Debug, Clone)]
pub struct Meter {
    phase: Phase,
    bytes_done: u64,
    bytes_from_storage: u64,
    bytes_total: Option<u64>,
    files_done: u32,
    files_total: u32,
    last_report_ms: f64,
    /// (time, bytes done by then), oldest first.
    samples: VecDeque<(f64, u64)>,
}

impl Meter {
    pub fn new(now_ms: f64) -> Self {
        Self {
            phase: Phase::ReadingHeader,
            bytes_done: 0,
            bytes_from_storage: 0,
            bytes_total: None,
            files_done: 0,
            files_total: 0,
            last_report_ms: f64::NEG_INFINITY,
            samples: VecDeque::from([(now_ms, 0)]),
        }
    }

    pub fn set_phase(&mut self, phase: Phase) {
        self.phase = phase;
        self.last_report_ms = f64::NEG_INFINITY;
    }

    pub fn set_total(&mut self, bytes_total: Option<u64>) {
        self.bytes_total = bytes_total;
    }

    /// Files of the model, and how many of them have arrived whole.
    pub fn set_files(&mut self, files_done: u32, files_total: u32) {
        self.files_done = files_done;
        self.files_total = files_total;
    }

    /// Bytes that arrived from the network or from a local file.
    pub fn add_fetched(&mut self, bytes: u64) {
        self.bytes_done = self.bytes_done.saturating_add(bytes);
    }

    /// Bytes that arrived and have to be fetched again because the request failed half-way.
    pub fn take_back(&mut self, bytes: u64) {
        self.bytes_done = self.bytes_done.saturating_sub(bytes);
    }

    pub fn add_from_storage(&mut self, bytes: u64) {
        self.bytes_done = self.bytes_done.saturating_add(bytes);
        self.bytes_from_storage = self.bytes_from_storage.saturating_add(bytes);
    }

    /// Bytes from storage that turned out to be of a file that is there no more.
    pub fn take_back_from_storage(&mut self, bytes: u64) {
        let bytes = bytes.min(self.bytes_from_storage);
        self.bytes_done = self.bytes_done.saturating_sub(bytes);
        self.bytes_from_storage -= bytes;
    }

    pub fn bytes_fetched(&self) -> u64 {
        self.bytes_done.saturating_sub(self.bytes_from_storage)
    }

    pub fn bytes_from_storage(&self) -> u64 {
        self.bytes_from_storage
    }

    /// A report, if the last one is old enough.
    pub fn report_if_due(&mut self, now_ms: f64) -> Option<Progress> {
        if now_ms - self.last_report_ms < REPORT_EVERY_MS {
            return None;
        }
        self.last_report_ms = now_ms;
        self.samples.push_back((now_ms, self.bytes_done));
        while self.samples.len() > 2
            && self
                .samples
                .front()
                .is_some_and(|(time, _)| now_ms - time > WINDOW_MS)
        {
            self.samples.pop_front();
        }
        Some(self.report(now_ms))
    }

    fn report(&self, now_ms: f64) -> Progress {
        let bytes_per_second = self.samples.front().and_then(|(since_ms, bytes_then)| {
            let elapsed_ms = now_ms - since_ms;
            (elapsed_ms >= SHORTEST_MEASURE_MS)
                .then(|| self.bytes_done.saturating_sub(*bytes_then) as f64 * 1000.0 / elapsed_ms)
        });
        let seconds_left = match (self.bytes_total, bytes_per_second) {
            (Some(total), Some(rate)) if rate > 0.0 => {
                Some(total.saturating_sub(self.bytes_done) as f64 / rate)
            }
            (_, _) => None,
        };
        Progress {
            phase: self.phase,
            bytes_done: self.bytes_done,
            bytes_total: self.bytes_total,
            bytes_from_storage: self.bytes_from_storage,
            bytes_per_second,
            seconds_left,
            files_done: self.files_done,
            files_total: self.files_total,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_steady_rate_gives_the_time_left() {
        let mut meter = Meter::new(0.0);
        meter.set_total(Some(10_000));
        let mut last = None;
        for step in 1..=20 {
            meter.add_fetched(100);
            last = meter.report_if_due(f64::from(step) * 100.0).or(last);
        }
        let progress = last.unwrap();
        assert_eq!(progress.bytes_done, 2000);
        assert!((progress.bytes_per_second.unwrap() - 1000.0).abs() < 1.0);
        assert!((progress.seconds_left.unwrap() - 8.0).abs() < 0.1);
    }

    #[test]
    fn the_rate_forgets_what_is_long_past() {
        let mut meter = Meter::new(0.0);
        meter.add_fetched(1_000_000_000);
        assert!(meter.report_if_due(1000.0).is_some());
        let mut last = None;
        for step in 0..100 {
            meter.add_fetched(10);
            last = meter.report_if_due(2000.0 + f64::from(step) * 100.0);
        }
        assert!(last.unwrap().bytes_per_second.unwrap() < 200.0);
    }

    #[test]
    fn at_most_ten_reports_a_second() {
        let mut meter = Meter::new(0.0);
        let reports = (0..2000)
            .filter(|ms| meter.report_if_due(f64::from(*ms)).is_some())
            .count();
        assert!(reports <= 20, "{reports}");
        // A new phase is news at once.
        meter.set_phase(Phase::Warming);
        assert!(meter.report_if_due(2000.0).is_some());
    }

    #[test]
    fn no_rate_before_there_is_something_to_measure() {
        let mut meter = Meter::new(0.0);
        meter.add_fetched(5000);
        let progress = meter.report_if_due(10.0).unwrap();
        assert_eq!(progress.bytes_per_second, None);
        assert_eq!(progress.seconds_left, None);
    }

    #[test]
    fn bytes_taken_back_are_not_counted_twice() {
        let mut meter = Meter::new(0.0);
        meter.add_from_storage(10);
        meter.add_fetched(100);
        meter.take_back(100);
        meter.add_fetched(100);
        assert_eq!(meter.bytes_fetched(), 100);
        assert_eq!(meter.bytes_from_storage(), 10);
        meter.take_back_from_storage(10);
        assert_eq!(meter.bytes_from_storage(), 0);
        assert_eq!(meter.bytes_fetched(), 100);
    }

    #[test]
    fn files_are_counted_beside_bytes() {
        let mut meter = Meter::new(0.0);
        meter.set_files(1, 3);
        let progress = meter.report_if_due(10.0).unwrap();
        assert_eq!((progress.files_done, progress.files_total), (1, 3));
    }
}
