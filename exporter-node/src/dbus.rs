//! A client of D-Bus, as far as asking needs one: method calls with strings, and their answers, over
//! a Unix socket. It owns no name, listens to no signal and offers no object.
//!
//! A crate of the field would bring 9 to 45 more (rustbus, zbus) for two methods of one service.

mod connection;
pub mod wire;

pub use connection::{BusError, Connection};
pub use wire::{Call, Reader, Reply, Value};
