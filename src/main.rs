//! The program: reads the arguments and hands over to the window or the command line.

use std::process::ExitCode;

use clap::Parser as _;
use stepscope::cli::{self, Cli};

fn main() -> ExitCode {
    let arguments = Cli::parse();
    match arguments.command {
        Some(command) => cli::execute(&command).into(),
        None => ExitCode::from(2),
    }
}
