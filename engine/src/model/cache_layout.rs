//! Where the rows of the key/value cache lie, for whoever moves them as bytes.
//!
//! A cache is `[key/value head][position]` of rows, two for each layer. Must not know what is in a row.

use crate::plan::Slot;

/// Keys or values of one layer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CacheBuffer {
    pub slot: Slot,
    /// A multiple of 4.
    pub row_bytes: u64,
}

/// All caches of a model.
#[derive(Debug, Clone, PartialEq)]
pub struct CacheLayout {
    pub buffers: Vec<CacheBuffer>,
    pub num_kv_heads: usize,
    /// Positions for which there is room.
    pub context_tokens: usize,
}

impl CacheLayout {
    /// Bytes of one position in all caches.
    pub fn token_bytes(&self) -> u64 {
        let rows: u64 = self.buffers.iter().map(|buffer| buffer.row_bytes).sum();
        rows * self.num_kv_heads as u64
    }

    /// Bytes of one position in the largest of them.
    pub fn largest_bytes(&self) -> u64 {
        let rows = self.buffers.iter().map(|buffer| buffer.row_bytes);
        rows.max().unwrap_or(0) * self.num_kv_heads as u64
    }

    /// The first `num_tokens` rows of each head of a cache.
    pub fn rows(&self, buffer: CacheBuffer, num_tokens: usize) -> impl Iterator<Item = Slot> {
        let stride = self.context_tokens as u64 * buffer.row_bytes;
        (0..self.num_kv_heads as u64).map(move |head| Slot {
            offset_bytes: buffer.slot.offset_bytes + head * stride,
            len_bytes: num_tokens as u64 * buffer.row_bytes,
            ..buffer.slot
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::BufferId;

    #[test]
    fn rows_by_hand() {
        let buffer = |id, row_bytes| CacheBuffer {
            slot: Slot {
                buffer: BufferId(id),
                offset_bytes: 0,
                len_bytes: 2 * 10 * row_bytes,
            },
            row_bytes,
        };
        let layout = CacheLayout {
            buffers: vec![buffer(3, 12), buffer(4, 8)],
            num_kv_heads: 2,
            context_tokens: 10,
        };
        assert_eq!(layout.token_bytes(), 40);
        let rows: Vec<_> = layout
            .rows(layout.buffers[0], 4)
            .map(|slot| (slot.buffer.0, slot.offset_bytes, slot.len_bytes))
            .collect();
        assert_eq!(rows, [(3, 0, 48), (3, 120, 48)]);
    }
}
