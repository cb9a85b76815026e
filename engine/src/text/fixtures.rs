//! Where the tests of this module find the fixtures.

use std::path::PathBuf;

/// The fixture folder; `None`, with a line saying so, where there is none and CI does not insist.
pub(crate) fn fixtures() -> Option<PathBuf> {
    let folder = match std::env::var_os("INKLING_FIXTURES") {
        Some(folder) => PathBuf::from(folder),
        None => PathBuf::from(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../shared/fixtures"
        )),
    };
    if folder.join("manifest.json").is_file() {
        return Some(folder);
    }
    assert!(
        std::env::var_os("CI").is_none(),
        "there are no fixtures at {}",
        folder.display()
    );
    eprintln!("skipped: there are no fixtures at {}", folder.display());
    None
}

/// A file of the fixture folder, decompressed if its name ends in `.gz`.
pub(crate) fn read(path: &str) -> Option<Vec<u8>> {
    let path = fixtures()?.join(path);
    let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    if path.extension().is_none_or(|extension| extension != "gz") {
        return Some(bytes);
    }
    let output = std::process::Command::new("gzip")
        .args(["-d", "-c"])
        .arg(&path)
        .output()
        .unwrap_or_else(|error| panic!("gzip: {error}"));
    assert!(output.status.success(), "gzip -d {}", path.display());
    Some(output.stdout)
}

pub(crate) fn read_json(path: &str) -> Option<serde_json::Value> {
    Some(serde_json::from_slice(&read(path)?).unwrap_or_else(|error| panic!("{path}: {error}")))
}

/// A JSON array of numbers as ids.
pub(crate) fn ids(json: &serde_json::Value) -> Vec<u32> {
    json.as_array()
        .unwrap_or_else(|| panic!("not a list: {json}"))
        .iter()
        .map(|id| {
            id.as_u64()
                .and_then(|id| u32::try_from(id).ok())
                .unwrap_or_else(|| panic!("no id: {id}"))
        })
        .collect()
}

/// A tokenizer for a template: all bytes, and the control tokens that its source names.
pub(crate) fn tokenizer_for(template: &str, tokens: &[&str]) -> super::Tokenizer {
    let mut controls: Vec<String> = tokens.iter().map(|&token| token.to_owned()).collect();
    for (open, close) in [("<|", "|>"), ("<｜", "｜>"), ("[", "]"), ("<", ">")] {
        for (start, _) in template.match_indices(open) {
            let rest = &template[start..];
            let Some(end) = rest.find(close) else {
                continue;
            };
            let token = &rest[..end + close.len()];
            let name = token.trim_start_matches(open).trim_end_matches(close);
            let name = name.trim_start_matches('/');
            let is_name = |c: char| c.is_alphanumeric() || "_-▁".contains(c);
            let is_loud = open != "[" || name.chars().all(|c| c.is_ascii_uppercase() || c == '_');
            if !name.is_empty() && name.len() < 40 && name.chars().all(is_name) && is_loud {
                controls.push(token.to_owned());
            }
        }
    }
    controls.sort();
    controls.dedup();
    // GPT-2's alphabet: printable Latin-1 stands for itself, the other bytes for what follows U+0100.
    let alphabet: Vec<char> = (0x21..=0x7E)
        .chain(0xA1..=0xAC)
        .chain(0xAE..=0xFF)
        .chain(0x100..=0x143)
        .filter_map(char::from_u32)
        .collect();
    let vocabulary: serde_json::Map<String, serde_json::Value> = alphabet
        .iter()
        .zip(0u32..)
        .map(|(character, id)| (character.to_string(), id.into()))
        .collect();
    let added: Vec<_> = controls
        .iter()
        .zip(256u32..)
        .map(|(content, id)| serde_json::json!({"id": id, "content": content, "special": true}))
        .collect();
    let bytes = serde_json::json!({"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": false, "use_regex": false});
    let json = serde_json::json!({"added_tokens": added, "pre_tokenizer": bytes, "decoder": bytes,
        "model": {"type": "BPE", "vocab": vocabulary, "merges": []}});
    super::Tokenizer::from_json(json.to_string().as_bytes())
        .unwrap_or_else(|error| panic!("{error}"))
}

/// A published template.
pub(crate) struct PublishedTemplate {
    pub name: String,
    pub template: super::ChatTemplate,
    pub tokenizer: super::Tokenizer,
}

/// All templates of the fixtures, each with a tokenizer that knows the tokens it names.
pub(crate) fn published_templates() -> Vec<PublishedTemplate> {
    let Some(root) = fixtures() else {
        return Vec::new();
    };
    let index = read_json("chat/templates.json").unwrap_or_default();
    let entries = index.as_object().into_iter().flatten();
    entries
        .map(|(name, meta)| {
            let file = meta["file"].as_str().unwrap_or_default();
            let source = std::fs::read_to_string(root.join("chat").join(file))
                .unwrap_or_else(|error| panic!("{file}: {error}"));
            let token = |key: &str| meta[key].as_str().map(str::to_owned);
            let tokens = [token("bos_token"), token("eos_token")];
            let named: Vec<&str> = tokens.iter().flatten().map(String::as_str).collect();
            let tokenizer = tokenizer_for(&source, &named);
            let [bos, eos] = tokens.clone();
            let config = super::TemplateConfig::from_source(source, bos, eos);
            let template = super::ChatTemplate::from_config(config)
                .unwrap_or_else(|error| panic!("{name}: {error}"))
                .unwrap_or_else(|| panic!("{name} is empty"));
            PublishedTemplate {
                name: name.clone(),
                template,
                tokenizer,
            }
        })
        .collect()
}
