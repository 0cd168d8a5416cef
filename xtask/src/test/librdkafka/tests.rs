//! Lines of the allow-list and of the runner's report.

use super::{Allowed, parse, states};

#[test]
fn lines_of_the_list() {
    let quick = Allowed {
        name: "0001_multiobj".into(),
        scenario: "default".into(),
        quick: true,
    };
    assert_eq!(parse("0001_multiobj default quick"), Some(quick));
    let slow = Allowed {
        name: "0107_x".into(),
        scenario: "noautocreate".into(),
        quick: false,
    };
    assert_eq!(parse("0107_x noautocreate"), Some(slow));
    assert_eq!(parse("# a comment with words"), None);
    assert_eq!(parse(""), None);
}

#[test]
fn states_of_a_report() {
    let report = br#"{"tests": {"0001_a": {"state": "PASSED"}, "0001_b": {"state": "SKIPPED"}}}"#;
    let states = states(report);
    assert_eq!(states["0001_a"], "PASSED");
    assert_eq!(states["0001_b"], "SKIPPED");
    assert!(super::states(b"nothing").is_empty());
}
