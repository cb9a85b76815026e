//! The door for JavaScript: the worker imports this module when a request first needs it.
//!
//! Masks are written into memory that the caller has. Errors are thrown as texts.

use js_sys::Uint32Array;
use wasm_bindgen::prelude::*;

use crate::{Constraint, Error, Grammars, Guide, Vocabulary};

#[wasm_bindgen(js_name = Grammars)]
pub struct BoundGrammars(Grammars);

#[wasm_bindgen(js_class = Grammars)]
impl BoundGrammars {
    /// The bytes of all tokens one after the other, the number of bytes of each, and the tokens that end a text.
    #[wasm_bindgen(constructor)]
    pub fn new(bytes: &[u8], lens_bytes: &[u32], end_ids: Vec<u32>) -> Result<Self, JsValue> {
        Vocabulary::from_parts(bytes, lens_bytes, end_ids)
            .and_then(Grammars::new)
            .map(Self)
            .map_err(thrown)
    }

    /// `constraint` is the JSON form of a [`Constraint`].
    pub fn guide(&self, constraint: &str) -> Result<BoundGuide, JsValue> {
        Constraint::from_json(constraint)
            .and_then(|constraint| self.0.guide(&constraint))
            .map(|guide| BoundGuide {
                guide,
                words: Vec::new(),
            })
            .map_err(thrown)
    }
}

#[wasm_bindgen(js_name = Guide)]
pub struct BoundGuide {
    guide: Guide,
    /// The last mask.
    words: Vec<u32>,
}

#[wasm_bindgen(js_class = Guide)]
impl BoundGuide {
    /// Writes the tokens that may come next, as bits.
    pub fn mask(&mut self, into: &Uint32Array) -> Result<(), JsValue> {
        self.words.resize(into.length() as usize, 0);
        self.guide.mask(&mut self.words).map_err(thrown)?;
        into.copy_from(&self.words);
        Ok(())
    }

    pub fn accept(&mut self, token: u32) -> Result<(), JsValue> {
        self.guide.accept(token).map_err(thrown)
    }

    pub fn is_complete(&self) -> bool {
        self.guide.is_complete()
    }
}

fn thrown(error: Error) -> JsValue {
    error.to_string().into()
}
