//! Whether a model would run here, and how fast, before its weights are fetched.
//!
//! A model is judged by its headers: they are read as for a load, planned for this adapter, and dropped. Speed comes
//! from one measurement of the adapter, whatever the model. Opens and stores nothing by itself.

use web_sys::File;

use crate::browser;
use crate::clock::now_ms;
use crate::engine_port::{Device, DeviceLimits, Roofline, SpeedTest};
use crate::loading::describe;
use crate::opening::{Surroundings, open_source};
use crate::reporter::Reporter;
use crate::source::Purpose;
use crate::space::size_text;
use crate::wire::{Fit, FromWorker, Inspection, LoadOptions, ModelSource, RequestId, WireError};

/// A first run as long as this says enough; more would keep people waiting.
const SLOW_RUN_MS: f64 = 400.0;
/// What is measured lasts at least this long, or the clock and the browser's polling would show in it.
const MEASURED_MS: f64 = 250.0;
const MOST_TIMES: u32 = 1 << 16;

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
pub async fn measure(device: Device) -> Result<f64, WireError> {
    let mut test = SpeedTest::new(device).await?;
    per_second(async |products| test.run(products).await).await
}

/// Bytes that the device reads in a second at most, and operations that it does.
pub async fn measure_roofline(device: Device) -> Result<(f64, f64), WireError> {
    let mut roofline = Roofline::new(device).await?;
    let bytes = per_second(async |times| roofline.read(times).await).await?;
    let operations = per_second(async |times| roofline.multiply(times).await).await?;
    Ok((bytes, operations))
}

/// How much of what `run` does is done in a second; it is told how often to, and answers with the amount.
///
/// Two runs of different length are compared, so that what a browser takes to tell of finished work (100 ms in some)
/// is in neither. A device so slow that doing it once takes long is not asked for more.
async fn per_second(
    mut run: impl AsyncFnMut(u32) -> Result<u64, WireError>,
) -> Result<f64, WireError> {
    let mut timed = async |times| {
        let began_ms = now_ms();
        let amount = run(times).await?;
        Ok::<_, WireError>((amount, now_ms() - began_ms))
    };
    // Drivers do part of their work at the first use.
    let (_, first_ms) = timed(1).await?;
    if first_ms > SLOW_RUN_MS {
        let (amount, elapsed_ms) = timed(1).await?;
        return Ok(rate(amount as f64, elapsed_ms));
    }
    let (short_amount, short_ms) = timed(1).await?;
    let mut times = 2;
    loop {
        let (amount, elapsed_ms) = timed(times).await?;
        let more_ms = elapsed_ms - short_ms;
        if more_ms >= MEASURED_MS || times >= MOST_TIMES {
            return Ok(rate((amount - short_amount) as f64, more_ms));
        }
        // Long enough at the rate seen, with a third to spare, and never more than sixteen times as long.
        let wanted = f64::from(times) * 1.33 * MEASURED_MS / more_ms.max(1.0);
        times = (wanted as u32).clamp(times * 2, times * 16);
    }
}

fn rate(amount: f64, elapsed_ms: f64) -> f64 {
    // A clock made coarse against fingerprinting may not have moved.
    amount * 1000.0 / elapsed_ms.max(0.1)
}
