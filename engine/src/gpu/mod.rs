//! The wgpu executor, native and in the browser. The only place that names wgpu.
//!
//! Everything a step needs exists before the first token: buffers, pipelines, bind groups, parameters. A step
//! uploads one 64-byte uniform and replays (pipeline, bind group, grid) triples in one pass and one submit. Must
//! not know what a model is.

mod device;
mod pipelines;
mod readback;
mod timing;

pub use device::{AdapterReport, GpuOptions, PowerPreference};
pub use timing::CommandTime;

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use crate::error::{Error, Result};
use crate::executor::{Executor, Limits, RecordingId};
use crate::kernel::Reduction;
use crate::plan::{BufferDesc, BufferId, CopyBytes, Count, Recording, Slot, Step};
use crate::weights::WeightSink;
use pipelines::Pipelines;
use readback::{Pending, Staging};

/// Bytes handed to the queue before it is told to start copying, so that uploads do not pile up.
const UPLOAD_BATCH_BYTES: u64 = 32 << 20;

/// What has been asked of the device, exactly. Tests gate these; they do not depend on the adapter.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counters {
    pub dispatches: u64,
    pub passes: u64,
    pub submits: u64,
    pub buffers_created: u64,
    pub bind_groups_created: u64,
    pub pipelines_created: u64,
    pub bytes_uploaded: u64,
    /// From buffer to buffer; sampled tokens not counted.
    pub bytes_copied: u64,
}

/// What the device finds wrong with what it was given, once it has looked.
type Verdict = Pin<Box<dyn Future<Output = Option<wgpu::Error>>>>;

/// One command, ready to be replayed.
struct Prepared {
    label: String,
    pipeline: wgpu::ComputePipeline,
    bind_group: wgpu::BindGroup,
    grid: [Count; 2],
}

/// A device with a plan's buffers on it.
pub struct Gpu {
    device: wgpu::Device,
    queue: wgpu::Queue,
    report: AdapterReport,
    limits: Limits,
    reduction: Reduction,
    buffers: Vec<wgpu::Buffer>,
    params: Option<wgpu::Buffer>,
    step: wgpu::Buffer,
    pipelines: Pipelines,
    prepared: Vec<Vec<Prepared>>,
    /// Of what was prepared last. Compiling takes a driver seconds, in which weights can come.
    verdict: Option<Verdict>,
    staging: Staging,
    pending: VecDeque<Pending>,
    /// The first error the device reported outside of a scope, or why it was lost.
    failure: Arc<Mutex<Option<Error>>>,
    uploaded_since_flush: u64,
    counters: Counters,
}

impl Gpu {
    /// Opens an adapter and a device.
    pub async fn open(options: &GpuOptions) -> Result<Self> {
        let opened = device::open(options).await?;
        let failure = Arc::new(Mutex::new(None));
        device::watch(&opened.device, &failure);
        let step = opened.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("step"),
            size: 64,
            usage: wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        let staging = Staging::new(&opened.device);
        let reduction = if opened.report.subgroups {
            Reduction::Subgroup
        } else {
            Reduction::Tree
        };
        Ok(Gpu {
            limits: opened.limits,
            report: opened.report,
            reduction,
            device: opened.device,
            queue: opened.queue,
            buffers: Vec::new(),
            params: None,
            step,
            pipelines: Pipelines::default(),
            prepared: Vec::new(),
            verdict: None,
            staging,
            pending: VecDeque::new(),
            failure,
            uploaded_since_flush: 0,
            counters: Counters::default(),
        })
    }

    /// What this device is and can do.
    pub fn report(&self) -> &AdapterReport {
        &self.report
    }

    /// Everything asked of the device so far.
    pub fn counters(&self) -> Counters {
        self.counters
    }

    fn check(&self) -> Result<()> {
        let failure = self
            .failure
            .lock()
            .map_err(|_| Error::Gpu("the error handler failed".into()))?;
        failure.clone().map_or(Ok(()), Err)
    }

    /// Waits until what was prepared is compiled, and for what the device thinks of it.
    async fn compiled(&mut self) -> Result<()> {
        let Some(verdict) = self.verdict.take() else {
            return Ok(());
        };
        match verdict.await {
            Some(error) => Err(Error::Gpu(error.to_string())),
            None => Ok(()),
        }
    }

    fn buffer(&self, id: BufferId) -> Result<&wgpu::Buffer> {
        self.buffers
            .get(id.0 as usize)
            .ok_or_else(|| Error::Gpu(format!("there is no buffer {}", id.0)))
    }

    fn binding(&self, slot: Slot) -> Result<wgpu::BindingResource<'_>> {
        Ok(wgpu::BindingResource::Buffer(wgpu::BufferBinding {
            buffer: self.buffer(slot.buffer)?,
            offset: slot.offset_bytes,
            size: wgpu::BufferSize::new(slot.len_bytes),
        }))
    }

    fn encode(&mut self, recordings: &[RecordingId], step: &Step) -> wgpu::CommandEncoder {
        let mut encoder = self
            .device
            .create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        {
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            self.counters.passes += 1;
            for id in recordings {
                for command in self
                    .prepared
                    .get(id.0)
                    .map(Vec::as_slice)
                    .unwrap_or_default()
                {
                    let [x, y] = command
                        .grid
                        .map(|count| count.resolve(step.num_tokens, step.position));
                    if x > 0 && y > 0 {
                        pass.set_pipeline(&command.pipeline);
                        pass.set_bind_group(0, &command.bind_group, &[]);
                        pass.dispatch_workgroups(x, y, 1);
                        self.counters.dispatches += 1;
                    }
                }
            }
        }
        encoder
    }
}

impl WeightSink for Gpu {
    fn write(&mut self, buffer: BufferId, offset_bytes: u64, bytes: &[u8]) -> Result<()> {
        let target = self.buffer(buffer)?;
        if offset_bytes + bytes.len() as u64 > target.size() {
            return Err(Error::Gpu(format!(
                "a write past the end of buffer {}",
                buffer.0
            )));
        }
        self.queue.write_buffer(target, offset_bytes, bytes);
        self.counters.bytes_uploaded += bytes.len() as u64;
        self.uploaded_since_flush += bytes.len() as u64;
        if self.uploaded_since_flush >= UPLOAD_BATCH_BYTES {
            self.uploaded_since_flush = 0;
            self.queue.submit([]);
            readback::poll(&self.device);
        }
        self.check()
    }
}

impl Executor for Gpu {
    fn limits(&self) -> Limits {
        self.limits
    }

    async fn allocate(&mut self, buffers: &[BufferDesc]) -> Result<()> {
        self.prepared.clear();
        self.pending.clear();
        for buffer in self.buffers.drain(..).chain(self.params.take()) {
            buffer.destroy();
        }
        self.add_buffers(buffers).await.map(|_| ())
    }

    async fn add_buffers(&mut self, buffers: &[BufferDesc]) -> Result<BufferId> {
        let first = self.buffers.len();
        let out_of_memory = self.device.push_error_scope(wgpu::ErrorFilter::OutOfMemory);
        let invalid = self.device.push_error_scope(wgpu::ErrorFilter::Validation);
        for buffer in buffers {
            let usage = wgpu::BufferUsages::STORAGE
                | wgpu::BufferUsages::COPY_DST
                | wgpu::BufferUsages::COPY_SRC;
            self.buffers
                .push(self.device.create_buffer(&wgpu::BufferDescriptor {
                    label: Some(&buffer.label),
                    size: buffer.len_bytes.next_multiple_of(4),
                    usage,
                    mapped_at_creation: false,
                }));
            self.counters.buffers_created += 1;
        }
        let invalid = invalid.pop();
        let out_of_memory = out_of_memory.pop();
        let total: u64 = buffers.iter().map(|buffer| buffer.len_bytes).sum();
        if let Some(error) = out_of_memory.await.or(invalid.await) {
            for buffer in self.buffers.drain(first..) {
                buffer.destroy();
            }
            let needed_mib = total.div_ceil(1 << 20);
            return Err(Error::OutOfMemory(format!(
                "{needed_mib} MiB could not be allocated ({error}); choose a smaller model or a shorter context"
            )));
        }
        self.check()?;
        Ok(BufferId(first as u32))
    }

    async fn prepare(&mut self, recordings: Vec<Recording>) -> Result<()> {
        let stride = crate::plan::SLOT_ALIGN_BYTES as usize;
        let mut words = Vec::new();
        for command in recordings.iter().flat_map(|recording| &recording.commands) {
            let start = words.len();
            words.extend_from_slice(&command.params);
            words.resize(start + stride / 4, 0u32);
        }
        let params = self.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("parameters"),
            size: (words.len().max(stride / 4) * 4) as u64,
            usage: wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        self.counters.buffers_created += 1;
        self.queue
            .write_buffer(&params, 0, bytemuck::cast_slice(&words));

        let invalid = self.device.push_error_scope(wgpu::ErrorFilter::Validation);
        let mut prepared = Vec::with_capacity(recordings.len());
        let mut offset_bytes = 0;
        for recording in &recordings {
            let mut commands = Vec::with_capacity(recording.commands.len());
            for command in &recording.commands {
                let key = (command.kernel, command.variant, self.reduction);
                let entry = self.pipelines.get(&self.device, key, &mut self.counters)?;
                let mut entries = vec![
                    wgpu::BindGroupEntry {
                        binding: crate::kernel::PARAMS_BINDING,
                        resource: wgpu::BindingResource::Buffer(wgpu::BufferBinding {
                            buffer: &params,
                            offset: offset_bytes,
                            size: wgpu::BufferSize::new((command.params.len() * 4) as u64),
                        }),
                    },
                    wgpu::BindGroupEntry {
                        binding: crate::kernel::STEP_BINDING,
                        resource: self.step.as_entire_binding(),
                    },
                ];
                for (bind, slot) in command.kernel.binds.iter().zip(&command.slots) {
                    entries.push(wgpu::BindGroupEntry {
                        binding: bind.index,
                        resource: self.binding(*slot)?,
                    });
                }
                let bind_group = self.device.create_bind_group(&wgpu::BindGroupDescriptor {
                    label: Some(&command.label),
                    layout: &entry.layout,
                    entries: &entries,
                });
                self.counters.bind_groups_created += 1;
                commands.push(Prepared {
                    label: command.label.clone(),
                    pipeline: entry.pipeline,
                    bind_group,
                    grid: command.grid,
                });
                offset_bytes += stride as u64;
            }
            prepared.push(commands);
        }
        self.verdict = Some(Box::pin(invalid.pop()));
        self.params = Some(params);
        self.prepared = prepared;
        self.check()
    }

    fn submit(
        &mut self,
        recordings: &[RecordingId],
        step: &Step,
        token: Option<Slot>,
    ) -> Result<()> {
        self.check()?;
        self.queue
            .write_buffer(&self.step, 0, bytemuck::cast_slice(&step.words()));
        self.counters.bytes_uploaded += 64;
        let mut encoder = self.encode(recordings, step);
        let staged = match token {
            Some(slot) => {
                // A handle of its own, because the staging ring is borrowed too.
                let source = self.buffer(slot.buffer)?.clone();
                Some(
                    self.staging
                        .copy_token(&mut encoder, &source, slot.offset_bytes)?,
                )
            }
            None => None,
        };
        let submission = self.queue.submit([encoder.finish()]);
        self.counters.submits += 1;
        if let Some(staged) = staged {
            self.pending.push_back(self.staging.map(staged, submission));
        }
        Ok(())
    }

    fn copy(&mut self, copies: &[CopyBytes]) -> Result<()> {
        self.check()?;
        let mut encoder = self
            .device
            .create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        for copy in copies {
            encoder.copy_buffer_to_buffer(
                self.buffer(copy.from.buffer)?,
                copy.from.offset_bytes,
                self.buffer(copy.to)?,
                copy.to_offset_bytes,
                copy.from.len_bytes,
            );
            self.counters.bytes_copied += copy.from.len_bytes;
        }
        self.queue.submit([encoder.finish()]);
        self.counters.submits += 1;
        Ok(())
    }

    async fn next_token(&mut self) -> Result<u32> {
        self.compiled().await?;
        let pending = self
            .pending
            .pop_front()
            .ok_or_else(|| Error::Gpu("no step with a token is in flight".into()))?;
        let token = self.staging.take(&self.device, pending).await;
        self.check()?;
        token
    }

    fn tokens_ready(&mut self) -> usize {
        readback::poll(&self.device);
        self.pending
            .iter_mut()
            .map(Pending::is_ready)
            .take_while(|&ready| ready)
            .count()
    }

    fn max_steps_in_flight(&self) -> usize {
        readback::STAGING_BUFFERS
    }

    async fn idle(&mut self) -> Result<()> {
        self.compiled().await?;
        readback::idle(&self.device, &self.queue).await?;
        self.check()
    }

    async fn read_all(&mut self, slots: &[Slot]) -> Result<Vec<u8>> {
        self.compiled().await?;
        let mut sources = Vec::with_capacity(slots.len());
        for slot in slots {
            let end_bytes = slot.offset_bytes + slot.len_bytes;
            sources.push((self.buffer(slot.buffer)?, slot.offset_bytes..end_bytes));
        }
        let bytes = readback::read(&self.device, &self.queue, &sources).await?;
        self.counters.buffers_created += 1;
        self.check()?;
        Ok(bytes)
    }
}

impl Drop for Gpu {
    /// Buffers are freed now and not when the browser's garbage collector comes round.
    fn drop(&mut self) {
        for buffer in &self.buffers {
            buffer.destroy();
        }
        self.device.destroy();
    }
}
