//! The tools that the other commands need: looked for, checked for their version, installed where missing.
//!
//! Versions are pinned here and in tests/browser/package-lock.json. Nothing is installed over a tool that fits,
//! and tools that only this project needs go to `target/tools`. System packages are installed by apt where
//! this runs as root on Debian; elsewhere the reader is told what to install.

use std::fs;
use std::path::Path;

use crate::process::{
    Failure, Result, answer, browser_tests_dir, cargo, command, find_program, is_ci, run,
    tools_dir, workspace_root,
};

const TRUNK_VERSION: &str = "0.21.14";
const CARGO_DENY_VERSION: &str = "0.20.2";
const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// Debian packages that the tests drive: browsers, a GPU in software, and what reads the fixtures.
const SYSTEM_PACKAGES: [&str; 5] = [
    "chromium",
    "firefox-esr",
    "mesa-vulkan-drivers",
    "libvulkan1",
    "python3",
];

/// All that any command needs.
pub fn everything() -> Result<()> {
    for_page()?;
    for_checks()?;
    for_browser_tests()
}

/// To build the page: the target, Trunk, the wasm-bindgen that equals the crate's, and from npm the libraries that the
/// page brings along, and wasm-opt.
pub fn for_page() -> Result<()> {
    wasm_target()?;
    cargo_tool("trunk", TRUNK_VERSION, true)?;
    // Its own lock file may name crate versions that a mirror lacks; the interface is fixed by the version.
    cargo_tool("wasm-bindgen", &wasm_bindgen_version()?, false)?;
    npm_packages()
}

pub fn for_checks() -> Result<()> {
    rust_components()?;
    wasm_target()?;
    cargo_tool("cargo-deny", CARGO_DENY_VERSION, true)
}

/// Browsers, the software GPU, and the packages that drive them.
pub fn for_browser_tests() -> Result<()> {
    npm_packages()?;
    system_packages()
}

fn wasm_target() -> Result<()> {
    let libraries =
        answer(command("rustc").args(["--print", "target-libdir", "--target", WASM_TARGET]));
    if libraries.is_some_and(|folder| Path::new(&folder).is_dir()) {
        return Ok(());
    }
    println!("setup: adding the {WASM_TARGET} target");
    run(command("rustup").args(["target", "add", WASM_TARGET]))
}

fn rust_components() -> Result<()> {
    for (subcommand, component) in [("fmt", "rustfmt"), ("clippy", "clippy")] {
        if answer(cargo().args([subcommand, "--version"])).is_none() {
            println!("setup: adding {component}");
            run(command("rustup").args(["component", "add", component]))?;
        }
    }
    Ok(())
}

/// Installs a program of crates.io unless the right version answers already.
fn cargo_tool(program: &str, version: &str, locked: bool) -> Result<()> {
    let found = answer(command(program).arg("--version"));
    if let Some(text) = &found
        && version_in(text) == Some(version)
    {
        return Ok(());
    }
    match found.as_deref().and_then(version_in) {
        Some(other) => println!("setup: {program} {other} is here, {version} is needed"),
        None => println!("setup: {program} {version} is missing"),
    }
    println!("setup: installing it into target/tools (a few minutes, once)");
    let package = match program {
        "wasm-bindgen" => "wasm-bindgen-cli",
        other => other,
    };
    let mut install = cargo();
    install
        .args(["install", "--quiet", "--force", "--root"])
        .arg(tools_dir())
        .arg(format!("{package}@{version}"))
        // These programs run for seconds: compiling them quickly matters more than how fast they are.
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1")
        .env("CARGO_PROFILE_RELEASE_LTO", "off")
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16");
    if locked {
        install.arg("--locked");
    }
    run(&mut install)
}

/// The first word that looks like a version: `trunk 0.21.14`, `wasm-bindgen 0.2.130 (…)`.
fn version_in(text: &str) -> Option<&str> {
    text.split_whitespace()
        .map(|word| word.trim_start_matches('v'))
        .find(|word| word.contains('.') && word.starts_with(|first: char| first.is_ascii_digit()))
}

/// The program must speak exactly the version that the crate was compiled with.
fn wasm_bindgen_version() -> Result<String> {
    let path = workspace_root().join("Cargo.lock");
    let lock = fs::read_to_string(&path).map_err(|error| Failure::io(&path, &error))?;
    version_in_lock(&lock, "wasm-bindgen")
        .map(str::to_owned)
        .ok_or_else(|| Failure::new("Cargo.lock does not name wasm-bindgen"))
}

fn version_in_lock<'lock>(lock: &'lock str, package: &str) -> Option<&'lock str> {
    let name_line = format!("name = \"{package}\"");
    let mut lines = lock.lines();
    lines.find(|line| *line == name_line)?;
    lines
        .next()?
        .strip_prefix("version = \"")?
        .strip_suffix('"')
}

/// `npm ci` unless the installed packages are those of the lock file.
fn npm_packages() -> Result<()> {
    let folder = browser_tests_dir();
    let lock_path = folder.join("package-lock.json");
    let installed_path = folder.join("node_modules").join(".installed-lock.json");
    let lock = fs::read(&lock_path).map_err(|error| Failure::io(&lock_path, &error))?;
    if fs::read(&installed_path).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    if find_program("node").is_none() || find_program("npm").is_none() {
        return Err(Failure::new(
            "Node.js is needed here (libraries of the page, wasm-opt and the browser tests come from npm): install Node.js 20 or later with npm",
        ));
    }
    println!("setup: installing the npm packages of tests/browser");
    run(command("npm")
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
        .current_dir(&folder))?;
    fs::write(&installed_path, lock).map_err(|error| Failure::io(&installed_path, &error))
}

fn system_packages() -> Result<()> {
    if !has_apt() || !is_root() {
        return browsers_or_advice();
    }
    let missing: Vec<&str> = SYSTEM_PACKAGES
        .into_iter()
        .filter(|package| !is_package_installed(package))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    println!(
        "setup: installing system packages by apt: {}",
        missing.join(" ")
    );
    run(command("apt-get").args(["update", "--quiet", "--quiet"]))?;
    run(command("apt-get")
        .args(["install", "--yes", "--quiet", "--quiet"])
        .arg("--no-install-recommends")
        .args(missing)
        .env("DEBIAN_FRONTEND", "noninteractive"))
}

/// Where nothing may be installed, what is there has to do.
fn browsers_or_advice() -> Result<()> {
    let is_here = |variable: &str, names: &[&str]| {
        std::env::var_os(variable).is_some()
            || names.iter().any(|name| find_program(name).is_some())
    };
    let has_chromium = is_here(
        "INKLING_CHROMIUM",
        &[
            "chromium",
            "chromium-browser",
            "google-chrome",
            "google-chrome-stable",
        ],
    );
    let has_firefox = is_here("INKLING_FIREFOX", &["firefox-esr", "firefox"]);
    if has_chromium && has_firefox {
        return Ok(());
    }
    let mut advice = String::from(
        "the browser tests need Chromium (or Chrome) and Firefox; install them, or name them in INKLING_CHROMIUM and INKLING_FIREFOX",
    );
    if has_apt() {
        advice.push_str("; on Debian: sudo apt-get install ");
        advice.push_str(&SYSTEM_PACKAGES.join(" "));
    }
    Err(Failure::new(advice))
}

fn has_apt() -> bool {
    Path::new("/etc/debian_version").is_file() && find_program("apt-get").is_some()
}

fn is_package_installed(package: &str) -> bool {
    answer(command("dpkg-query").args(["--show", "--showformat=${db:Status-Status}", package]))
        .is_some_and(|status| status == "installed")
}

fn is_root() -> bool {
    answer(command("id").arg("-u")).is_some_and(|id| id == "0")
}

/// True where a missing browser may be reported and left out: on a person's own machine.
pub fn may_skip_browsers() -> bool {
    !is_ci()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_from_what_programs_say() {
        assert_eq!(version_in("trunk 0.21.14"), Some("0.21.14"));
        assert_eq!(version_in("wasm-bindgen 0.2.130 (abc)"), Some("0.2.130"));
        assert_eq!(version_in("tool v1.2"), Some("1.2"));
        assert_eq!(version_in("no version"), None);
    }

    #[test]
    fn the_lock_file_names_versions() {
        let lock = "[[package]]\nname = \"a-b\"\nversion = \"1.0.0\"\n\n[[package]]\nname = \"a\"\nversion = \"2.0.0\"\n";
        assert_eq!(version_in_lock(lock, "a"), Some("2.0.0"));
        assert_eq!(version_in_lock(lock, "c"), None);
    }
}
