//! Dead letters sent again to a sink that refuses some of them.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use service::Clock;

use super::{ReplayError, Report, beside, replay};
use crate::batch::{Batch, Limits};
use crate::dead_letter::Letter;
use crate::replay::Patience;
use crate::sink::{Origin, Outcome, Rejection, Sending, Sink, Trouble, TroubleClass};

/// Refuses `old` one by one, whole requests in which there is `bad`, and the first request in any case.
#[derive(Default)]
struct Picky {
    taken: Mutex<Vec<String>>,
    requests: Mutex<usize>,
}

impl Sink for Picky {
    fn limits(&self) -> Limits {
        Limits {
            events_max: 4,
            bytes_max: 1000,
            event_overhead_bytes: 0,
            event_bytes_max: 1000,
            span_ms_max: i64::MAX,
            linger_ms: 0,
        }
    }

    fn destination(&self, origin: Origin<'_>) -> Arc<str> {
        origin.log.into()
    }

    fn send<'a>(&'a self, batch: &'a Batch) -> Sending<'a> {
        let failed = |class| {
            Outcome::Failed(Trouble {
                class,
                retry_after: None,
                doubtful: None,
                message: "no".to_owned(),
            })
        };
        let text = |event| String::from_utf8_lossy(batch.text(event)).into_owned();
        let texts: Vec<String> = batch.events().iter().map(text).collect();
        let mut requests = self.requests.lock().unwrap();
        *requests += 1;
        let outcome = if *requests == 1 {
            failed(TroubleClass::Service)
        } else if texts.iter().any(|text| text == "bad") {
            failed(TroubleClass::Data)
        } else {
            let (old, good) = texts
                .iter()
                .enumerate()
                .partition::<Vec<_>, _>(|(_, text)| *text == "old");
            let good = good.into_iter().map(|(_, text)| text.clone());
            self.taken.lock().unwrap().extend(good);
            let old = old.into_iter().map(|(index, _)| (index, Rejection::TooOld));
            Outcome::Delivered {
                rejected: old.collect(),
            }
        };
        Box::pin(async move { outcome })
    }
}

/// Clocks stand still here: only attempts count.
const PATIENCE: Patience = Patience::new(Duration::from_secs(1));

/// What is said of an event that is too long for [`Picky`].
const LIMIT: &str = "it is longer than the 1000 bytes that this sink takes";

fn write(path: &Path, texts: &[(&str, &str)]) {
    let mut lines = Vec::new();
    for (number, (log, text)) in texts.iter().enumerate() {
        let about = Letter::new(text.as_bytes());
        let letter = Letter {
            log: (*log).to_owned(),
            offset: number as u64,
            end: number as u64 + 1,
            ..about
        };
        letter.write(&mut lines).unwrap();
    }
    std::fs::write(path, lines).unwrap();
}

/// Letters of two destinations, of which half are refused.
fn mixed(path: &Path) {
    let long = "x".repeat(1001);
    let texts = [
        ("a", "one"),
        ("a", "old"),
        ("a", "bad"),
        ("a", "two"),
        ("a", "three"),
        ("b", "four"),
        ("b", "bad"),
        ("b", &long),
    ];
    write(path, &texts);
}

#[tokio::test]
async fn what_is_refused_again_is_kept_and_the_rest_arrives() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("dead.ndjson");
    mixed(&path);
    let sink = Picky::default();
    let (clock, _) = Clock::manual(17);
    let report = replay(&path, ("picky:", &sink), PATIENCE, &clock)
        .await
        .unwrap();
    let expected = Report {
        delivered: 4,
        rejected: 4,
        refusals: [
            ("invalid", (3, LIMIT.to_owned())),
            ("too_old", (1, String::new())),
        ]
        .into(),
        ..Report::default()
    };
    assert_eq!(report, expected);
    let told = report.check(&path).unwrap_err().to_string();
    let kept_in = beside(&path, "rejected");
    let place = kept_in.display();
    assert_eq!(
        told,
        format!(
            "the sink refused 4 of them again (3 invalid: {LIMIT}; 1 too_old); they are in {place}"
        )
    );
    assert_eq!(*sink.taken.lock().unwrap(), ["one", "two", "three", "four"]);
    let rejected = std::fs::read_to_string(&kept_in).unwrap();
    let rejected = rejected
        .lines()
        .map(|line| Letter::read(line.as_bytes()).unwrap());
    let kept: Vec<_> = rejected
        .map(|letter| (letter.offset, letter.reason, letter.written_ms))
        .collect();
    let invalid = |offset| (offset, "invalid".to_owned(), 17);
    assert_eq!(
        kept,
        [
            (1, "too_old".to_owned(), 17),
            invalid(2),
            invalid(6),
            invalid(7)
        ]
    );
    let mode = std::fs::metadata(&kept_in).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[tokio::test]
async fn each_letter_is_sent_once_to_each_sink_and_of_each_file() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("dead.ndjson");
    mixed(&path);
    let (clock, _) = Clock::manual(17);
    let run = async |name| {
        let sink = Picky::default();
        replay(&path, (name, &sink), PATIENCE, &clock)
            .await
            .unwrap()
    };
    assert_eq!(run("picky:").await.delivered, 4);
    let other = run("other:").await;
    assert_eq!((other.delivered, other.skipped_bytes), (4, 0));
    let nothing = Report {
        skipped_bytes: std::fs::metadata(&path).unwrap().len(),
        ..Report::default()
    };
    for name in ["picky:", "other:"] {
        let again = run(name).await;
        assert_eq!(again, nothing, "{name}");
        again.check(&path).unwrap();
        let told = again.told(&path);
        assert!(told.contains("dead.ndjson.replayed says"), "{told}");
    }
    // Another file of that name.
    std::fs::rename(&path, beside(&path, "1")).unwrap();
    mixed(&path);
    let other = run("other:").await;
    assert_eq!((other.delivered, other.skipped_bytes), (4, 0));
}

#[tokio::test]
async fn a_file_without_a_dead_letter_is_an_error() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.log");
    std::fs::write(&path, "[2026-01-31 22:59:59,123] INFO one\nno JSON\n").unwrap();
    let (clock, _) = Clock::manual(17);
    for _ in 0..2 {
        let sink = Picky::default();
        let report = replay(&path, ("picky:", &sink), PATIENCE, &clock)
            .await
            .unwrap();
        let told = report.check(&path).unwrap_err().to_string();
        assert!(
            told.contains("a.log: none of its 2 lines is a dead letter") && told.contains("ndjson"),
            "{told}"
        );
    }
    // An empty one is a file of none.
    std::fs::write(&path, "").unwrap();
    let report = replay(&path, ("picky:", &Picky::default()), PATIENCE, &clock).await;
    report.unwrap().check(&path).unwrap();
}

/// Takes so many requests, and has no place for more.
struct Gone(Mutex<usize>);

impl Sink for Gone {
    fn limits(&self) -> Limits {
        Limits {
            events_max: 1,
            ..Picky::default().limits()
        }
    }

    fn destination(&self, _: Origin<'_>) -> Arc<str> {
        "".into()
    }

    fn send<'a>(&'a self, _: &'a Batch) -> Sending<'a> {
        let mut takes = self.0.lock().unwrap();
        let outcome = match takes.checked_sub(1) {
            Some(left) => {
                *takes = left;
                Outcome::Delivered {
                    rejected: Vec::new(),
                }
            }
            None => Outcome::failed(TroubleClass::Missing, "no bucket; make it".to_owned()),
        };
        Box::pin(async move { outcome })
    }
}

#[tokio::test]
async fn a_place_that_is_missing_is_given_up_and_the_letters_stay() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("dead.ndjson");
    write(&path, &[("a", "one"), ("a", "two"), ("a", "three")]);
    let before = std::fs::read(&path).unwrap();
    let (clock, _) = Clock::manual(17);
    let run = async |takes| {
        let sink = Gone(Mutex::new(takes));
        // The first refusal is enough.
        let patience = Patience::new(Duration::ZERO);
        replay(&path, ("gone:", &sink), patience, &clock).await
    };
    let error = run(1).await.unwrap_err();
    let told = error.to_string();
    assert!(matches!(error, ReplayError::GaveUp { .. }), "{told}");
    let part =
        "gone:: no bucket; make it; given up: 1 letters were delivered, and the others stay in";
    assert!(
        told.starts_with(part) && told.contains("dead.ndjson"),
        "{told}"
    );
    assert_eq!(std::fs::read(&path).unwrap(), before);
    // Once it is there, what was left arrives.
    assert_eq!(run(2).await.unwrap().delivered, 2);
}
