//! The few things that the worker asks of its browser beside files: time to wait, chance, room, whether it is online.
//!
//! Through reflection, because an old or private browser lacks some of them and each has an answer without.

use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::DedicatedWorkerGlobalScope;

use crate::wire::Space;

pub fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

/// A property, or `undefined` where the target has none.
pub fn property(target: &JsValue, name: &str) -> JsValue {
    Reflect::get(target, &name.into()).unwrap_or_default()
}

/// The answer of a method; `None` where there is none of that name or it throws.
pub fn call_method(target: &JsValue, name: &str, argument: &JsValue) -> Option<JsValue> {
    property(target, name)
        .dyn_into::<Function>()
        .ok()?
        .call1(target, argument)
        .ok()
}

/// As [`call_method`], for a method that answers later.
pub async fn call_method_and_wait(
    target: &JsValue,
    name: &str,
    argument: &JsValue,
) -> Option<JsValue> {
    let promise = call_method(target, name, argument)?;
    JsFuture::from(promise.dyn_into::<Promise>().ok()?)
        .await
        .ok()
}

pub fn navigator() -> JsValue {
    property(&js_sys::global(), "navigator")
}

pub fn is_online() -> bool {
    property(&navigator(), "onLine").as_bool().unwrap_or(true)
}

/// What the browser grants this site.
pub async fn space() -> Space {
    let storage = property(&navigator(), "storage");
    let estimate = call_method_and_wait(&storage, "estimate", &JsValue::UNDEFINED).await;
    let bytes = |name: &str| Some(property(estimate.as_ref()?, name).as_f64()? as u64);
    let persisted = call_method_and_wait(&storage, "persisted", &JsValue::UNDEFINED).await;
    Space {
        used_bytes: bytes("usage"),
        quota_bytes: bytes("quota"),
        is_persistent: persisted.is_some_and(|persisted| persisted.is_truthy()),
    }
}

pub async fn sleep_ms(delay_ms: u32) {
    let promise = Promise::new(&mut |resolve, _| {
        // Without a timer the wait is over at once.
        let timer = property(&js_sys::global(), "setTimeout").dyn_into::<Function>();
        let _ = match timer {
            Ok(timer) => timer.call2(&JsValue::UNDEFINED, &resolve, &delay_ms.into()),
            Err(_) => resolve.call0(&JsValue::UNDEFINED),
        };
    });
    // A promise that nobody rejects.
    let _ = JsFuture::from(promise).await;
}
