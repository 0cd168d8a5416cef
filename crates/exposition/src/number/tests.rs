//! Spellings, and that they read back to the same bits.

use super::{write_seconds, write_value};
use proptest::prelude::{any, prop_assert_eq, proptest};

fn spelled(value: f64) -> String {
    let mut out = Vec::new();
    write_value(&mut out, value);
    String::from_utf8(out).unwrap()
}

#[test]
fn values_are_spelled_as_prometheus_reads_them() {
    for (value, expected) in [
        (0.0, "0"),
        (-0.0, "-0.0"),
        (1.0, "1"),
        (-7.0, "-7"),
        (0.25, "0.25"),
        (1e15, "1000000000000000"),
        (9_007_199_254_740_991.0, "9007199254740991"),
        (9_007_199_254_740_992.0, "9007199254740992.0"),
        (1e300, "1e+300"),
        (5e-324, "5e-324"),
        (f64::NAN, "NaN"),
        (f64::INFINITY, "+Inf"),
        (f64::NEG_INFINITY, "-Inf"),
    ] {
        assert_eq!(spelled(value), expected);
    }
}

#[test]
fn times_are_seconds() {
    for (timestamp_ms, expected) in [
        (0, "0"),
        (1, "0.001"),
        (1_500, "1.500"),
        (-1_050, "-1.050"),
        (1_700_000_000_000, "1700000000"),
        (i64::MIN, "-9223372036854775.808"),
    ] {
        let mut out = Vec::new();
        write_seconds(&mut out, timestamp_ms);
        assert_eq!(out, expected.as_bytes());
    }
}

proptest! {
    #[test]
    fn every_finite_value_reads_back(bits in any::<u64>()) {
        let value = f64::from_bits(bits);
        if !value.is_nan() {
            prop_assert_eq!(spelled(value).parse::<f64>().unwrap().to_bits(), bits);
        }
    }
}
