//! Lines of the format, and lines that are none.

use super::parse;

#[test]
fn families_have_help_kind_and_samples() {
    let text = "# HELP a_total Some help: \"x\".\n# TYPE a_total counter\n\
        a_total{b=\"c,}\\\"\",d=\"\"} 1.5\na_total 2\n\
        # TYPE s summary\ns{quantile=\"0.5\"} NaN\ns_sum 3\ns_count 4\n";
    let families = parse(text).unwrap();
    let a = &families["a_total"];
    assert_eq!(
        (a.help.as_str(), a.kind.as_str()),
        ("Some help: \"x\".", "counter")
    );
    let keys = |family: &super::Family| -> Vec<String> {
        family.samples.keys().map(ToString::to_string).collect()
    };
    assert_eq!(keys(a), ["a_total{}", "a_total{b=\"c,}\\\"\",d=\"\"}"]);
    let without = a.without(&["d"]);
    assert_eq!(keys(&without), ["a_total{}", "a_total{b=\"c,}\\\"\"}"]);
    assert_eq!(families["s"].samples.len(), 3);
    assert_eq!(families.len(), 2);
}

#[test]
fn what_is_no_line_is_named() {
    for bad in ["a", "a b", "a{b} 1", "a{b=\"c} 1", "# TYPE a"] {
        let error = parse(bad).unwrap_err();
        assert!(error.contains(bad), "{error}");
    }
    assert_eq!(parse("a 1\na 1\n").unwrap_err(), "`a 1` comes twice");
}
