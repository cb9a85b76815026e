//! Constraints on what a model writes: the grammar library, which is a module of its own, and its guides.
//!
//! The first request that has a constraint loads it; it keeps its memory to itself, and `public/worker.js` says where it
//! lies. Knows how the two modules speak; what a constraint means is the library's to know.

use inkling_openai::Constraint;
use js_sys::{Uint8Array, Uint32Array};
use wasm_bindgen::prelude::*;

use crate::engine_port::{EngineError, Guide, Vocabulary};
use crate::wire::{ErrorKind, WireError};

#[wasm_bindgen]
extern "C" {
    /// In `public/worker.js`.
    #[wasm_bindgen(js_name = inklingGrammars, catch)]
    async fn load(
        bytes: &Uint8Array,
        lens_bytes: &Uint32Array,
        end_ids: &Uint32Array,
    ) -> Result<JsValue, JsValue>;

    /// Of the crate `inkling-grammar`, as is the next.
    type BoundGrammars;

    #[wasm_bindgen(method, catch)]
    fn guide(this: &BoundGrammars, constraint: &str) -> Result<BoundGuide, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn free(this: &BoundGrammars) -> Result<(), JsValue>;

    type BoundGuide;

    #[wasm_bindgen(method, catch)]
    fn mask(this: &BoundGuide, into: &Uint32Array) -> Result<(), JsValue>;

    #[wasm_bindgen(method, catch)]
    fn accept(this: &BoundGuide, token: u32) -> Result<(), JsValue>;

    #[wasm_bindgen(method, catch)]
    fn is_complete(this: &BoundGuide) -> Result<bool, JsValue>;

    #[wasm_bindgen(method, catch, js_name = free)]
    fn free_guide(this: &BoundGuide) -> Result<(), JsValue>;
}

/// The library, with the vocabulary of one model.
pub struct Grammars {
    bound: BoundGrammars,
}

impl Drop for Grammars {
    fn drop(&mut self) {
        // Where the library failed in the middle of something it lets go of nothing.
        let _ = self.bound.free();
    }
}

impl Grammars {
    pub async fn load(vocabulary: &Vocabulary) -> Result<Self, WireError> {
        let bytes = Uint8Array::from(vocabulary.bytes.as_slice());
        let lens_bytes = Uint32Array::from(vocabulary.lens_bytes.as_slice());
        let end_ids = Uint32Array::from(vocabulary.end_ids.as_slice());
        let bound = load(&bytes, &lens_bytes, &end_ids).await.map_err(|error| {
            WireError::new(
                ErrorKind::Internal,
                format!(
                    "the part of the engine that follows schemas and grammars could not be loaded: {}",
                    text_of(&error)
                ),
            )
        })?;
        Ok(Self {
            bound: bound.unchecked_into(),
        })
    }

    /// At the beginning of an answer. What the constraint asks for and nobody can do is an error with its reason.
    pub fn guide(&self, constraint: &Constraint) -> Result<Box<dyn Guide>, String> {
        let json = serde_json::to_string(constraint).map_err(|error| error.to_string())?;
        let bound = self.bound.guide(&json).map_err(|error| text_of(&error))?;
        Ok(Box::new(LibraryGuide {
            bound,
            shared: Uint32Array::new_with_length(0),
        }))
    }
}

struct LibraryGuide {
    bound: BoundGuide,
    /// Where the other module writes masks.
    shared: Uint32Array,
}

impl Drop for LibraryGuide {
    fn drop(&mut self) {
        let _ = self.bound.free_guide();
    }
}

impl Guide for LibraryGuide {
    fn mask(&mut self, words: &mut [u32]) -> Result<(), EngineError> {
        if self.shared.length() as usize != words.len() {
            self.shared = Uint32Array::new_with_length(words.len() as u32);
        }
        self.bound.mask(&self.shared).map_err(engine_error)?;
        self.shared.copy_to(words);
        Ok(())
    }

    fn accept(&mut self, token: u32) -> Result<(), EngineError> {
        self.bound.accept(token).map_err(engine_error)
    }

    fn is_complete(&self) -> bool {
        // One that failed goes no further.
        self.bound.is_complete().unwrap_or(true)
    }
}

fn engine_error(error: JsValue) -> EngineError {
    EngineError::Request(text_of(&error))
}

/// Our texts; or what the browser says of a module that failed or did not arrive.
fn text_of(error: &JsValue) -> String {
    error.as_string().unwrap_or_else(|| {
        let error: &js_sys::Error = error.unchecked_ref();
        format!(
            "the library that follows constraints failed; ask for something simpler ({})",
            String::from(error.message())
        )
    })
}
