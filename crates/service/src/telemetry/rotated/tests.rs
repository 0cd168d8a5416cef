//! Names, their order, and what is deleted.

use super::{Hour, Keep, Rotated, Suffix, over_limit};
use jiff::tz::TimeZone;

fn suffix(text: &str) -> Suffix {
    Suffix::parse(text).unwrap_or_else(|| panic!("{text} is a suffix"))
}

#[test]
fn names_round_trip_and_others_are_not_ours() {
    for text in ["2026-01-31-23", "2026-01-31-23.1", "2026-12-01-00.12"] {
        assert_eq!(suffix(text).to_string(), text);
    }
    for text in [
        "",
        "1",
        "gz",
        "2026-01-31",
        "2026-01-31-23.0",
        "2026-1-31-23",
        "2026-01-31-23.gz",
        "2026-01-31-23-1",
    ] {
        assert_eq!(Suffix::parse(text), None, "{text}");
    }
}

#[test]
fn hour_is_the_zones() {
    let hour = Hour::of(1_769_903_999_123, &TimeZone::UTC);
    assert_eq!(Suffix { hour, number: 0 }.to_string(), "2026-01-31-23");
}

#[test]
fn a_free_name_stands_behind_every_existing_one() {
    let hour = suffix("2026-01-31-23").hour;
    let cases: [(&[&str], &str); 4] = [
        (&[], "2026-01-31-23"),
        (&["2026-01-31-22.7"], "2026-01-31-23"),
        (&["2026-01-31-23"], "2026-01-31-23.1"),
        // .1 was deleted: it is not used again.
        (
            &["2026-01-31-23", "2026-01-31-23.10", "2026-01-31-23.2"],
            "2026-01-31-23.11",
        ),
    ];
    for (existing, expected) in cases {
        let existing: Vec<_> = existing.iter().map(|text| suffix(text)).collect();
        assert_eq!(Suffix::free(hour, &existing).to_string(), expected);
    }
}

#[test]
fn oldest_files_go_first() {
    let files = || {
        [
            "2026-01-31-10.2",
            "2026-01-31-09",
            "2026-01-31-10",
            "2026-01-31-10.10",
        ]
        .map(|text| Rotated {
            suffix: suffix(text),
            bytes: 10,
            undelivered: None,
        })
        .to_vec()
    };
    let none = Keep {
        files_max: 0,
        bytes_max: 0,
    };
    let check = |files_max, bytes_max, expected: &[&str]| {
        let over = over_limit(
            files(),
            Keep {
                files_max,
                bytes_max,
            },
            none,
        );
        let over: Vec<_> = over.iter().map(|file| file.suffix.to_string()).collect();
        assert_eq!(over, expected, "{files_max} files, {bytes_max} bytes");
    };
    check(4, 40, &[]);
    check(2, 40, &["2026-01-31-09", "2026-01-31-10"]);
    check(4, 39, &["2026-01-31-09"]);
    check(
        0,
        40,
        &[
            "2026-01-31-09",
            "2026-01-31-10",
            "2026-01-31-10.2",
            "2026-01-31-10.10",
        ],
    );
}

#[test]
fn delivered_files_go_before_others() {
    let keep = |files_max, bytes_max| Keep {
        files_max,
        bytes_max,
    };
    // From the oldest on, by hour; what each lacks.
    let check = |lacks: &[u64], hard: Keep, delivered: Keep, expected: &[i8]| {
        let files = lacks.iter().zip(0..).map(|(lacks, hour)| Rotated {
            suffix: Suffix {
                hour: Hour {
                    hour,
                    ..suffix("2026-01-31-00").hour
                },
                number: 0,
            },
            bytes: 10,
            undelivered: Some(*lacks),
        });
        let over = over_limit(files.collect(), hard, delivered);
        let mut over: Vec<_> = over.iter().map(|file| file.suffix.hour.hour).collect();
        over.sort_unstable();
        assert_eq!(over, expected, "{lacks:?} {hard:?} {delivered:?}");
    };
    let all = keep(usize::MAX, u64::MAX);
    check(&[0, 0, 0, 0], all, keep(3, 100), &[0]);
    check(&[0, 0, 0, 0], all, keep(4, 20), &[0, 1]);
    check(&[1, 0, 10, 0], all, keep(1, 100), &[1]);
    check(&[1, 0, 10, 0], all, keep(0, 0), &[1, 3]);
    check(&[1, 1, 0, 1], keep(3, 100), all, &[2]);
    check(&[1, 1, 0, 1], keep(2, 100), all, &[0, 2]);
    check(&[1, 1, 1, 1], keep(9, 39), all, &[0]);
    check(&[1, 1, 1, 1], keep(9, 5), all, &[0, 1, 2, 3]);
    // What went as delivered makes room.
    check(&[1, 0, 0, 0], keep(2, 100), keep(1, 100), &[1, 2]);
}
