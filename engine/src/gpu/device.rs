//! Adapter and device: what to ask for, what came, and what went wrong later.

use std::sync::{Arc, Mutex};

use crate::error::{Error, Result};
use crate::executor::Limits;

/// Which adapter and which optional features to use. `None` means: whatever the adapter has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GpuOptions {
    pub power: PowerPreference,
    /// Case-insensitive part of the adapter's name (native only: a browser offers one adapter).
    pub adapter: Option<String>,
    pub f16: Option<bool>,
    /// In a browser wgpu cannot ask for subgroups; a host that has added them to the device request says so here.
    pub subgroups: Option<bool>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum PowerPreference {
    #[default]
    HighPerformance,
    LowPower,
}

/// The device that was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdapterReport {
    pub name: String,
    pub backend: String,
    pub driver: String,
    /// A software adapter: correct, and far slower than a GPU.
    pub is_fallback: bool,
    pub f16: bool,
    pub subgroups: bool,
    /// The device can tell how long its work takes.
    pub timestamps: bool,
    pub max_binding_bytes: u64,
}

pub(super) struct Opened {
    pub device: wgpu::Device,
    pub queue: wgpu::Queue,
    pub report: AdapterReport,
    pub limits: Limits,
}

pub(super) async fn open(options: &GpuOptions) -> Result<Opened> {
    let instance = wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle());
    let adapter = choose(&instance, options).await?;
    let info = adapter.get_info();
    let available = adapter.features();

    let f16 = wanted(
        "f16",
        options.f16,
        available.contains(wgpu::Features::SHADER_F16),
    )?;
    // The browser's backend does not list SUBGROUP; there the host has wrapped the device request.
    let in_browser = info.backend == wgpu::Backend::BrowserWebGpu;
    let subgroups = if in_browser {
        options.subgroups == Some(true)
    } else {
        wanted(
            "subgroups",
            options.subgroups,
            available.contains(wgpu::Features::SUBGROUP),
        )?
    };
    let mut features = wgpu::Features::empty();
    features.set(wgpu::Features::SHADER_F16, f16);
    features.set(wgpu::Features::SUBGROUP, subgroups && !in_browser);
    // For programs that measure; a page has no use for it.
    let timestamps = !in_browser && available.contains(wgpu::Features::TIMESTAMP_QUERY);
    features.set(wgpu::Features::TIMESTAMP_QUERY, timestamps);

    let offered = adapter.limits();
    let required_limits = wgpu::Limits {
        max_storage_buffer_binding_size: offered.max_storage_buffer_binding_size,
        max_buffer_size: offered.max_buffer_size,
        ..wgpu::Limits::default()
    };
    let (device, queue) = adapter
        .request_device(&wgpu::DeviceDescriptor {
            label: Some("inkling"),
            required_features: features,
            required_limits,
            ..wgpu::DeviceDescriptor::default()
        })
        .await
        .map_err(|error| {
            Error::NoAdapter(format!(
                "the graphics adapter '{}' refused a device: {error}",
                info.name
            ))
        })?;

    let limits = Limits {
        max_binding_bytes: offered.max_storage_buffer_binding_size,
        max_buffer_bytes: offered.max_buffer_size,
    };
    let report = AdapterReport {
        name: info.name,
        backend: format!("{:?}", info.backend),
        driver: format!("{} {}", info.driver, info.driver_info)
            .trim()
            .to_owned(),
        is_fallback: info.device_type == wgpu::DeviceType::Cpu,
        f16,
        subgroups,
        timestamps,
        max_binding_bytes: limits.max_binding_bytes,
    };
    Ok(Opened {
        device,
        queue,
        report,
        limits,
    })
}

async fn choose(instance: &wgpu::Instance, options: &GpuOptions) -> Result<wgpu::Adapter> {
    if let Some(part) = &options.adapter {
        let adapters = instance.enumerate_adapters(wgpu::Backends::all()).await;
        let names: Vec<String> = adapters
            .iter()
            .map(|adapter| adapter.get_info().name)
            .collect();
        let part = part.to_lowercase();
        return adapters
            .into_iter()
            .find(|adapter| adapter.get_info().name.to_lowercase().contains(&part))
            .ok_or_else(|| {
                Error::NoAdapter(format!(
                    "no graphics adapter's name contains '{part}'; there are: {}",
                    names.join(", ")
                ))
            });
    }
    let power_preference = match options.power {
        PowerPreference::HighPerformance => wgpu::PowerPreference::HighPerformance,
        PowerPreference::LowPower => wgpu::PowerPreference::LowPower,
    };
    instance
        .request_adapter(&wgpu::RequestAdapterOptions { power_preference, ..Default::default() })
        .await
        .map_err(|error| {
            Error::NoAdapter(format!(
                "no usable graphics adapter ({error}); update the graphics driver, or start the browser with hardware acceleration on"
            ))
        })
}

fn wanted(name: &str, asked: Option<bool>, available: bool) -> Result<bool> {
    match asked {
        Some(true) if !available => Err(Error::Request(format!(
            "this adapter has no {name}; leave --features {name} out"
        ))),
        Some(asked) => Ok(asked),
        None => Ok(available),
    }
}

/// Keeps the first error the device reports outside of an error scope, and the reason if it is lost.
pub(super) fn watch(device: &wgpu::Device, failure: &Arc<Mutex<Option<Error>>>) {
    let slot = Arc::clone(failure);
    device.on_uncaptured_error(Arc::new(move |error: wgpu::Error| {
        let error = match error {
            wgpu::Error::OutOfMemory { source } => Error::OutOfMemory(source.to_string()),
            other => Error::Gpu(other.to_string()),
        };
        keep_first(&slot, error);
    }));
    let slot = Arc::clone(failure);
    device.set_device_lost_callback(move |reason, message| {
        if reason != wgpu::DeviceLostReason::Destroyed {
            keep_first(&slot, Error::DeviceLost(message));
        }
    });
}

fn keep_first(slot: &Mutex<Option<Error>>, error: Error) {
    if let Ok(mut slot) = slot.lock() {
        slot.get_or_insert(error);
    }
}
