//! One download of a model at a time, over all tabs of this site.
//!
//! Whoever downloads a model holds a Web Lock of its name and tells the others how far it is; they wait, and go on
//! from storage when it is their turn. The browser frees the lock of a tab that is closed, so somebody always goes on. A
//! browser without locks downloads as if it were alone. Must not know what is downloaded, nor how.

use std::cell::RefCell;
use std::pin::pin;

use futures_channel::mpsc::{self, UnboundedReceiver};
use futures_util::StreamExt;
use futures_util::future::{Either, select};
use js_sys::{Array, Function, Object, Promise, Reflect};
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{BroadcastChannel, MessageEvent};

use crate::browser::{navigator, property};
use crate::fetch::Abort;
use crate::wire::{Phase, Progress, WireError};

const CHANNEL: &str = "inkling-downloads";

/// What a downloader tells the tabs that wait for it.
#[derive(Serialize, Deserialize)]
struct News {
    key: String,
    progress: Progress,
}

/// The right to download one model, once it is taken.
#[derive(Default)]
pub struct Turn {
    held: RefCell<Option<Held>>,
}

struct Held {
    key: String,
    release: Function,
    channel: Option<BroadcastChannel>,
}

impl Drop for Held {
    fn drop(&mut self) {
        // Resolves the promise that the browser waits for; that cannot fail.
        let _ = self.release.call0(&JsValue::UNDEFINED);
        if let Some(channel) = &self.channel {
            channel.close();
        }
    }
}

impl Turn {
    /// Waits until nobody else downloads the model. `on_other` hears how far the other one is.
    pub async fn take(
        &self,
        key: &str,
        abort: &Abort,
        on_other: &dyn Fn(Progress),
    ) -> Result<(), WireError> {
        let locks = property(&navigator(), "locks");
        if !locks.is_object() {
            return Ok(());
        }
        let release = match ask(&locks, key, &option("ifAvailable", &JsValue::TRUE)).await {
            Ok(Some(release)) => release,
            Ok(None) => match wait(&locks, key, abort, on_other).await? {
                Some(release) => release,
                None => return Ok(()),
            },
            // A context in which locks are forbidden has no other tabs to wait for either.
            Err(_) => return Ok(()),
        };
        self.held.replace(Some(Held {
            key: key.to_owned(),
            release,
            channel: BroadcastChannel::new(CHANNEL).ok(),
        }));
        Ok(())
    }

    /// Tells the tabs that wait how far the download is.
    pub fn tell(&self, progress: &Progress) {
        let held = self.held.borrow();
        let Some(Held {
            key,
            channel: Some(channel),
            ..
        }) = &*held
        else {
            return;
        };
        let news = News {
            key: key.clone(),
            progress: progress.clone(),
        };
        if let Ok(json) = serde_json::to_string(&news) {
            // Nobody may be listening.
            let _ = channel.post_message(&json.into());
        }
    }

    /// Lets the next one download.
    pub fn end(&self) {
        self.held.replace(None);
    }
}

async fn wait(
    locks: &JsValue,
    key: &str,
    abort: &Abort,
    on_other: &dyn Fn(Progress),
) -> Result<Option<Function>, WireError> {
    let mut ear = Ear::open(key);
    on_other(Progress {
        phase: Phase::OtherTab,
        bytes_done: 0,
        bytes_total: None,
        bytes_from_storage: 0,
        bytes_per_second: None,
        seconds_left: None,
        files_done: 0,
        files_total: 0,
    });
    let options = option("signal", &abort.signal());
    let mut granted = pin!(ask(locks, key, &options));
    let answer = loop {
        match select(granted.as_mut(), ear.news.next()).await {
            Either::Left((answer, _)) => break answer,
            Either::Right((Some(progress), _)) => on_other(Progress {
                phase: Phase::OtherTab,
                ..progress
            }),
            Either::Right((None, _)) => break granted.as_mut().await,
        }
    };
    abort.check()?;
    // Refused for another reason than a stop: as without locks.
    Ok(answer.ok().flatten())
}

/// Listens to what other tabs tell of one model.
struct Ear {
    news: UnboundedReceiver<Progress>,
    channel: Option<BroadcastChannel>,
    // The browser calls it as long as the channel is open.
    _on_message: Closure<dyn FnMut(MessageEvent)>,
}

impl Ear {
    fn open(key: &str) -> Self {
        let (sender, news) = mpsc::unbounded();
        let key = key.to_owned();
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            let told = event.data().as_string();
            let told = told.and_then(|json| serde_json::from_str::<News>(&json).ok());
            if let Some(news) = told.filter(|news| news.key == key) {
                // Whoever no longer listens misses nothing.
                let _ = sender.unbounded_send(news.progress);
            }
        });
        let channel = BroadcastChannel::new(CHANNEL).ok();
        if let Some(channel) = &channel {
            channel.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        }
        Self {
            news,
            channel,
            _on_message: on_message,
        }
    }
}

impl Drop for Ear {
    fn drop(&mut self) {
        if let Some(channel) = &self.channel {
            channel.set_onmessage(None);
            channel.close();
        }
    }
}

/// Asks for the lock; the answer is what releases it, or nothing where it is taken and one does not wait.
async fn ask(locks: &JsValue, key: &str, options: &Object) -> Result<Option<Function>, JsValue> {
    let name = format!("inkling-download:{key}");
    let mut resolve = None;
    let granted = Promise::new(&mut |resolve_granted, _| resolve = Some(resolve_granted));
    let resolve = resolve.ok_or(JsValue::NULL)?;
    let on_granted = Closure::once_into_js(move |lock: JsValue| -> JsValue {
        if lock.is_null() {
            let _ = resolve.call1(&JsValue::UNDEFINED, &JsValue::NULL);
            return JsValue::UNDEFINED;
        }
        // The lock is held until this promise is kept.
        Promise::new(&mut |release, _| {
            let _ = resolve.call1(&JsValue::UNDEFINED, &release);
        })
        .into()
    });
    let request: Function = property(locks, "request").dyn_into()?;
    let ended = request.call3(locks, &name.into(), options, &on_granted)?;
    let first = Promise::race(&Array::of2(&granted, &ended));
    Ok(JsFuture::from(first).await?.dyn_into::<Function>().ok())
}

fn option(name: &str, value: &JsValue) -> Object {
    let options = Object::new();
    // Setting a property of a plain object cannot fail.
    let _ = Reflect::set(&options, &name.into(), value);
    options
}

/// Waits until nobody holds a lock of this name.
pub(crate) async fn until_free(name: &str) -> Result<(), JsValue> {
    let locks = property(&navigator(), "locks");
    let request: Function = property(&locks, "request").dyn_into()?;
    let options = option("mode", &"shared".into());
    // Given back as soon as it is granted.
    let on_granted = Closure::once_into_js(|| {});
    let granted: Promise = request
        .call3(&locks, &name.into(), &options, &on_granted)?
        .dyn_into()?;
    JsFuture::from(granted).await.map(|_| ())
}
