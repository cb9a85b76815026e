//! Starting other programs, and the one error type of this program.
//!
//! Every command is printed before it runs: whoever reads the log can repeat it by hand.

use std::env;
use std::ffi::OsString;
use std::fmt;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What went wrong, as a sentence for the person at the terminal.
#[derive(Debug)]
pub struct Failure(String);

impl Failure {
    pub fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }

    /// Says which file the system refused.
    pub fn io(path: &Path, error: &std::io::Error) -> Self {
        Self(format!("{}: {error}", path.display()))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

pub type Result<T, E = Failure> = std::result::Result<T, E>;

/// The folder of the workspace, whatever folder the command was started from.
pub fn workspace_root() -> PathBuf {
    let xtask_dir = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask_dir.parent().unwrap_or(xtask_dir).to_path_buf()
}

/// Where tools that only this project needs are installed.
pub fn tools_dir() -> PathBuf {
    workspace_root().join("target").join("tools")
}

/// Set on build machines; there, nothing may be left out silently.
pub fn is_ci() -> bool {
    env::var_os("CI").is_some_and(|value| !value.is_empty() && value != "false")
}

/// A command in the workspace's folder that finds the project's own tools before the machine's.
pub fn command(program: &str) -> Command {
    let root = workspace_root();
    let mut command = Command::new(program);
    command.current_dir(&root).env("PATH", search_path());
    command
}

/// The Cargo that runs this program, so that the toolchain stays the same.
pub fn cargo() -> Command {
    command(&env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned()))
}

fn search_path() -> OsString {
    let mut folders = vec![
        tools_dir().join("bin"),
        browser_tests_dir().join("node_modules").join(".bin"),
    ];
    if let Some(path) = env::var_os("PATH") {
        folders.extend(env::split_paths(&path));
    }
    env::join_paths(folders).unwrap_or_else(|_| env::var_os("PATH").unwrap_or_default())
}

pub fn browser_tests_dir() -> PathBuf {
    workspace_root().join("tests").join("browser")
}

/// Finds a program the way [`command`] would.
pub fn find_program(name: &str) -> Option<PathBuf> {
    let file_name = format!("{name}{}", env::consts::EXE_SUFFIX);
    env::split_paths(&search_path())
        .map(|folder| folder.join(&file_name))
        .find(|path| path.is_file())
}

/// Runs to the end with its output on this terminal.
pub fn run(command: &mut Command) -> Result<()> {
    let line = command_line(command);
    println!("$ {line}");
    let status = command
        .status()
        .map_err(|error| Failure::new(format!("{line}: {error}")))?;
    if status.success() {
        Ok(())
    } else {
        Err(Failure::new(format!("{line}: {status}")))
    }
}

/// Runs to the end, showing standard output while keeping it for the caller.
/// The flag says whether the program reported success.
pub fn run_and_keep_output(command: &mut Command) -> Result<(bool, String)> {
    let line = command_line(command);
    println!("$ {line}");
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| Failure::new(format!("{line}: {error}")))?;
    let mut kept = String::new();
    if let Some(stdout) = child.stdout.take() {
        for bytes in BufReader::new(stdout).split(b'\n') {
            let bytes = bytes.map_err(|error| Failure::new(format!("{line}: {error}")))?;
            let text = String::from_utf8_lossy(&bytes);
            println!("{text}");
            kept.push_str(&text);
            kept.push('\n');
        }
    }
    let status = child
        .wait()
        .map_err(|error| Failure::new(format!("{line}: {error}")))?;
    Ok((status.success(), kept))
}

/// Standard output of a program that is asked a question; `None` where it is missing or fails.
pub fn answer(command: &mut Command) -> Option<String> {
    let output = command.stderr(Stdio::null()).output().ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn command_line(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let name = program.file_name().unwrap_or(program.as_os_str());
    std::iter::once(name)
        .chain(command.get_args())
        .map(|word| word.to_string_lossy().into_owned())
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_fails_is_a_failure() {
        assert!(run(cargo().arg("--version")).is_ok());
        assert!(run(cargo().arg("no-such-subcommand-at-all")).is_err());
        assert!(run(&mut command("no-such-program-at-all")).is_err());
    }

    #[test]
    fn output_is_kept() {
        let (ok, text) = run_and_keep_output(cargo().arg("--version")).unwrap();
        assert!(ok);
        assert!(text.starts_with("cargo "));
    }

    #[test]
    fn the_root_holds_the_workspace() {
        assert!(workspace_root().join("Cargo.lock").is_file());
    }
}
