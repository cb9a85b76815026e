//! Models: configuration, tensors, graphs.
pub mod config;
