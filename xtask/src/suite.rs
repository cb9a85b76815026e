//! `cargo xtask test`: everything the build machine runs, as named and timed steps.
//!
//! A step that fails does not stop the next one: one run should tell all that is wrong. The last line is the
//! sum of all counts, in the same words whatever happened.

use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::counts::{Counts, Runner, counts_from_output};
use crate::process::{
    self, Failure, Result, browser_tests_dir, cargo, command, run_and_keep_output, workspace_root,
};
use crate::site::{self, Quality};
use crate::support::Standing;
use crate::{remote, setup, size, support, tidy};

/// What became of a step.
enum Outcome {
    Counted(Counts),
    /// Not run, and allowed not to be.
    Skipped(String),
}

struct Step {
    name: &'static str,
    run: fn() -> Result<Outcome>,
}

/// Cheap checks first: a misplaced brace should not wait for a browser.
const STEPS: [Step; 12] = [
    Step {
        name: "tools",
        run: tools,
    },
    Step {
        name: "format",
        run: format,
    },
    Step {
        name: "tidy",
        run: tidy_rules,
    },
    Step {
        name: "clippy",
        run: clippy,
    },
    Step {
        name: "clippy-wasm",
        run: clippy_wasm,
    },
    Step {
        name: "deny",
        run: deny,
    },
    Step {
        name: "rust",
        run: rust_tests,
    },
    Step {
        name: "fixtures",
        run: fixtures,
    },
    Step {
        name: "site",
        run: release_site,
    },
    Step {
        name: "size",
        run: size_budget,
    },
    Step {
        name: "browsers",
        run: browsers,
    },
    Step {
        name: "support",
        run: support_table,
    },
];

/// Only run when asked for.
const REMOTE: Step = Step {
    name: "--remote",
    run: remote_tests,
};

/// Runs the named steps, or all of them; true where nothing failed.
pub fn run(names: &[String]) -> Result<bool> {
    if let Some(unknown) = names.iter().find(|name| {
        STEPS
            .iter()
            .chain([&REMOTE])
            .all(|step| step.name != **name)
    }) {
        let known: Vec<&str> = STEPS.iter().map(|step| step.name).collect();
        return Err(Failure::new(format!(
            "no step '{unknown}'; the steps are {}",
            known.join(", ")
        )));
    }
    let mut report = Vec::new();
    let mut total = Counts::default();
    for step in STEPS.iter().chain([&REMOTE]) {
        let is_named = names.iter().any(|name| name == step.name);
        let is_usual = names.is_empty() && step.name != REMOTE.name;
        if !is_named && !is_usual {
            continue;
        }
        println!("\n=== {}", step.name);
        let started = Instant::now();
        let outcome = (step.run)();
        let seconds = started.elapsed().as_secs();
        let line = match outcome {
            Ok(Outcome::Counted(counts)) => {
                total += counts;
                format!("{:12} {:>5} s  {}", step.name, seconds, words(counts))
            }
            Ok(Outcome::Skipped(why)) => format!("{:12} {seconds:>5} s  skipped: {why}", step.name),
            Err(failure) => {
                total += Counts::ONE_FAILED;
                format!("{:12} {seconds:>5} s  FAILED: {failure}", step.name)
            }
        };
        println!("--- {line}");
        report.push(line);
    }
    println!("\n=== summary");
    for line in report {
        println!("{line}");
    }
    println!("{} passed, {} failed", total.passed, total.failed);
    Ok(total.is_ok() && total.passed > 0)
}

fn words(counts: Counts) -> String {
    let mut text = format!("{} passed, {} failed", counts.passed, counts.failed);
    if counts.ignored > 0 {
        text.push_str(&format!(", {} ignored", counts.ignored));
    }
    text
}

/// Where the reference models are: `INKLING_FIXTURES`, or beside the workspace.
pub fn fixtures_dir() -> Option<PathBuf> {
    let folder = std::env::var_os("INKLING_FIXTURES").map_or_else(
        || workspace_root().join("../shared/fixtures"),
        PathBuf::from,
    );
    folder.canonicalize().ok()
}

fn tools() -> Result<Outcome> {
    setup::for_checks()?;
    setup::for_page()?;
    // The engine's own tests need a graphics adapter too, in software where there is no other.
    match setup::for_browser_tests() {
        Err(failure) if !setup::may_skip_browsers() => return Err(failure),
        Err(failure) => println!("setup: {failure}"),
        Ok(()) => {}
    }
    passed()
}

fn format() -> Result<Outcome> {
    process::run(cargo().args(["fmt", "--all", "--check"]))?;
    passed()
}

fn tidy_rules() -> Result<Outcome> {
    Ok(Outcome::Counted(if tidy::run()? {
        Counts::ONE_PASSED
    } else {
        Counts::ONE_FAILED
    }))
}

fn clippy() -> Result<Outcome> {
    setup::for_checks()?;
    process::run(cargo().args([
        "clippy",
        "--locked",
        "--workspace",
        "--all-targets",
        "--quiet",
        "--",
        "--deny",
        "warnings",
    ]))?;
    passed()
}

fn clippy_wasm() -> Result<Outcome> {
    setup::for_checks()?;
    process::run(cargo().args([
        "clippy",
        "--locked",
        "--target",
        "wasm32-unknown-unknown",
        "--package",
        "inkling-app",
        "--package",
        "inkling-host",
        "--features",
        "inkling-host/worker",
        "--quiet",
        "--",
        "--deny",
        "warnings",
    ]))?;
    passed()
}

fn deny() -> Result<Outcome> {
    setup::for_checks()?;
    process::run(cargo().args([
        "deny",
        "--offline",
        "--locked",
        "check",
        "bans",
        "licenses",
        "sources",
    ]))?;
    let mut counts = Counts::ONE_PASSED;
    // The list of known vulnerabilities is a repository of its own; without it there is nothing to check.
    let fetched = process::run(cargo().args(["deny", "--locked", "fetch", "db"])).is_ok();
    if fetched {
        process::run(cargo().args(["deny", "--locked", "check", "--disable-fetch", "advisories"]))?;
        counts += Counts::ONE_PASSED;
    } else {
        println!("deny: the advisory database cannot be fetched here; advisories are not checked");
        counts.ignored += 1;
    }
    Ok(Outcome::Counted(counts))
}

fn rust_tests() -> Result<Outcome> {
    // What an earlier run checked is not what this one will have checked.
    let records = support::records_dir();
    if records.is_dir() {
        std::fs::remove_dir_all(&records).map_err(|error| Failure::io(&records, &error))?;
    }
    let mut command = cargo();
    command.args([
        "test",
        "--locked",
        "--workspace",
        "--profile",
        "checked",
        "--no-fail-fast",
    ]);
    if let Some(folder) = fixtures_dir() {
        command.env("INKLING_FIXTURES", folder);
    }
    let (success, output) = run_and_keep_output(&mut command)?;
    Ok(Outcome::Counted(counts_from_output(
        Runner::Cargo,
        success,
        &output,
    )))
}

/// Groups of reference files, and the part of a name that selects some: what the command line adds to the engine's own
/// tests, which cover every file, shows on a few.
const FIXTURE_GROUPS: [(&str, &str); 8] = [
    ("models", "llama"),
    ("real", ""),
    ("gguf", "llama3-tied-gqa"),
    ("gguf", "llama-k256-Q4_0"),
    ("gguf", "llama-k256-Q8_0"),
    ("gguf", "llama-odd"),
    ("gguf", "stories260K"),
    ("chat,tokenizers,malformed", ""),
];

fn fixtures() -> Result<Outcome> {
    let Some(folder) = fixtures_dir() else {
        return Ok(Outcome::Skipped("there are no fixtures here".to_owned()));
    };
    let script = folder.join("../tools/check_fixtures.py");
    if !script.is_file() {
        return Ok(Outcome::Skipped(format!(
            "{} is not here",
            script.display()
        )));
    }
    // Built as the tests build it: without their dependencies everything would be compiled a second time.
    process::run(cargo().args([
        "test",
        "--locked",
        "--workspace",
        "--profile",
        "checked",
        "--no-run",
        "--quiet",
    ]))?;
    let mut counts = Counts::default();
    for executor in ["cpu", "gpu"] {
        for (groups, filter) in FIXTURE_GROUPS {
            // Text and malformed files do not depend on who executes.
            if executor == "gpu" && groups.contains("malformed") {
                continue;
            }
            counts += check_fixtures(&script, &folder, executor, groups, filter)?;
        }
    }
    Ok(Outcome::Counted(counts))
}

fn check_fixtures(
    script: &Path,
    folder: &Path,
    executor: &str,
    groups: &str,
    filter: &str,
) -> Result<Counts> {
    let cli = workspace_root().join("target/checked/inkling");
    let mut command = command("python3");
    command
        .arg(script)
        .arg(folder)
        .args(["--executor", executor, "--only", groups])
        .arg(format!("--filter={filter}"))
        .arg("--cli")
        .arg(&cli);
    let (success, output) = run_and_keep_output(&mut command)?;
    Ok(counts_from_output(Runner::Summary, success, &output))
}

fn release_site() -> Result<Outcome> {
    site::build(Quality::Release)?;
    site::build_kernels_page()?;
    passed()
}

fn size_budget() -> Result<Outcome> {
    Ok(Outcome::Counted(if size::check_budget()? {
        Counts::ONE_PASSED
    } else {
        Counts::ONE_FAILED
    }))
}

fn browsers() -> Result<Outcome> {
    if let Err(failure) = setup::for_browser_tests() {
        if setup::may_skip_browsers() {
            return Ok(Outcome::Skipped(failure.to_string()));
        }
        return Err(failure);
    }
    let mut command = command("node");
    command
        .args(["--test", "--test-reporter=spec", "--test-concurrency=2"])
        .current_dir(browser_tests_dir());
    if let Some(folder) = fixtures_dir() {
        command.env("INKLING_FIXTURES", folder);
    }
    let (success, output) = run_and_keep_output(&mut command)?;
    Ok(Outcome::Counted(counts_from_output(
        Runner::Node,
        success,
        &output,
    )))
}

fn remote_tests() -> Result<Outcome> {
    Ok(Outcome::Counted(remote::run_tests()?))
}

/// The README's table says what the steps before this one checked.
fn support_table() -> Result<Outcome> {
    match support::check()? {
        Standing::Same => passed(),
        Standing::Differs => Err(Failure::new(
            "the table of checked models in README.md is not what the tests checked; run `cargo xtask support`",
        )),
        Standing::Unknown(missing) => Ok(Outcome::Skipped(format!(
            "there are no records of {missing}: without fixtures and browsers nothing was checked"
        ))),
    }
}

fn passed() -> Result<Outcome> {
    Ok(Outcome::Counted(Counts::ONE_PASSED))
}
