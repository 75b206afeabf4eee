//! The program: reads the arguments and hands over to the window or the command line.

fn main() {}
