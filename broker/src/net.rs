//! Sockets: accepting, framing, order of replies, limits. No API is known here by its rules.

mod budget;
mod connection;
mod connection_limits;
mod frames;
mod listener;
mod pending;
mod relayed;
mod requests;
mod stream;
mod trace;
mod writer;

pub use budget::MemoryBudget;
pub use connection_limits::ConnectionLimits;
pub use listener::serve;
pub use relayed::serve_relayed;
