//! The partition log, in Kafka's own format on disk: appends, reads, retention and recovery.
//!
//! [`Log`] is one partition, [`Disk`] the data directory below it, the only one that touches
//! files. The crate knows no API and no cluster: who may append, which node leads and what a
//! client is told are its callers' business. It reads no clock; `now_ms` comes in, milliseconds
//! since 1970. What blocks says so; `Log::append` and `Log::read` may be called on a runtime's
//! threads.
//!
//! Life of a record set: `validate` checks it without a lock, `append` gives it offsets and writes
//! it into the active `segment`, `flush` makes it durable, `read` finds it again, `retention`
//! forgets it; `open` and `recovery` bring the log back after a stop or a crash.

mod append;
mod buffer_pool;
mod checkpoint;
mod close;
mod commit;
mod disk;
mod epoch_cache;
mod figures;
mod flush;
mod flush_many;
mod index;
mod log;
mod offsets;
mod open;
mod partition_metadata;
mod producer_snapshot;
mod producer_state;
mod read;
mod recovery;
mod retention;
mod segment;
mod settings;
mod snapshots;
mod sparse_index;
mod time_index;
mod timestamps;
mod validate;

pub use append::{AppendError, Appended};
pub use commit::{Commit, CommitError, PendingCommit};
pub use disk::{
    Crash, Disk, DiskCounters, DiskOptions, Faults, FileError, OpenDiskError, Operation,
};
pub use epoch_cache::EpochEnd;
pub use figures::{Conversion, LogFigures, Stopwatch};
pub use flush::FlushError;
pub use log::{Log, Watch};
pub use offsets::LogOffsets;
pub use open::{OpenLogError, Recovery};
pub use producer_state::ProducerInfo;
pub use read::{Fetched, FirstBatch, READ_BYTES_MAX, ReadError, Upto};
pub use retention::RetentionError;
pub use segment::ScanError;
pub use settings::{Durability, LogSettings, TopicCompression};
pub use snapshots::{Snapshot, SnapshotError, Snapshots};
pub use timestamps::{SearchError, TimestampedOffset};
pub use validate::{AppendOrigin, InvalidBatch, InvalidTimestamp};

#[cfg(test)]
mod test_log;
