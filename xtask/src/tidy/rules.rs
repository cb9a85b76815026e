//! Rules about one file at a time.
//!
//! Words that a rule forbids are put together here from halves where they would otherwise forbid this file.

use super::source::Source;
use super::{Finding, Text};

const MAX_LINES: usize = 600;
const WARN_LINES: usize = 400;

/// Words that say nothing about what a file holds.
const VAGUE_NAMES: [&str; 8] = [
    "utils", "util", "helpers", "helper", "common", "manager", "misc", "shared",
];

/// A postponed decision belongs in the list of issues.
const POSTPONED: [&str; 3] = [
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("XX", "X:"),
];

/// Crates whose code ships and must answer bad input with an error.
const LIBRARY_FOLDERS: [&str; 5] = [
    "engine/src/",
    "openai/src/",
    "grammar/src/",
    "host/src/",
    "app/src/",
];

/// Where a file may ask what it is compiled for: the device, and the roots of crates of which only a part exists
/// outside a browser. There the question stands beside the name of a module, once.
const TARGET_CFG_PLACES: [&str; 7] = [
    "engine/src/gpu/",
    "grammar/src/lib.rs",
    "host/src/lib.rs",
    "host/src/bin/",
    "app/src/lib.rs",
    "app/src/main.rs",
    "tests/",
];

/// `is_test_module`: the file exists only when tests are compiled.
pub fn check(text: &Text, is_test_module: bool) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(vague_name(text));
    findings.extend(too_long(text));
    findings.extend(postponed(text));
    if text.path.ends_with(".rs") {
        let source = if is_test_module {
            Source::of_tests(&text.content)
        } else {
            Source::new(&text.content)
        };
        findings.extend(module_docs(text));
        findings.extend(forbidden_code(text, &source));
        findings.extend(shader_in_string(text, &source));
    }
    findings
}

/// Not wrong yet: time to look for the two ideas in it.
pub fn length_warning(text: &Text) -> Option<Finding> {
    let lines = text.content.lines().count();
    (is_program(&text.path) && lines > WARN_LINES && lines <= MAX_LINES).then(|| {
        Finding::new(
            &text.path,
            0,
            format!("{lines} lines; more than {WARN_LINES} ask to be split by idea"),
        )
    })
}

fn too_long(text: &Text) -> Option<Finding> {
    let lines = text.content.lines().count();
    (is_program(&text.path) && lines > MAX_LINES).then(|| {
        Finding::new(
            &text.path,
            0,
            format!("{lines} lines; the limit is {MAX_LINES}"),
        )
    })
}

fn is_program(path: &str) -> bool {
    [".rs", ".wgsl", ".mjs", ".js"]
        .iter()
        .any(|extension| path.ends_with(extension))
}

fn vague_name(text: &Text) -> Option<Finding> {
    let name = text.path.rsplit('/').next()?;
    let stem = name.split('.').next()?;
    is_program(&text.path)
        .then(|| {
            stem.split(['_', '-'])
                .find(|word| VAGUE_NAMES.contains(word))
        })
        .flatten()
        .map(|word| {
            Finding::new(
                &text.path,
                0,
                format!("'{word}' in a file name says nothing; name what the file holds"),
            )
        })
}

fn postponed(text: &Text) -> Vec<Finding> {
    numbered_lines(&text.content)
        .filter_map(|(number, line)| {
            let word = POSTPONED.iter().find(|word| line.contains(**word))?;
            Some(Finding::new(
                &text.path,
                number,
                format!("'{word}': finish it or open an issue"),
            ))
        })
        .collect()
}

fn numbered_lines(content: &str) -> impl Iterator<Item = (usize, &str)> {
    content
        .lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line))
}

fn module_docs(text: &Text) -> Option<Finding> {
    let first = text.content.lines().next().unwrap_or_default();
    let says_something = first
        .strip_prefix("//!")
        .is_some_and(|words| words.trim().len() > 3);
    (!says_something).then(|| {
        Finding::new(
            &text.path,
            1,
            "a module opens with `//!`: what it is, why, and what it must not know",
        )
    })
}

fn forbidden_code(text: &Text, source: &Source) -> Vec<Finding> {
    let path = text.path.as_str();
    let mut findings = Vec::new();
    let is_library = LIBRARY_FOLDERS
        .iter()
        .any(|folder| path.starts_with(folder));
    let is_engine = path.starts_with("engine/");
    let may_use_wgpu = path.starts_with("engine/src/gpu/") || path == "engine/src/gpu.rs";
    let may_ask_target = TARGET_CFG_PLACES
        .iter()
        .any(|place| path.starts_with(place));
    for (number, line) in source.shipped_lines() {
        if is_library {
            for call in [".unwrap()", ".expect(", "panic!", "todo!", "unimplemented!"] {
                if contains_code(line, call) {
                    findings.push(Finding::new(
                        path,
                        number,
                        format!("`{call}` outside a test: return an error"),
                    ));
                }
            }
        }
        if !may_ask_target && is_target_cfg(line) {
            findings.push(Finding::new(
                path,
                number,
                "asks for the compilation target; only engine/src/gpu/ and crate roots may",
            ));
        }
    }
    for (number, line) in source.lines() {
        if contains_code(line, concat!("db", "g!(")) {
            findings.push(Finding::new(path, number, "a debugging print"));
        }
        if !may_use_wgpu && (contains_code(line, "wgpu::") || contains_code(line, "use wgpu")) {
            findings.push(Finding::new(path, number, "wgpu outside engine/src/gpu/"));
        }
        for binding in ["web_sys", "js_sys", "wasm_bindgen", "leptos", "gloo"] {
            if is_engine && contains_word(line, binding) {
                findings.push(Finding::new(
                    path,
                    number,
                    format!("the engine knows no browser: `{binding}`"),
                ));
            }
        }
    }
    findings
}

fn is_target_cfg(line: &str) -> bool {
    [
        "target_arch",
        "target_os",
        "target_family",
        "target_pointer_width",
    ]
    .iter()
    .any(|word| contains_word(line, word))
}

/// WGSL lives in shaders/, where naga and an editor can read it.
fn shader_in_string(text: &Text, source: &Source) -> Vec<Finding> {
    if text.path.starts_with("tests/") {
        // A test of the validation needs a shader that is wrong.
        return Vec::new();
    }
    let marks = [concat!("@comp", "ute"), concat!("@work", "group_size")];
    source
        .shipped_strings()
        .filter(|(_, string)| marks.iter().any(|mark| string.contains(mark)))
        .map(|(number, _)| {
            Finding::new(
                &text.path,
                number,
                "WGSL in a Rust string: put it into shaders/",
            )
        })
        .collect()
}

/// `panic!` is not in `core_panic!`, `wgpu::` not in `my_wgpu::`.
fn contains_code(line: &str, code: &str) -> bool {
    line.match_indices(code).any(|(at, _)| {
        let before = line.get(..at).and_then(|before| before.chars().next_back());
        code.starts_with('.')
            || !before.is_some_and(|character| character.is_alphanumeric() || character == '_')
    })
}

fn contains_word(line: &str, word: &str) -> bool {
    line.split(|character: char| !(character.is_alphanumeric() || character == '_'))
        .any(|found| found == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(path: &str, content: &str) -> Text {
        Text {
            path: path.to_owned(),
            content: content.to_owned(),
        }
    }

    fn messages(path: &str, content: &str) -> Vec<String> {
        check(&text(path, content), false)
            .into_iter()
            .map(|finding| finding.message)
            .collect()
    }

    /// One finding whose message holds `part`.
    fn assert_breaks(path: &str, content: &str, part: &str) {
        let found = messages(path, content);
        assert!(
            found.len() == 1 && found[0].contains(part),
            "{path}: {found:?} should say {part}"
        );
    }

    #[test]
    fn good_code_has_no_findings() {
        let good = "//! What it is.\n\nfn a() -> Option<u8> { b().unwrap_or_default() } // .unwrap()\n#[cfg(test)]\nmod tests { fn t() { c().unwrap(); panic!(\"no\") } }\n";
        assert_eq!(messages("engine/src/plan.rs", good), Vec::<String>::new());
    }

    #[test]
    fn a_module_without_docs_is_found() {
        assert_breaks("engine/src/a.rs", "fn a() {}\n", "opens with");
        assert_breaks("engine/src/a.rs", "//!\nfn a() {}\n", "opens with");
        assert_breaks("engine/src/a.rs", "", "opens with");
    }

    #[test]
    fn panics_are_found_in_libraries_only() {
        for call in [
            "a.unwrap();",
            "a.expect(\"b\");",
            "panic!(\"b\");",
            "todo!();",
            "unimplemented!()",
        ] {
            let content = format!("//! Text.\nfn a() {{ {call} }}\n");
            for folder in LIBRARY_FOLDERS {
                assert_breaks(&format!("{folder}a.rs"), &content, "outside a test");
            }
            assert!(messages("tests/src/a.rs", &content).is_empty());
        }
    }

    #[test]
    fn a_test_module_may_panic() {
        let content = "//! Text.\nfn a() { b().unwrap(); }\n";
        let module = text("engine/src/a/tests.rs", content);
        assert_eq!(check(&module, true), []);
        assert_eq!(check(&module, false).len(), 1);
    }

    #[test]
    fn a_call_broken_over_lines_is_found() {
        let content = "//! Text.\nfn a() {\n    b\n        .unwrap()\n}\n";
        assert_breaks("host/src/a.rs", content, ".unwrap()");
    }

    #[test]
    fn wgpu_stays_in_its_folder() {
        let content = "//! Text.\nfn a(b: wgpu::Buffer) {}\n";
        assert_breaks("engine/src/plan.rs", content, "wgpu outside");
        assert_breaks("cli/src/main.rs", content, "wgpu outside");
        assert!(messages("engine/src/gpu/device.rs", content).is_empty());
    }

    #[test]
    fn the_engine_knows_no_browser() {
        for binding in ["web_sys", "js_sys"] {
            let content = format!("//! Text.\nuse {binding}::A;\n");
            assert_breaks("engine/src/gpu/device.rs", &content, "no browser");
            assert!(messages("host/src/a.rs", &content).is_empty());
        }
    }

    #[test]
    fn target_questions_stay_in_the_device_folder() {
        let content = "//! Text.\n#[cfg(target_arch = \"wasm32\")]\nfn a() {}\n";
        assert_breaks("engine/src/session.rs", content, "compilation target");
        assert_breaks("host/src/fetch.rs", content, "compilation target");
        assert!(messages("host/src/lib.rs", content).is_empty());
        assert!(messages("engine/src/gpu/device.rs", content).is_empty());
    }

    #[test]
    fn shaders_in_strings_are_found() {
        let content = format!(
            "//! Text.\nconst A: &str = \"{} fn a() {{}}\";\n",
            concat!("@comp", "ute")
        );
        assert_breaks("engine/src/kernel/a.rs", &content, "WGSL");
        let in_test = format!(
            "//! Text.\n#[cfg(test)]\nmod tests {{ const A: &str = \"{}\"; }}\n",
            concat!("@comp", "ute")
        );
        assert!(messages("engine/src/kernel/a.rs", &in_test).is_empty());
    }

    #[test]
    fn long_files_are_found() {
        let lines = |count: usize| format!("//! Text.\n{}", "\n".repeat(count - 1));
        assert_breaks("engine/src/a.rs", &lines(601), "601 lines");
        assert!(messages("engine/src/a.rs", &lines(600)).is_empty());
        assert!(length_warning(&text("engine/src/a.rs", &lines(401))).is_some());
        assert!(length_warning(&text("engine/src/a.rs", &lines(400))).is_none());
        assert!(messages("README.md", &lines(601)).is_empty());
    }

    #[test]
    fn postponed_work_and_debugging_are_found() {
        for word in POSTPONED {
            assert_breaks("app/style.css", &format!("/* {word} later */"), "finish it");
        }
        let content = format!("//! Text.\nfn a() {{ {}b); }}\n", concat!("db", "g!("));
        assert_breaks("tests/src/a.rs", &content, "debugging");
    }

    #[test]
    fn vague_file_names_are_found() {
        for name in ["utils.rs", "string_helpers.rs", "model_manager.rs"] {
            assert_breaks(&format!("engine/src/{name}"), "//! Text.\n", "says nothing");
        }
        assert_breaks("tests/browser/common.mjs", "", "says nothing");
    }
}
