//! Which crate may depend on which: the arrows of ARCHITECTURE.md.
//!
//! Only direct dependencies are looked at: wgpu brings web-sys with it, and that is its own business.

use serde_json::Value;

use super::Finding;
use crate::process::{Failure, Result};

/// A crate, and the dependencies it must not have. A name ending in `*` stands for all that begin so.
const FORBIDDEN: [(&str, &[&str]); 8] = [
    (
        "inkling-engine",
        &[
            "web-sys",
            "js-sys",
            "wasm-bindgen*",
            "leptos*",
            "gloo*",
            "url",
            "reqwest",
            "inkling-*",
        ],
    ),
    (
        "inkling-host",
        // Grammars are a module of their own, which the worker loads when it needs them.
        &[
            "leptos*",
            "wgpu*",
            "naga",
            "inkling-app",
            "inkling-cli",
            "inkling-grammar",
        ],
    ),
    (
        "inkling-openai",
        &[
            "web-sys",
            "js-sys",
            "wasm-bindgen*",
            "leptos*",
            "wgpu*",
            "inkling-*",
        ],
    ),
    (
        "inkling-grammar",
        &["web-sys", "leptos*", "wgpu*", "inkling-*"],
    ),
    (
        "inkling-app",
        &[
            "inkling-grammar",
            "inkling-openai",
            "inkling-engine",
            "inkling-cli",
            "wgpu*",
            "naga",
        ],
    ),
    (
        "inkling-cli",
        &["wgpu*", "web-sys", "leptos*", "inkling-host", "inkling-app"],
    ),
    ("xtask", &["inkling-*", "wgpu*"]),
    ("*", &["inkling-tests"]),
];

/// The reference executor is for tests and the command line; nobody downloads it.
const SHIPPED: [&str; 2] = ["inkling-host", "inkling-app"];

pub fn check(metadata: &Value) -> Result<Vec<Finding>> {
    let packages = metadata
        .get("packages")
        .and_then(Value::as_array)
        .ok_or_else(|| Failure::new("cargo metadata lists no packages"))?;
    let mut findings = Vec::new();
    for package in packages {
        let name = text(package, "name");
        let dependencies = package.get("dependencies").and_then(Value::as_array);
        for dependency in dependencies.into_iter().flatten() {
            let wanted = text(dependency, "name");
            let is_forbidden = FORBIDDEN
                .iter()
                .filter(|(of, _)| matches(of, name))
                .flat_map(|(_, names)| names.iter())
                .any(|pattern| matches(pattern, wanted));
            if is_forbidden {
                findings.push(Finding::new(
                    name,
                    0,
                    format!("must not depend on {wanted} (see ARCHITECTURE.md)"),
                ));
            }
            if SHIPPED.contains(&name) && wanted == "inkling-engine" && enables_cpu(dependency) {
                findings.push(Finding::new(
                    name,
                    0,
                    "ships, and must not enable the reference executor (feature `cpu`)",
                ));
            }
        }
    }
    Ok(findings)
}

fn enables_cpu(dependency: &Value) -> bool {
    let features = dependency.get("features").and_then(Value::as_array);
    text(dependency, "kind") != "dev"
        && features
            .into_iter()
            .flatten()
            .any(|feature| feature == "cpu")
}

fn text<'value>(value: &'value Value, key: &str) -> &'value str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn matches(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(prefix) => name.starts_with(prefix),
        None => name == pattern,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn findings(package: &str, dependency: &str, kind: Value, features: &[&str]) -> usize {
        let metadata = json!({ "packages": [{
            "name": package,
            "dependencies": [{ "name": dependency, "kind": kind, "features": features }],
        }]});
        check(&metadata).unwrap().len()
    }

    #[test]
    fn forbidden_arrows_are_found() {
        for (package, dependency) in [
            ("inkling-engine", "web-sys"),
            ("inkling-engine", "js-sys"),
            ("inkling-engine", "wasm-bindgen"),
            ("inkling-engine", "wasm-bindgen-futures"),
            ("inkling-engine", "leptos"),
            ("inkling-engine", "gloo-net"),
            ("inkling-engine", "url"),
            ("inkling-engine", "inkling-host"),
            ("inkling-host", "leptos"),
            ("inkling-host", "wgpu"),
            ("inkling-openai", "web-sys"),
            ("inkling-openai", "inkling-engine"),
            ("inkling-app", "inkling-engine"),
            ("inkling-app", "inkling-openai"),
            ("inkling-app", "inkling-grammar"),
            ("inkling-grammar", "inkling-openai"),
            ("inkling-grammar", "web-sys"),
            ("inkling-host", "inkling-grammar"),
            ("inkling-app", "wgpu"),
            ("inkling-cli", "inkling-tests"),
            ("inkling-engine", "inkling-tests"),
            ("xtask", "inkling-engine"),
        ] {
            for kind in [Value::Null, json!("dev"), json!("build")] {
                assert!(
                    findings(package, dependency, kind, &[]) > 0,
                    "{package} -> {dependency}"
                );
            }
        }
    }

    #[test]
    fn allowed_arrows_are_not() {
        for (package, dependency) in [
            ("inkling-engine", "wgpu"),
            ("inkling-host", "inkling-engine"),
            ("inkling-host", "inkling-openai"),
            ("inkling-host", "web-sys"),
            ("inkling-app", "inkling-host"),
            ("inkling-app", "leptos"),
            ("inkling-cli", "inkling-engine"),
        ] {
            assert_eq!(
                findings(package, dependency, Value::Null, &[]),
                0,
                "{package} -> {dependency}"
            );
        }
    }

    #[test]
    fn the_reference_executor_does_not_ship() {
        let host = "inkling-host";
        assert_eq!(findings(host, "inkling-engine", Value::Null, &["cpu"]), 1);
        assert_eq!(findings(host, "inkling-engine", json!("dev"), &["cpu"]), 0);
        assert_eq!(findings(host, "inkling-engine", Value::Null, &["gpu"]), 0);
    }

    #[test]
    fn something_else_than_metadata_is_refused() {
        assert!(check(&json!({})).is_err());
    }
}
