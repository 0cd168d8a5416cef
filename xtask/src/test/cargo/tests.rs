//! Reading libtest's closing lines.

use super::{Tally, count};

#[test]
fn closing_lines_add_up() {
    let mut tally = Tally::default();
    for line in [
        "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 3 filtered out; finished in 0.10s",
        "running 3 tests",
        "---- groups::a_name stdout ----",
        "test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.10s",
    ] {
        count(line, &mut tally);
    }
    assert_eq!((tally.passed, tally.skipped), (14, 1));
    assert_eq!(tally.failed, ["groups::a_name"]);
}
