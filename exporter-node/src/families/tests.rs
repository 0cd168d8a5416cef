//! Grouping, order, and rounds.

use exposition::{Format, Kind};

use super::{Desc, Families};

const CPU: Desc = Desc::counter("node_cpu_seconds_total", "Seconds.");
const LOAD: Desc = Desc::gauge("node_load1", "1m load average.");

fn text(families: &Families) -> String {
    let mut out = Vec::new();
    families.write(Format::Text004, &mut out);
    String::from_utf8(out).unwrap()
}

#[test]
fn samples_come_together_under_sorted_names() {
    let mut families = Families::default();
    for round in 0..3 {
        families.clear();
        assert!(families.is_empty() && families.declared("node_load1").is_none());
        families.put(&LOAD, &[], f64::from(round));
        families.put(&CPU, &[("cpu", "0")], 1.5);
        families.put_named(Kind::Untyped, "node_a", "", &[("x", "q\"\\\n")], 1e9);
        families.put(&CPU, &[("cpu", "1"), ("mode", "idle")], 2.0);
        let expected = format!(
            "# TYPE node_a untyped
node_a{{x=\"q\\\"\\\\\\n\"}} 1000000000
# HELP node_cpu_seconds_total Seconds.
# TYPE node_cpu_seconds_total counter
node_cpu_seconds_total{{cpu=\"0\"}} 1.5
node_cpu_seconds_total{{cpu=\"1\",mode=\"idle\"}} 2
# HELP node_load1 1m load average.
# TYPE node_load1 gauge
node_load1 {round}
"
        );
        assert_eq!(text(&families), expected);
        assert_eq!(
            families.declared("node_load1"),
            Some((Kind::Gauge, LOAD.help))
        );
    }
    families.clear();
    assert_eq!(text(&families), "");
}

#[test]
fn what_is_pushed_is_what_is_written() {
    let mut families = Families::default();
    families.put(&CPU, &[("cpu", "0")], 1.5);
    families.put(&LOAD, &[], 0.25);
    let mut pushed = Vec::new();
    exposition::encode(&families.to_families(), Format::Text004, &mut pushed);
    assert_eq!(String::from_utf8(pushed).unwrap(), text(&families));
}

#[test]
fn names_that_came_up_once_are_forgotten() {
    let mut families = Families::default();
    for number in 0..=super::FAMILIES_KEPT_MAX {
        families.put_named(Kind::Gauge, &format!("node_{number}"), "", &[], 0.0);
    }
    families.clear();
    assert!(families.entries.is_empty());
    families.put(&LOAD, &[], 0.5);
    assert!(text(&families).ends_with("node_load1 0.5\n"));
}

#[test]
fn the_first_of_a_round_decides_what_a_family_is() {
    let mut families = Families::default();
    for _ in 0..2 {
        families.put(&LOAD, &[], 1.0);
        assert_eq!(families.declared(LOAD.name), Some((LOAD.kind, LOAD.help)));
        families.put_named(Kind::Counter, LOAD.name, "Another.", &[("a", "b")], 2.0);
        assert_eq!(families.declared(LOAD.name), Some((LOAD.kind, LOAD.help)));
        families.clear();
        families.put_named(Kind::Counter, LOAD.name, "Another.", &[], 2.0);
        families.put(&LOAD, &[("a", "b")], 1.0);
        let told = Some((Kind::Counter, "Another."));
        assert_eq!(families.declared(LOAD.name), told);
        families.clear();
    }
    assert_eq!(families.take_left_out(), 0);
}

#[test]
fn what_prometheus_would_refuse_is_left_out() {
    let mut families = Families::default();
    let name = "node_a";
    let put = |families: &mut Families, name: &str, labels: &[(&str, &str)]| {
        families.put_named(Kind::Gauge, name, "A.", labels, 1.0);
    };
    put(&mut families, name, &[("b", "c")]);
    put(&mut families, name, &[("b", "c")]);
    put(&mut families, name, &[("b", "d")]);
    for bad in ["", "1a", "node_\u{fffd}", "node a", "node-a", "node_a\n"] {
        put(&mut families, bad, &[]);
    }
    assert_eq!((families.len(), families.take_left_out()), (2, 7));
    assert_eq!(families.take_left_out(), 0);
    families.clear();
    put(&mut families, name, &[("b", "c")]);
    assert_eq!((families.len(), families.take_left_out()), (1, 0));
}

#[test]
fn a_round_that_is_not_as_the_last_one_is_told_as_it_is() {
    let mut families = Families::default();
    // The labels of the samples that each round puts, and those that are told.
    let rounds: [(&[&str], &[&str]); 8] = [
        (&["a", "b", "c"], &["a", "b", "c"]),
        (&["a", "b", "c"], &["a", "b", "c"]),
        (&["a", "c"], &["a", "c"]),
        (&["a", "c", "a", "d"], &["a", "c", "d"]),
        (&["x", "a", "c", "x"], &["x", "a", "c"]),
        (&[], &[]),
        (&["x", "a", "a", "c"], &["x", "a", "c"]),
        (&["c", "a", "x"], &["c", "a", "x"]),
    ];
    for (put, told) in rounds {
        families.clear();
        for (at, label) in put.iter().enumerate() {
            families.put(&CPU, &[("cpu", label)], at as f64);
        }
        let expected: String = told
            .iter()
            .map(|label| {
                let at = put.iter().position(|other| other == label).unwrap();
                format!("node_cpu_seconds_total{{cpu=\"{label}\"}} {at}\n")
            })
            .collect();
        let text = text(&families);
        let lines: String = text
            .lines()
            .skip(2)
            .map(|line| format!("{line}\n"))
            .collect();
        assert_eq!(lines, expected, "{put:?}");
        assert_eq!(families.take_left_out(), put.len() - told.len(), "{put:?}");
        assert_eq!(families.len(), told.len());
    }
}

proptest::proptest! {
    #[test]
    fn whatever_stands_in_labels_reads_back_as_it_was(
        values in proptest::collection::vec("\\PC{0,8}|[\"\\\\\n{},= ]{0,8}", 1..4),
        number in 0.0..1e12_f64,
    ) {
        let names = ["a", "b", "c"];
        let labels: Vec<(&str, &str)> = names.into_iter().zip(values.iter().map(String::as_str)).collect();
        let mut families = Families::default();
        families.put(&CPU, &labels, number);
        families.put_named(Kind::Gauge, "node_b", "Help\nof \\ it.", &labels, 1.0);
        for format in [Format::Text004, Format::OpenMetrics1] {
            let mut text = Vec::new();
            families.write(format, &mut text);
            exposition::write_end(&mut text, format);
            let text = String::from_utf8(text).unwrap();
            let read = exposition::parse_as(&text, format).unwrap();
            proptest::prop_assert_eq!(read, families.to_families());
        }
    }
}
