//! What an adapter can do at most: bytes read, and multiplications with additions.
//!
//! A rate of a model says little by itself; its share of these does. Both are measured as everything else is, by
//! recordings on the same executor. Knows no clock: the caller times what it asks for.

use super::Noise;
use crate::error::{Error, Result};
use crate::executor::{Executor, RecordingId};
use crate::kernel::fma::{self, FMA, FmaParams};
use crate::kernel::stream::{self, STREAM, StreamParams};
use crate::plan::{
    BufferDesc, BufferId, BufferRole, Command, Count, Recording, Slot, Step, Variant,
};

/// Four times the last-level caches of nearly all that computes; halved until the adapter can hold it.
const MOST_STREAM_BYTES: u64 = 512 << 20;
const LEAST_STREAM_BYTES: u64 = 16 << 20;

/// Enough invocations for the largest of devices.
const STREAM_GROUPS: u32 = 2048;
const FMA_GROUPS: u32 = 2048;
const FMA_STEPS: u32 = 128;

/// Noise is made once and written as often as it takes.
const PIECE_BYTES: usize = 1 << 20;

const DATA: BufferId = BufferId(0);
const X_BUFFER: BufferId = BufferId(1);
const SUMS: BufferId = BufferId(2);

const READ: RecordingId = RecordingId(0);
const MULTIPLY: RecordingId = RecordingId(1);

/// An executor that holds what is read.
pub struct Roofline<X: Executor> {
    executor: X,
    stream_bytes: u64,
}

impl<X: Executor> Roofline<X> {
    /// Makes the buffers, in place of whatever the executor held.
    pub async fn new(mut executor: X) -> Result<Self> {
        let limits = executor.limits();
        let most = limits.max_binding_bytes.min(limits.max_buffer_bytes);
        let mut stream_bytes = MOST_STREAM_BYTES;
        loop {
            let is_last = stream_bytes / 2 < LEAST_STREAM_BYTES;
            if stream_bytes > most && !is_last {
                stream_bytes /= 2;
                continue;
            }
            match executor.allocate(&buffers(stream_bytes)).await {
                Ok(()) => break,
                Err(Error::OutOfMemory(_)) if !is_last => stream_bytes /= 2,
                Err(error) => return Err(error),
            }
        }
        let mut piece = vec![0; PIECE_BYTES];
        Noise(0x2545_f491_4f6c_dd1d).fill(&mut piece, false);
        for offset_bytes in (0..stream_bytes).step_by(PIECE_BYTES) {
            executor.write(DATA, offset_bytes, &piece)?;
        }
        let x: Vec<f32> = (0..x_bytes() / 4)
            .map(|i| (i % 13) as f32 / 6.0 - 1.0)
            .collect();
        executor.write(X_BUFFER, 0, bytemuck::cast_slice(&x))?;
        executor.prepare(recordings(stream_bytes)).await?;
        executor.idle().await?;
        Ok(Roofline {
            executor,
            stream_bytes,
        })
    }

    /// Reads everything so many times, and waits for the end. Answers with the bytes read.
    pub async fn read(&mut self, times: u32) -> Result<u64> {
        self.run(READ, times).await?;
        Ok(self.stream_bytes * u64::from(times))
    }

    /// Multiplies and adds so many times over, and waits for the end. Answers with the operations: two for each step of
    /// each number.
    pub async fn multiply(&mut self, times: u32) -> Result<u64> {
        self.run(MULTIPLY, times).await?;
        let numbers = FMA_GROUPS * fma::WORKGROUP * fma::SEQUENCES * 4;
        Ok(2 * u64::from(numbers) * u64::from(FMA_STEPS) * u64::from(times))
    }

    /// Bytes of the buffer that is read.
    pub fn stream_bytes(&self) -> u64 {
        self.stream_bytes
    }

    async fn run(&mut self, recording: RecordingId, times: u32) -> Result<()> {
        let step = Step::greedy(1, 0);
        for _ in 0..times {
            self.executor.submit(&[recording], &step, None)?;
        }
        self.executor.idle().await
    }
}

fn x_bytes() -> u64 {
    u64::from(FMA_GROUPS * fma::WORKGROUP) * 16
}

fn sums_bytes() -> u64 {
    u64::from((FMA_GROUPS * fma::WORKGROUP).max(STREAM_GROUPS * stream::WORKGROUP)) * 4
}

fn buffers(stream_bytes: u64) -> Vec<BufferDesc> {
    [
        ("read", stream_bytes),
        ("multiplied", x_bytes()),
        ("sums", sums_bytes()),
    ]
    .map(|(label, len_bytes)| BufferDesc {
        label: format!("roofline {label}"),
        role: BufferRole::Scratch,
        len_bytes,
    })
    .into()
}

fn recordings(stream_bytes: u64) -> Vec<Recording> {
    let slot = |buffer, len_bytes| Slot {
        buffer,
        offset_bytes: 0,
        len_bytes,
    };
    let sums = slot(SUMS, sums_bytes());
    let read = Command {
        label: "roofline read".into(),
        kernel: &STREAM,
        variant: Variant::default(),
        slots: vec![slot(DATA, stream_bytes), sums],
        params: StreamParams {
            num_vec4: (stream_bytes / 16) as u32,
            num_invocations: STREAM_GROUPS * stream::WORKGROUP,
        }
        .words(),
        grid: [Count::Fixed(STREAM_GROUPS), Count::Fixed(1)],
    };
    let multiply = Command {
        label: "roofline multiply".into(),
        kernel: &FMA,
        variant: Variant::default(),
        slots: vec![slot(X_BUFFER, x_bytes()), sums],
        params: FmaParams {
            num_steps: FMA_STEPS,
            multiplier: 0.75,
        }
        .words(),
        grid: [Count::Fixed(FMA_GROUPS), Count::Fixed(1)],
    };
    [read, multiply]
        .map(|command| Recording {
            commands: vec![command],
        })
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_read_and_every_invocation_has_its_numbers() {
        let [read, multiply] = &recordings(LEAST_STREAM_BYTES)[..] else {
            unreachable!("two recordings")
        };
        let stream = StreamParams::from_words(&read.commands[0].params);
        assert_eq!(u64::from(stream.num_vec4) * 16, LEAST_STREAM_BYTES);
        assert_eq!(read.commands[0].slots[0].len_bytes, LEAST_STREAM_BYTES);
        assert_eq!(multiply.commands[0].slots[0].len_bytes, x_bytes());
        assert!(MOST_STREAM_BYTES.is_multiple_of(PIECE_BYTES as u64));
        assert!(LEAST_STREAM_BYTES.is_multiple_of(PIECE_BYTES as u64));
    }
}
