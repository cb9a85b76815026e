//! Canned answers about stored models, and about models before they are fetched.

use std::rc::Rc;
use std::time::Duration;

use inkling_host::wire::{
    ErrorKind, Fit, FromWorker, Inspection, ModelSource, Phase, Progress, RequestId, Space,
    StoredFile, StoredModel,
};
use js_sys::Array;
use leptos::prelude::set_timeout;
use web_sys::Blob;

use super::{Arrival, Fake, address_of};
use crate::browser;
use crate::state::words;

pub const TOO_LARGE: &str =
    "The model needs 41.2 GB of GPU memory and this adapter allows 4.29 GB.";
pub const STORAGE_FULL: &str = "There is no room for the rest of this model: 614 MB are missing.";

const DAY_MS: f64 = 86_400_000.0;

impl Fake {
    pub fn list(self: Rc<Self>, id: RequestId) {
        let models = self.models.borrow().clone();
        let space = self.space();
        self.later(30, FromWorker::Models { id, models, space });
    }

    fn space(&self) -> Space {
        let stored: u64 = self
            .models
            .borrow()
            .iter()
            .map(|model| model.stored_bytes)
            .sum();
        Space {
            used_bytes: Some(stored + 12_000_000),
            quota_bytes: Some(6_442_450_944),
            is_persistent: self.scenario == "persistent",
        }
    }

    pub fn keep(&self, arrival: &Arrival) {
        let total = 1_321_000_000;
        self.models.borrow_mut().push(model(
            &arrival.address,
            &arrival.title,
            total,
            total,
            0.0,
            &[(&arrival.title, total)],
        ));
    }

    pub fn verify(self: Rc<Self>, id: RequestId, key: String, step: u32) {
        const STEPS: u32 = 12;
        if self.cancelled.get() == id {
            return self.fail(10, id, ErrorKind::Cancelled, "Cancelled.");
        }
        if step == STEPS {
            let chunks_damaged = u32::from(key.starts_with("local:"));
            return self.later(
                10,
                FromWorker::Verified {
                    id,
                    key,
                    chunks_checked: STEPS,
                    chunks_damaged,
                },
            );
        }
        let progress = reading(step, STEPS);
        Rc::clone(&self).later(0, FromWorker::Progress { id, progress });
        let pause = if self.scenario == "slow" { 2500 } else { 120 };
        set_timeout(
            move || self.verify(id, key, step + 1),
            Duration::from_millis(pause),
        );
    }

    pub fn export(self: Rc<Self>, id: RequestId, file: String) {
        let emit = move || {
            let text = Array::of1(&"a model".into());
            if let (Ok(blob), Some(on_blob)) = (
                Blob::new_with_str_sequence(&text),
                self.on_blob.borrow_mut().as_mut(),
            ) {
                on_blob(id, blob);
            }
            self.later(0, FromWorker::Exported { id, file });
        };
        set_timeout(emit, Duration::from_millis(800));
    }

    pub fn inspect(self: Rc<Self>, id: RequestId, source: &ModelSource) {
        let address = address_of(source);
        if address.contains("404") {
            let message = "The server has no file at this address (404).";
            return self.fail(400, id, ErrorKind::NotFound, message);
        }
        let (download_bytes, fit) = if address.contains("huge") || address.contains("8b") {
            let message = TOO_LARGE.to_owned();
            (42_000_000_000, Fit::TooLarge { message })
        } else if address.contains("full") {
            (9_321_000_000, runs())
        } else {
            (1_321_000_000, runs())
        };
        let inspection = Inspection {
            name: words::title_from_source(source),
            key: address,
            architecture: "llama".to_owned(),
            num_parameters: 1_235_814_432,
            download_bytes: Some(download_bytes),
            stored_bytes: 0,
            space: self.space(),
            fit,
        };
        self.later(900, FromWorker::Inspected { id, inspection });
    }
}

fn runs() -> Fit {
    Fit::Runs {
        context_length: 8192,
        total_bytes: 1_580_000_000,
        weight_bytes_per_token: 1_290_000_000,
    }
}

fn reading(step: u32, steps: u32) -> Progress {
    let total = 428_700_000_u64;
    Progress {
        phase: Phase::Weights,
        bytes_done: total * u64::from(step) / u64::from(steps),
        bytes_total: Some(total),
        bytes_from_storage: 0,
        bytes_per_second: None,
        seconds_left: None,
        files_done: 0,
        files_total: 1,
    }
}

fn model(
    key: &str,
    name: &str,
    total_bytes: u64,
    stored_bytes: u64,
    days_ago: f64,
    files: &[(&str, u64)],
) -> StoredModel {
    StoredModel {
        key: key.to_owned(),
        name: name.to_owned(),
        total_bytes,
        stored_bytes,
        complete: total_bytes == stored_bytes,
        last_used_ms: browser::now_ms() - days_ago * DAY_MS,
        files: files
            .iter()
            .map(|(name, len_bytes)| StoredFile {
                name: (*name).to_owned(),
                len_bytes: Some(*len_bytes),
            })
            .collect(),
    }
}

pub fn stored() -> Vec<StoredModel> {
    vec![
        model(
            "https://huggingface.co/org/SmolLM2-360M-Instruct/resolve/main/",
            "SmolLM2 360M Instruct",
            386_400_000,
            386_400_000,
            0.3,
            &[
                ("config.json", 861),
                ("generation_config.json", 132),
                ("tokenizer.json", 2_104_556),
                ("model.safetensors", 384_294_451),
            ],
        ),
        model(
            "https://huggingface.co/org/Llama-3.2-1B-Instruct/resolve/main/",
            "Llama 3.2 1B Instruct",
            2_471_000_000,
            1_004_000_000,
            3.0,
            &[("config.json", 877), ("model.safetensors", 2_470_999_123)],
        ),
        model(
            "local:qwen2.5-0.5b-instruct-q4_0.gguf",
            "qwen2.5-0.5b-instruct-q4_0.gguf",
            428_700_000,
            428_700_000,
            70.0,
            &[("qwen2.5-0.5b-instruct-q4_0.gguf", 428_700_000)],
        ),
    ]
}
