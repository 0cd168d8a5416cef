//! The one test binary: what a client, an operator and an attacker see of the built product.
//! Each module is a theme; nothing in here knows how the product does it.
#![expect(
    clippy::expect_used,
    reason = "helpers of tests fail the test they are in"
)]

mod access_explain;
mod acls;
mod admin;
mod audit;
mod configuration;
mod cut_off;
mod disk_faults;
mod doctor;
mod dynamic_configs;
mod groups;
mod handoff;
mod hostile;
mod idempotence;
mod kafka_authorizer;
mod mbeans;
mod produce_fetch;
mod recovery;
mod scale;
mod scram_credentials;
mod threats_boundary;
mod threats_cut_off;
mod threats_leakage;
mod threats_login;
mod threats_renewal;
mod threats_tls;
mod up;
mod up_client_broker;
mod up_exporters;
mod up_logs;
mod up_security;
mod versions;
