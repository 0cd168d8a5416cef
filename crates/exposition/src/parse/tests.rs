//! Cases of both formats, right and wrong; each wrong one with its line and reason.

use super::{ParseError, Problem, parse, parse_as};
use crate::{Family, Format, Kind, Sample, Text};

fn labels(pairs: &[(&'static str, &'static str)]) -> Vec<(Text, Text)> {
    let pairs = pairs.iter();
    pairs
        .map(|(name, value)| ((*name).into(), (*value).into()))
        .collect()
}

fn problem(text: &str, format: Format) -> (usize, String) {
    let ParseError { line, problem } = parse_as(text, format).unwrap_err();
    (line, problem.to_string())
}

#[test]
fn text_is_read_as_prometheus_reads_it() {
    let text = "\n# a comment\n#\tHELP  a Help \\\\ with \\n and \\d  \n# TYPE a counter\n\
        a { x = \"1\" , y=\"\\\\\\\"\\n\" , } 1e3 -5\n  a\t2\nb{} +Inf\n# EOF\n\
        # TYPE h histogram\nh_bucket{le=\"+Inf\"} 1\nh_sum NaN\nh_count 1\nh_other 3\na{x=\"2\"} 0\n";
    let read = parse(text).unwrap();
    let mut a = Family::counter("a", "Help \\ with \n and \\d  ");
    a.samples = vec![
        Sample {
            timestamp_ms: Some(-5),
            ..Sample::new(labels(&[("x", "1"), ("y", "\\\"\n")]), 1000.0)
        },
        Sample::new(vec![], 2.0),
        Sample::new(labels(&[("x", "2")]), 0.0),
    ];
    assert_eq!(read.first(), Some(&a));
    assert_eq!(
        read.get(1),
        Some(&Family::untyped("b", "").with(vec![], f64::INFINITY))
    );
    let (h, other) = (&read[2], &read[3]);
    assert_eq!(
        (h.kind, h.samples.len(), &*h.name),
        (Kind::Histogram, 3, "h")
    );
    assert_eq!((other.kind, &*other.name), (Kind::Untyped, "h_other"));
    assert_eq!(
        h.samples
            .iter()
            .map(|sample| sample.suffix)
            .collect::<Vec<_>>(),
        ["_bucket", "_sum", "_count"]
    );
}

#[test]
fn open_metrics_is_read_by_its_rules() {
    let text = "# TYPE foo_seconds counter\n# UNIT foo_seconds seconds\n# HELP foo_seconds A \\\"b\\\"\n\
        foo_seconds_total{a=\"b\"} 17.0 1520879607.789 # {trace_id=\"x\"} 0.5 1.0\n\
        foo_seconds_created{a=\"b\"} 1520430000.123\n\
        # TYPE build info\nbuild_info{v=\"1\"} 1\n# TYPE on stateset\non{on=\"a\"} 1\non{on=\"b\"} 0\n\
        loose 1\n# TYPE none gauge\n# EOF";
    let read = parse(text).unwrap();
    let mut foo = Family::counter("foo_seconds_total", "A \"b\"");
    foo.samples = vec![Sample {
        timestamp_ms: Some(1_520_879_607_789),
        ..Sample::new(labels(&[("a", "b")]), 17.0)
    }];
    let on = Family::gauge("on", "")
        .with(labels(&[("on", "a")]), 1.0)
        .with(labels(&[("on", "b")]), 0.0);
    let expected = [
        foo,
        Family::gauge("build_info", "").with(labels(&[("v", "1")]), 1.0),
        on,
        Family::untyped("loose", "").with(vec![], 1.0),
    ];
    assert_eq!(read, expected);
}

/// Text, the line with the mistake, and what is said of it.
const WRONG_TEXT: &[(&str, usize, &str)] = &[
    ("a 1", 1, "the last line has no end"),
    ("a 1\nb 2\nhalf{x=\"", 3, "the last line has no end"),
    ("a 1\n9a 1\n", 2, "`9a` is not a metric name"),
    ("ä 1\n", 1, "`ä 1` is not a metric name"),
    ("a{9=\"1\"} 1\n", 1, "`9` is not a label name"),
    ("a{b:c=\"1\"} 1\n", 1, "`b:c` is not a label name"),
    ("a{=\"1\"} 1\n", 1, "is not a label name"),
    ("a{b} 1\n", 1, "expected `=`"),
    ("a{b=1} 1\n", 1, "expected a quote"),
    ("a{b=\"1} 1\n", 1, "closing quote"),
    ("a{b=\"1\\", 1, "the last line has no end"),
    ("a{b=\"1\\\n", 1, "closing quote"),
    ("a{b=\"\\x\"} 1\n", 1, "`\\x` is not an escape"),
    ("a{b=\"1\" c=\"2\"} 1\n", 1, "expected `,` or `}`"),
    ("a{b=\"1\",,} 1\n", 1, "is not a label name"),
    ("a{b=\"1\",b=\"2\"} 1\n", 1, "label `b` is there twice"),
    ("a{b=\"1\"\n", 1, "expected `,` or `}`"),
    (
        "{\"my.name\",a=\"b\"} 1\n",
        1,
        "quoted names are not supported",
    ),
    ("a{\"b\"=\"1\"} 1\n", 1, "quoted names are not supported"),
    ("a\n", 1, "expected a blank after the name"),
    ("a{}\n", 1, "expected a value"),
    ("a-b 1\n", 1, "expected a blank after the name"),
    ("a one\n", 1, "`one` is not a value"),
    ("a 1e999\n", 1, "`1e999` is not a value"),
    ("a 0x10\n", 1, "`0x10` is not a value"),
    ("a 1\r\n", 1, "is not a value"),
    ("a 1 2.5\n", 1, "`2.5` is not a timestamp"),
    ("a 1 9223372036854775808\n", 1, "is not a timestamp"),
    ("a 1 2 3\n", 1, "expected the end of the line"),
    ("# TYPE a thing\n", 1, "`thing` is not a metric type"),
    ("# TYPE a gaugehistogram\n", 1, "is not a metric type"),
    (
        "# TYPE a counter\n# TYPE a counter\n",
        2,
        "second or late TYPE of `a`",
    ),
    ("a 1\n# TYPE a counter\n", 2, "second or late TYPE of `a`"),
    ("# HELP a x\n# HELP a x\n", 2, "second or late HELP of `a`"),
    ("# TYPE 1a counter\n", 1, "is not a metric name"),
    (
        "# TYPE h histogram\nh_bucket 1\n",
        2,
        "`h_bucket` needs the label `le`",
    ),
    (
        "# TYPE h histogram\nh_bucket{le=\"x\"} 1\n",
        2,
        "needs the label `le`",
    ),
    (
        "# TYPE h histogram\nh 1\n",
        2,
        "`h` is not a sample of histogram `h`",
    ),
    ("# TYPE s summary\ns 1\n", 2, "needs the label `quantile`"),
    (
        "a{x=\"1\",y=\"2\"} 1\nb 1\na{y=\"2\",x=\"1\"} 2\n",
        3,
        "`a` is there twice",
    ),
];

#[test]
fn what_is_wrong_with_text_is_named_with_its_line() {
    for (text, line, expected) in WRONG_TEXT.iter().copied() {
        let (found_line, found) = problem(text, Format::Text004);
        assert!(found.contains(expected), "{text:?}: {found}");
        assert_eq!(found_line, line, "{text:?}");
    }
    // The same at another time is another point.
    parse("a 1 1\na 1 2\na 1\n").unwrap();
}

/// The same for OpenMetrics; nothing is said of what is right.
const WRONG_OPEN_METRICS: &[(&str, usize, &str)] = &[
    ("", 1, "expected a sample"),
    ("a 1\n", 2, "expected a sample"),
    ("a 1", 1, "`# EOF` is missing"),
    ("# EOF\na 1\n", 2, "something follows it"),
    ("# EOF\n\n", 2, "something follows it"),
    ("\n# EOF\n", 1, "expected a sample or a comment"),
    (" a 1\n# EOF\n", 1, "expected a sample or a comment"),
    (
        "# comment\n# EOF\n",
        1,
        "expected `TYPE`, `HELP`, `UNIT` or `EOF`",
    ),
    ("#TYPE a gauge\n# EOF\n", 1, "is not a metric name"),
    (
        "# TYPE a untyped\n# EOF\n",
        1,
        "`untyped` is not a metric type",
    ),
    (
        "# TYPE a counter\na 1\n# EOF\n",
        2,
        "`a` is not a sample of counter `a`",
    ),
    (
        "# TYPE a gauge\na_total 1\n# EOF\n",
        2,
        "`a_total` is not a sample of gauge `a`",
    ),
    (
        "# TYPE a counter\na_total -1\n# EOF\n",
        2,
        "`a_total` cannot have this value",
    ),
    (
        "# TYPE a counter\na_total NaN\n# EOF\n",
        2,
        "cannot have this value",
    ),
    (
        "# UNIT a_seconds bytes\n# EOF\n",
        1,
        "does not end in its unit `bytes`",
    ),
    (
        "# UNIT seconds seconds\n# EOF\n",
        1,
        "does not end in its unit",
    ),
    (
        "# TYPE a gauge\na 1\n# HELP a x\n# EOF\n",
        3,
        "second or late HELP of `a`",
    ),
    (
        "a 1\nb 1\na{x=\"1\"} 1\n# EOF\n",
        4,
        "the name `a` is taken",
    ),
    (
        "# TYPE a counter\na_total 1\n# TYPE a_total unknown\na_total 2\n# EOF\n",
        5,
        "is taken",
    ),
    (
        "# TYPE h histogram\nh_bucket{le=\"1.0\"} -1\n# EOF\n",
        2,
        "cannot have this value",
    ),
    (
        "# TYPE a gauge\na 1 # {} 1\n# EOF\n",
        2,
        "expected the end of the line",
    ),
    (
        "# TYPE a counter\na_total 1 # 1\n# EOF\n",
        2,
        "`{` of an exemplar",
    ),
    ("a 1 1e30\n# EOF\n", 1, "is not a timestamp"),
    ("a 1 NaN\n# EOF\n", 1, "is not a timestamp"),
    ("a  1\n# EOF\n", 1, ""),
    ("a 1\na 1\n# EOF\n", 2, "`a` is there twice"),
];

#[test]
fn what_is_wrong_with_open_metrics_is_named_with_its_line() {
    for (text, line, expected) in WRONG_OPEN_METRICS.iter().copied() {
        if expected.is_empty() {
            parse_as(text, Format::OpenMetrics1).unwrap();
            continue;
        }
        let (found_line, found) = problem(text, Format::OpenMetrics1);
        assert!(found.contains(expected), "{text:?}: {found}");
        assert_eq!(found_line, line, "{text:?}");
    }
}

#[test]
fn an_error_shows_only_the_beginning_of_what_is_wrong() {
    let text = format!("a{{{}=\"1\"}} 1\n", "ä".repeat(10_000));
    let ParseError { problem, .. } = parse(&text).unwrap_err();
    let Problem::LabelName(shown) = problem else {
        panic!("{problem}");
    };
    assert_eq!(shown.chars().count(), 80);
}
