//! Finding a graphics adapter, in steps, so that the page can say which one is missing.
//!
//! wgpu reports only that there is none; the browser tells more to whoever asks it directly.

use wasm_bindgen::prelude::*;

use crate::browser::{call_method, call_method_and_wait, navigator, property, scope};
use crate::engine_port::Device;
use crate::wire::{PowerPreference, UnsupportedReason};

/// Opens a device, or says what there is not.
pub(super) async fn open_device(
    power: PowerPreference,
) -> Result<Device, (UnsupportedReason, String)> {
    let gpu = property(&navigator(), "gpu");
    if !gpu.is_object() {
        let message = if scope().is_secure_context() {
            "this browser has no WebGPU; use a current Chrome, Edge, Safari or Firefox"
        } else {
            "browsers offer WebGPU only to pages opened over https:// or from localhost"
        };
        return Err((UnsupportedReason::NoWebGpu, message.to_owned()));
    }
    let no_adapter = || {
        (
            UnsupportedReason::NoAdapter,
            "this browser has WebGPU but found no graphics adapter it may use; turn on hardware acceleration in its settings, or update the graphics driver".to_owned(),
        )
    };
    let adapter = request_adapter(&gpu, power)
        .await
        .filter(JsValue::is_object)
        .ok_or_else(no_adapter)?;
    let features = property(&adapter, "features");
    let subgroups = has_feature(&features, "subgroups");
    Device::open(power, subgroups, adapter_name(&adapter))
        .await
        .map_err(|error| (UnsupportedReason::NoAdapter, error.message))
}

/// wgpu's web backend leaves the adapter's name empty; the browser tells more or less of it.
fn adapter_name(adapter: &JsValue) -> String {
    let info = property(adapter, "info");
    let text = |key: &str| property(&info, key).as_string().unwrap_or_default();
    let description = text("description");
    if !description.is_empty() {
        return description;
    }
    format!("{} {}", text("vendor"), text("architecture"))
        .trim()
        .to_owned()
}

async fn request_adapter(gpu: &JsValue, power: PowerPreference) -> Option<JsValue> {
    let options = js_sys::Object::new();
    let preference = match power {
        PowerPreference::HighPerformance => "high-performance",
        PowerPreference::LowPower => "low-power",
    };
    js_sys::Reflect::set(&options, &"powerPreference".into(), &preference.into()).ok()?;
    call_method_and_wait(gpu, "requestAdapter", &options).await
}

/// `GPUSupportedFeatures` is like a set without being one.
fn has_feature(features: &JsValue, name: &str) -> bool {
    call_method(features, "has", &name.into()).is_some_and(|has| has.is_truthy())
}
