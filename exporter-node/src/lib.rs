//! The machine's metrics in node_exporter's names, labels, types and help, as on Amazon MSK's port
//! 11002.
//!
//! A scrape goes to one thread (`node`) that runs the collectors one after another into `families`
//! and writes them. It keeps no registry and knows nothing of Kafka; push to CloudWatch and OTLP
//! takes the same families.

pub mod cli;
pub mod cloudwatch_metrics;
pub mod collector;
pub mod config;
pub mod dbus;
pub mod families;
pub mod file;
pub mod filter;
pub mod netlink;
pub mod node;
pub mod own;
pub mod paths;
pub mod scrapes;
pub mod start;
