//! Every message through JSON and back.

use serde::de::DeserializeOwned;

use super::*;

/// Through JSON and back, and the tag that JavaScript matches on.
fn check<T>(message: T, tag: &str)
where
    T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug,
{
    let json = serde_json::to_value(&message).unwrap();
    assert_eq!(json["type"], tag);
    assert_eq!(serde_json::from_value::<T>(json).unwrap(), message);
}

fn error() -> WireError {
    WireError::new(ErrorKind::NotFound, "there is no file")
}

fn space() -> Space {
    Space {
        used_bytes: Some(3),
        quota_bytes: Some(10),
        is_persistent: true,
    }
}

#[test]
fn free_space_is_what_is_not_used() {
    assert_eq!(space().free_bytes(), Some(7));
    assert_eq!(Space::default().free_bytes(), None);
}

#[test]
fn messages_to_the_worker_survive_json() {
    check(
        ToWorker::Start {
            version: WIRE_VERSION,
            power: Some(PowerPreference::LowPower),
        },
        "start",
    );
    check(
        ToWorker::Connect {
            life: "inkling 1".into(),
        },
        "connect",
    );
    for source in [
        ModelSource::Url {
            url: "https://a.example/m.gguf".into(),
        },
        ModelSource::Files {
            names: vec!["m.gguf".into()],
        },
        ModelSource::Stored {
            key: "local:m.gguf".into(),
        },
    ] {
        let options = LoadOptions {
            context_length: Some(2048),
            kv: KvPrecision::F32,
            weights: WeightPolicy::Keep,
            cold: true,
            without_storing: true,
        };
        check(
            ToWorker::Load {
                id: 1,
                source: source.clone(),
                options,
                claim: Claim::Share,
            },
            "load",
        );
        check(
            ToWorker::Download {
                id: 1,
                source: source.clone(),
            },
            "download",
        );
        check(ToWorker::Inspect { id: 1, source }, "inspect");
    }
    let message = Message {
        role: Role::System,
        content: "\u{1F58B} \"quoted\"\n".into(),
    };
    for input in [
        Input::Messages {
            messages: vec![message],
            continues: true,
        },
        Input::Chat {
            messages: vec![serde_json::json!({ "role": "tool", "content": "2" })],
            tools: vec![serde_json::json!({ "type": "function" })],
            continues: true,
        },
        Input::Text { text: "x".into() },
        Input::Tokens {
            tokens: vec![0, u32::MAX],
        },
    ] {
        let options = GenerateOptions {
            temperature: Some(0.1),
            seed: Some(7),
            stop: vec!["\n".into()],
            when_full: WhenFull::End,
            ..GenerateOptions::default()
        };
        check(
            ToWorker::Generate {
                id: 2,
                input,
                options,
            },
            "generate",
        );
    }
    check(
        ToWorker::Hub {
            base: "https://hub.example/".into(),
            token: Some("t".into()),
        },
        "hub",
    );
    check(ToWorker::Measure { id: 3 }, "measure");
    check(
        ToWorker::MeasureRoofline {
            id: 3,
            prompt_tokens: 128,
            decode_tokens: 64,
        },
        "measure_roofline",
    );
    check(
        ToWorker::CountTokens {
            id: 3,
            text: "x".into(),
        },
        "count_tokens",
    );
    check(
        ToWorker::VerifyModel {
            id: 3,
            key: "k".into(),
        },
        "verify_model",
    );
    check(
        ToWorker::ExportFile {
            id: 3,
            key: "k".into(),
            file: "m.gguf".into(),
        },
        "export_file",
    );
    check(ToWorker::Cancel { id: 3 }, "cancel");
    check(ToWorker::ListModels { id: 4 }, "list_models");
    check(
        ToWorker::DeleteModel {
            id: 5,
            key: "k".into(),
        },
        "delete_model",
    );
    check(ToWorker::Unload { id: 6 }, "unload");
    check(ToWorker::ForgetConversations, "forget_conversations");
    for asker in [Asker::Client, Asker::Another] {
        check(ToWorker::Serve { asker }, "serve");
    }
}

#[test]
fn messages_from_the_worker_survive_json() {
    check(
        FromWorker::Ready {
            version: WIRE_VERSION,
            engine_version: "0.1.0".into(),
            adapter: AdapterReport {
                max_binding_bytes: 1 << 40,
                ..AdapterReport::default()
            },
        },
        "ready",
    );
    check(
        FromWorker::Unsupported {
            reason: UnsupportedReason::NoWebGpu,
            message: "no".into(),
        },
        "unsupported",
    );
    check(
        FromWorker::Progress {
            id: 1,
            progress: Progress {
                phase: Phase::Weights,
                bytes_done: 1,
                bytes_total: None,
                bytes_from_storage: 0,
                bytes_per_second: Some(1.5),
                seconds_left: None,
                files_done: 1,
                files_total: 2,
            },
        },
        "progress",
    );
    check(
        FromWorker::Downloaded {
            id: 1,
            key: "k".into(),
            name: "n".into(),
            bytes_fetched: 3,
            chunks_repaired: 1,
        },
        "downloaded",
    );
    for fit in [
        Fit::Runs {
            context_length: 4096,
            total_bytes: 1 << 33,
            weight_bytes_per_token: 5,
        },
        Fit::TooLarge {
            message: "too large".into(),
        },
    ] {
        check(
            FromWorker::Inspected {
                id: 1,
                inspection: Inspection {
                    key: "k".into(),
                    name: "n".into(),
                    architecture: "llama".into(),
                    num_parameters: 7,
                    download_bytes: None,
                    stored_bytes: 2,
                    space: space(),
                    fit,
                },
            },
            "inspected",
        );
    }
    check(
        FromWorker::Measured {
            id: 1,
            weight_bytes_per_second: 1.0e9,
        },
        "measured",
    );
    check(
        FromWorker::Roofline {
            id: 1,
            read_bytes_per_second: 1.0e9,
            operations_per_second: 1.0e12,
            bytes_per_token: 3.0e8,
        },
        "roofline",
    );
    check(
        FromWorker::Counted {
            id: 1,
            num_tokens: 12,
        },
        "counted",
    );
    check(
        FromWorker::Verified {
            id: 1,
            key: "k".into(),
            chunks_checked: 4,
            chunks_damaged: 1,
        },
        "verified",
    );
    check(
        FromWorker::Exported {
            id: 1,
            file: "m.gguf".into(),
        },
        "exported",
    );
    check(
        FromWorker::Loaded {
            id: 1,
            model: ModelReport {
                key: "k".into(),
                name: "n".into(),
                architecture: "llama".into(),
                num_parameters: 7_000_000_000,
                context_length: 4096,
                weights_bytes: 1,
                kv_bytes: 2,
                total_bytes: 3,
                has_chat_template: true,
                sampling: Sampling {
                    top_k: Some(40),
                    ..Sampling::default()
                },
                conversion_error: Some(0.5),
                bytes_fetched: 4,
                bytes_from_storage: 5,
                not_stored: Some(error()),
                chunks_repaired: 1,
                wasm_heap_bytes: 6,
            },
        },
        "loaded",
    );
    check(
        FromWorker::Memory {
            id: 7,
            forgotten_tokens: 96,
            forgotten_messages: 3,
        },
        "memory",
    );
    check(
        FromWorker::Prefilled {
            id: 1,
            prompt_tokens: 2,
            reused_tokens: 1,
            prefill_ms: 0.25,
        },
        "prefilled",
    );
    check(
        FromWorker::Delta {
            id: 1,
            text: "é".into(),
            tokens: vec![1, 2],
        },
        "delta",
    );
    let usage = Usage {
        prompt_tokens: 1,
        completion_tokens: 2,
        prefill_ms: 3.0,
        decode_ms: 4.0,
        context_tokens: 3,
        wasm_heap_bytes: 5,
    };
    for reason in [
        FinishReason::EndOfTurn,
        FinishReason::StopText,
        FinishReason::Length,
        FinishReason::ContextFull,
        FinishReason::Stopped,
    ] {
        check(
            FromWorker::Finished {
                id: 1,
                reason,
                usage: usage.clone(),
            },
            "finished",
        );
    }
    let stored = StoredModel {
        key: "k".into(),
        name: "n".into(),
        total_bytes: 2,
        stored_bytes: 1,
        complete: false,
        last_used_ms: 1.0e12,
        files: vec![StoredFile {
            name: "m.gguf".into(),
            len_bytes: None,
        }],
    };
    check(
        FromWorker::Models {
            id: 1,
            models: vec![stored],
            space: space(),
        },
        "models",
    );
    check(
        FromWorker::Model {
            model: None,
            options: LoadOptions::default(),
        },
        "model",
    );
    check(
        FromWorker::LoadingElsewhere {
            source: ModelSource::Stored { key: "k".into() },
            progress: None,
        },
        "loading_elsewhere",
    );
    check(FromWorker::Moved, "moved");
    check(FromWorker::Unloaded { id: 1 }, "unloaded");
    for id in [None, Some(1)] {
        check(FromWorker::Failed { id, error: error() }, "failed");
    }
}

#[test]
fn options_may_be_left_out_and_unknown_messages_are_refused() {
    let json = r#"{"type":"load","id":1,"source":{"from":"url","url":"u"},"options":{}}"#;
    let message: ToWorker = serde_json::from_str(json).unwrap();
    let ToWorker::Load { options, .. } = message else {
        panic!("another message")
    };
    assert_eq!(options, LoadOptions::default());
    for json in [
        r#"{"type":"dance","id":1}"#,
        r#"{"type":"cancel"}"#,
        r#"{"id":1}"#,
    ] {
        assert!(serde_json::from_str::<ToWorker>(json).is_err(), "{json}");
    }
}

#[test]
fn the_pages_scripts_speak_the_same_version() {
    let script = include_str!("../../../public/engine.js");
    let line = format!("export const WIRE_VERSION = {WIRE_VERSION};");
    assert!(script.contains(&line), "public/engine.js lacks `{line}`");
}

#[test]
fn only_the_same_version_is_spoken() {
    assert!(speaks(WIRE_VERSION));
    assert!(!speaks(WIRE_VERSION + 1));
    assert!(!speaks(0));
}
