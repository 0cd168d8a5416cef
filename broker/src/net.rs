//! Sockets: accepting, framing, order of replies, limits. No API is known here by its rules.

mod budget;
mod connection;
mod connection_limits;
mod frames;
mod listener;
mod pending;
mod requests;
mod writer;

pub use budget::MemoryBudget;
pub use connection_limits::ConnectionLimits;
pub use listener::{BindError, BoundListener, bind, serve};
