//! How fast an executor multiplies 4-bit weights with one vector, without a model.
//!
//! That product is nearly all of decoding, and its speed is that of the memory the weights lie in. So its rate times
//! a model's bytes per token says beforehand how fast the model will answer. The matrices are larger together than
//! the caches of most graphics cards, and hold noise. Knows no clock: the caller times [`SpeedTest::run`].

mod roofline;

pub use roofline::Roofline;

use crate::error::Result;
use crate::executor::{Executor, RecordingId};
use crate::kernel::linear::{ACTIVATION_NONE, LinearParams};
use crate::kernel::matvec::{MATVEC, ROWS_PER_WORKGROUP};
use crate::plan::{
    BufferDesc, BufferId, BufferRole, Command, Count, Recording, Slot, Step, Variant,
};
use crate::weights::layout::Layout;

/// Of one matrix, as in a model of a few billion parameters.
const ROWS: usize = 4096;
const COLUMNS: usize = 4096;
const BLOCK_COLUMNS: usize = 32;
const NUM_MATRICES: usize = 8;
/// Noise is made and written in pieces of this size.
const PIECE_BYTES: usize = 1 << 20;

/// The first buffer behind the planes of the matrices.
const X: BufferId = BufferId(2 * NUM_MATRICES as u32);

const ALL_MATRICES: RecordingId = RecordingId(0);
/// A processor in the place of a graphics card takes long for one.
const ONE_MATRIX: RecordingId = RecordingId(1);

/// An executor that holds the matrices.
pub struct SpeedTest<X: Executor> {
    executor: X,
}

impl<X: Executor> SpeedTest<X> {
    /// Makes the matrices, in place of whatever the executor held.
    pub async fn new(mut executor: X) -> Result<Self> {
        let (buffers, recordings) = plan();
        executor.allocate(&buffers).await?;
        let mut noise = Noise(0x9e37_79b9_7f4a_7c15);
        let mut piece = vec![0; PIECE_BYTES];
        for (index, buffer) in buffers.iter().enumerate() {
            if buffer.role != BufferRole::Weights {
                continue;
            }
            let is_scale = index % 2 == 1;
            let mut offset_bytes = 0;
            while offset_bytes < buffer.len_bytes {
                let len = (buffer.len_bytes - offset_bytes).min(PIECE_BYTES as u64);
                let bytes = piece.get_mut(..len as usize).unwrap_or_default();
                noise.fill(bytes, is_scale);
                executor.write(BufferId(index as u32), offset_bytes, bytes)?;
                offset_bytes += len;
            }
        }
        let x: Vec<f32> = (0..COLUMNS).map(|i| (i % 13) as f32 / 6.0 - 1.0).collect();
        executor.write(X, 0, bytemuck::cast_slice(&x))?;
        executor.prepare(recordings).await?;
        executor.idle().await?;
        Ok(SpeedTest { executor })
    }

    /// Multiplies so many matrices, one after the other and round again, and waits for the end. Answers with the bytes
    /// of weights read.
    pub async fn run(&mut self, num_products: u32) -> Result<u64> {
        let all = NUM_MATRICES as u32;
        let step = Step::greedy(1, 0);
        for _ in 0..num_products / all {
            self.executor.submit(&[ALL_MATRICES], &step, None)?;
        }
        for _ in 0..num_products % all {
            self.executor.submit(&[ONE_MATRIX], &step, None)?;
        }
        self.executor.idle().await?;
        Ok(Layout::Q4.bytes(ROWS, COLUMNS) * u64::from(num_products))
    }
}

/// The buffers (codes and scales of each matrix, then x, then y) and the recordings.
fn plan() -> (Vec<BufferDesc>, Vec<Recording>) {
    let planes = Layout::Q4.planes(COLUMNS);
    let mut buffers = Vec::new();
    for matrix in 0..NUM_MATRICES {
        for (plane, bytes) in planes.iter().enumerate() {
            buffers.push(BufferDesc {
                label: format!("speed test matrix {matrix}.{plane}"),
                role: BufferRole::Weights,
                len_bytes: (bytes * ROWS) as u64,
            });
        }
    }
    let vectors = X.0;
    for label in ["x", "y", "not read"] {
        buffers.push(BufferDesc {
            label: format!("speed test {label}"),
            role: BufferRole::Scratch,
            len_bytes: 4 * ROWS.max(COLUMNS) as u64,
        });
    }
    let whole = |buffer: u32| Slot {
        buffer: BufferId(buffer),
        offset_bytes: 0,
        len_bytes: buffers
            .get(buffer as usize)
            .map_or(0, |buffer| buffer.len_bytes),
    };
    let blocks = (COLUMNS / BLOCK_COLUMNS) as u32;
    let params = LinearParams {
        rows: ROWS as u32,
        blocks_per_row: blocks,
        x_stride_blocks: blocks,
        y_stride: ROWS as u32,
        columns: COLUMNS as u32,
        activation: ACTIVATION_NONE,
        scale: 1.0,
        ..LinearParams::default()
    };
    let commands: Vec<Command> = (0..NUM_MATRICES as u32)
        .map(|matrix| Command {
            label: format!("speed test {matrix}"),
            kernel: &MATVEC,
            variant: Variant {
                weights: Some(Layout::Q4),
                ..Variant::default()
            },
            slots: vec![
                whole(2 * matrix),
                whole(2 * matrix + 1),
                whole(vectors),
                whole(vectors + 1),
                // Neither norm nor bias.
                whole(vectors + 2),
                whole(vectors + 2),
            ],
            params: params.words(),
            grid: [
                Count::Fixed((ROWS as u32).div_ceil(ROWS_PER_WORKGROUP)),
                Count::Fixed(1),
            ],
        })
        .collect();
    let one = Recording {
        commands: commands.iter().take(1).cloned().collect(),
    };
    (buffers, vec![Recording { commands }, one])
}

/// Xorshift (Marsaglia 2003): memory that no compression makes smaller.
struct Noise(u64);

impl Noise {
    fn fill(&mut self, bytes: &mut [u8], is_scale: bool) {
        for eight in bytes.chunks_mut(8) {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            let mut word = self.0;
            if is_scale {
                // Four f16 of 2^-8 to 2^-7: a sum of 4,096 such products stays a number.
                word = (word & 0x03ff_03ff_03ff_03ff) | 0x1c00_1c00_1c00_1c00;
            }
            for (byte, value) in eight.iter_mut().zip(word.to_le_bytes()) {
                *byte = value;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_matrices_are_larger_than_caches_and_fit_every_adapter() {
        let (buffers, _) = plan();
        let bytes: u64 = buffers.iter().map(|buffer| buffer.len_bytes).sum();
        assert!(bytes > 64 << 20 && bytes < 128 << 20, "{bytes}");
        assert!(buffers.iter().all(|buffer| buffer.len_bytes <= 128 << 20));
    }

    #[test]
    fn every_byte_of_the_weights_is_counted() {
        let (buffers, recordings) = plan();
        let weights: u64 = buffers
            .iter()
            .filter(|buffer| buffer.role == BufferRole::Weights)
            .map(|buffer| buffer.len_bytes)
            .sum();
        assert_eq!(weights, Layout::Q4.bytes(ROWS, COLUMNS) * 8);
        let read: u64 = recordings
            .iter()
            .take(1)
            .flat_map(|recording| &recording.commands)
            .flat_map(|command| command.slots.iter().take(2))
            .map(|slot| slot.len_bytes)
            .sum();
        assert_eq!(read, weights);
    }

    #[test]
    fn scales_are_small_finite_numbers() {
        let mut bytes = [0; 64];
        Noise(7).fill(&mut bytes, true);
        for pair in bytes.chunks(2) {
            let scale = half::f16::from_le_bytes([pair[0], pair[1]]).to_f32();
            assert!((0.003..0.008).contains(&scale), "{scale}");
        }
    }
}
