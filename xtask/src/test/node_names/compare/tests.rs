//! Families that agree, and those that differ in one thing.

use super::super::text::parse;
use super::{Round, Verdict, family};
use crate::tools::Release;

fn check(before: &str, theirs: &str, after: &str, expected: Result<(), &str>) {
    let scrape = |samples: &str| {
        parse(&format!(
            "# HELP a_total H.\n# TYPE a_total counter\n{samples}"
        ))
        .unwrap()
    };
    let round = Round {
        before: scrape(before),
        theirs: scrape(theirs),
        after: scrape(after),
    };
    let expected = match expected {
        Ok(()) => Verdict::Agrees,
        Err(why) => Verdict::Differs(why.to_owned()),
    };
    assert_eq!(family(&round, "a_total", Release::Sid), expected);
}

#[test]
fn a_counter_lies_between_ours() {
    check("a_total 1", "a_total 2", "a_total 3", Ok(()));
    check("a_total 1", "a_total 1", "a_total 1", Ok(()));
    check(
        "a_total 1",
        "a_total 4",
        "a_total 3",
        Err("a_total{} is 4 and with us 1 to 3"),
    );
    check("a_total NaN", "a_total NaN", "a_total NaN", Ok(()));
}

#[test]
fn files_that_an_exporter_opens_to_read_are_no_difference_and_another_number_is() {
    let scrape = |value: &str| {
        let name = "node_filefd_allocated";
        parse(&format!(
            "# HELP {name} H.\n# TYPE {name} gauge\n{name} {value}\n"
        ))
        .unwrap()
    };
    let verdict = |theirs: &str| {
        let round = Round {
            before: scrape("381"),
            theirs: scrape(theirs),
            after: scrape("381"),
        };
        family(&round, "node_filefd_allocated", Release::Sid)
    };
    assert_eq!(verdict("383"), Verdict::Agrees);
    for other in ["0", "300", "9.223372036854776e+18"] {
        assert!(matches!(verdict(other), Verdict::Differs(_)), "{other}");
    }
}

#[test]
fn series_are_the_same() {
    check(
        "a_total{x=\"1\"} 1",
        "a_total 1",
        "a_total{x=\"1\"} 1",
        Err("only we have a_total{x=\"1\"}"),
    );
    check("", "a_total 1", "", Err("we do not have a_total{}"));
    // One that comes or goes meanwhile is nobody's fault.
    check(
        "a_total 1",
        "a_total 1",
        "a_total 1\na_total{x=\"1\"} 1",
        Ok(()),
    );
    check(
        "a_total 1\na_total{x=\"1\"} 1",
        "a_total 1",
        "a_total 1",
        Ok(()),
    );
}

#[test]
fn help_type_and_presence_count() {
    let ours = parse("# HELP a_total H\n# TYPE a_total gauge\na_total 1\n").unwrap();
    let mut theirs = ours.clone();
    let judge = |theirs: &std::collections::BTreeMap<_, _>,
                 ours: &std::collections::BTreeMap<_, _>| {
        let round = Round {
            before: ours.clone(),
            theirs: theirs.clone(),
            after: ours.clone(),
        };
        family(&round, "a_total", Release::Stable)
    };
    assert_eq!(judge(&theirs, &ours), Verdict::Agrees);
    theirs.get_mut("a_total").unwrap().help = "I".into();
    let why = "help `I` is `H` with us";
    assert_eq!(judge(&theirs, &ours), Verdict::Differs(why.into()));
    theirs.get_mut("a_total").unwrap().kind = "counter".into();
    let why = "type counter is gauge with us";
    assert_eq!(judge(&theirs, &ours), Verdict::Differs(why.into()));
    let none = std::collections::BTreeMap::new();
    assert_eq!(
        judge(&theirs, &none),
        Verdict::Differs("we do not report it".into())
    );
}
