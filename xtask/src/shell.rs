//! Which files the service worker keeps, written into it: all of one build, under a name made of their content.
//!
//! Browsers notice a new version because the worker's script differs by that name. Must not know how the files are
//! served or stored.

use std::fs;
use std::path::Path;

use serde_json::json;

use crate::process::{Failure, Result};
use crate::site::files_below;
use crate::vendor;

const SCRIPT: &str = "sw.js";

/// The line of the script that is replaced.
const LINE: &str = "const SHELL = ";

/// The model that comes with the page; kept like its files, where the site has one.
const GUIDE: &str = "models/guide/guide.gguf";

/// Models are never kept, types no browser reads, and whoever hosts the site may change the files that are theirs
/// without another version.
const LEFT_OUT: [&str; 7] = [
    SCRIPT,
    "models/",
    "catalog.json",
    "inkling.d.ts",
    "inkling.json",
    "prompt.d.ts",
    vendor::LICENCES,
];

/// Kept once they were used, by those who use them; part of the version like all others. Folders end in a slash.
const ON_USE: [&str; 9] = [
    "demo/",
    "inkling-grammar.js",
    "inkling-grammar_bg.wasm",
    "inkling.js",
    "languages/",
    "prompt-engine.js",
    "prompt-input.js",
    "prompt.js",
    "widget.js",
];

/// Whether a file of the site, relative to it, is fetched only by those who need it.
pub fn is_on_demand(name: &str) -> bool {
    vendor::is_on_demand(name)
        || ON_USE
            .iter()
            .any(|used| *used == name || (used.ends_with('/') && name.starts_with(used)))
}

/// Writes the line for the files that lie there now. The last thing that happens to a site.
pub fn write(site: &Path) -> Result<()> {
    let mut files = Vec::new();
    for path in files_below(site)? {
        let bytes = fs::read(&path).map_err(|error| Failure::io(&path, &error))?;
        let relative = path.strip_prefix(site).unwrap_or(&path);
        files.push((relative.to_string_lossy().replace('\\', "/"), bytes));
    }
    let script = site.join(SCRIPT);
    let text = fs::read_to_string(&script).map_err(|error| Failure::io(&script, &error))?;
    let written = with_line(&text, &line(&files))
        .ok_or_else(|| Failure::new(format!("{SCRIPT} has no line that begins with `{LINE}`")))?;
    fs::write(&script, written).map_err(|error| Failure::io(&script, &error))
}

fn line(files: &[(String, Vec<u8>)]) -> String {
    let is_left_out = |name: &str| LEFT_OUT.iter().any(|left_out| name.starts_with(left_out));
    let names = || files.iter().map(|(name, _)| name.as_str());
    let on_demand: Vec<&str> = names().filter(|name| is_on_demand(name)).collect();
    let kept: Vec<&str> = names()
        .filter(|name| !is_left_out(name) && !is_on_demand(name))
        // The folder's own address is the page.
        .map(|name| if name == "index.html" { "" } else { name })
        .collect();
    let guide = files.iter().any(|(name, _)| name == GUIDE).then_some(GUIDE);
    let mut version = Digest::default();
    for (name, bytes) in files {
        if !is_left_out(name) || name == GUIDE {
            version.add(name.as_bytes());
            version.add(&(bytes.len() as u64).to_le_bytes());
            version.add(bytes);
        }
    }
    let shell = json!({
        "version": version.name(),
        "files": kept,
        "onDemand": on_demand,
        "guide": guide,
    });
    format!("{LINE}{shell};")
}

fn with_line(text: &str, line: &str) -> Option<String> {
    let begin = text
        .match_indices(LINE)
        .map(|(at, _)| at)
        .find(|at| *at == 0 || text.as_bytes().get(at - 1) == Some(&b'\n'))?;
    let end = begin + text.get(begin..)?.find('\n')?;
    Some(format!("{}{line}{}", text.get(..begin)?, text.get(end..)?))
}

/// FNV-1a: tells builds apart, and is not asked to withstand anybody.
struct Digest(u64);

impl Default for Digest {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Digest {
    fn add(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn name(&self) -> String {
        format!("{:016x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(contents: &[(&str, &str)]) -> Vec<(String, Vec<u8>)> {
        let file = |(name, text): &(&str, &str)| ((*name).to_owned(), text.as_bytes().to_vec());
        contents.iter().map(file).collect()
    }

    fn shell(contents: &[(&str, &str)]) -> serde_json::Value {
        let line = line(&files(contents));
        let json = line
            .strip_prefix(LINE)
            .and_then(|rest| rest.strip_suffix(';'));
        serde_json::from_str(json.unwrap()).unwrap()
    }

    #[test]
    fn the_page_is_kept_and_no_model_nor_what_is_the_hosts_own() {
        let shell = shell(&[
            ("app-0123456789ab.js", "a"),
            ("catalog.json", "{}"),
            ("icons/a.png", "p"),
            ("index.html", "<p>"),
            ("inkling.d.ts", "t"),
            ("inkling.js", "i"),
            ("inkling.json", "{}"),
            ("languages/de.ftl", "a = A"),
            ("models/guide/guide.gguf", "GGUF"),
            ("models/other.gguf", "GGUF"),
            ("sw.js", "s"),
        ]);
        assert_eq!(
            shell["files"],
            json!(["app-0123456789ab.js", "icons/a.png", ""])
        );
        assert_eq!(shell["onDemand"], json!(["inkling.js", "languages/de.ftl"]));
        assert_eq!(shell["guide"], json!("models/guide/guide.gguf"));
    }

    #[test]
    fn what_few_visits_need_is_kept_apart() {
        let contents = [
            ("vendor/highlight.js", "h"),
            ("vendor/licences/purify.txt", "l"),
            ("vendor/purify.js", "p"),
        ];
        let shell = shell(&contents);
        assert_eq!(shell["files"], json!(["vendor/purify.js"]));
        assert_eq!(shell["onDemand"], json!(["vendor/highlight.js"]));
    }

    #[test]
    fn the_name_changes_with_what_is_kept_and_only_with_that() {
        let version = |contents: &[(&str, &str)]| shell(contents)["version"].clone();
        let one = version(&[("index.html", "1"), ("catalog.json", "a")]);
        assert_eq!(one, version(&[("index.html", "1"), ("catalog.json", "b")]));
        assert_ne!(one, version(&[("index.html", "2"), ("catalog.json", "a")]));
        assert_ne!(one, version(&[("index.htm", "l1"), ("catalog.json", "a")]));
        let german = |text| version(&[("index.html", "1"), ("languages/de.ftl", text)]);
        assert_ne!(
            german("a = A"),
            german("a = B"),
            "files of two versions never meet"
        );
        let with_guide = [("index.html", "1"), ("models/guide/guide.gguf", "a")];
        assert_ne!(one, version(&with_guide));
    }

    #[test]
    fn the_script_has_the_line_and_keeps_the_rest() {
        let script = include_str!("../../public/sw.js");
        let written = with_line(script, "const SHELL = 1;").unwrap();
        assert!(written.contains("\nconst SHELL = 1;\n"));
        assert_eq!(written.lines().count(), script.lines().count());
        assert_eq!(with_line("let SHELL = 1;\n", "x"), None);
    }
}
