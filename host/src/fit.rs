//! Whether a model would run here, and how fast, before its weights are fetched.
//!
//! A model is judged by its headers: they are read as for a load, planned for this adapter, and dropped. Speed comes
//! from one measurement of the adapter, whatever the model. Opens and stores nothing by itself.

use crate::clock::now_ms;
use crate::engine_port::{Device, DeviceLimits, SpeedTest};
use crate::loading::describe;
use crate::source::Source;
use crate::wire::{Fit, Inspection, Space, WireError};

/// A first product as long as this says enough; more would keep people waiting.
const SLOW_PRODUCT_MS: f64 = 400.0;
/// What is measured lasts at least this long, or the clock and the browser's polling would show in it.
const MEASURED_MS: f64 = 250.0;
const MOST_PRODUCTS: u32 = 1 << 16;

/// Reads the headers of a model that has been found, and plans it. `device_memory_bytes` is main memory as far as the
/// browser tells it; `stored_bytes` is what storage has of the model.
pub async fn inspect(
    source: &Source<'_>,
    limits: DeviceLimits,
    device_memory_bytes: Option<u64>,
    stored_bytes: u64,
    space: Space,
) -> Result<Inspection, WireError> {
    let described = describe(source, &source.weight_files()).await?;
    let fit = match described.fit(limits)? {
        Fit::Runs { total_bytes, .. }
            if device_memory_bytes.is_some_and(|memory| total_bytes > memory) =>
        {
            Fit::TooLarge {
                message: format!(
                    "it takes {} of memory, and this device has {}",
                    gigabytes(total_bytes),
                    gigabytes(device_memory_bytes.unwrap_or_default())
                ),
            }
        }
        fit => fit,
    };
    Ok(Inspection {
        key: source.key.clone(),
        name: source.name.clone(),
        architecture: described.architecture(),
        num_parameters: described.num_parameters(),
        download_bytes: source.total_bytes(),
        stored_bytes,
        space,
        fit,
    })
}

/// Bytes of 4-bit weights that the device multiplies with one vector in a second.
///
/// Two runs of different length are compared, so that what a browser takes to tell of finished work (100 ms in some)
/// is in neither. A device so slow that one product takes long is not asked for more.
pub async fn measure(device: Device) -> Result<f64, WireError> {
    let mut test = SpeedTest::new(device).await?;
    // Drivers do part of their work at the first use.
    let (_, first_ms) = timed_run(&mut test, 1).await?;
    if first_ms > SLOW_PRODUCT_MS {
        let (bytes, elapsed_ms) = timed_run(&mut test, 1).await?;
        return Ok(bytes_per_second(bytes as f64, elapsed_ms));
    }
    let (short_bytes, short_ms) = timed_run(&mut test, 1).await?;
    let mut products = 2;
    loop {
        let (bytes, elapsed_ms) = timed_run(&mut test, products).await?;
        let more_ms = elapsed_ms - short_ms;
        if more_ms >= MEASURED_MS || products >= MOST_PRODUCTS {
            return Ok(bytes_per_second((bytes - short_bytes) as f64, more_ms));
        }
        // Long enough at the rate seen, with a third to spare, and never more than sixteen times as long.
        let wanted = f64::from(products) * 1.33 * MEASURED_MS / more_ms.max(1.0);
        products = (wanted as u32).clamp(products * 2, products * 16);
    }
}

async fn timed_run(test: &mut SpeedTest, products: u32) -> Result<(u64, f64), WireError> {
    let began_ms = now_ms();
    let bytes = test.run(products).await?;
    Ok((bytes, now_ms() - began_ms))
}

fn bytes_per_second(bytes: f64, elapsed_ms: f64) -> f64 {
    // A clock made coarse against fingerprinting may not have moved.
    bytes * 1000.0 / elapsed_ms.max(0.1)
}

fn gigabytes(bytes: u64) -> String {
    format!("{:.1} GB", bytes as f64 / 1e9)
}
