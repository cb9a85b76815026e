//! Vocabularies of GGUF files against the ids their original tokenizers give.

use super::super::SpecialTokens;
use super::super::fixtures::{fixtures, ids, read, read_json};
use super::*;
use std::collections::HashMap;

/// A metadata value, as far as these tests need them.
#[derive(Debug)]
enum Meta {
    Number(f64),
    Text(String),
    Numbers(Vec<f64>),
    Texts(Vec<String>),
}

/// Just enough of GGUF to read the metadata of files known to be good.
struct Reader<'a> {
    bytes: &'a [u8],
}

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> [u8; N] {
        let (head, rest) = self.bytes.split_first_chunk().unwrap();
        self.bytes = rest;
        *head
    }

    fn text(&mut self) -> String {
        let len = u64::from_le_bytes(self.take()) as usize;
        let (text, rest) = self.bytes.split_at(len);
        self.bytes = rest;
        String::from_utf8(text.to_vec()).unwrap()
    }

    fn number(&mut self, kind: u32) -> f64 {
        match kind {
            0 | 7 => f64::from(self.take::<1>()[0]),
            1 => f64::from(i8::from_le_bytes(self.take())),
            2 => f64::from(u16::from_le_bytes(self.take())),
            3 => f64::from(i16::from_le_bytes(self.take())),
            4 => f64::from(u32::from_le_bytes(self.take())),
            5 => f64::from(i32::from_le_bytes(self.take())),
            6 => f64::from(f32::from_le_bytes(self.take())),
            10 => u64::from_le_bytes(self.take()) as f64,
            11 => i64::from_le_bytes(self.take()) as f64,
            12 => f64::from_le_bytes(self.take()),
            other => panic!("value type {other}"),
        }
    }

    fn value(&mut self) -> Meta {
        let kind = u32::from_le_bytes(self.take());
        match kind {
            8 => Meta::Text(self.text()),
            9 => {
                let kind = u32::from_le_bytes(self.take());
                let len = u64::from_le_bytes(self.take());
                if kind == 8 {
                    Meta::Texts((0..len).map(|_| self.text()).collect())
                } else {
                    Meta::Numbers((0..len).map(|_| self.number(kind)).collect())
                }
            }
            _ => Meta::Number(self.number(kind)),
        }
    }
}

fn metadata(bytes: &[u8]) -> HashMap<String, Meta> {
    let mut reader = Reader { bytes };
    let [_magic, _version] = [reader.take::<4>(), reader.take::<4>()];
    let _num_tensors = u64::from_le_bytes(reader.take());
    let num_keys = u64::from_le_bytes(reader.take());
    (0..num_keys)
        .map(|_| (reader.text(), reader.value()))
        .collect()
}

fn tokenizer(bytes: &[u8]) -> Result<Tokenizer> {
    let metadata = metadata(bytes);
    let get = |key: &str| metadata.get(&format!("tokenizer.ggml.{key}"));
    let number = |key: &str| match get(key) {
        Some(Meta::Number(number)) => Some(*number),
        _ => None,
    };
    let text = |key: &str| match get(key) {
        Some(Meta::Text(text)) => text.as_str(),
        other => panic!("{key}: {other:?}"),
    };
    let numbers = |key: &str| match get(key) {
        Some(Meta::Numbers(numbers)) => numbers.as_slice(),
        _ => &[],
    };
    let texts = |key: &str| match get(key) {
        Some(Meta::Texts(texts)) => texts.as_slice(),
        _ => &[],
    };
    Tokenizer::from_gguf(GgufVocabulary {
        kind: VocabularyKind::from_name(text("model"))?,
        pre_tokenizer: PreTokenizer::from_name(text("pre"))?,
        tokens: texts("tokens").iter().map(String::as_str),
        scores: numbers("scores").iter().map(|&score| score as f32),
        token_types: numbers("token_type")
            .iter()
            .map(|&kind| TokenType::from_number(kind as i64)),
        merges: texts("merges").iter().map(String::as_str),
        bos_id: number("bos_token_id").map(|id| id as u32),
        eos_id: number("eos_token_id").map(|id| id as u32),
        unknown_id: number("unknown_token_id").map(|id| id as u32),
        add_bos: number("add_bos_token").map(|flag| flag != 0.0),
        add_eos: number("add_eos_token").map(|flag| flag != 0.0),
        add_space_prefix: number("add_space_prefix").map(|flag| flag != 0.0),
    })
}

#[test]
fn the_vocabularies_of_the_gguf_models_encode_as_the_originals() {
    let Some(root) = fixtures() else { return };
    let mut num_compared = 0;
    for entry in std::fs::read_dir(root.join("gguf")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "gguf") {
            continue;
        }
        let name = path.file_stem().unwrap().to_str().unwrap();
        let tokenizer = tokenizer(&std::fs::read(&path).unwrap()).unwrap();
        let expected = read_json(&format!("gguf/{name}.expected.json")).unwrap();
        for test in expected["tokenizer_tests"].as_array().unwrap() {
            let text = test["text"].as_str().unwrap();
            let got = tokenizer.encode(text, SpecialTokens::Add).unwrap();
            assert_eq!(got, ids(&test["ids"]), "{name} {text:?}");
            num_compared += 1;
        }
    }
    assert!(num_compared > 60, "only {num_compared} compared");
}

#[test]
fn a_sentencepiece_vocabulary_equals_its_tokenizer_json() {
    let Some(bytes) = read("tokenizers/phi3.vocab.gguf.gz") else {
        return;
    };
    let tokenizer = tokenizer(&bytes).unwrap();
    let vectors = read_json("tokenizers/phi3.vectors.json").unwrap();
    let vectors = vectors["vectors"].as_array().unwrap();
    for vector in vectors {
        let text = vector["text"].as_str().unwrap();
        let plain = tokenizer.encode(text, SpecialTokens::Skip).unwrap();
        assert_eq!(plain, ids(&vector["ids"]), "{text:?}");
        let with_special = tokenizer.encode(text, SpecialTokens::Add).unwrap();
        assert_eq!(with_special, ids(&vector["ids_with_special"]), "{text:?}");
        assert_eq!(
            tokenizer.decode(&plain, false),
            vector["decoded"].as_str().unwrap(),
            "{text:?}"
        );
    }
    assert!(vectors.len() > 40);
}

fn tiny<'a>(
    tokens: &'a [&'a str],
    num_types: usize,
    merges: &'a [&'a str],
    bos: u32,
) -> Result<Tokenizer> {
    Tokenizer::from_gguf(GgufVocabulary {
        kind: VocabularyKind::ByteLevelBpe,
        pre_tokenizer: PreTokenizer::from_name("gpt-2")?,
        tokens: tokens.iter().copied(),
        scores: [],
        token_types: vec![TokenType::Normal; num_types],
        merges: merges.iter().copied(),
        bos_id: Some(bos),
        eos_id: None,
        unknown_id: None,
        add_bos: Some(true),
        add_eos: None,
        add_space_prefix: None,
    })
}

#[test]
fn metadata_that_contradicts_itself_is_refused() {
    let tokens = ["a", "b", "ab"];
    let good = tiny(&tokens, 3, &["a b"], 0).unwrap();
    assert_eq!(good.encode("ab", SpecialTokens::Add).unwrap(), [0, 2]);
    assert!(tiny(&tokens, 2, &["a b"], 0).is_err());
    assert!(tiny(&tokens, 3, &["a c"], 0).is_err());
    assert!(tiny(&tokens, 3, &["ab"], 0).is_err());
    assert!(tiny(&tokens, 3, &["a b"], 3).is_err());
    assert!(tiny(&[], 0, &[], 0).is_err());
    for (name, reason) in [("bert", "encoder"), ("t5", "encoder"), ("rwkv", "rwkv")] {
        let error = VocabularyKind::from_name(name).unwrap_err().to_string();
        assert!(error.contains(reason) && error.contains("gpt2"), "{error}");
    }
}
