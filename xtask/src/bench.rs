//! `cargo xtask bench`: the command-line program's benchmark, built with optimisation.
//!
//! Without arguments it runs the small trained model of the fixtures; arguments go to `inkling bench` as they
//! are.

use crate::process::{self, Failure, Result, cargo};
use crate::suite;

pub fn run(arguments: &[String]) -> Result<bool> {
    let mut command = cargo();
    command.args(["run", "--release", "--quiet", "-p", "inkling-cli", "--"]);
    command.arg("bench");
    if arguments.is_empty() {
        let fixtures = suite::fixtures_dir().ok_or_else(|| {
            Failure::new("there are no fixtures here; name a model: cargo xtask bench MODEL")
        })?;
        command.arg(fixtures.join("real").join("stories260K"));
    } else {
        command.args(arguments);
    }
    process::run(&mut command).map(|()| true)
}
