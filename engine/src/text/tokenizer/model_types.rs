//! Every model type of tokenizer.json against the library's own `Tokenizer`, on small vocabularies written here.

use super::super::TokenStream;
use super::*;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::sync::LazyLock;
use tokenizers::Tokenizer as Library;

fn added(id: u32, content: &str, special: bool) -> Value {
    json!({"id": id, "content": content, "single_word": false, "lstrip": false, "rstrip": false,
        "normalized": !special, "special": special})
}

fn template(before: Value, after: Value, ids: Value) -> Value {
    let mut single = Vec::new();
    single.extend(
        before
            .as_str()
            .map(|id| json!({"SpecialToken": {"id": id, "type_id": 0}})),
    );
    single.push(json!({"Sequence": {"id": "A", "type_id": 0}}));
    single.extend(
        after
            .as_str()
            .map(|id| json!({"SpecialToken": {"id": id, "type_id": 0}})),
    );
    let tokens: serde_json::Map<String, Value> = ids
        .as_object()
        .unwrap()
        .iter()
        .map(|(text, id)| {
            (
                text.clone(),
                json!({"id": text, "ids": [id], "tokens": [text]}),
            )
        })
        .collect();
    json!({"type": "TemplateProcessing", "single": single, "pair": single, "special_tokens": tokens})
}

/// T5's and XLM-R's shape.
fn unigram() -> Value {
    let pieces = json!([
        ["<pad>", 0.0],
        ["</s>", 0.0],
        ["<unk>", 0.0],
        ["▁", -2.0],
        ["▁the", -3.0],
        ["▁th", -3.5],
        ["e", -2.5],
        ["t", -4.0],
        ["h", -4.5],
        ["he", -3.8],
        ["▁it", -4.1],
        ["'s", -4.9],
        ["日本", -6.0],
        ["日", -5.5],
        ["a", -2.7],
        ["aa", -5.3],
        ["aaa", -8.2],
        ["a", -2.6],
        ["🙂", -7.0],
        [".", -3.3],
        ["▁t", -3.9]
    ]);
    json!({"version": "1.0",
        "added_tokens": [added(0, "<pad>", true), added(1, "</s>", true), added(2, "<unk>", true),
            added(21, "<extra_0>", true), added(22, "plain", false)],
        "normalizer": {"type": "Sequence", "normalizers": [{"type": "NFKC"},
            {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "}]},
        "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": true},
        "post_processor": template(Value::Null, json!("</s>"), json!({"</s>": 1})),
        "decoder": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": true},
        "model": {"type": "Unigram", "unk_id": 2, "byte_fallback": false, "vocab": pieces}})
}

/// A Unigram vocabulary that spells unknown characters as bytes; no words, so that whole texts are one piece.
fn unigram_with_bytes() -> Value {
    let mut pieces = vec![
        json!(["<unk>", 0.0]),
        json!(["<s>", 0.0]),
        json!(["</s>", 0.0]),
    ];
    pieces.extend((0..=255).map(|byte| json!([format!("<0x{byte:02X}>"), -20.0])));
    for (text, score) in [
        ("▁", -1.5),
        ("a", -2.0),
        ("b", -2.1),
        ("ab", -3.0),
        ("▁ab", -3.5),
        ("é", -5.0),
        ("\n", -4.0),
    ] {
        pieces.push(json!([text, score]));
    }
    json!({"version": "1.0", "added_tokens": [added(0, "<unk>", true), added(1, "<s>", true), added(2, "</s>", true)],
        "normalizer": {"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "▁"},
            {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]},
        "pre_tokenizer": null,
        "post_processor": template(json!("<s>"), Value::Null, json!({"<s>": 1})),
        "decoder": {"type": "Sequence", "decoders": [{"type": "Replace", "pattern": {"String": "▁"}, "content": " "},
            {"type": "ByteFallback"}, {"type": "Fuse"}, {"type": "Strip", "content": " ", "start": 1, "stop": 0}]},
        "model": {"type": "Unigram", "unk_id": 0, "byte_fallback": true, "vocab": pieces}})
}

/// BERT's shape.
fn word_piece() -> Value {
    json!({"version": "1.0",
        "added_tokens": [added(0, "[PAD]", true), added(1, "[UNK]", true), added(2, "[CLS]", true), added(3, "[SEP]", true)],
        "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true,
            "strip_accents": null, "lowercase": true},
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": template(json!("[CLS]"), json!("[SEP]"), json!({"[CLS]": 2, "[SEP]": 3})),
        "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": true},
        "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 12,
            "vocab": {"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, "un": 4, "##aff": 5, "##able": 6, "a": 7, "##a": 8,
                "##aa": 9, "the": 10, ".": 11, "日": 12, "e": 13, "##e": 14, "[": 15, "]": 16, "sep": 17, "it": 18, "'": 19, "s": 20}}})
}

fn word_level() -> Value {
    json!({"version": "1.0", "added_tokens": [added(0, "<unk>", false), added(5, "<end>", true)],
        "normalizer": {"type": "Lowercase"}, "pre_tokenizer": {"type": "WhitespaceSplit"}, "post_processor": null, "decoder": null,
        "model": {"type": "WordLevel", "unk_token": "<unk>", "vocab": {"<unk>": 0, "the": 1, "a": 2, "日": 3, "it's": 4}}})
}

/// CLIP's and GPT-1's shape: the end of a word is part of its last token.
fn bpe_with_suffix() -> Value {
    json!({"version": "1.0", "added_tokens": [added(9, "<|end|>", true)],
        "normalizer": {"type": "Lowercase"}, "pre_tokenizer": {"type": "BertPreTokenizer"}, "post_processor": null,
        "decoder": {"type": "BPEDecoder", "suffix": "</w>"},
        "model": {"type": "BPE", "dropout": null, "unk_token": "?", "continuing_subword_prefix": null, "end_of_word_suffix": "</w>",
            "fuse_unk": true, "byte_fallback": false, "ignore_merges": false,
            "vocab": {"?": 0, "t": 1, "h": 2, "e</w>": 3, "th": 4, "the</w>": 5, "a</w>": 6, "a": 7, "aa</w>": 8},
            "merges": [["t", "h"], ["th", "e</w>"], ["a", "a</w>"]]}})
}

fn bpe_with_prefix() -> Value {
    json!({"version": "1.0", "added_tokens": [], "normalizer": null, "pre_tokenizer": {"type": "Whitespace"}, "post_processor": null,
        "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": false},
        "model": {"type": "BPE", "dropout": null, "unk_token": "?", "continuing_subword_prefix": "##", "end_of_word_suffix": null,
            "fuse_unk": false, "byte_fallback": false, "ignore_merges": true,
            "vocab": {"?": 0, "t": 1, "##h": 2, "##e": 3, "th": 4, "the": 5, "a": 6, "##a": 7, "##aa": 8, ".": 9},
            "merges": [["t", "##h"], ["th", "##e"], ["##a", "##a"]]}})
}

/// Built once: the tests ask for them in every case.
fn all() -> &'static [(&'static str, Tokenizer, Library)] {
    static ALL: LazyLock<Vec<(&str, Tokenizer, Library)>> = LazyLock::new(build_all);
    &ALL
}

fn build_all() -> Vec<(&'static str, Tokenizer, Library)> {
    [
        ("unigram", unigram()),
        ("unigram with bytes", unigram_with_bytes()),
        ("word piece", word_piece()),
        ("word level", word_level()),
        ("bpe with suffix", bpe_with_suffix()),
        ("bpe with prefix", bpe_with_prefix()),
    ]
    .into_iter()
    .map(|(name, json)| {
        let json = json.to_string();
        let ours =
            Tokenizer::from_json(json.as_bytes()).unwrap_or_else(|error| panic!("{name}: {error}"));
        let theirs =
            Library::from_bytes(json.as_bytes()).unwrap_or_else(|error| panic!("{name}: {error}"));
        (name, ours, theirs)
    })
    .collect()
}

fn compare(name: &str, ours: &Tokenizer, theirs: &Library, text: &str) {
    for (special, wanted) in [(SpecialTokens::Skip, false), (SpecialTokens::Add, true)] {
        let expected = theirs.encode(text, wanted).unwrap();
        let ids = ours.encode(text, special).unwrap();
        assert_eq!(ids, expected.get_ids(), "{name} {text:?}");
        for skip in [false, true] {
            let expected = match ids.as_slice() {
                [] => String::new(),
                ids => theirs.decode(ids, skip).unwrap_or_default(),
            };
            // The library's decoder of `</w>` panics where nothing is left to decode.
            assert_eq!(ours.decode(&ids, skip), expected, "{name} {text:?} {ids:?}");
        }
        let mut stream = TokenStream::new();
        let mut streamed: String = ids.iter().filter_map(|&id| stream.push(ours, id)).collect();
        streamed.extend(stream.finish(ours));
        assert_eq!(streamed, ours.decode(&ids, true), "{name} {text:?}");
    }
}

#[test]
fn every_model_type_does_as_the_library_does_on_hard_texts() {
    let long = "unaffable".repeat(40);
    let texts = [
        "",
        " ",
        "   ",
        "\n\n\t",
        "\0",
        "a\0b",
        "the",
        "The theatre, it's. The end.",
        "unaffable unaffableaa aaaaaaa",
        "日本語 日本 한국어",
        "🙂🙃 a🙂",
        "e\u{301} é ﬁ ①",
        "\u{200d}\u{feff}\u{7f}",
        "</s> <unk><pad>x<extra_0> y",
        "[CLS] [SEP] [sep]",
        "<end>the<end>",
        "plain explained plain",
        "<0x41>",
        "?",
        "##a",
        "a</w> <|end|>the",
        "aaaa a aa. the",
        "  leading and trailing  ",
        "\r\n",
        "ＦＵＬＬ",
        "اَلْعَرَبِيَّةُ हिन्दी",
        "the\u{a0}the\u{3000}the",
        long.as_str(),
    ];
    for (name, ours, theirs) in all() {
        for text in texts {
            compare(name, ours, theirs, text);
        }
    }
}

proptest! {
    #[test]
    fn every_model_type_does_as_the_library_does(text in "(the |un|aff|able|aa| |日本?|▁|🙂|é|\\.|</w>|it's|<unk>|\\[SEP\\]|plain|\\PC){0,16}") {
        for (name, ours, theirs) in all() {
            compare(name, ours, theirs, &text);
        }
    }
}

/// Names of special tokens in a text from outside, also such as normalising makes: `＜／s＞` is `</s>` after NFKC.
#[test]
fn no_model_type_takes_text_from_outside_for_a_special_token() {
    let all = all();
    for (name, tokenizer, theirs) in all {
        let unknown = [0, 1, 2].map(|id| {
            tokenizer
                .token_text(id)
                .filter(|text| text.to_lowercase().contains("unk"))
        });
        let mut num_tried = 0;
        for id in (0..tokenizer.vocab_size() as u32).filter(|&id| tokenizer.is_special(id)) {
            let special = tokenizer.token_text(id).unwrap();
            if unknown.contains(&Some(special)) {
                continue;
            }
            let wide: String = special
                .chars()
                .map(|c| char::from_u32(u32::from(c) + 0xFEE0).unwrap_or(c))
                .collect();
            for text in [special.to_owned(), format!("a {special} b{special}"), wide] {
                let ids = tokenizer.encode_user_text(&text).unwrap();
                assert!(!ids.contains(&id), "{name} {text:?} {ids:?}");
                num_tried += 1;
            }
            // The same text, trusted, does mean the token.
            assert!(
                theirs
                    .encode(special, false)
                    .unwrap()
                    .get_ids()
                    .contains(&id),
                "{name} {special}"
            );
            assert!(
                tokenizer.encode_rendered(special).unwrap().contains(&id),
                "{name} {special}"
            );
        }
        assert!(num_tried > 0 || *name == "bpe with prefix", "{name}");
    }
    let (_, word_level, _) = &all[3];
    assert_eq!(
        word_level.encode_user_text("a <end> the").unwrap(),
        [2, 0, 1]
    );
}

#[test]
fn text_that_cannot_be_spelled_is_an_error_and_no_panic() {
    for (model, text) in [
        (
            json!({"type": "WordLevel", "unk_token": "?", "vocab": {"a": 0}}),
            "b",
        ),
        (
            json!({"type": "WordPiece", "unk_token": "?", "continuing_subword_prefix": "##", "max_input_chars_per_word": 9, "vocab": {"a": 0}}),
            "ab",
        ),
        (json!({"type": "Unigram", "vocab": [["a", -1.0]]}), "ab"),
    ] {
        let tokenizer =
            Tokenizer::from_json(json!({"model": model}).to_string().as_bytes()).unwrap();
        assert_eq!(tokenizer.encode_rendered("a").unwrap(), [0]);
        let error = tokenizer.encode_rendered(text).unwrap_err().to_string();
        assert!(error.contains("unknown"), "{error}");
    }
}

#[test]
fn untyped_models_are_told_apart_by_what_they_hold() {
    for (model, text, ids) in [
        (json!({"vocab": [["a", -1.0], ["aa", -1.0]]}), "aa", vec![1]),
        (
            json!({"unk_token": "u", "vocab": {"u": 0, "aa": 1}}),
            "aa",
            vec![1],
        ),
        (
            json!({"unk_token": "u", "continuing_subword_prefix": "-", "max_input_chars_per_word": 2, "vocab": {"u": 0, "a": 1, "-a": 2}}),
            "aa",
            vec![1, 2],
        ),
        (
            json!({"vocab": {"a": 0, "aa": 1}, "merges": ["a a"]}),
            "aa",
            vec![1],
        ),
    ] {
        let tokenizer =
            Tokenizer::from_json(json!({"model": model}).to_string().as_bytes()).unwrap();
        assert_eq!(tokenizer.encode_rendered(text).unwrap(), ids, "{model}");
    }
}
