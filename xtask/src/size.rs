//! The bytes people download: every file of the release site, raw and as a server would send it.
//!
//! The budget is for a first visit: all that the start page leads to, worker included, model excluded.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::Path;

use crate::process::{Failure, Result};
use crate::shell;
use crate::site::{self, Quality, dist_dir, files_below};

/// A first visit may cost this much, compressed by brotli. Raise it only with a reason in the commit.
const FIRST_VISIT_BUDGET_BYTES: u64 = 1_610_000;

/// Files that name others without loading them: the service worker caches after the page runs.
const NOT_FOLLOWED: [&str; 1] = ["sw.js"];

/// The model that comes with the page is fetched when somebody asks for it, not by a visit.
const MODELS: &str = "models/";

#[derive(Debug, Clone, PartialEq, Eq)]
struct Shipped {
    /// Relative to the site, with forward slashes.
    name: String,
    raw_bytes: u64,
    gzip_bytes: u64,
    brotli_bytes: u64,
    is_first_visit: bool,
}

/// Builds the release site and prints its table.
pub fn run() -> Result<bool> {
    site::build(Quality::Release)?;
    check_budget()
}

/// Prints the table of the site as it is; false where a first visit is over the budget.
pub fn check_budget() -> Result<bool> {
    let shipped = measure(&dist_dir())?;
    print!("{}", table(&shipped));
    let first_visit_bytes: u64 = shipped
        .iter()
        .filter(|file| file.is_first_visit)
        .map(|file| file.brotli_bytes)
        .sum();
    let fits = fits_budget(first_visit_bytes);
    println!(
        "first visit: {first_visit_bytes} bytes by brotli, budget {FIRST_VISIT_BUDGET_BYTES}: {}",
        if fits { "within" } else { "OVER" }
    );
    Ok(fits)
}

fn fits_budget(first_visit_bytes: u64) -> bool {
    first_visit_bytes > 0 && first_visit_bytes <= FIRST_VISIT_BUDGET_BYTES
}

fn measure(folder: &Path) -> Result<Vec<Shipped>> {
    let mut files = Vec::new();
    for path in files_below(folder)? {
        let bytes = fs::read(&path).map_err(|error| Failure::io(&path, &error))?;
        let relative = path.strip_prefix(folder).unwrap_or(&path);
        files.push((relative.to_string_lossy().replace('\\', "/"), bytes));
    }
    let first_visit = reachable_from("index.html", &files);
    files
        .iter()
        .map(|(name, bytes)| {
            Ok(Shipped {
                name: name.clone(),
                raw_bytes: bytes.len() as u64,
                gzip_bytes: gzip_len(bytes)?,
                brotli_bytes: brotli_len(bytes)?,
                is_first_visit: first_visit.contains(name.as_str()),
            })
        })
        .collect()
}

/// Files that a page leads to: those whose name stands in a file that is already among them.
/// A name inside a comment counts too, which errs on the side of a larger total.
fn reachable_from<'files>(
    start: &'files str,
    files: &'files [(String, Vec<u8>)],
) -> BTreeSet<&'files str> {
    let mut reached = BTreeSet::from([start]);
    let mut to_read = vec![start];
    while let Some(name) = to_read.pop() {
        let Some((_, bytes)) = files.iter().find(|(file, _)| file == name) else {
            continue;
        };
        if NOT_FOLLOWED.contains(&name) {
            continue;
        }
        for (other, _) in files {
            let base_name = other.rsplit('/').next().unwrap_or(other);
            if !reached.contains(other.as_str())
                && !other.starts_with(MODELS)
                && !shell::is_on_demand(other)
                && contains(bytes, base_name.as_bytes())
            {
                reached.insert(other);
                to_read.push(other);
            }
        }
    }
    reached
}

/// The name must stand alone: `app.js` is not named by `my-app.js`.
fn contains(haystack: &[u8], name: &[u8]) -> bool {
    let is_name_byte =
        |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    haystack
        .windows(name.len())
        .enumerate()
        .filter(|(_, window)| *window == name)
        .any(|(at, _)| {
            let before = at.checked_sub(1).and_then(|before| haystack.get(before));
            !before.is_some_and(is_name_byte)
        })
}

fn gzip_len(bytes: &[u8]) -> Result<u64> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder
        .write_all(bytes)
        .and_then(|()| encoder.finish())
        .map(|compressed| compressed.len() as u64)
        .map_err(|error| Failure::new(format!("gzip: {error}")))
}

fn brotli_len(bytes: &[u8]) -> Result<u64> {
    let parameters = brotli::enc::BrotliEncoderParams::default();
    let mut compressed = Vec::new();
    brotli::BrotliCompress(&mut &*bytes, &mut compressed, &parameters)
        .map(|_| compressed.len() as u64)
        .map_err(|error| Failure::new(format!("brotli: {error}")))
}

fn table(shipped: &[Shipped]) -> String {
    let width = shipped
        .iter()
        .map(|file| file.name.len())
        .max()
        .unwrap_or(0)
        .max("first visit".len());
    let mut text = format!(
        "{:width$}  {:>10} {:>10} {:>10}\n",
        "file", "raw", "gzip", "brotli"
    );
    for file in shipped {
        let mark = if file.is_first_visit { " *" } else { "" };
        text.push_str(&row(&file.name, &[file], width));
        text.insert_str(text.len() - 1, mark);
    }
    let first_visit: Vec<&Shipped> = shipped.iter().filter(|file| file.is_first_visit).collect();
    text.push_str(&row(
        "all files",
        &shipped.iter().collect::<Vec<_>>(),
        width,
    ));
    text.push_str(&row("first visit", &first_visit, width));
    text.insert_str(text.len() - 1, " *");
    text
}

fn row(name: &str, files: &[&Shipped], width: usize) -> String {
    let sum = |bytes: fn(&Shipped) -> u64| files.iter().map(|file| bytes(file)).sum::<u64>();
    format!(
        "{name:width$}  {:>10} {:>10} {:>10}\n",
        sum(|file| file.raw_bytes),
        sum(|file| file.gzip_bytes),
        sum(|file| file.brotli_bytes)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site() -> Vec<(String, Vec<u8>)> {
        [
            ("index.html", "<script src=./app-1.js></script>"),
            ("app-1.js", "load('app_bg.wasm'); register('sw.js')"),
            ("app_bg.wasm", "\0\0new Worker('worker.js')\0"),
            ("worker.js", "import('temml.js')"),
            ("vendor/temml.js", "t"),
            ("sw.js", "cache(['bench.html'])"),
            ("bench.html", "y"),
            ("p-1.js", "z"),
        ]
        .map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec()))
        .to_vec()
    }

    #[test]
    fn a_first_visit_follows_names() {
        let files = site();
        let reached: Vec<&str> = reachable_from("index.html", &files).into_iter().collect();
        assert_eq!(
            reached,
            [
                "app-1.js",
                "app_bg.wasm",
                "index.html",
                "sw.js",
                "worker.js"
            ]
        );
    }

    #[test]
    fn an_empty_site_is_not_within_the_budget() {
        assert!(!fits_budget(0));
        assert!(fits_budget(1));
        assert!(!fits_budget(FIRST_VISIT_BUDGET_BYTES + 1));
    }

    #[test]
    fn compressed_sizes_are_measured() {
        let bytes = vec![7; 100_000];
        assert!(gzip_len(&bytes).unwrap() < 1000);
        assert!(brotli_len(&bytes).unwrap() < 1000);
    }

    #[test]
    fn the_table_sums() {
        let file = |name: &str, is_first_visit| Shipped {
            name: name.to_owned(),
            raw_bytes: 100,
            gzip_bytes: 10,
            brotli_bytes: 9,
            is_first_visit,
        };
        let text = table(&[file("a", true), file("b", false)]);
        let last_two: Vec<Vec<&str>> = text
            .lines()
            .rev()
            .take(2)
            .map(|line| line.split_whitespace().collect())
            .collect();
        assert_eq!(last_two[0], ["first", "visit", "100", "10", "9", "*"]);
        assert_eq!(last_two[1], ["all", "files", "200", "20", "18"]);
    }
}
