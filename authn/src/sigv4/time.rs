//! The two times of a presigned request, as strictly as clients write them.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// Longest validity: AWS's clients ask for 900 seconds.
pub(super) const EXPIRES_MAX_MS: i64 = 900_000;
/// Longest expiry text: the JavaScript signer sends an unrounded fraction.
const EXPIRES_BYTES_MAX: usize = 24;

/// `yyyyMMdd'T'HHmmss'Z'` in milliseconds since the epoch.
pub(super) fn date(text: &str) -> Option<i64> {
    let digits = |from: usize, to: usize| -> Option<i16> {
        let part = text.get(from..to)?;
        part.bytes().all(|b| b.is_ascii_digit()).then_some(())?;
        part.parse().ok()
    };
    let byte = |at: usize| text.as_bytes().get(at).copied();
    if text.len() != 16 || byte(8) != Some(b'T') || byte(15) != Some(b'Z') {
        return None;
    }
    let small = |from, to| digits(from, to).and_then(|value| i8::try_from(value).ok());
    let civil = DateTime::new(
        digits(0, 4)?,
        small(4, 6)?,
        small(6, 8)?,
        small(9, 11)?,
        small(11, 13)?,
        small(13, 15)?,
        0,
    );
    let timestamp = TimeZone::UTC.to_timestamp(civil.ok()?).ok()?;
    Some(timestamp.as_millisecond())
}

/// The day of a time in milliseconds, as scopes write it; the epoch's for times that jiff has not.
pub(crate) fn day(ms: i64) -> String {
    let timestamp = jiff::Timestamp::from_millisecond(ms).unwrap_or_default();
    let date = TimeZone::UTC.to_datetime(timestamp).date();
    format!("{:04}{:02}{:02}", date.year(), date.month(), date.day())
}

/// Seconds, perhaps with a fraction, in milliseconds: more than 0, at most [`EXPIRES_MAX_MS`].
pub(super) fn expires(text: &str) -> Option<i64> {
    let (seconds, fraction) = match text.split_once('.') {
        Some((_, "")) => return None,
        Some(parts) => parts,
        None => (text, ""),
    };
    let is_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if text.len() > EXPIRES_BYTES_MAX
        || seconds.is_empty()
        || !is_digits(seconds)
        || !is_digits(fraction)
    {
        return None;
    }
    let seconds: i64 = seconds.parse().ok()?;
    let thousandths: String = fraction.chars().chain("000".chars()).take(3).collect();
    let ms = seconds
        .checked_mul(1000)?
        .checked_add(thousandths.parse().ok()?)?;
    let is_more = fraction
        .get(3..)
        .is_some_and(|rest| rest.contains(|c| c != '0'));
    let within = ms < EXPIRES_MAX_MS || (ms == EXPIRES_MAX_MS && !is_more);
    (within && (ms > 0 || is_more)).then_some(ms.max(1))
}

#[cfg(test)]
mod tests {
    use super::{date, day, expires};

    #[test]
    fn a_day_is_eight_digits() {
        assert_eq!(day(1_795_348_800_000), "20261122");
        assert_eq!(day(0), "19700101");
        assert_eq!(day(i64::MAX), "19700101");
    }

    #[test]
    fn dates_are_those_of_the_calendar() {
        for (text, expected) in [
            ("20261122T120000Z", Some(1_795_348_800_000)),
            ("19700101T000000Z", Some(0)),
            ("20280229T235959Z", Some(1_835_481_599_000)),
            ("20270229T000000Z", None),
            ("20261131T000000Z", None),
            ("20261122T240000Z", None),
            ("20261122T120060Z", None),
            ("20261231T235960Z", None),
            ("20261122T120000", None),
            ("20261122t120000z", None),
            ("20261122 120000Z", None),
            ("20261122T120000Z ", None),
            ("+0261122T120000Z", None),
            ("2026112٢T12000Z", None),
            ("", None),
        ] {
            assert_eq!(date(text), expected, "{text}");
        }
    }

    #[test]
    fn an_expiry_is_a_positive_decimal_of_at_most_a_quarter_of_an_hour() {
        for (text, expected) in [
            ("900", Some(900_000)),
            ("300", Some(300_000)),
            ("1", Some(1_000)),
            ("0900", Some(900_000)),
            ("899.5", Some(899_500)),
            ("0.001", Some(1)),
            ("0.0001", Some(1)),
            ("899.99999999", Some(899_999)),
            ("900.000", Some(900_000)),
            ("900.0001", None),
            ("0", None),
            ("0.0", None),
            ("-1", None),
            ("+1", None),
            ("901", None),
            ("1e3", None),
            ("1.", None),
            (".5", None),
            ("1.5.5", None),
            ("99999999999999999999999", None),
            ("9999999999999999999", None),
            ("900000000000000000000000000", None),
            ("", None),
            (" 900", None),
            ("٩٠٠", None),
        ] {
            assert_eq!(expires(text), expected, "{text}");
        }
    }
}
