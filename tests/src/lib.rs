//! The harness of the black-box tests: it starts the built binary, speaks to it over a socket, kills it, and looks at what is left.
//! It knows the command line, the configuration keys and the wire protocol, and nothing of the processes' insides. A failure of the harness is a failed test, so it panics.
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a harness reports by failing the test that uses it"
)]

pub mod binary;
pub mod broker;
pub mod deadline;
pub mod handoff;
pub mod kafka;
pub mod login;
pub mod mbeans;
pub mod messages;
pub mod process;
pub mod scale;
pub mod target;
pub mod tls;
pub mod up;
pub mod volume;
pub mod wire;

pub use broker::Broker;
pub use deadline::{eventually, within};
pub use handoff::Authn;
pub use kafka::Kafka;
pub use scale::at_scale;
pub use target::Target;
pub use up::Up;
pub use wire::Wire;
