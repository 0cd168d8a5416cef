//! Pushes metrics to Amazon CloudWatch: levels, batches within its limits, retries, a queue that
//! drops the oldest, and what all of it would cost.
//!
//! Once a minute the exporter is asked for [`Datum`]s, in MSK's names. They are checked, filtered, capped, put
//! together into batches, and sent by a task of its own until CloudWatch takes them or newer ones need the room.
//! Which metric comes from where is the exporter's table; nothing here knows Kafka.

mod aggregate;
mod backoff;
mod batch;
mod datum;
mod deltas;
mod dry_run;
mod health;
mod level;
mod publisher;
mod queue;
mod sender;
mod settings;
mod trouble;

pub use datum::{Datum, Unit, dimension};
pub use deltas::Deltas;
pub use dry_run::dry_run;
pub use level::{Level, NoLevel};
pub use publisher::{Metrics, NoRegion, Publisher};
pub use settings::{FLAGS, NameFilter, Settings};
