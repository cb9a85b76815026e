//! The browser side of Inkling without a user interface.
//!
//! The page and the worker are two programs; [`wire`] is all they share. Must not know Leptos or wgpu.

pub mod wire;
