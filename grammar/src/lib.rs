//! Constraints on what a model writes: which tokens may come next so that the whole fits a schema, a regular expression
//! or a grammar.
//!
//! The parsing and the masks are `llguidance`'s; here are its door, the vocabulary it needs and sentences for what it refuses.
//! In the browser this crate is a WASM module of its own, fetched when a request first needs it. Must not know models,
//! devices, or how a request arrived.

#[cfg(target_arch = "wasm32")]
mod bindings;
mod constraint;
mod guide;
mod vocabulary;

pub use constraint::{Constraint, Part};
pub use guide::{Grammars, Guide};
pub use vocabulary::Vocabulary;

/// Why a constraint cannot be followed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The constraint itself is at fault, or asks for what is not supported.
    #[error("this constraint cannot be followed: {0}")]
    Constraint(String),
    /// The vocabulary contradicts itself.
    #[error("the vocabulary of this model cannot be constrained: {0}")]
    Vocabulary(String),
    /// No token fits, or one was accepted that does not.
    #[error("the constraint cannot be followed any further: {0}")]
    Stuck(String),
}

pub type Result<T> = std::result::Result<T, Error>;
