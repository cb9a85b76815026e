//! The built binary as scripts drive it: what it prints, and how it fails.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests"
)]

use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::Value;

/// The fixtures' folder, or `None` outside CI where it is absent.
fn fixtures() -> Option<PathBuf> {
    let folder = std::env::var_os("INKLING_FIXTURES").map_or_else(
        || {
            PathBuf::from(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/../../shared/fixtures"
            ))
        },
        PathBuf::from,
    );
    if folder.join("manifest.json").exists() {
        return Some(folder);
    }
    assert!(
        std::env::var_os("CI").is_none(),
        "no fixtures at {}; set INKLING_FIXTURES",
        folder.display()
    );
    eprintln!("ignored: no fixtures at {}", folder.display());
    None
}

fn inkling(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_inkling"))
        .args(arguments)
        .output()
        .unwrap()
}

fn json_of(arguments: &[&str]) -> Value {
    let output = inkling(arguments);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {said}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Exit status 2, nothing on standard output, and one line that says `error: ` and `part`.
fn check_fails(arguments: &[&str], part: &str) {
    let output = inkling(arguments);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
    assert!(output.stdout.is_empty(), "{arguments:?}");
    assert!(
        said.starts_with("error: ") && said.lines().count() == 1 && said.contains(part),
        "{arguments:?}: {said}"
    );
}

fn check_keys(value: &Value, keys: &[&str]) {
    for key in keys {
        assert!(
            value.get(key).is_some_and(|value| !value.is_null()),
            "{key} is missing in {value}"
        );
    }
}

fn stories() -> Option<String> {
    Some(
        fixtures()?
            .join("real/stories260K")
            .to_str()
            .unwrap()
            .to_owned(),
    )
}

#[test]
fn bad_input_is_one_line_and_status_2() {
    check_fails(&["info", "/nowhere/at/all"], "/nowhere/at/all");
    check_fails(
        &["tokenize", "/nowhere/at/all", "--text", "a"],
        "/nowhere/at/all",
    );
    check_fails(
        &["inspect", env!("CARGO_MANIFEST_DIR")],
        "model.safetensors",
    );
    check_fails(
        &["info", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")],
        "neither a model folder nor a GGUF",
    );
    check_fails(&["generate"], "--help");
    check_fails(
        &["kernels", "--filter", "nothing is called this"],
        "nothing is called this",
    );
    check_fails(
        &["logits", "x", "--tokens", "1", "--features", "f16=perhaps"],
        "perhaps",
    );
}

#[test]
fn bad_requests_to_a_good_model() {
    let Some(model) = stories() else { return };
    let fails = |command: &str, arguments: &[&str], part: &str| {
        check_fails(
            &[&[command, &model, "--executor", "cpu"], arguments].concat(),
            part,
        );
    };
    fails("logits", &["--tokens", "1,512"], "512");
    fails(
        "logits",
        &["--tokens", "1,2", "--positions", "2"],
        "position 2",
    );
    fails("logits", &["--tokens", "1,x"], "'x'");
    fails("logits", &["--tokens", ""], "no tokens");
    fails("generate", &["--prompt", "a", "--kv", "q5"], "--kv");
    fails("generate", &["--prompt", "a", "--top-p", "2"], "top_p");
    fails(
        "generate",
        &["--tokens", "1,2,3", "--context", "3"],
        "context",
    );
    fails("generate", &["--prompt", "a", "--context", "0"], "context");
}

#[test]
fn info() {
    let Some(model) = stories() else { return };
    let info = json_of(&["info", &model]);
    check_keys(
        &info,
        &["architecture", "bytes_by_type", "stored_as", "memory_plan"],
    );
    let numbers = [
        ("num_layers", 5),
        ("hidden_size", 64),
        ("num_heads", 8),
        ("num_kv_heads", 4),
        ("head_dim", 8),
        ("vocab_size", 512),
        ("context_length", 512),
        ("num_parameters", 260_032),
    ];
    for (key, number) in numbers {
        assert_eq!(info[key], number, "{key}");
    }
    let part = |key: &str| info["memory_plan"][key].as_u64().unwrap();
    assert_eq!(
        part("total"),
        part("weights") + part("kv") + part("scratch") + part("staging")
    );
    // 5 layers of 4 heads over 512 positions; rows of 8 values take 2 words of bytes or 1 of four bits, and 1 of scales.
    for (kv, bytes_per_row) in [
        ("f32", 32 + 32),
        ("f16", 16 + 16),
        ("q8", 12 + 12),
        ("q4", 12 + 8),
    ] {
        let info = json_of(&["info", &model, "--kv", kv]);
        assert_eq!(
            info["memory_plan"]["kv"],
            5 * 4 * 512 * bytes_per_row,
            "{kv}"
        );
    }
}

#[test]
fn info_says_how_each_type_is_stored() {
    let Some(fixtures) = fixtures() else { return };
    let model = fixtures.join("gguf/llama-k256-Q4_K_M.gguf");
    let info = json_of(&["info", model.to_str().unwrap()]);
    // Norms are the only F32 tensors here; the rest keeps its blocks, and Q6_K takes half a word more for each.
    let (file, gpu) = (&info["bytes_by_type"], &info["stored_as"]);
    assert_eq!(gpu["F32"], serde_json::json!({ "f32": file["F32"] }));
    assert_eq!(gpu["Q4_K"], serde_json::json!({ "q4_k": file["Q4_K"] }));
    let q6_k = file["Q6_K"].as_u64().unwrap() / 210 * 212;
    assert_eq!(gpu["Q6_K"], serde_json::json!({ "q6_k": q6_k }));
}

#[test]
fn tokens_and_back() {
    let Some(model) = stories() else { return };
    let ids = json_of(&["tokenize", &model, "--text", "Once upon a time"]);
    let list: Vec<String> = ids["ids"]
        .as_array()
        .unwrap()
        .iter()
        .map(Value::to_string)
        .collect();
    assert!(!list.is_empty());
    let text = json_of(&[
        "detokenize",
        &model,
        "--tokens",
        &list.join(","),
        "--skip-special",
    ]);
    assert_eq!(text["text"], "Once upon a time");
    let gguf = fixtures().unwrap().join("gguf/stories260K-Q8_0.gguf");
    assert_eq!(
        json_of(&[
            "tokenize",
            gguf.to_str().unwrap(),
            "--text",
            "Once upon a time"
        ]),
        ids
    );
}

#[test]
fn generate_stops_where_it_is_told() {
    let Some(model) = stories() else { return };
    let generate = |arguments: &[&str]| {
        let common = [
            "generate",
            &model,
            "--executor",
            "cpu",
            "--prompt",
            "Once upon a time",
        ];
        json_of(&[&common, arguments].concat())
    };
    let whole = generate(&["--max-tokens", "24"]);
    check_keys(
        &whole,
        &[
            "prompt_tokens",
            "tokens",
            "text",
            "finish_reason",
            "timings",
        ],
    );
    check_keys(
        &whole["timings"],
        &["prefill_ms", "decode_ms", "prefill_tok_s", "decode_tok_s"],
    );
    assert_eq!(whole["finish_reason"], "length");
    assert_eq!(whole["tokens"].as_array().unwrap().len(), 24);
    assert!(
        whole["text"].as_str().unwrap().contains("little girl"),
        "{whole}"
    );

    let stopped = generate(&["--max-tokens", "24", "--stop", " girl"]);
    assert_eq!(stopped["finish_reason"], "stop");
    assert!(
        stopped["text"].as_str().unwrap().ends_with("little"),
        "{stopped}"
    );

    let seeded = |seed: &str| {
        generate(&["--max-tokens", "24", "--temperature", "1.5", "--seed", seed])["tokens"].clone()
    };
    assert_eq!(seeded("1"), seeded("1"));
    assert_ne!(seeded("1"), seeded("2"));
}

#[test]
fn logits_are_written_as_safetensors() {
    let Some(model) = stories() else { return };
    let out =
        std::env::temp_dir().join(format!("inkling-logits-{}.safetensors", std::process::id()));
    let path = out.to_str().unwrap();
    let said = json_of(&[
        "logits",
        &model,
        "--executor",
        "cpu",
        "--tokens",
        "1,403,407",
        "--positions",
        "0,-1",
        "--out",
        path,
    ]);
    assert_eq!(
        said,
        serde_json::json!({ "num_tokens": 3, "positions": [0, 2] })
    );
    let tensors = json_of(&["inspect", path]);
    assert_eq!(tensors["tensors"][0]["shape"], serde_json::json!([2, 512]));
    assert_eq!(tensors["tensors"][0]["dtype"], "F32");
    std::fs::remove_file(out).unwrap();
}

#[test]
fn perplexity_is_that_of_transformers() {
    let Some(model) = stories() else { return };
    let expected =
        std::fs::read(fixtures().unwrap().join("real/stories260K/expected.json")).unwrap();
    let expected: Value = serde_json::from_slice(&expected).unwrap();
    let ids = std::env::temp_dir().join(format!("inkling-ids-{}.json", std::process::id()));
    std::fs::write(&ids, expected["perplexity"]["ids"].to_string()).unwrap();
    let got = json_of(&[
        "perplexity",
        &model,
        "--executor",
        "cpu",
        "--kv",
        "f32",
        "--tokens-file",
        ids.to_str().unwrap(),
    ]);
    std::fs::remove_file(ids).unwrap();
    let (want, got) = (
        expected["perplexity"]["mean_nll"].as_f64().unwrap(),
        got["nll_mean"].as_f64().unwrap(),
    );
    // The fixtures' tolerance for f32 on a CPU.
    assert!((want - got).abs() <= 1e-4, "{got} is not {want}");
}

#[test]
fn bench_says_what_the_adapter_can_and_what_of_it_was_used() {
    let Some(model) = stories() else { return };
    let asked = [
        "--prompt-tokens",
        "16",
        "--decode-tokens",
        "8",
        "--repeat",
        "1",
    ];
    let arguments = [&["bench", model.as_str()], asked.as_slice()].concat();
    let report = json_of(&arguments);
    check_keys(
        &report,
        &[
            "adapter",
            "features",
            "prefill_tok_s",
            "decode_tok_s",
            "dispatches_per_token",
            "passes_per_token",
            "submits_per_token",
            "buffers_created_per_token",
            "bind_groups_created_per_token",
            "weight_bytes_per_token",
            "kv_bytes_per_token",
            "stream_gb_s",
            "fma_gflops",
            "decode_roofline_ratio",
            "decode_commands",
            "prefill_commands",
            "memory",
        ],
    );
    // Every dispatch of a step is timed, and none takes no time.
    let timed = |key: &str| -> f64 {
        let commands = report[key].as_array().unwrap();
        assert!(
            commands
                .iter()
                .all(|it| it["milliseconds"].as_f64() > Some(0.0)),
            "{report}"
        );
        commands
            .iter()
            .map(|it| it["dispatches"].as_f64().unwrap())
            .sum()
    };
    assert_eq!(
        timed("decode_commands"),
        report["dispatches_per_token"].as_f64().unwrap()
    );
    assert!(timed("prefill_commands") > 1.0);
    let number = |key: &str| report[key].as_f64().unwrap();
    // Nobody reads faster than the adapter can.
    for (key, most) in [
        ("stream_gb_s", f64::INFINITY),
        ("fma_gflops", f64::INFINITY),
        ("decode_roofline_ratio", 1.0),
    ] {
        assert!(number(key) > 0.0 && number(key) < most, "{key} in {report}");
    }
    // The reference executor has no rates of its own.
    let on_cpu = json_of(&[arguments.as_slice(), &["--executor", "cpu"]].concat());
    assert!(on_cpu.get("stream_gb_s").is_none_or(Value::is_null));
}

#[test]
fn malformed_files_are_refused() {
    let Some(fixtures) = fixtures() else { return };
    let manifest = std::fs::read(fixtures.join("malformed/manifest.json")).unwrap();
    let manifest: Value = serde_json::from_slice(&manifest).unwrap();
    let cases = manifest["cases"].as_array().unwrap();
    assert!(cases.len() > 100);
    for case in cases {
        let file = case["file"].as_str().unwrap();
        let path = fixtures.join("malformed").join(file);
        let arguments = ["inspect", path.to_str().unwrap()];
        match case["must"].as_str().unwrap() {
            "error" => check_fails(&arguments, ""),
            "ok" => check_keys(&json_of(&arguments), &["format", "metadata", "tensors"]),
            _ => assert!(
                matches!(inkling(&arguments).status.code(), Some(0 | 2)),
                "{file}"
            ),
        }
    }
}
