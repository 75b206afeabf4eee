//! The program: reads the arguments and hands over to the window or the command line.

use std::process::ExitCode;

use clap::Parser as _;
use stepscope::cli::{self, Cli, Exit};
use stepscope::ui;

fn main() -> ExitCode {
    let arguments = Cli::parse();
    if let Some(command) = arguments.command {
        return cli::execute(&command).into();
    }
    match ui::run(arguments.files) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("stepscope: {error}");
            Exit::Usage.into()
        }
    }
}
