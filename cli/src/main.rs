//! The Inkling engine on the command line.
//!
//! Every subcommand prints one JSON object on standard output. Bad input gives one line `error: …` on standard error
//! and exit status 2. Knows how to read arguments and files; everything else is the engine's.

mod arguments;
mod chat;
mod json_file;
mod source;
mod tokens;

use std::io::Write as _;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{Parser, Subcommand};

/// A sentence for the person who typed the command.
type Failure = String;

#[derive(Parser)]
#[command(
    name = "inkling",
    version,
    about = "Check and run language models with the Inkling engine"
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Text to token ids.
    Tokenize(tokens::Tokenize),
    /// Token ids to text.
    Detokenize(tokens::Detokenize),
    /// A conversation to the text that the model reads.
    Template(chat::Template),
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // Where nobody can read the error, the exit status still tells.
            let _unreadable = writeln!(std::io::stderr(), "error: {}", one_line(&failure));
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<(), Failure> {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) if !error.use_stderr() => {
            return error.print().map_err(|error| error.to_string());
        }
        Err(error) => return Err(usage_failure(&error)),
    };
    let output = match arguments.command {
        Command::Tokenize(command) => command.run()?,
        Command::Detokenize(command) => command.run()?,
        Command::Template(command) => command.run()?,
    };
    writeln!(std::io::stdout(), "{output}")
        .map_err(|error| format!("the result could not be written: {error}"))
}

/// What clap found wrong, without its own `error: ` and without the usage text.
fn usage_failure(error: &clap::Error) -> Failure {
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        return "no subcommand is given; see --help".into();
    }
    let text = error.to_string();
    let sentence = text
        .lines()
        .take_while(|line| !line.is_empty() && !line.starts_with("Usage:"));
    let sentence: Vec<&str> = sentence.map(str::trim).collect();
    let sentence = sentence.join(" ");
    let sentence = sentence.strip_prefix("error: ").unwrap_or(&sentence);
    format!("{sentence}; see --help")
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
