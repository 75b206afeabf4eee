//! Printing. A reader that has gone away, as `stepscope lint … | head` does, is no reason to fail or to panic.

use std::io::Write as _;

/// Prints `text` on standard output.
pub(super) fn out(text: &str) {
    let mut stdout = std::io::stdout().lock();
    // Nobody is left to tell.
    let _ = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
}

/// Prints `text` on standard error.
pub(super) fn err(text: &str) {
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}
