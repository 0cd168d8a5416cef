//! Numbers as bcache and bcachefs write them for people: `20.4G`.

/// The rule by which a fraction was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fraction {
    /// A decimal fraction.
    Decimal,
    /// bcache writes 0 to 1023 of 1024 parts, divided by 100: after `.9` comes `.10`.
    Of1024,
}

/// Powers of 1024.
const UNITS: [(char, i32); 9] = [
    ('k', 1),
    ('K', 1),
    ('M', 2),
    ('G', 3),
    ('T', 4),
    ('P', 5),
    ('E', 6),
    ('Z', 7),
    ('Y', 8),
];

/// The number, without what is behind its decimal point.
pub(super) fn number(text: &str, fraction: Fraction) -> Option<f64> {
    let unit = UNITS.iter().find(|(unit, _)| text.ends_with(*unit));
    let digits = unit.map_or(text, |(unit, _)| text.trim_end_matches(*unit));
    let power = unit.map_or(0, |(_, power)| *power);
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    if !is_digits(whole) || !is_digits(part) {
        return None;
    }
    let value: f64 = match (fraction, power) {
        (Fraction::Of1024, 1..) => whole.parse::<f64>().ok()? + part.parse::<f64>().ok()? / 10.24,
        _ => digits.parse().ok()?,
    };
    Some((value * 1024f64.powi(power)).trunc())
}

/// [`number`], which may be below zero.
pub(super) fn signed(text: &str, fraction: Fraction) -> Option<f64> {
    match text.strip_prefix('-') {
        Some(text) => number(text, fraction).map(|value| -value),
        None => number(text, fraction),
    }
}

#[cfg(test)]
mod tests {
    use super::{Fraction, number, signed};

    #[test]
    fn units_are_powers_of_1024() {
        let cases = [
            ("0", Some(0.0), Some(0.0)),
            ("720", Some(720.0), Some(720.0)),
            ("1.5", Some(1.0), Some(1.0)),
            ("100k", Some(102_400.0), Some(102_400.0)),
            ("20.4G", Some(21_904_333_209.0), Some(21_894_266_880.0)),
            ("1.10k", Some(1126.0), Some(2024.0)),
            ("k", None, None),
            ("", None, None),
            ("1.k", None, None),
            (".5k", None, None),
            ("-1", None, None),
            ("1e3", None, None),
            ("NaN", None, None),
            ("1.2.3", None, None),
            ("µ", None, None),
        ];
        for (text, decimal, of_1024) in cases {
            assert_eq!(number(text, Fraction::Decimal), decimal, "{text}");
            assert_eq!(number(text, Fraction::Of1024), of_1024, "{text} of bcache");
        }
        assert_eq!(signed("-1k", Fraction::Of1024), Some(-1024.0));
        assert_eq!(signed("--1", Fraction::Of1024), None);
    }
}
