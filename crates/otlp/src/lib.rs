//! Pushes metrics and sampled traces by OTLP over HTTP (protobuf), for every process alike.
//!
//! [`Settings`] say where to and how often, [`Otlp`] owns the two queues and what empties them,
//! [`Source`] is where metrics come from, [`Traces`] begins spans. Nothing here ever makes its process
//! wait: what a collector does not take in time is dropped, oldest first, and counted. It samples
//! no metrics itself, signs no requests for AWS, and speaks neither gRPC nor JSON.

mod flags;
mod health;
mod metrics;
mod otlp;
mod queue;
mod resource;
mod sender;
mod settings;
mod traces;
mod transport;

pub use flags::flags;
pub use health::Signal;
pub use otlp::{Collecting, Otlp, OtlpError, Process, Source};
pub use sender::{Outcome, judge};
pub use settings::{Endpoints, KEYS, Key, Settings};
pub use traces::{Kind, Span, Traces};
pub use transport::{Answer, TlsFileError, TransportError};
