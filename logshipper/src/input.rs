//! From globs to bytes: which files there are, which of them are the same under another name, and what is
//! new in them.
//!
//! The truth is a rescan that lists directories and looks at every file; what the kernel reports is only a
//! reason to look sooner. Lines, times and destinations are not known here.

mod catalogue;
mod changes;
mod descriptors;
mod discovery;
mod figures;
mod file;
mod identity;
mod log_name;
mod observation;
mod own;
mod packing;
mod pattern;
mod poke;
mod position;
mod reader;
mod resolution;
mod settings;
mod shared;
mod source;
mod watch;

pub use catalogue::{Catalogue, InputError, WatchId};
pub use discovery::check;
pub use figures::Figures;
pub use file::{EndCause, LogFile, State};
pub use identity::{Digest, Head, Identity, Mark, Node};
pub use log_name::{LogName, Packing};
pub use own::Own;
pub use reader::{Ended, Read, Reader};
pub use settings::{InputSettings, StartAt, WhenBehind};
