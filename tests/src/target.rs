//! The server of tests that only need an address: a broker of their own, or the one that `OUTRIGGER_TEST_BOOTSTRAP` names, which is how the same tests run against Apache Kafka.

use std::net::SocketAddr;

use crate::broker::Broker;
use crate::wire::Wire;

/// A server to speak to.
#[derive(Debug)]
pub struct Target {
    address: SocketAddr,
    _broker: Option<Broker>,
}

impl Target {
    /// The named server, or a fresh broker.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one parameter of the black-box tests"
    )]
    pub fn start() -> Self {
        match std::env::var("OUTRIGGER_TEST_BOOTSTRAP") {
            Ok(address) => {
                let address = address
                    .parse()
                    .expect("OUTRIGGER_TEST_BOOTSTRAP is IP:PORT");
                Self {
                    address,
                    _broker: None,
                }
            }
            Err(_) => {
                let broker = Broker::start("");
                Self {
                    address: broker.address(),
                    _broker: Some(broker),
                }
            }
        }
    }

    /// A new connection.
    pub fn connect(&self) -> Wire {
        Wire::connect(self.address)
    }
}
