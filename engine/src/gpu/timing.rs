//! How long each command of a step takes on the device, where the device has a clock.
//!
//! Each command gets a pass of its own with a stamp before and after it, which costs more than one pass for all: what is
//! measured is where the time of a step goes, not how long a step takes.

use crate::error::{Error, Result};
use crate::executor::RecordingId;
use crate::plan::Step;

use super::{Gpu, readback};

/// WebGPU's limit for one set of queries.
const MOST_STAMPS: usize = 4096;

/// The commands that are called alike but for their layer, of one step.
#[derive(Debug, Clone, PartialEq)]
pub struct CommandTime {
    /// As in [`crate::plan::Command::label`], without the layer.
    pub name: String,
    pub dispatches: u32,
    pub nanoseconds: f64,
}

impl Gpu {
    /// Runs the recordings as one step and times its commands; those that take longest come first. Changes what a step
    /// changes.
    ///
    /// # Errors
    /// `Request` where the device was opened without timestamps, `Gpu` where it fails.
    pub async fn command_times(
        &mut self,
        recordings: &[RecordingId],
        step: &Step,
    ) -> Result<Vec<CommandTime>> {
        if !self.report.timestamps {
            return Err(Error::Request("this adapter has no timestamps".into()));
        }
        self.compiled().await?;
        let commands: Vec<_> = recordings
            .iter()
            .filter_map(|id| self.prepared.get(id.0))
            .flatten()
            .map(|command| {
                let grid = command
                    .grid
                    .map(|count| count.resolve(step.num_tokens, step.position));
                (command, grid)
            })
            .filter(|(_, [x, y])| *x > 0 && *y > 0)
            .take(MOST_STAMPS / 2)
            .collect();
        let num_stamps = 2 * commands.len() as u32;
        let stamps = self.device.create_query_set(&wgpu::QuerySetDescriptor {
            label: Some("stamps"),
            ty: wgpu::QueryType::Timestamp,
            count: num_stamps.max(1),
        });
        let len_bytes = u64::from(num_stamps) * u64::from(wgpu::QUERY_SIZE);
        let resolved = self.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("stamps"),
            size: len_bytes.max(u64::from(wgpu::QUERY_SIZE)),
            usage: wgpu::BufferUsages::QUERY_RESOLVE | wgpu::BufferUsages::COPY_SRC,
            mapped_at_creation: false,
        });
        self.queue
            .write_buffer(&self.step, 0, bytemuck::cast_slice(&step.words()));
        let mut encoder = self
            .device
            .create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        for (index, (command, [x, y])) in commands.iter().enumerate() {
            let first = 2 * index as u32;
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor {
                label: None,
                timestamp_writes: Some(wgpu::ComputePassTimestampWrites {
                    query_set: &stamps,
                    beginning_of_pass_write_index: Some(first),
                    end_of_pass_write_index: Some(first + 1),
                }),
            });
            pass.set_pipeline(&command.pipeline);
            pass.set_bind_group(0, &command.bind_group, &[]);
            pass.dispatch_workgroups(*x, *y, 1);
        }
        encoder.resolve_query_set(&stamps, 0..num_stamps, &resolved, 0);
        self.queue.submit([encoder.finish()]);
        let bytes = readback::read(&self.device, &self.queue, &[(&resolved, 0..len_bytes)]).await?;
        resolved.destroy();
        let ticks: Vec<u64> = bytemuck::pod_collect_to_vec(&bytes);
        let nanoseconds_per_tick = f64::from(self.queue.get_timestamp_period());
        let mut times = Vec::<CommandTime>::new();
        for ((command, _), stamps) in commands.iter().zip(ticks.chunks_exact(2)) {
            let [begun, ended] = [stamps[0], stamps[1]];
            let nanoseconds = ended.saturating_sub(begun) as f64 * nanoseconds_per_tick;
            let name = without_layer(&command.label);
            match times.iter_mut().find(|time| time.name == name) {
                Some(time) => {
                    time.dispatches += 1;
                    time.nanoseconds += nanoseconds;
                }
                None => times.push(CommandTime {
                    name: name.to_owned(),
                    dispatches: 1,
                    nanoseconds,
                }),
            }
        }
        times.sort_by(|a, b| b.nanoseconds.total_cmp(&a.nanoseconds));
        self.check()?;
        Ok(times)
    }
}

/// `layer 3 qkv` → `qkv`.
fn without_layer(label: &str) -> &str {
    let rest = label
        .strip_prefix("layer ")
        .map(|rest| rest.trim_start_matches(|c: char| c.is_ascii_digit()));
    rest.map_or(label, str::trim_start)
}

#[cfg(test)]
mod tests {
    use super::without_layer;

    #[test]
    fn commands_of_all_layers_are_called_alike() {
        assert_eq!(without_layer("layer 31 gate and up"), "gate and up");
        assert_eq!(without_layer("sample"), "sample");
    }
}
