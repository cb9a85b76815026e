//! The Inkling engine on the command line.
//!
//! Every subcommand prints one JSON object on standard output. Bad input gives one line `error: …` on standard error
//! and exit status 2. Knows how to read arguments and files; everything else is the engine's.

mod arguments;
mod bench;
mod chat;
mod device;
mod failure;
mod generate;
mod info;
mod inspect;
mod json_file;
mod kernels;
mod logits;
mod model_files;
mod options;
mod perplexity;
mod roofline;
mod source;
mod tokens;

use std::io::Write as _;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{Parser, Subcommand};

use failure::Failure;

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
    /// What a model is and how much memory it takes.
    Info(info::Info),
    /// Checks a file or a model and lists what it holds.
    Inspect(inspect::Inspect),
    /// The logits at some positions of a prompt.
    Logits(logits::Logits),
    /// Continues a prompt or answers a conversation.
    Generate(Box<generate::GenerateText>),
    /// How well a model predicts a text.
    Perplexity(perplexity::Perplexity),
    /// Text to token ids.
    Tokenize(tokens::Tokenize),
    /// Token ids to text.
    Detokenize(tokens::Detokenize),
    /// A conversation to the text that the model reads.
    Template(chat::Template),
    /// How fast a model runs, and what it asks of the device.
    Bench(bench::Bench),
    /// Checks every kernel against its reference on this adapter.
    Kernels(kernels::Kernels),
}

fn main() -> ExitCode {
    match run() {
        Ok(status) => status,
        Err(failure) => {
            // Where nobody can read the error, the exit status still tells.
            let _unreadable = writeln!(std::io::stderr(), "error: {failure}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<ExitCode, Failure> {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) if !error.use_stderr() => {
            return match error.print() {
                Ok(()) => Ok(ExitCode::SUCCESS),
                Err(error) => Err(error.to_string().into()),
            };
        }
        Err(error) => return Err(usage_failure(&error)),
    };
    let mut status = ExitCode::SUCCESS;
    let output = match arguments.command {
        Command::Info(command) => command.run()?,
        Command::Inspect(command) => command.run()?,
        Command::Logits(command) => command.run()?,
        Command::Generate(command) => command.run()?,
        Command::Perplexity(command) => command.run()?,
        Command::Tokenize(command) => command.run()?,
        Command::Detokenize(command) => command.run()?,
        Command::Template(command) => command.run()?,
        Command::Bench(command) => command.run()?,
        Command::Kernels(command) => {
            let checked = command.run()?;
            if !checked.all_passed {
                status = ExitCode::FAILURE;
            }
            checked.report
        }
    };
    writeln!(std::io::stdout(), "{output}")
        .map_err(|error| format!("the result could not be written: {error}"))?;
    Ok(status)
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
    format!("{sentence}; see --help").into()
}
