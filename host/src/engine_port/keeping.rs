//! What the cache of a model holds, as bytes for the store and back.

use inkling_engine::session::{Forgotten, Prefix};

use super::{Model, wire_error_from};
use crate::wire::WireError;

impl Model {
    /// Says how the rows of the cache lie: those of another name are of no use to this model.
    pub fn rows_name(&self) -> String {
        self.session.rows_name()
    }

    pub fn shared_tokens(&self, prompt: &[u32]) -> usize {
        self.session.shared_tokens(prompt)
    }

    /// The conversation that the cache holds; not one of which a part was forgotten, because others cannot begin with it.
    pub fn held_tokens(&self) -> Option<Vec<u32>> {
        let prefix = self.session.prefix();
        prefix.forgotten.is_empty().then_some(prefix.tokens)
    }

    pub fn prefix_bytes(&self, num_tokens: usize) -> u64 {
        self.session.prefix_bytes(num_tokens)
    }

    pub fn num_pieces(&self, num_tokens: usize) -> usize {
        self.session.num_pieces(num_tokens)
    }

    pub async fn read_piece(
        &mut self,
        num_tokens: usize,
        piece: usize,
    ) -> Result<Vec<u8>, WireError> {
        self.session
            .read_piece(num_tokens, piece)
            .await
            .map_err(wire_error_from)
    }

    /// Empties the cache for pieces that come.
    pub async fn clear(&mut self) -> Result<(), WireError> {
        self.session.clear().await.map_err(wire_error_from)
    }

    pub fn write_piece(
        &mut self,
        num_tokens: usize,
        piece: usize,
        bytes: &[u8],
    ) -> Result<(), WireError> {
        self.session
            .write_piece(num_tokens, piece, bytes)
            .map_err(wire_error_from)
    }

    /// All pieces of a conversation have been written.
    pub fn hold(&mut self, tokens: &[u32]) -> Result<(), WireError> {
        let prefix = Prefix {
            tokens: tokens.to_vec(),
            forgotten: Forgotten::default(),
        };
        self.session.hold(&prefix).map_err(wire_error_from)
    }
}
