//! The `outrigger` program: its command line, and `up`, which runs the suite.
//!
//! It contains no broker and no sidecar, only starts and asks them. The one aggregate binary is
//! this crate, so that a single file can be shipped.

mod broker_command;
pub mod cli;
mod client_commands;
mod completion;
mod data_dir;
mod endpoints;
mod output;
mod probe;
mod shell_variables;
mod status;
mod up;
mod wait;
