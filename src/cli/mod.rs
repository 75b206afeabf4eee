//! The command line: the same engine without a window. Reads files, prints, and owns the exit codes.

mod args;
mod budget;
mod children;
mod coverage;
mod diff;
mod explore;
mod export;
mod files;
mod histories;
mod lint;
mod nested;
mod redact;
mod render;
mod replay;
mod report;
mod run;
mod sarif;
mod say;
mod test;
mod test_state;

use std::process::ExitCode;

pub use args::{Cli, Command};

/// How a subcommand ended; each has an exit status of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// All is well: exit status 0.
    Done,
    /// The execution did not succeed, the definition has errors, or something differs: 1.
    Failed,
    /// Wrong usage, a file that cannot be read, a task without an answer: 2.
    Usage,
    /// The definition is invalid: 3.
    Invalid,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::Usage => 2,
            Exit::Invalid => 3,
        })
    }
}

/// Something outside the program went wrong: what, where, and what to do.
#[derive(Debug)]
pub struct Error(pub String);

/// Carries a subcommand out and returns how it ended. What goes wrong is said on standard error.
pub fn execute(command: &Command) -> Exit {
    let done = match command {
        Command::Run(options) => run::run(options),
        Command::TestState(options) => test_state::run(options),
        Command::Lint(options) => lint::lint(options),
        Command::Replay(options) => replay::replay(options),
        Command::Diff(options) => diff::diff(options),
        Command::Export(options) => export::export(options),
        Command::Explore(options) => explore::explore(options),
        Command::Test(options) => test::test(options),
    };
    done.unwrap_or_else(|Error(message)| {
        say::err(&format!("stepscope: {message}\n"));
        Exit::Usage
    })
}
