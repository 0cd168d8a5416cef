//! Metrics as Kafka names them: recorded by single adds, read as MBeans with Yammer's semantics.
//!
//! It does no I/O and reads no clock: the process that records hands it the time, and serves its
//! snapshot; the exporter decodes that.

mod counter;
mod histogram;
mod name;
mod reading;
mod recent;
mod registry;
mod scale;
mod slot;
pub mod wire;

/// Whether anything is recorded: not where its cost is measured against a build that records nothing.
pub const IS_RECORDED: bool = !cfg!(feature = "unrecorded");

#[cfg(test)]
mod tests;

pub use counter::{Counter, Counters};
pub use histogram::{Histogram, Histograms};
pub use name::ObjectName;
pub use recent::Recent;
pub use registry::Registry;
pub use registry::attribute::Attribute;
pub use registry::collection::{Collection, Rows};
pub use registry::kind::{AttributeInfo, AttributeKind, BeanKind};
pub use registry::section::Section;
pub use scale::Scale;
pub use wire::Known;
