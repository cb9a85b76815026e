//! The Inkling page.
