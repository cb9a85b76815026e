//! What people type and drop, and what it must come to.

use super::*;

const PAGE: &str = "https://example.org/ink/index.html?model=x";

const SITE: Site<'_> = Site {
    page_url: PAGE,
    hub: DEFAULT_HUB,
};

fn address(text: &str) -> Address {
    address_from_text(text, &SITE).unwrap()
}

fn part_urls(address: &Address) -> Vec<String> {
    match &address.layout {
        Layout::Gguf { parts } => parts
            .iter()
            .map(|part| match &part.place {
                Place::Url(url) => url.clone(),
                Place::Local(index) => format!("local {index}"),
            })
            .collect(),
        Layout::Folder { .. } => panic!("a folder"),
    }
}

#[test]
fn gguf_url() {
    let got = address("https://a.example/m/Tiny-Q4_0.gguf?token=1#frag");
    assert_eq!(got.name, "Tiny-Q4_0");
    assert_eq!(got.key, "https://a.example/m/Tiny-Q4_0.gguf?token=1");
    assert_eq!(part_urls(&got), [got.key]);
}

#[test]
fn any_part_of_a_split_gguf_gives_all_parts() {
    let first = address("https://a.example/m-00001-of-00003.gguf");
    let second = address("https://a.example/m-00002-of-00003.gguf");
    assert_eq!(first, second);
    assert_eq!(first.name, "m");
    assert_eq!(
        part_urls(&first),
        [
            "https://a.example/m-00001-of-00003.gguf",
            "https://a.example/m-00002-of-00003.gguf",
            "https://a.example/m-00003-of-00003.gguf"
        ]
    );
    assert!(address_from_text("https://a.example/m-00004-of-00003.gguf", &SITE).is_err());
}

#[test]
fn the_same_hugging_face_model_has_one_key() {
    let key = "https://huggingface.co/org/Some-1.5B/resolve/main/";
    for text in [
        "org/Some-1.5B",
        "https://huggingface.co/org/Some-1.5B",
        "https://huggingface.co/org/Some-1.5B/",
        "huggingface.co/org/Some-1.5B",
        "https://hf.co/org/Some-1.5B/tree/main",
        "https://huggingface.co/org/Some-1.5B/blob/main/config.json",
        "https://huggingface.co/org/Some-1.5B/resolve/main/model.safetensors?download=true",
    ] {
        let got = address(text);
        assert_eq!(got.key, key, "{text}");
        assert_eq!(got.name, "Some-1.5B", "{text}");
    }
    assert_eq!(
        address("https://huggingface.co/org/x/tree/main/sub/dir").key,
        "https://huggingface.co/org/x/resolve/main/sub/dir/"
    );
}

#[test]
fn hugging_face_files() {
    let want = "https://huggingface.co/org/x-GGUF/resolve/main/x-Q4_0.gguf";
    for text in [
        "org/x-GGUF:x-Q4_0.gguf",
        "https://huggingface.co/org/x-GGUF/blob/main/x-Q4_0.gguf",
        "https://huggingface.co/org/x-GGUF/resolve/main/x-Q4_0.gguf?download=true",
    ] {
        assert_eq!(address(text).key, want, "{text}");
    }
}

#[test]
fn revisions() {
    for (text, key) in [
        ("org/n@v1.0", "org/n/resolve/v1.0/"),
        ("org/n@refs/pr/3", "org/n/resolve/refs%2Fpr%2F3/"),
        (
            "org/n@v2:sub/a-Q4_0.gguf",
            "org/n/resolve/v2/sub/a-Q4_0.gguf",
        ),
    ] {
        assert_eq!(address(text).key, format!("{DEFAULT_HUB}{key}"), "{text}");
    }
    assert_eq!(address("org/n@v1.0").name, "n");
    // Not a revision: a path beside the page.
    assert!(
        address("org/n@v 1")
            .key
            .starts_with("https://example.org/ink/")
    );
}

#[test]
fn another_hub_stands_for_the_usual_one() {
    let site = Site {
        page_url: PAGE,
        hub: "http://hub.example:81/m/",
    };
    for text in [
        "org/n",
        "huggingface.co/org/n",
        "https://huggingface.co/org/n/tree/main",
        "http://hub.example:81/m/org/n",
        "http://hub.example:81/m/org/n/resolve/main/config.json",
    ] {
        let got = address_from_text(text, &site).unwrap();
        assert_eq!(
            got.key, "http://hub.example:81/m/org/n/resolve/main/",
            "{text}"
        );
        assert_eq!(got.name, "n", "{text}");
    }
}

#[test]
fn folders_elsewhere() {
    let got = address("https://a.example/models/tiny");
    assert_eq!(got.key, "https://a.example/models/tiny/");
    assert_eq!(got, address("https://a.example/models/tiny/config.json"));
    let Layout::Folder { base } = got.layout else {
        panic!("not a folder")
    };
    assert_eq!(
        base.file("tokenizer.json").unwrap().place,
        Place::Url("https://a.example/models/tiny/tokenizer.json".into())
    );
    let signed = address("https://a.example/tiny/?sig=1");
    let Layout::Folder { base } = signed.layout else {
        panic!("not a folder")
    };
    assert_eq!(
        base.file("config.json").unwrap().place,
        Place::Url("https://a.example/tiny/config.json?sig=1".into())
    );
}

#[test]
fn relative_addresses() {
    assert_eq!(
        address("models/a/x.gguf").key,
        "https://example.org/ink/models/a/x.gguf"
    );
    assert_eq!(address("x/y.gguf").key, "https://example.org/ink/x/y.gguf");
    assert_eq!(address("./m/tiny").key, "https://example.org/ink/m/tiny/");
    assert_eq!(address("../tiny/").key, "https://example.org/tiny/");
    assert_eq!(
        address("/tiny/x.gguf").key,
        "https://example.org/tiny/x.gguf"
    );
}

#[test]
fn refused_addresses_say_what_to_give() {
    for (text, kind) in [
        ("", ErrorKind::BadRequest),
        ("file:///home/me/x.gguf", ErrorKind::BadRequest),
        (
            "https://a.example/pytorch_model.bin",
            ErrorKind::Unsupported,
        ),
    ] {
        assert_eq!(
            address_from_text(text, &SITE).unwrap_err().kind,
            kind,
            "{text}"
        );
    }
}

fn names(list: &[&str]) -> Vec<String> {
    list.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn local_files() {
    let got = address_from_file_names(&names(&[
        "a/m-00002-of-00002.gguf",
        "a/m-00001-of-00002.gguf",
    ]))
    .unwrap();
    assert_eq!(got.key, "local:m-00001-of-00002.gguf");
    assert_eq!(part_urls(&got), ["local 1", "local 0"]);

    let got = address_from_file_names(&names(&[
        "tiny/sub/config.json",
        "tiny/config.json",
        "tiny/model.safetensors",
    ]))
    .unwrap();
    assert_eq!(got.key, "local:tiny");
    let Layout::Folder { base } = got.layout else {
        panic!("not a folder")
    };
    assert_eq!(base.file("config.json").unwrap().place, Place::Local(1));
    assert_eq!(base.file("tokenizer.json"), None);
}

#[test]
fn local_files_that_are_no_model() {
    for list in [
        vec!["readme.txt"],
        vec!["m-00001-of-00002.gguf"],
        vec!["a.gguf", "b.gguf"],
        vec![],
    ] {
        assert!(address_from_file_names(&names(&list)).is_err(), "{list:?}");
    }
}

#[test]
fn index_names_each_shard_once_and_nothing_elsewhere() {
    let index =
        br#"{"weight_map":{"a":"m-2.safetensors","b":"m-1.safetensors","c":"m-2.safetensors"}}"#;
    assert_eq!(
        shards_from_index(index).unwrap(),
        ["m-1.safetensors", "m-2.safetensors"]
    );
    for bad in [
        &br#"{"weight_map":{"a":"../other.safetensors"}}"#[..],
        br#"{"weight_map":{"a":"https://x.example/y"}}"#,
        br#"{"weight_map":{"a":3}}"#,
        br#"{"weight_map":{}}"#,
        br#"{}"#,
        b"not json",
    ] {
        assert!(shards_from_index(bad).is_err());
    }
}

#[test]
fn web_pages_are_recognised() {
    assert!(looks_like_web_page(b"\n <!DOCTYPE html><html>"));
    assert!(looks_like_web_page(b"<HTML lang=en>"));
    assert!(!looks_like_web_page(b"GGUF\x03\0\0\0"));
    assert!(!looks_like_web_page(b"{\"a\": \"<html>\"}"));
    assert!(!looks_like_web_page(b""));
}
