//! The `outrigger` program: its command line, and `up`, which runs the suite.
//!
//! It contains no broker and no sidecar, only starts and asks them. The one aggregate binary is
//! this crate, so that a single file can be shipped.

mod authn_command;
mod broker_command;
mod certs;
pub mod cli;
mod client_commands;
mod completion;
mod data_dir;
mod doctor;
mod endpoints;
mod exporter_jmx_command;
mod exporter_node_command;
mod iam_commands;
mod log_delivery;
mod logshipper_command;
mod output;
mod probe;
mod prometheus_targets;
mod shell_variables;
mod status;
mod supervised;
mod up;
mod wait;
