//! Whether a model would run here, and how fast, before its weights are fetched.
//!
//! A model is judged by its headers: they are read as for a load, planned for this adapter, and dropped. Speed comes
//! from one measurement of the adapter, whatever the model. Opens and stores nothing by itself.

use web_sys::File;

use crate::browser;
use crate::clock::now_ms;
use crate::engine_port::{Device, DeviceLimits, SpeedTest};
use crate::loading::describe;
use crate::opening::{Surroundings, open_source};
use crate::reporter::Reporter;
use crate::source::Purpose;
use crate::space::size_text;
use crate::wire::{Fit, FromWorker, Inspection, LoadOptions, ModelSource, RequestId, WireError};

/// A first product as long as this says enough; more would keep people waiting.
const SLOW_PRODUCT_MS: f64 = 400.0;
/// What is measured lasts at least this long, or the clock and the browser's polling would show in it.
const MEASURED_MS: f64 = 250.0;
const MOST_PRODUCTS: u32 = 1 << 16;

/// Browsers tell main memory in steps and not beyond this: what is told as that much may be any more.
const MOST_TOLD_MEMORY_BYTES: u64 = 8 << 30;

/// Finds a model, reads its headers and plans it for an adapter of these limits. Of the store only the model itself is
/// wanted, where it is what the request names.
pub async fn inspect(
    id: RequestId,
    request: &ModelSource,
    files: &[File],
    limits: DeviceLimits,
    surroundings: &Surroundings<'_>,
) -> Result<FromWorker, WireError> {
    let reporter = Reporter::new(surroundings.on_progress);
    let store = surroundings.store.clone();
    let reading = Surroundings {
        store: store.clone().filter(|_| is_stored(request)),
        no_store: None,
        network: surroundings.network.clone(),
        page_url: surroundings.page_url,
        on_progress: surroundings.on_progress,
    };
    let options = LoadOptions::default();
    let purpose = Purpose::Run;
    let source = open_source(request, files, &options, purpose, &reading, &reporter).await?;
    let described = describe(&source, &source.weight_files()).await?;
    let stored = match store {
        Some(store) => store.list().await?,
        None => Vec::new(),
    };
    let stored = stored.iter().find(|model| model.key == source.key);
    Ok(FromWorker::Inspected {
        id,
        inspection: Inspection {
            key: source.key.clone(),
            name: source.name.clone(),
            architecture: described.architecture(),
            num_parameters: described.num_parameters(),
            download_bytes: source.total_bytes(),
            stored_bytes: stored.map_or(0, |model| model.stored_bytes),
            space: browser::space().await,
            fit: within_memory(described.fit(limits)?, device_memory_bytes()),
        },
    })
}

fn is_stored(request: &ModelSource) -> bool {
    match request {
        ModelSource::Stored { .. } => true,
        ModelSource::Url { url } => url.starts_with("local:"),
        ModelSource::Files { .. } => false,
    }
}

/// Most graphics adapters of small devices share main memory, and no model can take more than there is.
fn within_memory(fit: Fit, memory_bytes: Option<u64>) -> Fit {
    match (fit, memory_bytes) {
        (Fit::Runs { total_bytes, .. }, Some(memory_bytes)) if total_bytes > memory_bytes => {
            Fit::TooLarge {
                message: format!(
                    "it takes {} of memory, and this device has {}",
                    size_text(total_bytes),
                    size_text(memory_bytes)
                ),
            }
        }
        (fit, _) => fit,
    }
}

/// Main memory, where the browser tells it and it is little enough to be exact.
fn device_memory_bytes() -> Option<u64> {
    let gigabytes = browser::property(&browser::navigator(), "deviceMemory").as_f64()?;
    let bytes = (gigabytes * f64::from(1 << 30)) as u64;
    (bytes < MOST_TOLD_MEMORY_BYTES).then_some(bytes)
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
