//! What every process has: its command line, its clock, its log, its settings, its signals, its
//! listeners, its admin HTTP server.
//!
//! It knows nothing of Kafka beyond the look of its log files. It is the only crate that reads
//! clocks, the environment and configuration files.

pub mod admin;
pub mod audit;
pub mod build_info;
pub mod clock;
pub mod command_line;
pub mod endpoints;
pub mod environment;
pub mod exit;
mod families;
pub mod files;
pub mod flags;
pub mod flood;
pub mod http;
pub mod listen;
pub mod open_files;
pub mod process_metrics;
pub mod secret;
pub mod settings;
pub mod shutdown;
pub mod spawn;
pub mod telemetry;
pub mod watch;

pub use audit::AuditLog;
pub use clock::{Clock, ManualClock};
pub use exit::Exit;
pub use families::families;
pub use flood::Flood;
pub use secret::Secret;
pub use watch::Watch;
