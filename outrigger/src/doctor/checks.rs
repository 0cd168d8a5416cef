//! The checks, one file each; the table is `check.rs`.
//!
//! Each has a `verdicts` for the table, which reads, and a pure `judge`, which its tests feed.

pub(super) mod aws;
pub(super) mod certificates;
pub(super) mod clock;
pub(super) mod configuration;
pub(super) mod credentials;
pub(super) mod descriptors;
pub(super) mod disk;
pub(super) mod endpoints;
pub(super) mod inotify;
pub(super) mod instance;
pub(super) mod kernel;
pub(super) mod logs;
pub(super) mod memory;
pub(super) mod ports;
pub(super) mod sockets;
pub(super) mod versions;
