//! How a line begins that says when it happened.
//!
//! ```text
//! [2026-01-31 23:59:59,123] INFO …                    Kafka: [%d] %p %m (%c)%n
//! [Worker-0bb8afa0b01391c41] [2026-01-31 23:59:59,123] …   MSK Connect
//! 2026-01-31 23:59:59,123 INFO …                      other layouts of log4j
//! [2026-01-31T23:59:59.123+0000][gc] …                unified logging of the JVM: one line each
//! {"time":"2026-01-31T23:59:59.123Z",…}               JSON: one line each
//! ```
//!
//! It does not look behind the timestamp; level and logger are [`Line`](super::Line)'s.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::zone;

/// Within how many bytes of a line it is decided whether an event starts there.
pub const START_BYTES_MAX: usize = 128;

/// How far into a line of JSON its timestamp is looked for.
const JSON_BYTES_MAX: usize = 1024;

/// The members that hold it.
const JSON_MEMBERS: [&[u8]; 5] = [
    b"\"time\":\"",
    b"\"timestamp\":\"",
    b"\"@timestamp\":\"",
    b"\"ts\":\"",
    b"\"eventTime\":\"",
];

/// The shape of a line that starts an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// A timestamp in brackets: what follows belongs to it.
    Bracket,
    /// A timestamp alone: what follows belongs to it.
    Bare,
    /// Each line is an event.
    Single,
}

/// Where an event starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Start {
    pub(super) shape: Shape,
    pub(super) timestamp_ms: i64,
}

/// The minute of the last timestamp, so that its zone is asked once a minute and not once a line.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Minute {
    /// `yyyy-MM-dd HH:mm`; none before the first.
    text: Option<[u8; 16]>,
    start_ms: i64,
}

/// What a local time is read with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clockwork<'a> {
    /// Whose time Kafka prints.
    pub(super) zone: &'a TimeZone,
    /// When the event before it happened.
    pub(super) before_ms: Option<i64>,
}

/// What stands at the head of a line, read apart from the zone.
struct Stamp {
    minute: [u8; 16],
    /// Within the minute.
    ms: i64,
    /// East of Greenwich.
    offset_minutes: Option<i64>,
    bytes: usize,
}

impl Minute {
    /// Whether an event starts with `line`.
    #[inline]
    pub(super) fn start(&mut self, clockwork: Clockwork<'_>, line: &[u8]) -> Option<Start> {
        match line.first()? {
            b'[' => match self.same_minute(line) {
                Some(start) => Some(start),
                None => self.bracket(clockwork, line),
            },
            b'0'..=b'9' => self.bare(clockwork, line),
            b'{' => self.json(clockwork, head(line), true),
            _ => None,
        }
    }

    /// The timestamp of a line that is JSON, wherever it has one.
    #[cold]
    pub(super) fn member(&mut self, clockwork: Clockwork<'_>, line: &[u8]) -> Option<Start> {
        let line = line.get(..JSON_BYTES_MAX).unwrap_or(line);
        self.json(clockwork, line, false)
    }

    /// Kafka's own form, in the minute of the event before: nearly every line.
    #[inline]
    pub(super) fn same_minute(&self, line: &[u8]) -> Option<Start> {
        let head: &[u8; 25] = line.first_chunk()?;
        let [b'[', minute @ .., b':', s1, s2, b',', m1, m2, m3, b']'] = head else {
            return None;
        };
        if self.text.as_ref() != Some(minute) {
            return None;
        }
        let digits = [*s1, *s2, *m1, *m2, *m3].map(|byte| byte.wrapping_sub(b'0'));
        if digits.iter().any(|digit| *digit > 9) {
            return None;
        }
        let [s1, s2, m1, m2, m3] = digits.map(i64::from);
        let ms = (s1 * 10 + s2) * 1000 + m1 * 100 + m2 * 10 + m3;
        Some(Start {
            shape: Shape::Bracket,
            timestamp_ms: self.start_ms + ms,
        })
    }

    fn bracket(&mut self, clockwork: Clockwork<'_>, line: &[u8]) -> Option<Start> {
        let mut line = head(line);
        if let Some(worker) = line.strip_prefix(b"[Worker-") {
            let end = memchr::memchr(b']', worker)?;
            line = worker.get(end + 1..)?.strip_prefix(b" ")?;
        }
        let inner = line.strip_prefix(b"[")?;
        let stamp = Stamp::read(inner)?;
        if inner.get(stamp.bytes) != Some(&b']') {
            return None;
        }
        let shape = match stamp.offset_minutes {
            Some(_) => Shape::Single,
            None => Shape::Bracket,
        };
        self.place(clockwork, &stamp, shape)
    }

    fn bare(&mut self, clockwork: Clockwork<'_>, line: &[u8]) -> Option<Start> {
        let stamp = Stamp::read(head(line))?;
        if line.get(stamp.bytes) != Some(&b' ') {
            return None;
        }
        self.place(clockwork, &stamp, Shape::Bare)
    }

    fn json(&mut self, clockwork: Clockwork<'_>, line: &[u8], is_first: bool) -> Option<Start> {
        let members = line.strip_prefix(b"{")?;
        for member in JSON_MEMBERS {
            let value = if is_first {
                members.strip_prefix(member)
            } else {
                memchr::memmem::find(members, member)
                    .and_then(|at| members.get(at + member.len()..))
            };
            let Some(stamp) = value.and_then(Stamp::read) else {
                continue;
            };
            if value.and_then(|value| value.get(stamp.bytes)) == Some(&b'"') {
                return self.place(clockwork, &stamp, Shape::Single);
            }
        }
        None
    }

    fn place(&mut self, clockwork: Clockwork<'_>, stamp: &Stamp, shape: Shape) -> Option<Start> {
        let timestamp_ms = match stamp.offset_minutes {
            Some(offset) => utc(&stamp.minute)? + stamp.ms - offset * 60_000,
            None => {
                if self.text != Some(stamp.minute) {
                    let local = civil(&stamp.minute)?;
                    self.start_ms = zone::instant(clockwork.zone, local, clockwork.before_ms)?;
                    self.text = Some(stamp.minute);
                }
                self.start_ms + stamp.ms
            }
        };
        Some(Start {
            shape,
            timestamp_ms,
        })
    }
}

impl Stamp {
    /// `yyyy-MM-dd HH:mm:ss`, also with `T`, then perhaps a fraction and an offset.
    fn read(bytes: &[u8]) -> Option<Self> {
        let mut minute: [u8; 16] = *bytes.first_chunk()?;
        let separator = minute.get_mut(10)?;
        if *separator == b'T' {
            // Both spellings are one minute.
            *separator = b' ';
        }
        let is_minute = minute
            .iter()
            .zip(b"0000-00-00 00:00")
            .all(|(byte, form)| match form {
                b'0' => byte.is_ascii_digit(),
                form => byte == form,
            });
        let rest = bytes.get(16..)?.strip_prefix(b":")?;
        let seconds = digits(rest.get(..2)?)?;
        if !is_minute || seconds > 60 {
            return None;
        }
        let (fraction_ms, fraction_bytes) = fraction(rest.get(2..)?);
        let taken = 19 + fraction_bytes;
        let (offset_minutes, offset_bytes) = offset(bytes.get(taken..)?);
        Some(Self {
            minute,
            ms: seconds * 1000 + fraction_ms,
            offset_minutes,
            bytes: taken + offset_bytes,
        })
    }
}

fn head(line: &[u8]) -> &[u8] {
    line.get(..START_BYTES_MAX).unwrap_or(line)
}

/// `,123`, `.123456`: milliseconds, and how many bytes that took.
fn fraction(bytes: &[u8]) -> (i64, usize) {
    let [b',' | b'.', rest @ ..] = bytes else {
        return (0, 0);
    };
    let count = rest.iter().take(9).take_while(|b| b.is_ascii_digit());
    let count = count.count();
    let mut ms = 0;
    for place in 0..3 {
        let digit = rest.get(place).filter(|_| place < count);
        ms = ms * 10 + digit.map_or(0, |digit| i64::from(digit - b'0'));
    }
    if count == 0 { (0, 0) } else { (ms, count + 1) }
}

/// `Z`, `+0100`, `-05:00`: minutes, and how many bytes that took.
fn offset(bytes: &[u8]) -> (Option<i64>, usize) {
    let (sign, rest) = match bytes {
        [b'Z', ..] => return (Some(0), 1),
        [b'+', rest @ ..] => (1, rest),
        [b'-', rest @ ..] => (-1, rest),
        _ => return (None, 0),
    };
    let (hours, minutes, taken) = match rest {
        [h1, h2, b':', m1, m2, ..] => ([*h1, *h2], [*m1, *m2], 6),
        [h1, h2, m1, m2, ..] => ([*h1, *h2], [*m1, *m2], 5),
        _ => return (None, 0),
    };
    match (digits(&hours), digits(&minutes)) {
        (Some(hours), Some(minutes)) => (Some(sign * (hours * 60 + minutes)), taken),
        _ => (None, 0),
    }
}

fn digits(bytes: &[u8]) -> Option<i64> {
    bytes.iter().try_fold(0, |number, byte| {
        byte.is_ascii_digit()
            .then(|| number * 10 + i64::from(byte - b'0'))
    })
}

/// The date and time of a minute, where there is such a one.
fn civil(minute: &[u8; 16]) -> Option<DateTime> {
    let part = |range: std::ops::Range<usize>| digits(minute.get(range)?);
    DateTime::new(
        i16::try_from(part(0..4)?).ok()?,
        i8::try_from(part(5..7)?).ok()?,
        i8::try_from(part(8..10)?).ok()?,
        i8::try_from(part(11..13)?).ok()?,
        i8::try_from(part(14..16)?).ok()?,
        0,
        0,
    )
    .ok()
}

fn utc(minute: &[u8; 16]) -> Option<i64> {
    zone::instant(&TimeZone::UTC, civil(minute)?, None)
}

#[cfg(test)]
mod tests;
