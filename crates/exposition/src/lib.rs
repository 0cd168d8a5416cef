//! Prometheus' text formats: families and samples, written and read, and which format a scraper
//! is answered in. Pure: no I/O, no clock.
//!
//! Two formats: text 0.0.4 (what everything reads) and OpenMetrics 1.0 (what Prometheus asks for).
//! In memory a family is called what text 0.0.4 calls it, so a counter's name ends in `_total`; the
//! writer and the parser translate. Exemplars, creation times and native histograms are not carried.

mod family;
mod format;
mod number;
mod parse;
mod write;

pub use family::{Family, Kind, Label, Sample, Text};
pub use format::Format;
pub use number::write_value;
pub use parse::{ParseError, Problem, parse, parse_as};
pub use write::{
    encode, write_end, write_family, write_head, write_labels, write_name, write_sample,
};
