//! `stepscope export`: a definition's graph as a file.

use super::args::ExportOptions;
use super::{Error, Exit};

pub(super) fn export(options: &ExportOptions) -> Result<Exit, Error> {
    Err(Error(format!("cannot export {}", options.file.display())))
}
