//! Rules, counted and by chance.

use super::*;

fn faults(script: &mut Script, operation: Operation, requests: usize) -> Vec<bool> {
    (0..requests)
        .map(|_| script.next(operation).is_some())
        .collect()
}

#[test]
fn each_operation_has_its_own_count() {
    let mut script = Script::new(1)
        .on(Operation::PutObject, When::Between(1, 3), Fault::Cut)
        .on(Operation::PutRecords, When::Every(2), Fault::TooLarge);
    assert_eq!(
        faults(&mut script, Operation::PutObject, 4),
        [false, true, true, false]
    );
    assert_eq!(
        faults(&mut script, Operation::PutRecords, 4),
        [false, true, false, true]
    );
    assert_eq!(faults(&mut script, Operation::GetObject, 1), [false]);
}

#[test]
fn chance_comes_again_with_its_seed() {
    let course = |seed| {
        let share = When::Share(0.3);
        let mut script = Script::new(seed).on(Operation::PutObject, share, Fault::Cut);
        faults(&mut script, Operation::PutObject, 1000)
    };
    assert_eq!(course(1), course(1));
    assert_ne!(course(1), course(2));
    let hits = course(3).iter().filter(|hit| **hit).count();
    assert!((200..400).contains(&hits), "{hits} of 1000 at 0.3");
}

#[test]
fn a_script_is_read_from_json() {
    let script = Script::parse(
        r#"{"seed": 7, "rules": [
            {"operation": "PutLogEvents", "when": {"share": 0.1}, "fault": "cut_after"},
            {"when": {"between": [3, 5]}, "fault": {"throttle": {"retry_after_ms": 20}}}
        ]}"#,
    );
    let script = script.unwrap();
    assert_eq!(script.rules.len(), 2);
    let throttle = Fault::Throttle {
        retry_after_ms: Some(20),
    };
    assert_eq!(script.rules[1].fault, throttle);
    assert!(Script::parse(r#"{"rules": [{"when": "never"}]}"#).is_err());
}
