//! The browser side of Inkling without a user interface.
//!
//! The page and the worker are two programs; [`wire`] is all they share. The page takes `wire`, `client` and, behind the
//! features `chats` and `remote`, the conversations and other machines' answers; the worker, behind the feature `worker`, takes the rest. Must not know Leptos or wgpu.
//! The modules without a condition touch no browser, so that their tests run natively.

pub mod address;
#[cfg(any(test, feature = "worker"))]
pub mod api;
pub mod catalog;
pub mod chats;
pub mod chunks;
pub mod digest;
pub mod hub;
#[cfg(any(test, feature = "worker"))]
pub mod prefix;
pub mod rate;
pub mod record;
#[cfg(any(test, feature = "remote"))]
pub mod remote;
pub mod retry;
#[cfg(any(test, feature = "worker"))]
pub mod schedule;
pub mod settings;
pub mod space;
#[cfg(any(test, feature = "worker"))]
pub mod switchboard;
pub mod wire;

#[cfg(target_arch = "wasm32")]
pub mod client;

#[cfg(all(target_arch = "wasm32", any(feature = "chats", feature = "worker")))]
pub mod database;

#[cfg(all(target_arch = "wasm32", feature = "worker"))]
pub mod browser;
#[cfg(all(target_arch = "wasm32", feature = "worker"))]
pub mod clock;
#[cfg(all(target_arch = "wasm32", feature = "worker"))]
pub mod download;
#[cfg(all(target_arch = "wasm32", feature = "worker"))]
pub mod engine_port;
#[cfg(all(target_arch = "wasm32", feature = "worker"))]
pub mod fetch;
#[cfg(all(target_arch = "wasm32", feature = "worker"))]
pub mod fit;
#[cfg(all(target_arch = "wasm32", feature = "worker"))]
pub mod generation;
#[cfg(all(target_arch = "wasm32", feature = "worker"))]
pub mod grammar;
#[cfg(all(target_arch = "wasm32", feature = "worker"))]
pub mod loading;
#[cfg(all(target_arch = "wasm32", feature = "worker"))]
pub mod opening;
#[cfg(all(target_arch = "wasm32", feature = "worker"))]
pub mod reporter;
#[cfg(all(target_arch = "wasm32", feature = "worker"))]
pub mod shelf;
#[cfg(all(target_arch = "wasm32", feature = "worker"))]
pub mod source;
#[cfg(all(target_arch = "wasm32", feature = "worker"))]
pub mod store;
#[cfg(all(target_arch = "wasm32", feature = "worker"))]
pub mod turn;
#[cfg(all(target_arch = "wasm32", feature = "worker"))]
pub mod worker;
