//! Numbered lines: events in Kafka's layout that say who wrote them, which one they are, how long they are and
//! what their checksum is, so that whoever reads them can tell what is missing, twice, torn or altered.
//!
//! ```text
//! [2026-11-29 07:20:00,123] INFO w=03 seq=0000000017 len=000175 crc=1a2b3c4d xxxxx (kafka.server.Numbered)
//! ```
//!
//! `len` is that of the whole event without its last line end; `crc` is the CRC-32 of all but its own eight digits.

use crc_fast::{CrcAlgorithm, Digest};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// Behind the time, which stands between brackets.
pub const TIME_END: usize = 25;
/// Where the parts of the first line are: everything before the text has a fixed width.
const LEVEL_AT: usize = 26;
const WRITER_AT: usize = 31;
const SEQUENCE_AT: usize = 36;
const LENGTH_AT: usize = 51;
const CRC_AT: usize = 66;
const TEXT_AT: usize = 75;
/// The shortest event.
pub const EVENT_BYTES_MIN: usize = TEXT_AT + TAIL.len();
/// The longest, by the digits of `len`.
pub const EVENT_BYTES_MAX: usize = 999_999;
const TAIL: &str = " (kafka.server.Numbered)";
/// What a line of a stack trace looks like.
const FRAME: &str = "\n\tat kafka.server.Numbered.line(Numbered.scala:17)";

/// Which event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Number {
    /// Who wrote it, below 100.
    pub writer: u8,
    /// Which of the writer's, from 0 on.
    pub sequence: u32,
}

/// What the beginning of a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// A whole event of that length.
    Event(Number, usize),
    /// The beginning of one, but what follows is not what was written.
    Altered(Number),
    /// The beginning of one that ends before its length.
    Torn(Number),
    /// Something else.
    Foreign,
}

/// Adds an event of `bytes` bytes and a line end. `time` is 23 characters, `2026-11-29 07:20:00,123`.
pub fn write(out: &mut Vec<u8>, number: Number, time: &str, bytes: usize, frames: usize) {
    let start = out.len();
    let bytes = bytes.clamp(EVENT_BYTES_MIN + frames * FRAME.len(), EVENT_BYTES_MAX);
    let head = format!(
        "[{time:23}] INFO w={:02} seq={:010} len={bytes:06} crc=00000000 ",
        number.writer, number.sequence
    );
    out.extend_from_slice(head.as_bytes());
    let end = start + bytes - TAIL.len() - frames * FRAME.len();
    // A text that differs from event to event: a shifted or repeated block does not go unnoticed.
    let mut letter = number.sequence;
    while out.len() < end {
        out.push(b'a' + (letter % 26) as u8);
        letter = letter.wrapping_mul(31).wrapping_add(7);
    }
    out.extend_from_slice(TAIL.as_bytes());
    for _ in 0..frames {
        out.extend_from_slice(FRAME.as_bytes());
    }
    let crc = out.get(start..).and_then(checksum).unwrap_or_default();
    if let Some(place) = out.get_mut(start + CRC_AT..start + CRC_AT + 8) {
        place.copy_from_slice(format!("{crc:08x}").as_bytes());
    }
    out.push(b'\n');
}

/// What stands at the beginning of a text.
pub fn read(text: &[u8]) -> Found {
    let Some((number, bytes, crc)) = head(text) else {
        return Found::Foreign;
    };
    let Some(event) = text.get(..bytes) else {
        return Found::Torn(number);
    };
    if checksum(event) != Some(crc) {
        return Found::Altered(number);
    }
    match text.get(bytes) {
        None | Some(b'\n') => Found::Event(number, bytes),
        Some(_) => Found::Altered(number),
    }
}

/// The time that a text begins with, in the zone of this machine.
pub fn time_ms(text: &[u8]) -> Option<i64> {
    let time = std::str::from_utf8(text.get(1..TIME_END - 1)?).ok()?;
    let time = DateTime::strptime("%Y-%m-%d %H:%M:%S,%f", time).ok()?;
    let at = TimeZone::system().to_timestamp(time).ok()?;
    Some(at.as_millisecond())
}

/// Number, length and checksum.
fn head(text: &[u8]) -> Option<(Number, usize, u32)> {
    if text.get(LEVEL_AT..WRITER_AT)? != b"INFO " {
        return None;
    }
    let digits = |name: &[u8], at: usize, digits: usize, radix| {
        let field = text.get(at..at + name.len() + digits)?;
        let digits = std::str::from_utf8(field.strip_prefix(name)?).ok()?;
        u32::from_str_radix(digits, radix).ok()
    };
    let number = Number {
        writer: u8::try_from(digits(b"w=", WRITER_AT, 2, 10)?).ok()?,
        sequence: digits(b"seq=", SEQUENCE_AT, 10, 10)?,
    };
    let bytes = digits(b"len=", LENGTH_AT, 6, 10)? as usize;
    let crc = digits(b"crc=", CRC_AT - 4, 8, 16)?;
    (bytes >= EVENT_BYTES_MIN).then_some((number, bytes, crc))
}

fn checksum(event: &[u8]) -> Option<u32> {
    let mut digest = Digest::new(CrcAlgorithm::Crc32IsoHdlc);
    digest.update(event.get(..CRC_AT)?);
    digest.update(event.get(CRC_AT + 8..)?);
    u32::try_from(digest.finalize()).ok()
}

#[cfg(test)]
mod tests;
