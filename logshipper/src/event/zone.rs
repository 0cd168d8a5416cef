//! From what a clock on the wall showed to a point in time.
//!
//! Kafka prints local time without its offset, so that one hour a year is there twice. Of the two, the first
//! is taken that does not lie before the event before it; without one, the earlier. A time that the zone skipped is
//! read with the offset before the gap, as Java does.

use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};

/// How far back of the event before it an event may be without being of the second pass of an hour: threads
/// overtake each other by less.
const BACKWARDS_MS_MAX: i64 = 10 * 60 * 1000;

/// The point in time at which `zone` showed `local`, after an event at `before_ms`.
pub(super) fn instant(zone: &TimeZone, local: DateTime, before_ms: Option<i64>) -> Option<i64> {
    let ambiguous = zone.to_ambiguous_timestamp(local);
    let is_fold = matches!(ambiguous.offset(), AmbiguousOffset::Fold { .. });
    let first = match ambiguous.compatible() {
        Ok(first) => first.as_millisecond(),
        Err(_) => return None,
    };
    match before_ms {
        Some(before_ms) if is_fold && first < before_ms.saturating_sub(BACKWARDS_MS_MAX) => {
            let second = zone.to_ambiguous_timestamp(local).later().ok();
            Some(second.map_or(first, |second| second.as_millisecond()))
        }
        _ => Some(first),
    }
}
