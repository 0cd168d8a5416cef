//! exporter-jmx: MBeans for Prometheus, CloudWatch and OTLP, in the names that Amazon MSK's port 11001 has, or in those that
//! a rule file of jmx_exporter makes of them.
//!
//! The path of a scrape: `source` reads broker and authn, `view` keeps what `rules` make of their beans rendered and
//! writes it with the values of now, `collector` joins the two behind `crates/scrape`. It records no metric of Kafka's
//! and never asks a broker by the Kafka protocol.

pub mod cli;
mod cloudwatch;
pub mod collector;
pub mod config;
pub mod dialect;
pub mod level;
pub mod object_name;
mod push;
pub mod rule_sets;
pub mod rules;
pub mod source;
mod start;
pub mod view;
