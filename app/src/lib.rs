//! The Inkling page.
//!
//! [`state`] holds everything that is decided: pure reducers, tested natively. The rest exists only in the
//! browser: views read signals and emit actions, the store turns one into the other, and the engine is a
//! worker behind messages. Must not know the engine or the GPU.

pub mod markdown;
pub mod messages;
pub mod state;

#[cfg(test)]
mod languages_tests;

#[cfg(target_arch = "wasm32")]
mod browser;
#[cfg(all(target_arch = "wasm32", feature = "fake-engine"))]
mod fake;
#[cfg(target_arch = "wasm32")]
mod store;
#[cfg(target_arch = "wasm32")]
mod view;
#[cfg(target_arch = "wasm32")]
mod worker;

/// Takes the page over. Called once, by the binary.
#[cfg(target_arch = "wasm32")]
pub fn mount() {
    browser::report_panics();
    view::mount();
}
