//! The summary's closing line and what counts as green.

use super::{Report, Tally, summary};

fn closing(tallies: Vec<Tally>) -> String {
    let reports: Vec<Report> = tallies
        .into_iter()
        .map(|tally| Report {
            suite: "some",
            seconds: 1.0,
            tally,
        })
        .collect();
    summary(&reports)
        .lines()
        .last()
        .unwrap_or_default()
        .to_owned()
}

#[test]
fn closing_line_counts_checks() {
    let passed = Tally {
        passed: 3,
        skipped: 1,
        failed: vec![],
    };
    let failed = Tally {
        passed: 2,
        skipped: 0,
        failed: vec!["why".into()],
    };
    assert_eq!(
        closing(vec![passed, failed]),
        "5 passed, 1 failed, 1 skipped"
    );
}

#[test]
fn a_suite_that_ran_nothing_has_failed() {
    assert_eq!(
        closing(vec![Tally::default()]),
        "0 passed, 1 failed, 0 skipped"
    );
}
