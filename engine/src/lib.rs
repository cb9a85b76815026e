//! The Inkling engine: from the bytes of a model file to text, on whatever GPU is there.
//!
//! Read in the order of the data: [`weights`] parses headers and packs rows, [`model`] turns a description into a
//! plan (every buffer, offset and command, as data), [`loading`] streams the weights in, an [`executor`] replays the
//! plan on wgpu or in plain Rust, [`session`] prefills and decodes with it, [`text`] is on either end. Knows no files, no URLs, no clocks and
//! no browser: the host pushes bytes in.

pub mod conversation;
#[cfg(feature = "cpu")]
pub mod cpu;
pub mod error;
pub mod executor;
#[cfg(feature = "gpu")]
pub mod gpu;
pub mod kernel;
pub mod loading;
pub mod model;
pub mod model_text;
pub mod plan;
pub mod sample;
#[cfg(feature = "cpu")]
pub mod selftest;
pub mod session;
pub mod speed;
pub mod text;
pub mod weights;

pub use error::{Error, Result};
