//! The page's entry point. Natively it does nothing: the page exists only in a browser.

fn main() {
    #[cfg(target_arch = "wasm32")]
    inkling_app::mount();
}
