//! The walk: open the travel booking, run it, look at its errors, export.

use super::*;

#[test]
fn dump() {
    let window = Window::at_the_error();
    for n in window.names() { println!("{n}"); }
    panic!();
}
