//! The worker's program. Everything it does is in the library, where it can be read.

fn main() {
    #[cfg(target_arch = "wasm32")]
    inkling_host::worker::start();
}
