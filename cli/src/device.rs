//! The executor that the command line chose.
//!
//! One type over both, so that a subcommand is written once and knows nothing of the choice.

use inkling_engine::Result;
use inkling_engine::cpu::Cpu;
use inkling_engine::executor::{Executor, Limits, RecordingId};
use inkling_engine::gpu::Gpu;
use inkling_engine::plan::{BufferDesc, BufferId, CopyBytes, Recording, Slot, Step};
use inkling_engine::weights::WeightSink;

pub(crate) enum Device {
    Gpu(Box<Gpu>),
    /// The reference: slow, exact, everywhere.
    Cpu(Cpu),
}

impl Device {
    pub(crate) fn gpu(&self) -> Option<&Gpu> {
        match self {
            Device::Gpu(gpu) => Some(gpu),
            Device::Cpu(_) => None,
        }
    }

    pub(crate) fn into_gpu(self) -> Option<Gpu> {
        match self {
            Device::Gpu(gpu) => Some(*gpu),
            Device::Cpu(_) => None,
        }
    }
}

impl WeightSink for Device {
    fn write(&mut self, buffer: BufferId, offset_bytes: u64, bytes: &[u8]) -> Result<()> {
        match self {
            Device::Gpu(gpu) => gpu.write(buffer, offset_bytes, bytes),
            Device::Cpu(cpu) => cpu.write(buffer, offset_bytes, bytes),
        }
    }
}

impl Executor for Device {
    fn limits(&self) -> Limits {
        match self {
            Device::Gpu(gpu) => gpu.limits(),
            Device::Cpu(cpu) => cpu.limits(),
        }
    }

    async fn allocate(&mut self, buffers: &[BufferDesc]) -> Result<()> {
        match self {
            Device::Gpu(gpu) => gpu.allocate(buffers).await,
            Device::Cpu(cpu) => cpu.allocate(buffers).await,
        }
    }

    async fn add_buffers(&mut self, buffers: &[BufferDesc]) -> Result<BufferId> {
        match self {
            Device::Gpu(gpu) => gpu.add_buffers(buffers).await,
            Device::Cpu(cpu) => cpu.add_buffers(buffers).await,
        }
    }

    async fn prepare(&mut self, recordings: Vec<Recording>) -> Result<()> {
        match self {
            Device::Gpu(gpu) => gpu.prepare(recordings).await,
            Device::Cpu(cpu) => cpu.prepare(recordings).await,
        }
    }

    fn submit(
        &mut self,
        recordings: &[RecordingId],
        step: &Step,
        token: Option<Slot>,
    ) -> Result<()> {
        match self {
            Device::Gpu(gpu) => gpu.submit(recordings, step, token),
            Device::Cpu(cpu) => cpu.submit(recordings, step, token),
        }
    }

    fn copy(&mut self, copies: &[CopyBytes]) -> Result<()> {
        match self {
            Device::Gpu(gpu) => gpu.copy(copies),
            Device::Cpu(cpu) => cpu.copy(copies),
        }
    }

    async fn next_token(&mut self) -> Result<u32> {
        match self {
            Device::Gpu(gpu) => gpu.next_token().await,
            Device::Cpu(cpu) => cpu.next_token().await,
        }
    }

    fn max_steps_in_flight(&self) -> usize {
        match self {
            Device::Gpu(gpu) => gpu.max_steps_in_flight(),
            Device::Cpu(cpu) => cpu.max_steps_in_flight(),
        }
    }

    fn tokens_ready(&mut self) -> usize {
        match self {
            Device::Gpu(gpu) => gpu.tokens_ready(),
            Device::Cpu(cpu) => cpu.tokens_ready(),
        }
    }

    async fn idle(&mut self) -> Result<()> {
        match self {
            Device::Gpu(gpu) => gpu.idle().await,
            Device::Cpu(cpu) => cpu.idle().await,
        }
    }

    async fn read_all(&mut self, slots: &[Slot]) -> Result<Vec<u8>> {
        match self {
            Device::Gpu(gpu) => gpu.read_all(slots).await,
            Device::Cpu(cpu) => cpu.read_all(slots).await,
        }
    }
}
