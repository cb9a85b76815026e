//! The site: Trunk compiles page and worker into `dist/`, cargo the grammars; wasm-opt shrinks what people download.
//!
//! Trunk names files by their content before wasm-opt; the names still change whenever the content does. Its
//! integrity attributes would not survive wasm-opt and are switched off: all files come from one origin.

use std::fs;
use std::path::{Path, PathBuf};

use crate::process::{Failure, Result, browser_tests_dir, cargo, command, run, workspace_root};
use crate::{setup, shell, vendor};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quality {
    /// Compiles in a fraction of the time and runs as fast where it matters, on the GPU.
    Quick,
    /// What is published: one unit of code, size first, then wasm-opt.
    Release,
}

/// Features that rustc's output uses or that every browser with WebGPU has.
/// Named here because the section that lists them is stripped before wasm-opt sees the file.
const WASM_FEATURES: [&str; 8] = [
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-call-indirect-overlong",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

pub fn dist_dir() -> PathBuf {
    workspace_root().join("dist")
}

pub fn build(quality: Quality) -> Result<()> {
    setup::for_page()?;
    // Fetched first, because Trunk is told not to use the network: it would look for its own copies of tools.
    run(cargo().args(["fetch", "--locked", "--quiet"]))?;
    let dist = dist_dir();
    if dist.exists() {
        fs::remove_dir_all(&dist).map_err(|error| Failure::io(&dist, &error))?;
    }
    let profile = match quality {
        Quality::Quick => "serve",
        Quality::Release => "web",
    };
    run(command("trunk")
        .args(["build", "--release", "--cargo-profile", profile])
        .args(["--no-sri", "true", "--offline", "true"])
        .args(["--skip-version-check", "--dist"])
        .arg(&dist)
        // Trunk reads NO_COLOR as a truth value and stops at the usual `1`.
        .env_remove("NO_COLOR"))?;
    build_grammar(profile, &dist)?;
    if quality == Quality::Release {
        for path in files_with_extension(&dist, "wasm")? {
            optimise(&path)?;
        }
    }
    finish(&dist)
}

/// What Trunk does not do: libraries that come along, and the list of files for the service worker.
pub fn finish(site: &Path) -> Result<()> {
    vendor::copy_into(site)?;
    shell::write(site)
}

/// The kernel cases as a module that a page of the browser tests loads. Not part of the site.
pub fn build_kernels_page() -> Result<()> {
    // The profile of the site, so that what both depend on is compiled once.
    let out = workspace_root().join("target").join("kernels-page");
    build_module("inkling-kernels-page", "inkling_kernels_page", "web", &out)
}

/// The grammar library as a module that the worker loads when a request has a constraint.
fn build_grammar(profile: &str, dist: &Path) -> Result<()> {
    build_module("inkling-grammar", "inkling-grammar", profile, dist)
}

/// A crate as a module of its own, beside what Trunk builds.
fn build_module(package: &str, name: &str, profile: &str, out: &Path) -> Result<()> {
    run(cargo()
        .args(["build", "--locked", "--quiet", "--lib"])
        .args(["--package", package, "--profile", profile])
        .args(["--target", "wasm32-unknown-unknown"]))?;
    let built = workspace_root()
        .join("target/wasm32-unknown-unknown")
        .join(profile)
        .join(format!("{}.wasm", package.replace('-', "_")));
    run(command("wasm-bindgen")
        .args(["--target", "web", "--no-typescript"])
        .args(["--out-name", name, "--out-dir"])
        .arg(out)
        .arg(built))
}

fn optimise(path: &Path) -> Result<()> {
    let before_bytes = len_bytes(path)?;
    let program = browser_tests_dir()
        .join("node_modules")
        .join(".bin")
        .join("wasm-opt");
    let smaller = path.with_extension("wasm.smaller");
    run(command(&program.to_string_lossy())
        .args(["-Oz", "--strip-producers"])
        .args(WASM_FEATURES)
        .arg(path)
        .arg("--output")
        .arg(&smaller))?;
    fs::rename(&smaller, path).map_err(|error| Failure::io(path, &error))?;
    println!(
        "wasm-opt: {} from {before_bytes} to {} bytes",
        path.file_name().unwrap_or_default().to_string_lossy(),
        len_bytes(path)?
    );
    Ok(())
}

fn len_bytes(path: &Path) -> Result<u64> {
    fs::metadata(path)
        .map(|metadata| metadata.len())
        .map_err(|error| Failure::io(path, &error))
}

fn files_with_extension(folder: &Path, extension: &str) -> Result<Vec<PathBuf>> {
    let mut files = files_below(folder)?;
    files.retain(|path| path.extension().is_some_and(|found| found == extension));
    Ok(files)
}

/// Every file below a folder, in a stable order. Links are not followed.
pub fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder).map_err(|error| Failure::io(&folder, &error))?;
        for entry in entries {
            let entry = entry.map_err(|error| Failure::io(&folder, &error))?;
            let kind = entry
                .file_type()
                .map_err(|error| Failure::io(&entry.path(), &error))?;
            if kind.is_dir() {
                folders.push(entry.path());
            } else if kind.is_file() {
                files.push(entry.path());
            }
        }
    }
    files.sort();
    Ok(files)
}
