//! `cargo xtask tidy`: the rules of STYLE.md and ARCHITECTURE.md that a program can check.
//!
//! Every rule is a pure function from text to findings, so that its test can show it failing. This module
//! reads the files; the rules never touch the disk.

mod layering;
mod namesakes;
mod rules;
mod source;

use std::fs;
use std::path::{Path, PathBuf};

use crate::process::{Failure, Result, answer, cargo, command, workspace_root};

/// A file of the project: its path from the workspace's folder, with forward slashes, and what it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    pub path: String,
    pub content: String,
}

/// A rule that is broken, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub path: String,
    /// Counted from 1; 0 for the file as a whole.
    pub line: usize,
    pub message: String,
}

impl Finding {
    pub fn new(path: &str, line: usize, message: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            line,
            message: message.into(),
        }
    }
}

/// Prints what is not in order; true where nothing is.
pub fn run() -> Result<bool> {
    let root = workspace_root();
    let texts = read_texts(&root)?;
    let mut findings = Vec::new();
    let test_modules = test_module_paths(&texts);
    for text in &texts {
        let is_test_module = test_modules
            .iter()
            .any(|start| text.path.starts_with(start.as_str()));
        findings.extend(rules::check(text, is_test_module));
    }
    let paths: Vec<&str> = texts.iter().map(|text| text.path.as_str()).collect();
    findings.extend(namesakes::check(&paths));
    findings.extend(layering::check(&metadata()?)?);
    for finding in &findings {
        match finding.line {
            0 => println!("{}: {}", finding.path, finding.message),
            line => println!("{}:{line}: {}", finding.path, finding.message),
        }
    }
    for text in &texts {
        if let Some(warning) = rules::length_warning(text) {
            println!("warning: {}: {}", warning.path, warning.message);
        }
    }
    println!("tidy: {} files, {} findings", texts.len(), findings.len());
    Ok(findings.is_empty())
}

/// Where modules live that exist only in tests, as beginnings of paths: `a/tests.rs` for the file, `a/tests/` for
/// what lies below it.
fn test_module_paths(texts: &[Text]) -> Vec<String> {
    let mut paths = Vec::new();
    for text in texts {
        let Some(stem) = text.path.strip_suffix(".rs") else {
            continue;
        };
        let folder = ["mod", "lib", "main"]
            .iter()
            .find_map(|root| stem.strip_suffix(root)?.strip_suffix('/'))
            .unwrap_or(stem);
        for module in source::Source::new(&text.content).test_modules() {
            paths.push(format!("{folder}/{module}.rs"));
            paths.push(format!("{folder}/{module}/"));
        }
    }
    paths
}

fn metadata() -> Result<serde_json::Value> {
    let text = answer(cargo().args(["metadata", "--format-version", "1", "--no-deps", "--locked"]))
        .ok_or_else(|| Failure::new("cargo metadata failed; run it by hand to see why"))?;
    serde_json::from_str(&text)
        .map_err(|error| Failure::new(format!("cargo metadata is not JSON: {error}")))
}

/// What git knows or would add: build outputs are nobody's style.
fn read_texts(root: &Path) -> Result<Vec<Text>> {
    let listing = answer(command("git").args([
        "ls-files",
        "--cached",
        "--others",
        "--exclude-standard",
        "-z",
    ]))
    .ok_or_else(|| Failure::new("git ls-files failed: tidy needs a git checkout"))?;
    let mut texts = Vec::new();
    for name in listing.split('\0').filter(|name| is_checked(name)) {
        let path: PathBuf = root.join(name);
        // A file that was deleted and not yet committed is still listed.
        if !path.is_file() {
            continue;
        }
        let content = fs::read_to_string(&path).map_err(|error| Failure::io(&path, &error))?;
        texts.push(Text {
            path: name.to_owned(),
            content,
        });
    }
    Ok(texts)
}

fn is_checked(name: &str) -> bool {
    const EXTENSIONS: [&str; 9] = [
        "rs", "wgsl", "mjs", "js", "html", "css", "toml", "md", "json",
    ];
    let is_lock = name.ends_with("package-lock.json");
    let extension = name.rsplit('.').next().unwrap_or_default();
    !is_lock && EXTENSIONS.contains(&extension)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lock_files_are_nobodys_style() {
        assert!(is_checked("engine/src/lib.rs"));
        assert!(is_checked("shaders/rope.wgsl"));
        assert!(!is_checked("tests/browser/package-lock.json"));
        assert!(!is_checked("Cargo.lock"));
        assert!(!is_checked("docs/screenshot.png"));
    }

    #[test]
    fn test_modules_are_found_beside_their_parent() {
        let text = |path: &str| Text {
            path: path.to_owned(),
            content: "//! Text.\n#[cfg(test)]\nmod tests;\n".to_owned(),
        };
        assert_eq!(
            test_module_paths(&[text("engine/src/a.rs"), text("engine/src/b/mod.rs")]),
            [
                "engine/src/a/tests.rs",
                "engine/src/a/tests/",
                "engine/src/b/tests.rs",
                "engine/src/b/tests/"
            ]
        );
    }

    #[test]
    fn this_project_is_read() {
        let texts = read_texts(&workspace_root()).unwrap();
        assert!(
            texts
                .iter()
                .any(|text| text.path == "xtask/src/tidy/mod.rs")
        );
    }
}
