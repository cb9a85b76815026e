//! Tokenizers against the ids of the `tokenizers` library and of llama.cpp.

use super::super::fixtures::{fixtures, ids, read, read_json};
use super::super::{ChatTemplate, TemplateConfig, TokenStream};
use super::*;
use proptest::prelude::*;
use serde_json::Value;
use std::time::{Duration, Instant};

const NAMES: [&str; 4] = ["gpt2", "qwen2", "phi3", "smollm2"];

fn load(name: &str) -> Option<Tokenizer> {
    let json = read(&format!("tokenizers/{name}.tokenizer.json.gz"))?;
    Some(Tokenizer::from_json(&json).unwrap())
}

#[test]
fn the_published_vocabularies_encode_and_decode_as_their_library_does() {
    for name in NAMES {
        let Some(tokenizer) = load(name) else { return };
        let vectors = read_json(&format!("tokenizers/{name}.vectors.json")).unwrap();
        for vector in vectors["vectors"].as_array().unwrap() {
            let text = vector["text"].as_str().unwrap();
            let plain = tokenizer.encode(text, SpecialTokens::Skip).unwrap();
            assert_eq!(plain, ids(&vector["ids"]), "{name} {text:?}");
            let with_special = tokenizer.encode(text, SpecialTokens::Add).unwrap();
            assert_eq!(
                with_special,
                ids(&vector["ids_with_special"]),
                "{name} {text:?}"
            );
            for (key, skip) in [("decoded", false), ("decoded_skip_special", true)] {
                let decoded = tokenizer.decode(&plain, skip);
                assert_eq!(
                    decoded,
                    vector[key].as_str().unwrap(),
                    "{name} {text:?} {key}"
                );
            }
        }
    }
}

#[test]
fn the_published_vocabularies_agree_with_llama_cpp() {
    for name in ["gpt2", "qwen2", "phi3"] {
        let Some(tokenizer) = load(name) else { return };
        let texts =
            String::from_utf8(read(&format!("tokenizers/{name}.llamacpp.inp")).unwrap()).unwrap();
        let lines =
            String::from_utf8(read(&format!("tokenizers/{name}.llamacpp.out")).unwrap()).unwrap();
        let texts: Vec<&str> = texts.split("\n__ggml_vocab_test__\n").collect();
        let lines: Vec<&str> = lines.lines().collect();
        let mut num_compared = 0;
        for (text, line) in texts.iter().zip(&lines) {
            let expected: Vec<u32> = line
                .split_whitespace()
                .map(|id| id.parse().unwrap())
                .collect();
            assert_eq!(
                tokenizer.encode(text, SpecialTokens::Skip).unwrap(),
                expected,
                "{name} {text:?}"
            );
            num_compared += 1;
        }
        assert!(num_compared > 40, "{name}: only {num_compared} compared");
    }
}

/// Every text, rendered conversation and continuation of the tiny models.
#[test]
fn the_tiny_models_tokenizers_agree_with_transformers() {
    let Some(root) = fixtures() else { return };
    let mut num_compared = 0;
    for entry in std::fs::read_dir(root.join("models")).unwrap() {
        let folder = entry.unwrap().path();
        let tokenizer =
            Tokenizer::from_json(&std::fs::read(folder.join("tokenizer.json")).unwrap()).unwrap();
        let expected: Value =
            serde_json::from_slice(&std::fs::read(folder.join("expected.json")).unwrap()).unwrap();
        for prompt in expected["prompts"].as_array().unwrap() {
            let expected_ids = ids(&prompt["ids"]);
            let name = format!("{} {}", folder.display(), prompt["id"]);
            if let Some(text) = prompt["rendered"].as_str() {
                assert_eq!(
                    tokenizer.encode_rendered(text).unwrap(),
                    expected_ids,
                    "{name}"
                );
                num_compared += 1;
            } else if let Some(text) = prompt["text"].as_str() {
                assert_eq!(
                    tokenizer.encode(text, SpecialTokens::Add).unwrap(),
                    expected_ids,
                    "{name}"
                );
                num_compared += 1;
            }
            if let Some(text) = prompt["greedy_text"].as_str() {
                assert_eq!(
                    tokenizer.decode(&ids(&prompt["greedy"]), false),
                    text,
                    "{name}"
                );
                num_compared += 1;
            }
        }
    }
    assert!(num_compared > 60, "only {num_compared} compared");
}

#[test]
fn broken_tokenizers_are_refused_quickly() {
    let Some(root) = fixtures() else { return };
    let manifest = read_json("malformed/manifest.json").unwrap();
    let mut num_checked = 0;
    for case in manifest["cases"].as_array().unwrap() {
        let file = case["file"].as_str().unwrap();
        if !file.starts_with("folder/tok-") && file != "folder/valid" {
            continue;
        }
        let json = std::fs::read(root.join("malformed").join(file).join("tokenizer.json")).unwrap();
        let start = Instant::now();
        let result = Tokenizer::from_json(&json);
        assert!(
            start.elapsed() < Duration::from_secs(2),
            "{file} took {:?}",
            start.elapsed()
        );
        match case["must"].as_str().unwrap() {
            "error" => assert!(result.is_err(), "{file} was accepted"),
            "ok" => assert!(result.is_ok(), "{file}: {result:?}"),
            _ => {}
        }
        num_checked += 1;
    }
    assert!(num_checked >= 10, "only {num_checked} checked");
}

fn specials(tokenizer: &Tokenizer, ids: &[u32]) -> usize {
    ids.iter().filter(|&&id| tokenizer.is_special(id)).count()
}

#[test]
fn text_from_outside_holds_no_special_tokens() {
    for name in NAMES {
        let Some(tokenizer) = load(name) else { return };
        let special = (0..tokenizer.vocab_size() as u32)
            .filter(|&id| tokenizer.is_special(id))
            .filter_map(|id| tokenizer.token_text(id))
            .map(str::to_owned);
        for text in special {
            let text = format!("before{text} after{text}{text}");
            let recognised = tokenizer.encode(&text, SpecialTokens::Skip).unwrap();
            assert_eq!(specials(&tokenizer, &recognised), 3, "{name} {text:?}");
            let user = tokenizer.encode_user_text(&text).unwrap();
            assert_eq!(specials(&tokenizer, &user), 0, "{name} {text:?}");
            assert_eq!(tokenizer.decode(&user, true), text, "{name}");
        }
        let plain = "Nothing special here: <b>1 < 2</b> | \u{1F600}\n\n  it's";
        assert_eq!(
            tokenizer.encode_user_text(plain).unwrap(),
            tokenizer.encode(plain, SpecialTokens::Skip).unwrap(),
            "{name}"
        );
    }
}

#[test]
fn only_the_marked_spots_of_a_conversation_are_plain() {
    let Some(tokenizer) = load("smollm2") else {
        return;
    };
    let text = "<|im_start|>user\n<|im_end|><|im_end|>\n".to_owned();
    let spot = 17..27;
    assert_eq!(&text[spot.clone()], "<|im_end|>");
    let trusted = tokenizer.encode_rendered(&text).unwrap();
    assert_eq!(specials(&tokenizer, &trusted), 3);
    let chat = RenderedChat {
        text,
        untrusted: vec![spot],
    };
    let ids = tokenizer.encode_chat(&chat).unwrap();
    assert_eq!(specials(&tokenizer, &ids), 2);
    assert_eq!(tokenizer.decode(&ids, false), chat.text);
}

/// A vocabulary whose only added token is matched after normalising.
#[test]
fn tokens_matched_in_normalised_text_respect_provenance_too() {
    let json = br#"{"added_tokens":[{"id":4,"content":"<Z>","normalized":true,"special":true}],
        "normalizer":{"type":"Lowercase"},"model":{"type":"BPE","merges":[],"vocab":{"<":0,">":1,"z":2,"a":3}}}"#;
    let tokenizer = Tokenizer::from_json(json).unwrap();
    assert_eq!(tokenizer.encode_rendered("A<Z>").unwrap(), [3, 4]);
    assert_eq!(tokenizer.encode_user_text("A<Z>").unwrap(), [3, 0, 2, 1]);
    let chat = RenderedChat {
        text: "<Z>A<Z>".into(),
        untrusted: std::iter::once(4..6).collect(),
    };
    assert_eq!(tokenizer.encode_chat(&chat).unwrap(), [4, 3, 0, 2, 1]);
}

#[test]
fn bad_models_are_refused_with_a_reason() {
    let model = |model: &str| Tokenizer::from_json(format!(r#"{{"model":{model}}}"#).as_bytes());
    for (json, reason) in [
        (r#"{"type":"Unheard-of","vocab":{"a":0}}"#, "Unheard-of"),
        (r#"{"type":"Unigram","vocab":{"a":0}}"#, "scores"),
        (
            r#"{"type":"Unigram","vocab":[["a",0.1]],"unk_id":1}"#,
            "unknown token 1",
        ),
        (r#"{"type":"Unigram","vocab":[["a"]]}"#, "pair"),
        (r#"{"type":"WordPiece"}"#, "vocab"),
        (r#"{"type":"BPE","vocab":{"a":0}}"#, "merges"),
        (
            r#"{"type":"BPE","vocab":{"a":0},"merges":["a b c"]}"#,
            "a b c",
        ),
        (r#"{"type":"BPE","vocab":{"a":0},"merges":[["a"]]}"#, "pair"),
        (
            r#"{"type":"BPE","vocab":{"a":0},"merges":[],"unk_token":"u"}"#,
            "unknown token",
        ),
    ] {
        let error = model(json).unwrap_err().to_string();
        assert!(error.contains(reason), "{error}");
    }
    assert!(Tokenizer::from_json(b"").is_err());
    assert!(Tokenizer::from_json(br#"{"model":{"type":"BPE","vocab":{},"merges":[]}} x"#).is_err());
}

/// The small vocabularies, for tests that need many runs.
fn small() -> Vec<Tokenizer> {
    let Some(root) = fixtures() else {
        return Vec::new();
    };
    [
        "llama3-tied-gqa",
        "gemma3-text",
        "mistral-swa",
        "qwen3-qknorm",
    ]
    .iter()
    .map(|name| {
        Tokenizer::from_json(
            &std::fs::read(root.join("models").join(name).join("tokenizer.json")).unwrap(),
        )
        .unwrap()
    })
    .collect()
}

proptest! {
    #[test]
    fn a_stream_gives_the_text_of_all_ids_at_once(ids in proptest::collection::vec(0u32..700, 0..60)) {
        for tokenizer in small() {
            let mut stream = TokenStream::new();
            let mut text = String::new();
            for &id in &ids {
                let piece = stream.push(&tokenizer, id);
                prop_assert_ne!(piece.as_deref(), Some(""));
                text.extend(piece);
            }
            text.extend(stream.finish(&tokenizer));
            prop_assert_eq!(text, tokenizer.decode(&ids, true));
        }
    }

    #[test]
    fn encoding_any_text_comes_back_and_smuggles_nothing(text in "(<\\|im_end\\|>|</s>|<eos>|\\PC|[a-z ]){0,40}") {
        for tokenizer in small() {
            let ids = tokenizer.encode_user_text(&text).unwrap();
            prop_assert_eq!(specials(&tokenizer, &ids), 0);
        }
    }
}

#[test]
fn a_stream_shows_characters_only_when_they_are_whole() {
    let Some(tokenizer) = load("smollm2") else {
        return;
    };
    let ids = tokenizer.encode_user_text("a🦙b").unwrap();
    assert!(
        ids.len() > 3,
        "the character must be more than one token for this test"
    );
    let mut stream = TokenStream::new();
    let pieces: Vec<String> = ids
        .iter()
        .filter_map(|&id| stream.push(&tokenizer, id))
        .collect();
    assert_eq!(pieces, ["a", "🦙", "b"]);
    assert_eq!(stream.finish(&tokenizer), None);
}

#[test]
fn a_model_folder_chats_as_transformers_does() {
    let Some(root) = fixtures() else { return };
    let mut num_templates = 0;
    for entry in std::fs::read_dir(root.join("models")).unwrap() {
        let folder = entry.unwrap().path();
        let mut config = TemplateConfig::from_json(
            &std::fs::read(folder.join("tokenizer_config.json")).unwrap(),
        )
        .unwrap();
        if let Ok(source) = std::fs::read_to_string(folder.join("chat_template.jinja")) {
            config.set_default_template(source);
        }
        num_templates += usize::from(ChatTemplate::from_config(config).unwrap().is_some());
    }
    assert!(num_templates > 10, "only {num_templates}");
}
