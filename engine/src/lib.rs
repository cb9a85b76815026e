//! Skeleton.

pub mod error;
pub mod model;
pub mod plan;
pub mod sample;
pub mod text;
pub mod weights;

pub use error::{Error, Result};
