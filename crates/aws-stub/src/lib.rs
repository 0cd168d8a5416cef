//! The services that log delivery talks to, as strict as AWS and as unreliable as a test asks: limits are
//! enforced, faults are injected by a script, and all that was accepted is kept to be compared.
//!
//! For tests and benchmarks only; nothing that is shipped depends on it. It knows the operations that log
//! delivery uses and no others: what else is asked for is a violation, which a test sees.

mod answer;
mod certificate;
mod clock;
mod exchange;
mod fault;
mod firehose;
mod incoming;
mod kinesis;
mod logs;
pub mod numbered;
mod operation;
pub mod oracle;
mod random;
mod report;
mod s3;
mod script;
mod server;
mod settings;
mod signature;
mod state;
mod sts;
mod stub;
mod violation;

pub use clock::Clock;
pub use fault::Fault;
pub use kinesis::Record;
pub use logs::LogEvent;
pub use operation::{Operation, Service};
pub use random::Random;
pub use s3::Object;
pub use script::{Rule, Script, When};
pub use settings::{DataStream, Keep, Settings};
pub use stub::Stub;
pub use violation::Violation;
