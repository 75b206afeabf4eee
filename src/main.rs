//! The program: reads the arguments and hands over to the window or the command line.

use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> ExitCode {
    let paths: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    match stepscope::ui::run(paths) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("stepscope: {error}");
            ExitCode::from(2)
        }
    }
}
