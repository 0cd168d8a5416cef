//! authn, the security sidecar: TLS ends here, identity starts here; what has logged in is relayed to
//! the broker.
//!
//! The path of a client: `listener` accepts, `connection` does TLS (`tls`) and the login (`session`,
//! `mechanism`, or `principal` of its certificate) under one deadline, `upstream` opens its way to
//! the broker, and `relay` moves frames until one side ends. It decides who somebody is, never what
//! they may do.

mod audit;
mod authn;
pub mod cli;
pub mod config;
mod connection;
mod control;
pub mod credentials;
mod floods;
mod handoff_peer;
mod limits;
mod listener;
mod mbeans;
pub mod mechanism;
mod metrics;
pub mod network_rules;
pub mod principal;
mod random;
pub mod relay;
mod reload;
mod sandbox;
pub mod session;
pub mod sigv4;
mod start;
pub mod tls;
mod upstream;
