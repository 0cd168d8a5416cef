//! Quantiles, and what counts as which kind.

use super::*;

fn file(path: &str, lines: usize) -> File {
    File {
        path: path.to_string(),
        text: "//! x\n".repeat(lines),
    }
}

#[test]
fn quantiles_of_few() {
    assert_eq!(quantile(&[], 50), 0);
    assert_eq!(quantile(&[7], 50), 7);
    assert_eq!(quantile(&[1, 2, 3, 4], 50), 2);
    assert_eq!(quantile(&[1, 2, 3, 4], 100), 4);
}

#[test]
fn tests_do_not_count_towards_the_median() {
    let files = [
        file("broker/src/net.rs", 151),
        file("broker/src/net/tests.rs", 9),
        file("tests/it/groups.rs", 9),
        file("README.md", 9),
    ];
    let lengths = of(&files);
    assert_eq!((lengths.source.len(), lengths.tests.len()), (1, 2));
    let mut findings = Vec::new();
    check(&lengths, &mut findings);
    assert_eq!(findings.len(), 1);
}
