//! One kernel, three files of the same name: the shader, its description, its reference in plain Rust.
//!
//! Whoever reads one finds the others without searching, and none can be forgotten. A description may also be
//! named after a fragment in shaders/lib/ that several kernels import: such a name is no kernel.

use std::collections::BTreeSet;

use super::Finding;

/// Folder, extension, and what a kernel has there.
const PLACES: [(&str, &str, &str); 3] = [
    ("shaders/", ".wgsl", "shader"),
    ("engine/src/kernel/", ".rs", "description"),
    ("engine/src/cpu/", ".rs", "reference"),
];

pub fn check(paths: &[&str]) -> Vec<Finding> {
    let fragments: BTreeSet<&str> = paths
        .iter()
        .filter_map(|path| path.strip_prefix("shaders/lib/")?.strip_suffix(".wgsl"))
        .collect();
    let names: Vec<BTreeSet<&str>> = PLACES
        .iter()
        .map(|(folder, extension, _)| {
            paths
                .iter()
                .filter_map(|path| path.strip_prefix(folder)?.strip_suffix(extension))
                .filter(|name| !name.contains('/') && *name != "mod")
                .collect()
        })
        .collect();
    let all: BTreeSet<&str> = names.iter().flatten().copied().collect();
    let mut findings = Vec::new();
    let shaders = names.first();
    for name in all {
        if fragments.contains(name) && shaders.is_some_and(|shaders| !shaders.contains(name)) {
            continue;
        }
        for ((folder, extension, what), present) in PLACES.iter().zip(&names) {
            if !present.contains(name) {
                findings.push(Finding::new(
                    &format!("{folder}{name}{extension}"),
                    0,
                    format!("kernel '{name}' has no {what}; a kernel has a file in each of shaders/, engine/src/kernel/ and engine/src/cpu/"),
                ));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMPLETE: [&str; 6] = [
        "shaders/rope.wgsl",
        "shaders/lib/reduce.wgsl",
        "engine/src/kernel/mod.rs",
        "engine/src/kernel/rope.rs",
        "engine/src/cpu/mod.rs",
        "engine/src/cpu/rope.rs",
    ];

    #[test]
    fn a_complete_kernel_is_in_order() {
        assert_eq!(check(&COMPLETE), []);
    }

    #[test]
    fn a_description_may_be_of_a_fragment() {
        let with = |path| COMPLETE.into_iter().chain([path]).collect::<Vec<_>>();
        assert_eq!(check(&with("engine/src/kernel/reduce.rs")), []);
        assert_eq!(check(&with("engine/src/kernel/other.rs")).len(), 2);
    }

    #[test]
    fn a_missing_namesake_is_found_in_each_place() {
        for missing in [
            "shaders/rope.wgsl",
            "engine/src/kernel/rope.rs",
            "engine/src/cpu/rope.rs",
        ] {
            let paths: Vec<&str> = COMPLETE
                .into_iter()
                .filter(|path| *path != missing)
                .collect();
            let findings = check(&paths);
            assert_eq!(findings.len(), 1, "{missing}");
            assert_eq!(findings[0].path, missing);
        }
    }
}
