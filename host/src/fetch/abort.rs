//! Stopping: what a request of the page does to everything that was started for it.

use web_sys::{AbortController, AbortSignal};

use crate::wire::{ErrorKind, WireError};

/// Ends every request that was made with it.
#[derive(Debug, Clone)]
pub struct Abort {
    controller: AbortController,
}

impl Abort {
    pub fn new() -> Result<Self, WireError> {
        AbortController::new()
            .map(|controller| Self { controller })
            .map_err(|error| super::internal(&error))
    }

    pub fn abort(&self) {
        self.controller.abort();
    }

    pub fn is_aborted(&self) -> bool {
        self.controller.signal().aborted()
    }

    pub fn check(&self) -> Result<(), WireError> {
        if self.is_aborted() {
            return Err(cancelled());
        }
        Ok(())
    }

    pub fn signal(&self) -> AbortSignal {
        self.controller.signal()
    }
}

pub fn cancelled() -> WireError {
    WireError::new(ErrorKind::Cancelled, "stopped")
}
