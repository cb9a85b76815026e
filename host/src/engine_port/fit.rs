//! What the engine knows of a model and of an adapter before any weight is there.

use inkling_engine::executor::{Executor as _, Limits};
use inkling_engine::gpu::Gpu;
use inkling_engine::kernel::KvPrecision;
use inkling_engine::model::plan::{ModelPlan, PlanOptions};
use inkling_engine::model::traffic::{kv_bytes_at, weight_bytes_per_token};
use inkling_engine::weights::layout::WeightPolicy;
use inkling_engine::{Error, speed};

use super::{Described, Device, Model, wire_error_from};
use crate::wire::{Fit, WireError};

/// What a plan has to fit into; outlives the device it was read from.
#[derive(Debug, Clone, Copy)]
pub struct DeviceLimits(Limits);

impl Device {
    pub fn limits(&self) -> DeviceLimits {
        DeviceLimits(self.gpu.limits())
    }
}

impl Described {
    /// Plans the model as a load without options would.
    pub fn fit(&self, limits: DeviceLimits) -> Result<Fit, WireError> {
        let options = PlanOptions {
            context_length: None,
            kv: KvPrecision::F16,
            weights: WeightPolicy::Q4,
        };
        match ModelPlan::new(&self.description, &options, limits.0) {
            Ok(plan) => Ok(Fit::Runs {
                context_length: plan.context_tokens as u32,
                total_bytes: plan.memory.total,
                weight_bytes_per_token: weight_bytes_per_token(&self.description.config, &plan),
            }),
            Err(Error::OutOfMemory(message)) => Ok(Fit::TooLarge { message }),
            Err(error) => Err(wire_error_from(error)),
        }
    }

    pub fn architecture(&self) -> String {
        self.description.config.architecture.clone()
    }

    pub fn num_parameters(&self) -> u64 {
        self.description.num_parameters()
    }
}

/// A device that does nothing but the engine's speed test.
pub struct SpeedTest(speed::SpeedTest<Gpu>);

impl SpeedTest {
    pub async fn new(device: Device) -> Result<Self, WireError> {
        speed::SpeedTest::new(device.gpu)
            .await
            .map(Self)
            .map_err(wire_error_from)
    }

    /// Bytes of weights read in so many products.
    pub async fn run(&mut self, num_products: u32) -> Result<u64, WireError> {
        self.0.run(num_products).await.map_err(wire_error_from)
    }
}

impl Model {
    /// What one token reads while decoding, on average over `num_tokens` after the first `start`.
    pub fn bytes_per_token(&self, start: usize, num_tokens: usize) -> f64 {
        let (config, memory) = (self.session.config(), self.session.memory());
        let context_tokens = self.session.context_tokens();
        let kv_bytes: u64 = (start..start + num_tokens)
            .map(|position| kv_bytes_at(config, memory, context_tokens, position))
            .sum();
        self.weight_bytes_per_token as f64 + kv_bytes as f64 / num_tokens.max(1) as f64
    }
}

/// A device that does nothing but reading, and multiplying.
pub struct Roofline(speed::Roofline<Gpu>);

impl Roofline {
    pub async fn new(device: Device) -> Result<Self, WireError> {
        speed::Roofline::new(device.gpu)
            .await
            .map(Self)
            .map_err(wire_error_from)
    }

    /// Bytes read in so many runs.
    pub async fn read(&mut self, times: u32) -> Result<u64, WireError> {
        self.0.read(times).await.map_err(wire_error_from)
    }

    /// Operations of so many runs.
    pub async fn multiply(&mut self, times: u32) -> Result<u64, WireError> {
        self.0.multiply(times).await.map_err(wire_error_from)
    }
}
