//! Models: configuration, tensors, graphs.
//!
//! [`description`] checks that a file's configuration and tensors fit each other, [`plan`] turns that into buffers
//! and recordings, [`decoder`] is the graph. Must not know which executor replays a recording.

pub mod builder;
pub mod cache_layout;
pub mod config;
pub mod decoder;
mod decoder_commands;
pub mod decoder_weights;
pub mod description;
pub mod inspect;
pub mod mixture;
pub mod packed;
pub mod plan;
pub mod rope_table;
pub mod rows;
pub mod tensor_names;
pub mod traffic;

mod families;
pub mod family;
mod fields;
mod from_gguf;
mod from_hf;
mod limits;
mod quantization;
mod rope_from_hf;

#[cfg(test)]
mod family_tests;
#[cfg(test)]
pub(crate) mod tests;
