//! One exposition in both formats, letter by letter, and what is written reads back.

use super::encode;
use crate::{Family, Format, Kind, Sample, Text, parse, parse_as};
use proptest::collection::{btree_map, btree_set, vec};
use proptest::option;
use proptest::prelude::{Just, Strategy, any, prop_assert_eq, prop_oneof, proptest};
use proptest::sample::select;

fn label(name: &'static str, value: &'static str) -> (Text, Text) {
    (name.into(), value.into())
}

fn suffixed(suffix: &'static str, labels: Vec<(Text, Text)>, value: f64) -> Sample {
    Sample {
        suffix,
        ..Sample::new(labels, value)
    }
}

fn example() -> Vec<Family> {
    let mut buckets = Family::new("request_seconds", "Time", Kind::Histogram);
    buckets.samples = vec![
        suffixed("_bucket", vec![label("le", "1")], 3.0),
        suffixed("_bucket", vec![label("le", "+Inf")], 4.0),
        suffixed("_sum", vec![], 2.5),
        suffixed("_count", vec![], 4.0),
    ];
    let mut quantiles = Family::new("latency", "", Kind::Summary);
    quantiles.samples = vec![
        suffixed("", vec![label("a", "1"), label("quantile", "0.5")], 7.0),
        suffixed("_count", vec![label("a", "1")], 9.0),
    ];
    let mut timed = Family::gauge("timed", "With a time");
    timed.samples = vec![Sample {
        timestamp_ms: Some(1_500),
        ..Sample::new(vec![], -0.5)
    }];
    vec![
        Family::counter("node_cpu_seconds_total", "Seconds \"spent\" in C:\\\nnext")
            .with(vec![label("cpu", "0"), label("mode", "a\"b\\c\nd")], 1.5)
            .with(vec![], 9.0),
        Family::counter("pages_in", "Not called _total").with(vec![], 12.0),
        Family::untyped("connection_creation_total", "MSK's")
            .with(vec![label("listener", "X")], 3.0),
        Family::gauge("left_out", "Has no samples"),
        Family::gauge("size_bytes", "Size").with(vec![], f64::INFINITY),
        buckets,
        quantiles,
        timed,
    ]
}

#[test]
fn both_formats_letter_by_letter() {
    for (format, expected) in [
        (Format::Text004, include_str!("tests/example.txt")),
        (
            Format::OpenMetrics1,
            include_str!("tests/example.openmetrics.txt"),
        ),
    ] {
        let mut out = Vec::new();
        encode(&example(), format, &mut out);
        let out = String::from_utf8(out).unwrap();
        assert_eq!(out, expected, "{format:?}:\n{out}");
        parse_as(&out, format).unwrap();
    }
    let mut out = Vec::new();
    encode(&[], Format::OpenMetrics1, &mut out);
    assert_eq!(out, b"# EOF\n");
}

fn text() -> impl Strategy<Value = Text> {
    prop_oneof!["[a-zA-Z0-9 ]{0,8}", "\\PC{0,6}", "[\\\\\"\n{}=,#]{0,6}"].prop_map(Text::from)
}

fn value() -> impl Strategy<Value = f64> {
    prop_oneof![
        any::<f64>().prop_filter("NaN has no equal", |value| !value.is_nan()),
        any::<i32>().prop_map(f64::from),
    ]
}

/// Families of samples with distinct labels; names with and without a counter's ending.
fn families() -> impl Strategy<Value = Vec<Family>> {
    let kind = select(vec![Kind::Counter, Kind::Gauge, Kind::Untyped]);
    let labels = btree_map("[a-zA-Z_][a-zA-Z0-9_]{0,3}", text(), 0..4);
    let samples = btree_set(labels, 1..5).prop_flat_map(|labels| {
        let count = labels.len();
        let times = vec(option::of(-4_000_000_000_000..4_000_000_000_000_i64), count);
        (Just(labels), vec(value(), count), times)
    });
    let family = (kind, text(), samples).prop_map(|(kind, help, (labels, values, times))| {
        // Blanks before a help are its separator in text 0.0.4.
        let help = help.trim_start().to_owned();
        let mut family = Family::new("", help, kind);
        let labels = labels.into_iter().map(|labels| {
            labels
                .into_iter()
                .map(|(name, value)| (name.into(), value))
                .collect()
        });
        for ((labels, value), timestamp_ms) in labels.zip(values).zip(times) {
            let value = if kind == Kind::Counter {
                f64::abs(value)
            } else {
                value
            };
            let sample = Sample {
                timestamp_ms,
                ..Sample::new(labels, value)
            };
            family.samples.push(sample);
        }
        family
    });
    let numbered = |(number, mut family): (usize, Family)| {
        let ending = if family.kind == Kind::Counter {
            "_total"
        } else {
            ""
        };
        family.name = format!("m{number}:x{ending}").into();
        family
    };
    vec(family, 0..6)
        .prop_map(move |families| families.into_iter().enumerate().map(numbered).collect())
}

proptest! {
    #[test]
    fn what_is_written_reads_back(families in families()) {
        for format in [Format::Text004, Format::OpenMetrics1] {
            let mut out = Vec::new();
            encode(&families, format, &mut out);
            let out = String::from_utf8(out).unwrap();
            prop_assert_eq!(&parse_as(&out, format).unwrap(), &families, "{}", out);
            if !families.is_empty() {
                prop_assert_eq!(&parse(&out).unwrap(), &families);
            }
        }
    }
}
