//! Standard output and standard error of commands, without the panic of `println!` when a reader
//! such as `head` has gone.

use service::Exit;
use std::io::{self, ErrorKind, Write};

/// Prints to standard output. A reader that has gone wants no more: that is no failure.
pub(crate) fn print(text: &str) -> Exit {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => Exit::Ok,
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Exit::Ok,
        Err(problem) => {
            error(&format!("cannot write to standard output: {problem}"));
            Exit::Failure
        }
    }
}

/// Says on standard error what went wrong.
pub(crate) fn error(text: &str) {
    note(&format!("error: {text}"));
}

/// Says something on standard error.
pub(crate) fn note(text: &str) {
    let mut out = io::stderr().lock();
    for line in text.lines() {
        // Nobody is left to be told that nobody listens.
        let _ = writeln!(out, "outrigger: {line}");
    }
}
