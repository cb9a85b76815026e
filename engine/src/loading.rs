//! A model on its way to the device.
//!
//! [`Loading`] takes file bytes as they come and, when the last one is there, becomes a [`Session`]. Knows neither
//! where the bytes come from nor what will be asked of the model.

use crate::error::Result;
use crate::executor::Executor;
use crate::model::description::Description;
use crate::model::plan::ModelPlan;
use crate::model::rope_table::{RopeTensors, rope_table};
use crate::session::{self, Session};
use crate::weights::loader::Loader;

/// A model on its way to the device.
pub struct Loading<X: Executor> {
    executor: X,
    description: Description,
    plan: ModelPlan,
    loader: Loader,
}

impl<X: Executor> Loading<X> {
    /// Allocates the plan's buffers and compiles its kernels.
    pub async fn new(
        mut executor: X,
        description: Description,
        mut plan: ModelPlan,
    ) -> Result<Self> {
        let loader = Loader::new(std::mem::take(&mut plan.placements))?;
        executor.allocate(&plan.buffers).await?;
        executor
            .prepare(session::in_order(plan.recordings.clone()))
            .await?;
        Ok(Loading {
            executor,
            description,
            plan,
            loader,
        })
    }

    /// Byte ranges of a file that hold weights.
    pub fn needed_ranges(&self, file: usize) -> Vec<std::ops::Range<u64>> {
        self.loader.needed_ranges(file)
    }

    /// Takes the next bytes of a file, in increasing offsets per file; bytes of no tensor are passed over.
    pub fn push(&mut self, file: usize, offset_bytes: u64, bytes: &[u8]) -> Result<()> {
        self.loader
            .push(file, offset_bytes, bytes, &mut self.executor)
    }

    /// Everything has arrived: fills the tables and waits for the device.
    pub async fn finish(self) -> Result<Session<X>> {
        let Loading {
            mut executor,
            description,
            plan,
            loader,
        } = self;
        let report = loader.finish()?;
        for table in &plan.rope_tables {
            let config = &description.config;
            let rope = if table.local {
                &config.rope_local
            } else {
                &config.rope
            };
            let Some(rope) = rope else { continue };
            let mut tensors = RopeTensors::default();
            if let Some(slot) = table.factors {
                tensors.factors = bytemuck::pod_collect_to_vec(&executor.read(slot).await?);
            }
            let angles = rope_table(rope, plan.context_tokens, &tensors);
            executor.write(
                table.slot.buffer,
                table.slot.offset_bytes,
                bytemuck::cast_slice(&angles),
            )?;
        }
        executor.idle().await?;
        Ok(Session::new(executor, description.config, &plan, report))
    }
}
