//! What an answer says of each record.

use super::RecordFailure;
use crate::failure::FailureKind;

#[test]
fn each_record_has_its_own_word() {
    let code = |text: &str| Some(text.to_owned());
    let codes = vec![
        None,
        code("InternalFailure"),
        code(""),
        code("ProvisionedThroughputExceededException"),
    ];
    let each = RecordFailure::each("Kinesis", 4, codes).unwrap();
    let kinds: Vec<_> = each
        .iter()
        .map(|one| one.as_ref().map(|one| one.kind))
        .collect();
    let expected = [
        None,
        Some(FailureKind::Service),
        None,
        Some(FailureKind::Throttled),
    ];
    assert_eq!(kinds, expected);
    // It says nothing of one: nobody knows which.
    let short = RecordFailure::each("Kinesis", 2, vec![None]).unwrap_err();
    assert_eq!(short.kind, FailureKind::Unanswered);
    assert!(short.to_string().contains("of 2 records"), "{short}");
}
