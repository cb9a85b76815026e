//! How far a request is: bytes are counted here, and the page and the tabs that wait are told of it.
//!
//! What every request that reads a model's bytes shares. Must not know where the bytes come from.

use std::cell::{RefCell, RefMut};

use crate::clock::now_ms;
use crate::rate::Meter;
use crate::turn::Turn;
use crate::wire::{Phase, Progress};

/// Counts what a request does, for as long as it runs.
pub struct Reporter<'a> {
    meter: RefCell<Meter>,
    turn: Turn,
    on_progress: &'a dyn Fn(Progress),
}

impl<'a> Reporter<'a> {
    pub fn new(on_progress: &'a dyn Fn(Progress)) -> Self {
        Self {
            meter: RefCell::new(Meter::new(now_ms())),
            turn: Turn::default(),
            on_progress,
        }
    }

    /// To be given back before anything is told.
    pub fn meter(&self) -> RefMut<'_, Meter> {
        self.meter.borrow_mut()
    }

    /// The right to download, where the request has taken it: whoever waits for it is told as well.
    pub fn turn(&self) -> &Turn {
        &self.turn
    }

    /// Tells how far the request is, unless that was told a moment ago.
    pub fn tell(&self) {
        let progress = self.meter().report_if_due(now_ms());
        if let Some(progress) = progress {
            self.turn.tell(&progress);
            (self.on_progress)(progress);
        }
    }

    pub fn enter(&self, phase: Phase) {
        self.meter().set_phase(phase);
        self.tell();
    }
}
