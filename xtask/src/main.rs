//! The project's own commands: `cargo xtask COMMAND`.
//!
//! Everything a contributor or a build machine runs goes through here, so that there is one way to do it and
//! no shell script to keep in step. Must not know the engine: it starts the other programs and reads files.

#![allow(
    clippy::print_stdout,
    reason = "a command-line program talks on standard output"
)]

mod bench;
mod counts;
mod http;
mod process;
mod remote;
mod serve;
mod setup;
mod shell;
mod site;
mod size;
mod suite;
mod support;
mod tidy;
mod vendor;

use std::path::Path;

use process::{Failure, Result};

const USAGE: &str = "usage: cargo xtask COMMAND

  serve [--port N]   build the page and serve it on this machine
  build              write the release site to dist/
  test [STEP …]      run all that the build machine runs, or only the named steps
  test --remote      chat with a real server of OpenAI's API, which is compiled first
  bench [ARGS …]     run the benchmarks of the command-line program
  support            write the table of checked models into the README, from what the tests left
  size               list the bytes of each file of the release site
  tidy               check the rules of STYLE.md that a program can check
  finish FOLDER      complete a site that Trunk built without this program
  setup              install the tools that the other commands need";

fn main() -> std::process::ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(true) => std::process::ExitCode::SUCCESS,
        Ok(false) => std::process::ExitCode::FAILURE,
        Err(failure) => {
            eprintln!("error: {failure}");
            std::process::ExitCode::from(2)
        }
    }
}

/// False: the command ran to its end and what it checked is not in order.
fn run(arguments: &[String]) -> Result<bool> {
    let Some((command, rest)) = arguments.split_first() else {
        return Err(Failure::new(USAGE));
    };
    match command.as_str() {
        "serve" => serve::run(port_from_arguments(rest)?).map(|()| true),
        "build" => site::build(site::Quality::Release).map(|()| true),
        "test" => suite::run(rest),
        "bench" => bench::run(rest),
        "support" => support::run(),
        "size" => size::run(),
        "tidy" => tidy::run(),
        "finish" => finish(rest).map(|()| true),
        "setup" => setup::everything().map(|()| true),
        "help" | "--help" | "-h" => {
            println!("{USAGE}");
            Ok(true)
        }
        other => Err(Failure::new(format!("no command '{other}'\n\n{USAGE}"))),
    }
}

fn finish(arguments: &[String]) -> Result<()> {
    let [folder] = arguments else {
        return Err(Failure::new("usage: cargo xtask finish FOLDER"));
    };
    setup::for_page()?;
    site::finish(Path::new(folder))
}

fn port_from_arguments(arguments: &[String]) -> Result<Option<u16>> {
    match arguments {
        [] => Ok(None),
        [flag, value] if flag == "--port" => value
            .parse()
            .map(Some)
            .map_err(|_| Failure::new(format!("'{value}' is not a port number"))),
        _ => Err(Failure::new("usage: cargo xtask serve [--port N]")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn a_port_is_optional_and_checked() {
        assert_eq!(port_from_arguments(&[]).unwrap(), None);
        assert_eq!(
            port_from_arguments(&words("--port 8123")).unwrap(),
            Some(8123)
        );
        assert!(port_from_arguments(&words("--port 70000")).is_err());
        assert!(port_from_arguments(&words("8123")).is_err());
    }

    #[test]
    fn an_unknown_command_is_refused() {
        assert!(run(&words("frobnicate")).is_err());
    }
}
