//! GPU work as plain data.
//!
//! A model writes a [`Recording`]: which kernel, on which slots, with which parameters and grid. Two executors
//! replay it, one on wgpu and one in plain Rust, so a wrong logit can be bisected to its first wrong command.
//! Everything here is known before the first token: buffers, offsets, parameters. Must not know how a command is
//! executed; imports only the kernels' table and the names of layouts.

use crate::kernel::{Kernel, KvPrecision};
use crate::weights::layout::Layout;

/// Names a buffer of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BufferId(pub u32);

/// What a buffer is for, which decides its usage flags and its line in the memory plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum BufferRole {
    Weights,
    KvCache,
    /// Activations, overwritten every step.
    Scratch,
    /// Tables made once: rotary angles, zeros.
    Table,
    /// Token ids, counts, sampled ids.
    Tokens,
}

#[derive(Debug, Clone, PartialEq)]
pub struct BufferDesc {
    pub label: String,
    pub role: BufferRole,
    pub len_bytes: u64,
}

/// A byte range of a buffer that a kernel sees as one binding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Slot {
    pub buffer: BufferId,
    pub offset_bytes: u64,
    pub len_bytes: u64,
}

/// Bytes that go from one buffer to another, in multiples of 4.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CopyBytes {
    pub from: Slot,
    pub to: BufferId,
    pub to_offset_bytes: u64,
}

/// Offsets of bindings must be multiples of this on every adapter that meets the WebGPU defaults.
pub const SLOT_ALIGN_BYTES: u64 = 256;

/// A number of workgroups that depends on the step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    Fixed(u32),
    /// `ceil(num_tokens * per_token / group)`.
    Tokens {
        per_token: u32,
        group: u32,
    },
    /// As `Tokens`, times `heads`.
    TokenBlocks {
        per_token: u32,
        group: u32,
        heads: u32,
    },
    /// Splits of the visible positions of a single token; `window` 0 means all.
    Splits {
        window: u32,
        split_tokens: u32,
    },
    /// `groups` where there is more than one split, else none.
    IfSplit {
        window: u32,
        split_tokens: u32,
        groups: u32,
    },
}

impl Count {
    /// Workgroups for a step of `num_tokens` tokens that starts at `position`.
    pub fn resolve(self, num_tokens: u32, position: u32) -> u32 {
        let splits = |window: u32, split_tokens: u32| {
            let visible = position.saturating_add(num_tokens);
            let visible = if window > 0 {
                visible.min(window)
            } else {
                visible
            };
            visible.div_ceil(split_tokens)
        };
        match self {
            Count::Fixed(count) => count,
            Count::Tokens { per_token, group } => (num_tokens * per_token).div_ceil(group),
            Count::TokenBlocks {
                per_token,
                group,
                heads,
            } => (num_tokens * per_token).div_ceil(group) * heads,
            Count::Splits {
                window,
                split_tokens,
            } => splits(window, split_tokens),
            Count::IfSplit {
                window,
                split_tokens,
                groups,
            } => {
                if splits(window, split_tokens) > 1 {
                    groups
                } else {
                    0
                }
            }
        }
    }
}

/// One kernel call.
#[derive(Debug, Clone, PartialEq)]
pub struct Command {
    /// What it computes, for profiles and error messages: `layer 3 qkv`.
    pub label: String,
    pub kernel: &'static Kernel,
    pub variant: Variant,
    /// In the order of `kernel.binds`.
    pub slots: Vec<Slot>,
    /// The kernel's parameters as the words of its uniform struct.
    pub params: Vec<u32>,
    /// Workgroups in x and y.
    pub grid: [Count; 2],
}

/// Which module stands behind each of a kernel's imports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Variant {
    pub weights: Option<Layout>,
    pub kv: Option<KvPrecision>,
    /// Query rows per attention workgroup: 1, 2, 4 or 8.
    pub rows: Option<u32>,
}

/// A list of commands, replayed in order; each sees what those before it wrote.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Recording {
    pub commands: Vec<Command>,
}

/// Everything a step tells the kernels; lies in the uniform that `lib/step.wgsl` declares.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    pub num_tokens: u32,
    /// Position of the step's first token.
    pub position: u32,
    /// Row of the step whose logits are wanted.
    pub head_row: u32,
    /// Where the sampled id goes in the ring.
    pub ring_slot: u32,
    /// Number of the draw, so that each token of an answer has noise of its own.
    pub draw: u32,
    pub seed: [u32; 2],
    pub temperature: f32,
    /// 0: no limit.
    pub top_k: u32,
    pub top_p: f32,
    pub min_p: f32,
    pub repetition_penalty: f32,
    pub frequency_penalty: f32,
    pub presence_penalty: f32,
    /// 1: the sampled token joins the counts of the penalties.
    pub count_token: u32,
    /// How far back cached positions move; only where the context slides.
    pub shift_tokens: u32,
}

impl Step {
    /// Field names in the order of [`Step::words`], as `lib/step.wgsl` declares them.
    pub const FIELDS: [&'static str; 16] = [
        "num_tokens",
        "position",
        "head_row",
        "ring_slot",
        "draw",
        "seed_low",
        "seed_high",
        "temperature",
        "top_k",
        "top_p",
        "min_p",
        "repetition_penalty",
        "frequency_penalty",
        "presence_penalty",
        "count_token",
        "shift_tokens",
    ];

    /// A step that computes and draws greedily.
    pub fn greedy(num_tokens: u32, position: u32) -> Self {
        Step {
            num_tokens,
            position,
            head_row: num_tokens.saturating_sub(1),
            ring_slot: 0,
            draw: 0,
            seed: [0, 0],
            temperature: 0.0,
            top_k: 0,
            top_p: 1.0,
            min_p: 0.0,
            repetition_penalty: 1.0,
            frequency_penalty: 0.0,
            presence_penalty: 0.0,
            count_token: 0,
            shift_tokens: 0,
        }
    }

    /// The uniform's words: 64 bytes, all that a decoded token uploads.
    pub fn words(&self) -> [u32; 16] {
        [
            self.num_tokens,
            self.position,
            self.head_row,
            self.ring_slot,
            self.draw,
            self.seed[0],
            self.seed[1],
            self.temperature.to_bits(),
            self.top_k,
            self.top_p.to_bits(),
            self.min_p.to_bits(),
            self.repetition_penalty.to_bits(),
            self.frequency_penalty.to_bits(),
            self.presence_penalty.to_bits(),
            self.count_token,
            self.shift_tokens,
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_follow_the_visible_positions() {
        let splits = Count::Splits {
            window: 0,
            split_tokens: 256,
        };
        assert_eq!(splits.resolve(1, 255), 1);
        assert_eq!(splits.resolve(1, 256), 2);
        let windowed = Count::Splits {
            window: 300,
            split_tokens: 256,
        };
        assert_eq!(windowed.resolve(1, 100_000), 2);
        let merge = Count::IfSplit {
            window: 0,
            split_tokens: 256,
            groups: 8,
        };
        assert_eq!(merge.resolve(1, 255), 0);
        assert_eq!(merge.resolve(1, 256), 8);
    }

    #[test]
    fn step_is_64_bytes() {
        assert_eq!(Step::greedy(1, 0).words().len() * 4, 64);
        assert_eq!(Step::FIELDS.len(), 16);
    }
}
