//! What became of a batch.

use aws::{FailureKind, RecordFailure};

use super::Answers;
use crate::sink::fixture::{delivered, failed, partial};
use crate::sink::{Rejection, TroubleClass};

fn answer(kinds: &[Option<FailureKind>]) -> Vec<Option<RecordFailure>> {
    let each = kinds.iter().map(|kind| {
        let code = "Code".to_owned();
        kind.map(|kind| RecordFailure { kind, code })
    });
    each.collect()
}

#[test]
fn records_that_failed_are_what_remains() {
    let mut answers = Answers::default();
    answers.add(
        "Kinesis",
        vec![vec![0, 1], vec![2], vec![3]],
        Ok(answer(&[None, None, None])),
    );
    assert!(answers.may_go_on());
    let kinds = [
        Some(FailureKind::Service),
        None,
        Some(FailureKind::Throttled),
    ];
    answers.add(
        "Kinesis",
        vec![vec![4, 6], vec![5], vec![7]],
        Ok(answer(&kinds)),
    );
    assert!(!answers.may_go_on());
    answers.left([8]);
    assert_eq!(
        partial(answers.outcome(vec![9])),
        (vec![4, 6, 7, 8, 9], TroubleClass::Throttled)
    );
}

#[test]
fn nothing_delivered_is_a_failure_and_all_of_it_none() {
    let mut answers = Answers::default();
    answers.add(
        "Firehose",
        vec![vec![0]],
        Ok(answer(&[Some(FailureKind::Service)])),
    );
    let (class, message) = failed(answers.outcome(Vec::new()));
    assert_eq!(class, TroubleClass::Service);
    assert_eq!(message, "Firehose refuses 1 of 1 records for now (Code)");
    let mut answers = Answers::default();
    answers.add("Firehose", vec![vec![0]], Ok(answer(&[None])));
    assert_eq!(
        delivered(answers.outcome(vec![1])),
        [(1, Rejection::Invalid)]
    );
}
