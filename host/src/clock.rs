//! What the engine may not ask for itself: the time, and the size of the WASM heap.

use wasm_bindgen::prelude::*;

/// Milliseconds since the worker started, from `performance.now()`.
pub fn now_ms() -> f64 {
    js_sys::Reflect::get(&js_sys::global(), &"performance".into())
        .ok()
        .and_then(|performance| performance.dyn_into::<web_sys::Performance>().ok())
        .map_or_else(js_sys::Date::now, |performance| performance.now())
}

/// Bytes of WASM memory: it only ever grows, so this is also its peak.
pub fn wasm_heap_bytes() -> u64 {
    wasm_bindgen::memory()
        .dyn_into::<js_sys::WebAssembly::Memory>()
        .map(|memory| memory.buffer().unchecked_into::<js_sys::ArrayBuffer>())
        .map_or(0, |buffer| u64::from(buffer.byte_length()))
}
