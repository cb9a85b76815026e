//! Addresses of a hub, its list of files, and its token.

use super::*;

fn hub() -> Hub {
    Hub::new("https://hub.example:8443/m", Some(" hf_abc\n".to_owned())).unwrap()
}

#[test]
fn the_token_is_for_the_hub_alone() {
    let hub = hub();
    assert_eq!(hub.base(), "https://hub.example:8443/m/");
    for url in [
        "https://hub.example:8443/m/o/n",
        "https://HUB.example:8443/api",
    ] {
        assert_eq!(hub.token_for(url), Some("hf_abc"), "{url}");
    }
    for url in [
        "http://hub.example:8443/m/o/n",
        "https://hub.example/m/o/n",
        "https://hub.example:8443.evil.example/m/",
        "https://evil.example/https://hub.example:8443/m/",
        "",
    ] {
        assert_eq!(hub.token_for(url), None, "{url}");
    }
    assert_eq!(Hub::default().token_for(DEFAULT_HUB), None);
    assert_eq!(
        Hub::new(DEFAULT_HUB, Some("  ".to_owned())).unwrap(),
        Hub::default()
    );
    assert!(Hub::new(DEFAULT_HUB, Some("a b".to_owned())).is_err());
}

#[test]
fn places_in_repositories() {
    let hub = hub();
    let place = |path: &str| hub.place_of(&format!("https://hub.example:8443/m/{path}"));
    let file = place("o/n/resolve/v2/sub/dir/x.gguf?download=true").unwrap();
    assert_eq!(file.repository, "o/n");
    assert_eq!(file.revision, "v2");
    assert_eq!(file.folder(), "sub/dir/");
    assert_eq!(
        hub.tree_url(&file),
        "https://hub.example:8443/m/api/models/o/n/tree/v2/sub/dir"
    );
    let root = place("o/n/resolve/main/").unwrap();
    assert_eq!(root.inside, "");
    assert_eq!(
        hub.tree_url(&root),
        "https://hub.example:8443/m/api/models/o/n/tree/main"
    );
    assert_eq!(place("o/n"), None);
    assert_eq!(place("o/n/blob/main/x"), None);
    assert_eq!(hub.place_of("https://else.example/o/n/resolve/main/"), None);
}

#[test]
fn a_list_of_files() {
    let oid = "ab".repeat(32);
    let json = format!(
        r#"[{{"type":"directory","oid":"1","size":0,"path":"sub/onnx"}},
            {{"type":"file","oid":"2","size":133,"path":"sub/README.md"}},
            {{"type":"file","oid":"3","size":134,"path":"sub/m.gguf",
              "lfs":{{"oid":"{oid}","size":4000000000,"pointerSize":134}}}},
            {{"type":"file","size":5,"path":"x","lfs":{{"oid":"short"}}}}]"#
    );
    let files = files_from_tree(json.as_bytes()).unwrap();
    let want = |name: &str, sha256: Option<&str>| TreeFile {
        name: name.to_owned(),
        sha256: sha256.map(str::to_owned),
    };
    assert_eq!(
        files,
        [
            want("README.md", None),
            want("m.gguf", Some(&oid)),
            want("x", None)
        ]
    );
    for bad in ["", "{}", "<html>", r#"[{"path":1}]"#] {
        assert!(files_from_tree(bad.as_bytes()).is_err(), "{bad}");
    }
}

#[test]
fn what_is_no_address_of_a_hub() {
    for text in [
        "",
        "hub.example",
        "ftp://h.example",
        "https://",
        "https:///x",
        "https://h/?a",
        "https://u@h/",
    ] {
        assert!(base_from_text(text).is_err(), "{text}");
    }
}
