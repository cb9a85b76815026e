//! The worker's program. Everything it does is in the library, where it can be read and tested.

fn main() {}
