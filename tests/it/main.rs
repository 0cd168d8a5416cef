//! The one test binary: what a client, an operator and an attacker see of the built product.
//! Each module is a theme; nothing in here knows how the product does it.
#![expect(
    clippy::expect_used,
    reason = "helpers of tests fail the test they are in"
)]

mod admin;
mod configuration;
mod disk_faults;
mod dynamic_configs;
mod groups;
mod hostile;
mod idempotence;
mod produce_fetch;
mod recovery;
mod scale;
mod up;
mod versions;
