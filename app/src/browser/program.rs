//! The page as a program of this browser: its service worker, its next version, and installing it.
//!
//! Without any of that everything else still works, so refusals are only logged. Must not know when a person is told.

use std::rc::Rc;

use js_sys::{Function, Reflect};
use leptos::logging;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    EventTarget, MessageEvent, MessagePort, ServiceWorkerContainer, ServiceWorkerRegistration,
};

/// Where `boot.js` keeps the browser's offer to install the page, which may come before the page can listen.
const INSTALL_OFFER: &str = "installOffer";

/// Has the page opened without a network next time. `on_update` is called when a newer version lies ready.
pub async fn register(on_update: impl Fn() + 'static) {
    let Some(container) = container() else {
        return;
    };
    let Ok(registered) = JsFuture::from(container.register("./sw.js")).await else {
        logging::log!("The service worker was not installed; the page needs the network to open.");
        return;
    };
    let registration: ServiceWorkerRegistration = registered.unchecked_into();
    let tell: Rc<dyn Fn()> = {
        let registration = registration.clone();
        Rc::new(move || {
            // Without one in charge, the one that waits is the first and takes over by itself.
            if container.controller().is_some() && registration.waiting().is_some() {
                on_update();
            }
        })
    };
    tell();
    let found = registration.clone();
    listen(&registration, "updatefound", move || {
        if let Some(installing) = found.installing() {
            let tell = Rc::clone(&tell);
            listen(&installing, "statechange", move || tell());
        }
    });
}

/// Calls back once a service worker takes charge, where none is yet: what was fetched until then passed it by.
pub fn once_in_charge(action: impl Fn() + 'static) {
    if let Some(container) = container()
        && container.controller().is_none()
    {
        listen(&container, "controllerchange", action);
    }
}

/// Calls back with a port whenever the service worker looks for an engine that answers a request of OpenAI's API.
pub fn follow_api(on_port: impl Fn(MessagePort) + 'static) {
    let Some(container) = container() else {
        return;
    };
    let callback = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        let kind = Reflect::get(&event.data(), &"type".into()).ok();
        if kind.and_then(|kind| kind.as_string()).as_deref() == Some("serve-api")
            && let Ok(port) = event.ports().get(0).dyn_into()
        {
            on_port(port);
        }
    });
    drop(container.add_event_listener_with_callback("message", callback.as_ref().unchecked_ref()));
    callback.forget();
}

/// Puts the version that waits in charge and loads the page anew from it.
pub async fn update() {
    let Some(container) = container() else {
        return reload();
    };
    let registration = JsFuture::from(container.get_registration()).await;
    let waiting = registration
        .ok()
        .and_then(|found| found.dyn_into::<ServiceWorkerRegistration>().ok())
        .and_then(|registration| registration.waiting());
    // Another tab was faster: the new version is in charge already.
    let Some(waiting) = waiting else {
        return reload();
    };
    listen(&container, "controllerchange", reload);
    let message = js_sys::Object::new();
    drop(Reflect::set(
        &message,
        &"type".into(),
        &"skip-waiting".into(),
    ));
    if let Err(error) = waiting.post_message(&message) {
        logging::error!("{error:?}");
    }
}

/// Calls back when the browser offers to install the page, and when it has been installed.
pub fn follow_installing(on_offer: impl Fn() + 'static, on_installed: impl Fn() + 'static) {
    let Some(window) = web_sys::window() else {
        return;
    };
    if install_offer().is_some() {
        on_offer();
    }
    // The script that started the page hears it first and keeps it.
    listen(&window, "beforeinstallprompt", on_offer);
    listen(&window, "appinstalled", on_installed);
}

/// Shows the browser's question. An offer can be used once.
pub fn ask_to_install() {
    let Some(offer) = install_offer() else {
        return;
    };
    if let Some(window) = web_sys::window() {
        drop(Reflect::set(&window, &INSTALL_OFFER.into(), &JsValue::NULL));
    }
    let prompt = Reflect::get(&offer, &"prompt".into());
    if let Ok(Ok(prompt)) = prompt.map(JsCast::dyn_into::<Function>) {
        drop(prompt.call0(&offer));
    }
}

fn install_offer() -> Option<JsValue> {
    let window = web_sys::window()?;
    let offer = Reflect::get(&window, &INSTALL_OFFER.into()).ok()?;
    offer.is_object().then_some(offer)
}

/// Absent on plain http and in some private windows.
fn container() -> Option<ServiceWorkerContainer> {
    let navigator = web_sys::window()?.navigator();
    let container = Reflect::get(&navigator, &"serviceWorker".into()).ok()?;
    container.is_object().then(|| navigator.service_worker())
}

/// For as long as the page lives.
fn listen(target: &EventTarget, event: &str, action: impl Fn() + 'static) {
    let callback = Closure::<dyn Fn()>::new(action);
    drop(target.add_event_listener_with_callback(event, callback.as_ref().unchecked_ref()));
    callback.forget();
}

fn reload() {
    if let Some(window) = web_sys::window() {
        drop(window.location().reload());
    }
}
