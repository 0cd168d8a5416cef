//! The entry point; everything is in the library, where tests reach it.

use std::process::ExitCode;

fn main() -> ExitCode {
    outrigger::cli::main()
}
