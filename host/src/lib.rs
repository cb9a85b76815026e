//! The browser side of Inkling without a user interface.
//!
//! The page and the worker are two programs; [`wire`] is all they share. The page takes `wire` and `client`;
//! the worker, behind the feature `worker`, takes the rest. Must not know Leptos or wgpu.
//! `address`, `chunks`, `rate` and `wire` touch no browser, so that their tests run natively.

pub mod wire;

#[cfg(target_arch = "wasm32")]
pub mod client;
