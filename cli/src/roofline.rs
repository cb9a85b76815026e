//! How fast this adapter reads and multiplies at most: what a model's rates are held against.

use std::time::{Duration, Instant};

use inkling_engine::gpu::Gpu;
use inkling_engine::speed::Roofline;

use crate::failure::Failure;

/// The adapter's own rates, the best of several runs.
pub(crate) struct Rates {
    pub bytes_per_s: f64,
    pub operations_per_s: f64,
    /// Bytes of the buffer that was read again and again.
    pub stream_bytes: u64,
}

/// A run is repeated within one measurement until it takes as long as this, so that submitting does not count.
const LEAST_TIME: Duration = Duration::from_millis(200);
const MEASUREMENTS: usize = 3;

/// What is asked of the adapter.
#[derive(Clone, Copy)]
enum Work {
    Read,
    Multiply,
}

pub(crate) async fn measure(gpu: Gpu) -> Result<Rates, Failure> {
    let mut roofline = Roofline::new(gpu).await?;
    Ok(Rates {
        bytes_per_s: best_rate(&mut roofline, Work::Read).await?,
        operations_per_s: best_rate(&mut roofline, Work::Multiply).await?,
        stream_bytes: roofline.stream_bytes(),
    })
}

async fn best_rate(roofline: &mut Roofline<Gpu>, work: Work) -> Result<f64, Failure> {
    // The first run warms up and says how many make a measurement.
    let mut times = 1;
    while timed(roofline, work, times).await?.1 < LEAST_TIME && times < 1 << 16 {
        times *= 2;
    }
    let mut best = 0f64;
    for _ in 0..MEASUREMENTS {
        let (amount, taken) = timed(roofline, work, times).await?;
        best = best.max(amount as f64 / taken.as_secs_f64().max(1e-9));
    }
    Ok(best)
}

async fn timed(
    roofline: &mut Roofline<Gpu>,
    work: Work,
    times: u32,
) -> Result<(u64, Duration), Failure> {
    let started_at = Instant::now();
    let amount = match work {
        Work::Read => roofline.read(times).await?,
        Work::Multiply => roofline.multiply(times).await?,
    };
    Ok((amount, started_at.elapsed()))
}
