//! What the cache holds, as bytes to be kept elsewhere and brought back by a later session of the same model.
//!
//! Rows leave and come in pieces of a few MiB, so that nobody has to hold them all. Only knows rows; where they are kept,
//! and whether they are those that were kept, is the host's business.

use std::sync::Weak;

use super::window::Cached;
use super::{Forgotten, Session};
use crate::error::{Error, Result};
use crate::executor::Executor;
use crate::plan::Slot;

/// Raised whenever the same tokens of the same model give other rows: another arithmetic, another order.
const ROWS_VERSION: u32 = 1;

/// Pieces are no larger, except for one head of one layer that is by itself.
const PIECE_BYTES: u64 = 4 << 20;

/// A conversation whose keys and values are known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prefix {
    /// With those that were forgotten: what followed depends on them.
    pub tokens: Vec<u32>,
    pub forgotten: Forgotten,
}

impl Prefix {
    /// Positions that it fills.
    pub fn num_positions(&self) -> usize {
        // It may come from outside, and then hold any numbers.
        let Forgotten { first, end } = self.forgotten;
        self.tokens.len().saturating_sub(end.saturating_sub(first))
    }
}

impl<X: Executor> Session<X> {
    /// Says how rows lie and what they depend on besides the weights: those of another name are of no use.
    pub fn rows_name(&self) -> String {
        let caches = &self.caches;
        let row_bytes: Vec<u64> = caches
            .buffers
            .iter()
            .map(|it| it.row_bytes)
            .take(2)
            .collect();
        format!(
            "{ROWS_VERSION} context {} caches {} heads {} rows {row_bytes:?}",
            caches.context_tokens,
            caches.buffers.len(),
            caches.num_kv_heads
        )
    }

    /// What the cache holds.
    pub fn prefix(&self) -> Prefix {
        self.cached.prefix()
    }

    /// How many tokens of a prompt the cache holds.
    pub fn shared_tokens(&self, prompt: &[u32]) -> usize {
        self.cached.held(prompt, Forgotten::default())
    }

    /// Bytes of all pieces.
    pub fn prefix_bytes(&self, num_positions: usize) -> u64 {
        self.caches.token_bytes() * num_positions as u64
    }

    /// How many pieces hold so many positions.
    pub fn num_pieces(&self, num_positions: usize) -> usize {
        self.pieces(num_positions).len()
    }

    /// A piece of the first `num_positions` of the cache.
    pub async fn read_piece(&mut self, num_positions: usize, piece: usize) -> Result<Vec<u8>> {
        let slots = self.piece(num_positions, piece)?;
        self.executor.read_all(&slots).await
    }

    /// Empties the cache for pieces that come; what a generation waits for is set aside.
    pub async fn clear(&mut self) -> Result<()> {
        self.vacate().await?;
        self.cached = Cached::default();
        self.holder = Weak::new();
        self.ready_for = Weak::new();
        Ok(())
    }

    /// Puts a piece where it was read. The cache holds nothing until [`Session::hold`].
    pub fn write_piece(&mut self, num_positions: usize, piece: usize, bytes: &[u8]) -> Result<()> {
        let slots = self.piece(num_positions, piece)?;
        let len_bytes: u64 = slots.iter().map(|slot| slot.len_bytes).sum();
        if len_bytes != bytes.len() as u64 {
            return Err(Error::Request(format!(
                "a piece of {} bytes came for {len_bytes}",
                bytes.len()
            )));
        }
        let mut rest = bytes;
        for slot in slots {
            let (rows, after) = rest.split_at(slot.len_bytes as usize);
            self.executor.write(slot.buffer, slot.offset_bytes, rows)?;
            rest = after;
        }
        Ok(())
    }

    /// All pieces of a prefix have been written after [`Session::clear`].
    pub fn hold(&mut self, prefix: &Prefix) -> Result<()> {
        self.check_ids(&prefix.tokens)?;
        let Forgotten { first, end } = prefix.forgotten;
        let fits = prefix.num_positions() <= self.context_tokens;
        if first > end || end > prefix.tokens.len() || !fits {
            return Err(Error::Request("the kept conversation does not fit".into()));
        }
        self.cached.hold(&prefix.tokens, prefix.forgotten);
        Ok(())
    }

    fn piece(&self, num_positions: usize, piece: usize) -> Result<Vec<Slot>> {
        if num_positions > self.context_tokens {
            return Err(Error::Request("the kept conversation does not fit".into()));
        }
        let mut pieces = self.pieces(num_positions);
        if piece >= pieces.len() {
            return Err(Error::Request(format!("there is no piece {piece}")));
        }
        Ok(pieces.swap_remove(piece))
    }

    fn pieces(&self, num_positions: usize) -> Vec<Vec<Slot>> {
        let mut pieces: Vec<Vec<Slot>> = Vec::new();
        let mut len_bytes = PIECE_BYTES;
        for &buffer in &self.caches.buffers {
            for slot in self.caches.rows(buffer, num_positions) {
                len_bytes += slot.len_bytes;
                match pieces.last_mut() {
                    Some(piece) if len_bytes <= PIECE_BYTES => piece.push(slot),
                    Some(_) | None => {
                        len_bytes = slot.len_bytes;
                        pieces.push(vec![slot]);
                    }
                }
            }
        }
        pieces
    }
}
