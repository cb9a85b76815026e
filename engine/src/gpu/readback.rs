//! Bringing bytes back without making the GPU wait.
//!
//! Sampled tokens come through a ring of small staging buffers that are mapped as soon as their step is
//! submitted; nobody waits until a token is wanted. A browser resolves a map when it likes (Firefox polls every
//! 100 ms), so several must be in flight.

use std::ops::Range;

use futures_channel::oneshot;

use crate::error::{Error, Result};

/// Staging buffers, and with them the tokens that can be in flight.
pub(super) const STAGING_BUFFERS: usize = 32;

/// A word is copied, so that a token's four bytes are all that crosses.
const TOKEN_BYTES: u64 = 4;

pub(super) struct Staging {
    buffers: Vec<wgpu::Buffer>,
    free: Vec<usize>,
}

type Mapped = Result<(), wgpu::BufferAsyncError>;

/// A token on its way.
pub(super) struct Pending {
    index: usize,
    submission: wgpu::SubmissionIndex,
    mapped: oneshot::Receiver<Mapped>,
    /// What the receiver said when it was asked without waiting.
    arrived: Option<Mapped>,
}

impl Pending {
    /// Whether the token can be taken without waiting.
    pub(super) fn is_ready(&mut self) -> bool {
        if self.arrived.is_none() {
            self.arrived = self.mapped.try_recv().ok().flatten();
        }
        self.arrived.is_some()
    }
}

impl Staging {
    pub(super) fn new(device: &wgpu::Device) -> Self {
        let buffers: Vec<_> = (0..STAGING_BUFFERS)
            .map(|_| {
                device.create_buffer(&wgpu::BufferDescriptor {
                    label: Some("token"),
                    size: TOKEN_BYTES,
                    usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
                    mapped_at_creation: false,
                })
            })
            .collect();
        Staging {
            free: (0..buffers.len()).collect(),
            buffers,
        }
    }

    /// Records the copy of a token; the index names the staging buffer it goes to.
    pub(super) fn copy_token(
        &mut self,
        encoder: &mut wgpu::CommandEncoder,
        source: &wgpu::Buffer,
        offset_bytes: u64,
    ) -> Result<usize> {
        let index = self
            .free
            .pop()
            .ok_or_else(|| Error::Gpu("too many tokens are in flight".into()))?;
        if let Some(buffer) = self.buffers.get(index) {
            encoder.copy_buffer_to_buffer(source, offset_bytes, buffer, 0, TOKEN_BYTES);
        }
        Ok(index)
    }

    /// Asks for the copied token; after the step was submitted.
    pub(super) fn map(&self, index: usize, submission: wgpu::SubmissionIndex) -> Pending {
        let (sender, mapped) = oneshot::channel();
        if let Some(buffer) = self.buffers.get(index) {
            buffer.map_async(wgpu::MapMode::Read, .., move |result| {
                // The receiver is gone when the session is: nobody wants the token.
                sender.send(result).ok();
            });
        }
        Pending {
            index,
            submission,
            mapped,
            arrived: None,
        }
    }

    pub(super) async fn take(&mut self, device: &wgpu::Device, pending: Pending) -> Result<u32> {
        match pending.arrived {
            Some(mapped) => mapped.map_err(|error| Error::DeviceLost(error.to_string()))?,
            None => await_mapped(device, Some(pending.submission), pending.mapped).await?,
        }
        let buffer = self.buffers.get(pending.index).ok_or_else(lost)?;
        let token = {
            let view = buffer
                .get_mapped_range(..)
                .map_err(|error| Error::Gpu(error.to_string()))?;
            let bytes: [u8; 4] = view
                .get(..4)
                .and_then(|bytes| bytes.try_into().ok())
                .ok_or_else(lost)?;
            u32::from_le_bytes(bytes)
        };
        buffer.unmap();
        self.free.push(pending.index);
        Ok(token)
    }
}

fn lost() -> Error {
    Error::DeviceLost("a readback was dropped".into())
}

/// Lets finished work call back. A browser does this by itself.
pub(super) fn poll(device: &wgpu::Device) {
    device.poll(wgpu::PollType::Poll).ok();
}

/// Waits for a map: of a given submission, or of everything.
async fn await_mapped(
    device: &wgpu::Device,
    submission: Option<wgpu::SubmissionIndex>,
    mapped: oneshot::Receiver<Mapped>,
) -> Result<()> {
    wait(device, submission)?;
    mapped
        .await
        .map_err(|_| lost())?
        .map_err(|error| Error::DeviceLost(error.to_string()))
}

/// Blocks until the submission (or everything) is done where blocking is possible; a browser waits in the
/// `await` that follows.
#[cfg(not(target_arch = "wasm32"))]
fn wait(device: &wgpu::Device, submission: Option<wgpu::SubmissionIndex>) -> Result<()> {
    device
        .poll(wgpu::PollType::Wait {
            submission_index: submission,
            timeout: None,
        })
        .map(|_| ())
        .map_err(|error| Error::DeviceLost(error.to_string()))
}

#[cfg(target_arch = "wasm32")]
fn wait(_device: &wgpu::Device, _submission: Option<wgpu::SubmissionIndex>) -> Result<()> {
    Ok(())
}

pub(super) async fn idle(device: &wgpu::Device, queue: &wgpu::Queue) -> Result<()> {
    let (sender, done) = oneshot::channel();
    queue.on_submitted_work_done(move || {
        sender.send(()).ok();
    });
    wait(device, None)?;
    done.await.map_err(|_| lost())
}

/// Copies parts of buffers, in bytes, into a fresh staging buffer and reads it: for logits and what is kept, not for tokens.
pub(super) async fn read(
    device: &wgpu::Device,
    queue: &wgpu::Queue,
    sources: &[(&wgpu::Buffer, Range<u64>)],
) -> Result<Vec<u8>> {
    let wanted_bytes: u64 = sources.iter().map(|(_, part)| part.end - part.start).sum();
    let len_bytes = wanted_bytes.next_multiple_of(4);
    let staging = device.create_buffer(&wgpu::BufferDescriptor {
        label: Some("readback"),
        size: len_bytes,
        usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
        mapped_at_creation: false,
    });
    let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
    let mut offset_bytes = 0;
    for (source, part) in sources {
        let whole_words = (part.end - part.start).next_multiple_of(4);
        encoder.copy_buffer_to_buffer(source, part.start, &staging, offset_bytes, whole_words);
        offset_bytes += whole_words;
    }
    queue.submit([encoder.finish()]);
    let (sender, mapped) = oneshot::channel();
    staging.map_async(wgpu::MapMode::Read, .., move |result| {
        sender.send(result).ok();
    });
    await_mapped(device, None, mapped).await?;
    let view = staging
        .get_mapped_range(..)
        .map_err(|error| Error::Gpu(error.to_string()))?;
    let bytes = view
        .get(..wanted_bytes as usize)
        .unwrap_or_default()
        .to_vec();
    drop(view);
    staging.destroy();
    Ok(bytes)
}
