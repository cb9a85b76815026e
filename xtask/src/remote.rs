//! `cargo xtask test --remote`: the chat against a real server of OpenAI's API, llama.cpp's.
//!
//! Not part of what the build machine runs: the server is compiled for minutes when it is first installed.

use std::path::PathBuf;

use crate::process::{
    Failure, Result, browser_tests_dir, command, run, run_and_keep_output, tools_dir,
};
use crate::site::{self, Quality};
use crate::{counts, setup, suite};

const LLAMA_CPP: &str = "llama-cpp-python[server]==0.3.36";

/// Builds the site, installs the server where it is missing, and has a page chat with it.
pub fn run_tests() -> Result<counts::Counts> {
    setup::for_page()?;
    setup::for_browser_tests()?;
    let fixtures = suite::fixtures_dir().ok_or_else(|| {
        Failure::new("there are no fixtures here; name their folder in INKLING_FIXTURES")
    })?;
    let python = llama_cpp()?;
    site::build(Quality::Release)?;
    let mut tests = command("node");
    tests
        .args(["--test", "--test-reporter=spec", "remote_llama_cpp.mjs"])
        .current_dir(browser_tests_dir())
        .env("INKLING_FIXTURES", fixtures)
        .env("INKLING_LLAMA_CPP", python);
    let (success, output) = run_and_keep_output(&mut tests)?;
    Ok(counts::counts_from_output(
        counts::Runner::Node,
        success,
        &output,
    ))
}

/// A Python of its own, so that nothing of the machine's is touched.
fn llama_cpp() -> Result<PathBuf> {
    let home = tools_dir().join("llama-cpp");
    let python = home.join("bin/python");
    let is_there = |python: &PathBuf| {
        python.is_file()
            && run(command(&python.to_string_lossy()).args(["-c", "import llama_cpp.server.app"]))
                .is_ok()
    };
    if !is_there(&python) {
        run(command("python3").args(["-m", "venv"]).arg(&home))?;
        run(
            command(&python.to_string_lossy()).args(["-m", "pip", "install", "--quiet", LLAMA_CPP])
        )?;
    }
    Ok(python)
}
