//! Which build this is, without asking git, so that two builds of one source are equal.

use prometheus::{IntGauge, Opts, Registry};

/// The version of the workspace, as in Cargo.toml.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// `outrigger 0.1.0 (linux x86_64)`: what `--version` prints for a process of this name.
pub fn line(process: &str) -> String {
    format!(
        "{process} {VERSION} ({} {})",
        std::env::consts::OS,
        std::env::consts::ARCH
    )
}

/// Registers `outrigger_build_info{process,version} 1`, as Prometheus' own programs do.
pub fn register(registry: &Registry, process: &str) -> Result<(), prometheus::Error> {
    let opts = Opts::new(
        "outrigger_build_info",
        "Version of this process; the value is always 1.",
    )
    .const_label("process", process)
    .const_label("version", VERSION);
    let gauge = IntGauge::with_opts(opts)?;
    gauge.set(1);
    registry.register(Box::new(gauge))
}
