//! Records of one or many events, for the services that take some hundreds of records a request and say of each what
//! became of it.
//!
//! It knows no service: what an answer says comes back as one entry for each record.

mod aggregation;
mod answers;
mod envelope;
pub mod kpl;
mod packing;

pub use aggregation::Aggregation;
pub use answers::Answers;
pub use envelope::{Envelope, Format};
pub use packing::{Keys, NoKeys, Packing, Record};
