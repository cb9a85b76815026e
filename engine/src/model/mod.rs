//! Models: configuration, tensors, graphs.
pub mod config;
pub mod description;
pub mod inspect;
pub mod tensor_names;

mod family;
mod fields;
mod from_gguf;
mod from_hf;
mod limits;
mod rope_from_hf;

#[cfg(test)]
mod tests;
