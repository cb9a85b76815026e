//! What it takes to replay a recording.
//!
//! Two things implement this: `gpu::Gpu` on wgpu and `cpu::Cpu`, the reference. A session is written once over
//! either. Waiting is asynchronous because a browser cannot block; nothing else here knows where it runs.

use crate::error::Result;
use crate::plan::{BufferDesc, BufferId, CopyBytes, Recording, Slot, Step};
use crate::weights::WeightSink;

/// What a plan has to fit into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Largest range one binding may cover.
    pub max_binding_bytes: u64,
    pub max_buffer_bytes: u64,
}

/// Index of a recording among those given to [`Executor::prepare`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordingId(pub usize);

/// Replays recordings.
#[allow(
    async_fn_in_trait,
    reason = "executors live on one thread; a Send bound would exclude the browser"
)]
pub trait Executor: WeightSink {
    fn limits(&self) -> Limits;

    /// Makes the plan's buffers, zeroed, in place of any it had. With none it is as empty as when it was new, except that
    /// it need not compile again what it has compiled.
    async fn allocate(&mut self, buffers: &[BufferDesc]) -> Result<()>;

    /// Makes more buffers, zeroed, behind those there are. Says the first; the others are numbered on. If there is no
    /// memory for all of them, none is made.
    async fn add_buffers(&mut self, buffers: &[BufferDesc]) -> Result<BufferId>;

    /// Has what the recordings need compiled and makes every object a step will use. That it went well is known once
    /// [`Executor::idle`] or another call that waits has answered; until then weights can be written.
    async fn prepare(&mut self, recordings: Vec<Recording>) -> Result<()>;

    /// Runs recordings one after another as one step. With `token`, the word at that slot afterwards can be had
    /// from [`Executor::next_token`], in the order of submission.
    fn submit(
        &mut self,
        recordings: &[RecordingId],
        step: &Step,
        token: Option<Slot>,
    ) -> Result<()>;

    /// Copies bytes between buffers, after everything submitted.
    fn copy(&mut self, copies: &[CopyBytes]) -> Result<()>;

    /// The oldest token not yet taken.
    async fn next_token(&mut self) -> Result<u32>;

    /// Tokens that [`Executor::next_token`] would give without waiting.
    fn tokens_ready(&mut self) -> usize;

    /// Steps with a token that may be in flight at once.
    fn max_steps_in_flight(&self) -> usize;

    /// Resolves when everything submitted is finished.
    async fn idle(&mut self) -> Result<()>;

    /// Reads a slot back, after everything submitted.
    async fn read(&mut self, slot: Slot) -> Result<Vec<u8>> {
        self.read_all(&[slot]).await
    }

    /// Reads slots back at once, one behind the other; all but the last have whole words.
    async fn read_all(&mut self, slots: &[Slot]) -> Result<Vec<u8>>;
}
