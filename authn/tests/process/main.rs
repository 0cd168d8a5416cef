//! The authn program as a whole, between clients that speak real TLS and a broker that is played by
//! the test, over the real sockets of the hand-off.
//!
//! Nothing here knows how authn is built.
#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "every line here is test code, also outside the functions marked as tests"
)]

mod beans;
mod boundary;
mod broker;
mod client;
mod iam;
mod limits;
mod pki;
mod process;
mod push;
mod relaying;
mod renewal;
