//! Precisions of the key/value cache, and how its rows lie. See `shaders/lib/kv_blocks.wgsl`.
//!
//! A row is one position of one key/value head. Every format has rows of whole words, so a cache is
//! `[key/value head][position]` of rows whatever they hold.

/// Values that share a scale; the last block of a row may be shorter.
pub const BLOCK_VALUES: usize = 32;

/// Precision of the key/value cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum KvPrecision {
    F32,
    #[default]
    F16,
    /// Eight bits.
    Q8,
    /// Values of four bits, keys of eight: rounding keys to four costs a hundred times what rounding values does
    /// (bench/results/2026-11-21-kv.json).
    Q4,
}

/// How the values of a row lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowFormat {
    F32,
    F16,
    /// Signed bytes, with a scale for every 32 of them.
    Q8,
    /// Four-bit codes, with a scale and a minimum for every 32 of them.
    Q4,
}

impl KvPrecision {
    pub const ALL: [KvPrecision; 4] = [
        KvPrecision::F32,
        KvPrecision::F16,
        KvPrecision::Q8,
        KvPrecision::Q4,
    ];

    /// How keys lie.
    pub fn keys(self) -> RowFormat {
        match self {
            KvPrecision::F32 => RowFormat::F32,
            KvPrecision::F16 => RowFormat::F16,
            KvPrecision::Q8 | KvPrecision::Q4 => RowFormat::Q8,
        }
    }

    /// How values lie.
    pub fn values(self) -> RowFormat {
        match self {
            KvPrecision::F32 => RowFormat::F32,
            KvPrecision::F16 => RowFormat::F16,
            KvPrecision::Q8 => RowFormat::Q8,
            KvPrecision::Q4 => RowFormat::Q4,
        }
    }

    /// What supplies `load_key` and `load_value`.
    pub(super) fn read_modules(self) -> &'static [&'static str] {
        match self {
            KvPrecision::F32 => &[include_str!("../../../shaders/lib/kv_f32.wgsl")],
            KvPrecision::F16 => &[include_str!("../../../shaders/lib/kv_f16.wgsl")],
            KvPrecision::Q8 => &[
                include_str!("../../../shaders/lib/kv_blocks.wgsl"),
                include_str!("../../../shaders/lib/kv_keys_q8.wgsl"),
                include_str!("../../../shaders/lib/kv_values_q8.wgsl"),
            ],
            KvPrecision::Q4 => &[
                include_str!("../../../shaders/lib/kv_blocks.wgsl"),
                include_str!("../../../shaders/lib/kv_keys_q8.wgsl"),
                include_str!("../../../shaders/lib/kv_values_q4.wgsl"),
            ],
        }
    }

    /// What supplies `store_key`, `store_value`, `load_key` and `move_value`.
    pub(super) fn write_modules(self) -> &'static [&'static str] {
        match self {
            KvPrecision::F32 => &[include_str!("../../../shaders/lib/kv_write_f32.wgsl")],
            KvPrecision::F16 => &[include_str!("../../../shaders/lib/kv_write_f16.wgsl")],
            KvPrecision::Q8 => &[
                include_str!("../../../shaders/lib/kv_blocks.wgsl"),
                include_str!("../../../shaders/lib/kv_write_blocks.wgsl"),
                include_str!("../../../shaders/lib/kv_write_keys_q8.wgsl"),
                include_str!("../../../shaders/lib/kv_write_values_q8.wgsl"),
            ],
            KvPrecision::Q4 => &[
                include_str!("../../../shaders/lib/kv_blocks.wgsl"),
                include_str!("../../../shaders/lib/kv_write_blocks.wgsl"),
                include_str!("../../../shaders/lib/kv_write_keys_q8.wgsl"),
                include_str!("../../../shaders/lib/kv_write_values_q4.wgsl"),
            ],
        }
    }
}

impl RowFormat {
    /// Words of the values or their codes in a row of `head_dim` values, a multiple of 4.
    pub fn code_words(self, head_dim: usize) -> usize {
        match self {
            RowFormat::F32 => head_dim,
            RowFormat::F16 => head_dim / 2,
            RowFormat::Q8 => head_dim / 4,
            RowFormat::Q4 => head_dim.div_ceil(8),
        }
    }

    /// Words of a row of `head_dim` values.
    pub fn row_words(self, head_dim: usize) -> usize {
        let blocks = head_dim.div_ceil(BLOCK_VALUES);
        let of_blocks = match self {
            RowFormat::F32 | RowFormat::F16 => 0,
            RowFormat::Q8 => blocks.div_ceil(2),
            RowFormat::Q4 => blocks,
        };
        self.code_words(head_dim) + of_blocks
    }

    /// Bytes of a row of `head_dim` values.
    pub fn row_bytes(self, head_dim: usize) -> u64 {
        4 * self.row_words(head_dim) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_by_hand() {
        let words = |head_dim| KvPrecision::ALL.map(|kv| kv.values().row_words(head_dim));
        assert_eq!(words(128), [128, 64, 32 + 2, 16 + 4]);
        assert_eq!(words(64), [64, 32, 16 + 1, 8 + 2]);
        // Three blocks, the last of them half full; and half a word of codes.
        assert_eq!(words(80), [80, 40, 20 + 2, 10 + 3]);
        assert_eq!(words(12), [12, 6, 3 + 1, 2 + 1]);
        assert_eq!(KvPrecision::Q4.keys().row_bytes(64), 68);
    }
}
