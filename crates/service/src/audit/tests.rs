//! Lines that cannot be forged, and floods that cost a number.

use super::{
    Admission, AuditLog, BURST, KINDS_MAX, KINDS_PER_SOURCE_MAX, RECORDS_PER_SOURCE_MAX, Repeats,
    SOURCES_MAX, network,
};
use crate::clock::Clock;
use crate::telemetry::{ROTATION_DEFAULT, Undelivered};
use serde::Serialize;
use std::hash::Hash;
use std::net::IpAddr;

#[derive(Serialize)]
struct Event {
    event: &'static str,
    who: &'static str,
}

#[test]
fn an_event_is_one_line_of_json_whatever_it_holds() {
    let dir = tempfile::tempdir().unwrap();
    let clock = Clock::real();
    let undelivered = Undelivered::told_in(None);
    let log = AuditLog::open(
        dir.path(),
        "audit.log",
        ROTATION_DEFAULT,
        &undelivered,
        &clock,
    )
    .unwrap();
    for who in ["alice", "a\n{\"event\":\"forged\"}", "\u{0}\u{1b}"] {
        log.record(&Event {
            event: "denied",
            who,
        });
    }
    log.flush();
    let text = std::fs::read_to_string(dir.path().join("audit.log")).unwrap();
    let lines: Vec<serde_json::Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 3);
    assert!(lines.iter().all(|line| line["event"] == "denied"));
    assert_eq!(lines[1]["who"], "a\n{\"event\":\"forged\"}");
    let time = lines[0]["time"].as_str().unwrap();
    assert_eq!((time.len(), &time[23..]), (24, "Z"), "{time}");
    assert_eq!(
        super::timestamp(1_700_000_000_007),
        "2023-11-14T22:13:20.007Z"
    );
}

/// The events that were counted, in order.
fn drain<S, K>(repeats: &Repeats<S, K>, now_ms: i64) -> Vec<(Option<S>, Option<K>, u64)>
where
    S: Clone + Eq + Hash + Ord,
    K: Eq + Hash + Ord,
{
    let mut told = repeats.drain(now_ms);
    told.sort_unstable();
    let all = told.into_iter();
    all.map(|told| (told.source, told.kind, told.count))
        .collect()
}

#[test]
fn a_flood_is_recorded_in_part_and_counted_in_full() {
    let repeats = Repeats::new();
    let recorded = (0..BURST + 5)
        .filter(|_| repeats.admit("alice", "a", 1_000) == Admission::Record)
        .count() as u64;
    assert_eq!(recorded, BURST);
    assert_eq!(repeats.admit("alice", "b", 2_000), Admission::Record);
    assert_eq!(repeats.admit("bob", "a", 2_000), Admission::Record);
    assert_eq!(drain(&repeats, 60_999), [], "no window is over");
    let told = [(Some("alice"), Some("a"), 5)];
    assert_eq!(drain(&repeats, 62_000), told);
    let again = repeats.admit("alice", "a", 62_001);
    assert_eq!(again, Admission::Record, "a new window");
}

#[test]
fn who_does_very_many_things_hides_nobody_else() {
    let repeats = Repeats::new();
    let many = 3 * KINDS_MAX;
    let recorded = (0..many)
        .filter(|kind| repeats.admit("mallory", *kind, 0) == Admission::Record)
        .count();
    // Each of his kinds once, and some of the rest.
    assert_eq!(recorded, KINDS_PER_SOURCE_MAX + BURST as usize);
    for _ in 0..BURST {
        assert_eq!(repeats.admit("alice", 1, 0), Admission::Record);
    }
    repeats.admit("alice", 1, 0);
    let told = [
        (Some("alice"), Some(1), 1),
        (Some("mallory"), None, (many - recorded) as u64),
    ];
    assert_eq!(drain(&repeats, 60_000), told);
}

#[test]
fn one_source_has_so_many_records_whatever_it_does() {
    let repeats = Repeats::new();
    let recorded = (0..1_000_u64)
        .filter(|event| repeats.admit("mallory", event % 50, 0) == Admission::Record)
        .count() as u64;
    assert_eq!(recorded, RECORDS_PER_SOURCE_MAX);
    let told = drain(&repeats, 60_000);
    assert_eq!(told.len(), 50, "a line for each kind");
    let counted: u64 = told.iter().map(|(_, _, count)| count).sum();
    assert_eq!(recorded + counted, 1_000);
}

#[test]
fn sources_share_the_room_for_kinds_and_keep_a_place_without_it() {
    let repeats = Repeats::new();
    let full = KINDS_MAX / KINDS_PER_SOURCE_MAX;
    for source in 0..full {
        for kind in 0..KINDS_PER_SOURCE_MAX {
            repeats.admit(source, kind, 0);
        }
    }
    for kind in 0..BURST as usize {
        assert_eq!(repeats.admit(full, kind, 0), Admission::Record);
    }
    assert_eq!(repeats.admit(full, 0, 0), Admission::Count);
    assert_eq!(drain(&repeats, 60_000), [(Some(full), None, 1)]);
    // There is room again.
    for _ in 0..=BURST {
        repeats.admit(full, 0, 60_000);
    }
    assert_eq!(drain(&repeats, 120_000), [(Some(full), Some(0), 1)]);
}

#[test]
fn sources_beyond_the_bound_are_counted_together() {
    let repeats = Repeats::new();
    for source in 0..SOURCES_MAX {
        assert_eq!(repeats.admit(source, (), 0), Admission::Record);
    }
    for source in 0..BURST as usize + 7 {
        repeats.admit(SOURCES_MAX + source, (), 0);
    }
    assert_eq!(
        repeats.admit(0, (), 0),
        Admission::Record,
        "known ones are told"
    );
    assert_eq!(drain(&repeats, 60_000), [(None, None, 7)]);
}

#[test]
fn an_ipv6_address_stands_for_its_network() {
    for (address, expected) in [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
    ] {
        let expected: IpAddr = expected.parse().unwrap();
        assert_eq!(network(address.parse().unwrap()), expected);
    }
}
