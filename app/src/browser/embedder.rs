//! The page that embeds this one: how it is found, and the port on which both speak from then on.
//!
//! Whoever embeds the page is whoever embeds it; the port makes sure that nobody else joins in. Must not know what the
//! messages mean.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Object, Reflect};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{MessageEvent, MessagePort, Window};

/// Marks what belongs to this protocol among the messages that pages exchange, and says which version of it.
const MARK: &str = "inkling";

/// To the page that embeds this one, once it has answered.
#[derive(Clone, Default)]
pub struct EmbedderPort(Rc<RefCell<Option<MessagePort>>>);

impl EmbedderPort {
    /// Lost where nobody has answered yet.
    pub fn send(&self, json: &str) {
        if let Some(port) = self.0.borrow().as_ref() {
            drop(port.post_message(&json.into()));
        }
    }
}

/// Tells the page that embeds this one that it can be spoken to. `on_open` runs when it answers, `on_message` with each
/// text that it sends. Nothing happens where nobody embeds it.
pub fn connect(
    version: u32,
    on_open: impl Fn() + 'static,
    on_message: impl Fn(String) + 'static,
) -> EmbedderPort {
    let embedder = EmbedderPort::default();
    let Some((window, parent)) = window_and_parent() else {
        return embedder;
    };
    let hear = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        if let Some(text) = event.data().as_string() {
            on_message(text);
        }
    });
    let opened = embedder.clone();
    let expected = parent.clone();
    let listen = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        let is_from_parent = event
            .source()
            .is_some_and(|source| Object::is(source.as_ref(), expected.as_ref()));
        let data = event.data();
        let is_connect = is_from_parent
            && of(&data, MARK).as_f64() == Some(f64::from(version))
            && of(&data, "type").as_string().as_deref() == Some("connect");
        let port = event.ports().get(0).dyn_into::<MessagePort>();
        if let (true, Ok(port)) = (is_connect, port)
            && opened.0.borrow().is_none()
        {
            port.set_onmessage(Some(hear.as_ref().unchecked_ref()));
            opened.0.replace(Some(port));
            on_open();
        }
    });
    // For as long as the page lives.
    drop(
        window.add_event_listener_with_callback("message", listen.into_js_value().unchecked_ref()),
    );
    let ready = Object::new();
    // Setting a property of a plain object cannot fail.
    drop(Reflect::set(&ready, &MARK.into(), &version.into()));
    drop(Reflect::set(&ready, &"type".into(), &"ready".into()));
    // To whoever it is: there is nothing in it.
    drop(parent.post_message(&ready, "*"));
    embedder
}

/// `None` where this page is nobody's frame.
fn window_and_parent() -> Option<(Window, Window)> {
    let window = web_sys::window()?;
    let parent = window.parent().ok()??;
    (!Object::is(window.as_ref(), parent.as_ref())).then_some((window, parent))
}

fn of(object: &JsValue, key: &str) -> JsValue {
    Reflect::get(object, &key.into()).unwrap_or(JsValue::UNDEFINED)
}
