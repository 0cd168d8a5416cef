//! Against the strict stub: what arrives, what is made on the way, what is told of what does not arrive.

use aws::ClientConfig;
use aws_stub::{Fault, Operation, Script, Settings as StubSettings, Stub, When};
use service::Clock;
use service::flags::Values;

use super::body::tests::batch;
use super::settings::{Settings, flags};
use super::{CloudWatchLogsSink, Entries, RejectedEvents, rejections};
use crate::batch::Batch;
use crate::sink::table::About;
use crate::sink::{Outcome, Rejection, Sink, TroubleClass};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// A service in which this goes wrong, and a sink to it with these flags.
fn start(script: Script, properties: &str) -> (Stub, CloudWatchLogsSink, i64) {
    let settings = StubSettings {
        script,
        ..StubSettings::default()
    };
    let now_ms = settings.clock.now_ms();
    let stub = Stub::start(settings).unwrap();
    let config = ClientConfig::fixed(&stub.endpoint(), "us-east-1", "test", "test");
    let mut values = Values::load(&flags(), properties, &[], &Vec::new());
    let about = About {
        cluster_name: "demo".into(),
        cluster_uuid: "".into(),
        broker_id: "1".into(),
        account: "000000000000".into(),
        region: None,
        role_arn: None,
        endpoint_url: None,
    };
    let settings = Settings::read("/msk/demo", &mut values, &about).unwrap();
    let (clock, _) = Clock::manual(now_ms);
    let sink = CloudWatchLogsSink::new(&config, settings, clock);
    (stub, sink, now_ms)
}

fn delivered(outcome: Outcome) -> Vec<(usize, Rejection)> {
    match outcome {
        Outcome::Delivered { rejected } => rejected,
        other => panic!("{other:?}"),
    }
}

fn failed(outcome: Outcome) -> (TroubleClass, String) {
    match outcome {
        Outcome::Failed(trouble) => (trouble.class, trouble.message),
        other => panic!("{other:?}"),
    }
}

fn messages(stub: &Stub) -> Vec<String> {
    assert_eq!(stub.violations(), []);
    let events = stub.log_events().into_iter();
    events.map(|event| event.message).collect()
}

fn two(now_ms: i64) -> Batch {
    batch(&[(now_ms, b"a \"b\"\n\tc"), (now_ms - 5, "ä".as_bytes())])
}

#[tokio::test]
async fn group_and_stream_are_made_and_events_arrive_by_time() {
    for properties in ["", "cloudwatch-logs.gzip=true"] {
        let properties = format!("cloudwatch-logs.retention-days=7\n{properties}");
        let (stub, sink, now_ms) = start(Script::default(), &properties);
        assert_eq!(delivered(sink.send(&two(now_ms)).await), []);
        assert_eq!(delivered(sink.send(&two(now_ms)).await), []);
        assert_eq!(messages(&stub), ["ä", "a \"b\"\n\tc", "ä", "a \"b\"\n\tc"]);
        let event = stub.log_events().remove(0);
        assert_eq!((&*event.group, &*event.stream), ("/msk/demo", "s\"1"));
        let count = |operation| stub.counts(operation).requests;
        assert_eq!(count(Operation::CreateLogGroup), 1);
        assert_eq!(count(Operation::CreateLogStream), 2);
        assert_eq!(count(Operation::PutRetentionPolicy), 1);
    }
}

#[tokio::test]
async fn a_group_that_is_deleted_is_made_again() {
    let script = Script::default().on(Operation::PutLogEvents, When::Between(2, 3), Fault::Missing);
    let (stub, sink, now_ms) = start(script, "");
    for _ in 0..2 {
        assert_eq!(delivered(sink.send(&two(now_ms)).await), []);
    }
    assert_eq!(messages(&stub).len(), 4);
    assert_eq!(stub.counts(Operation::CreateLogGroup).requests, 2);
}

#[tokio::test]
async fn what_may_not_be_made_is_missed_with_a_remedy() {
    let (_stub, sink, now_ms) = start(Script::default(), "cloudwatch-logs.create-group=false");
    let (class, message) = failed(sink.send(&two(now_ms)).await);
    assert_eq!(class, TroubleClass::Missing);
    assert!(
        message.contains("/msk/demo does not exist; make it"),
        "{message}"
    );
    let script = Script::default().on(Operation::CreateLogGroup, When::Always, Fault::AccessDenied);
    let (_stub, sink, now_ms) = start(script, "");
    let (class, message) = failed(sink.send(&two(now_ms)).await);
    assert_eq!(class, TroubleClass::Credentials);
    assert!(message.contains("cannot be made"), "{message}");
}

/// Of six events, sorted by time, the first is too old and the last too new; the batch has them in disorder.
#[tokio::test]
async fn events_out_of_time_are_told_one_by_one() {
    let (stub, sink, now_ms) = start(Script::default(), "");
    let old = now_ms - 14 * DAY_MS - 60_000;
    let events: [(i64, &[u8]); 3] = [(old + DAY_MS, b"b"), (old, b"a"), (old + 5, b"c")];
    assert_eq!(
        delivered(sink.send(&batch(&events)).await),
        [(1, Rejection::TooOld), (2, Rejection::TooOld)]
    );
    let new = now_ms + 3 * 60 * 60 * 1000;
    let events: [(i64, &[u8]); 2] = [(new, b"d"), (now_ms, b"e")];
    assert_eq!(
        delivered(sink.send(&batch(&events)).await),
        [(0, Rejection::TooNew)]
    );
    assert_eq!(messages(&stub), ["b", "e"]);
}

#[tokio::test]
async fn old_events_may_be_sent_with_the_time_of_now() {
    let (stub, sink, now_ms) = start(Script::default(), "cloudwatch-logs.on-too-old=restamp");
    let old = now_ms - 20 * DAY_MS;
    let events: [(i64, &[u8]); 2] = [(old, b"a"), (old + 1, b"b")];
    assert_eq!(delivered(sink.send(&batch(&events)).await), []);
    assert_eq!(messages(&stub), ["a", "b"]);
    let times = stub.log_events();
    assert!(times.iter().all(|event| event.timestamp_ms == now_ms));
}

#[tokio::test]
async fn old_events_that_are_not_taken_are_left_to_be_sent_again() {
    // The first makes the group, the second puts, the third has the time of now.
    let script = Script::default().on(
        Operation::PutLogEvents,
        When::Between(2, 3),
        Fault::Throttle {
            retry_after_ms: Some(700),
        },
    );
    let (stub, sink, now_ms) = start(script, "cloudwatch-logs.on-too-old=restamp");
    let old = now_ms - 14 * DAY_MS - 60_000;
    let events: [(i64, &[u8]); 2] = [(old + DAY_MS, b"b"), (old, b"a")];
    let batch = batch(&events);
    let Outcome::Partial { remaining, trouble } = sink.send(&batch).await else {
        panic!("one is left");
    };
    assert_eq!(remaining, [1]);
    assert_eq!(trouble.class, TroubleClass::Throttled);
    assert_eq!(
        trouble.retry_after,
        Some(std::time::Duration::from_millis(700))
    );
    assert_eq!(delivered(sink.send(&batch.subset(remaining)).await), []);
    assert_eq!(messages(&stub), ["b", "a"]);
}

#[tokio::test]
async fn failures_have_their_class() {
    for (fault, expected) in [
        (
            Fault::Throttle {
                retry_after_ms: None,
            },
            TroubleClass::Throttled,
        ),
        (Fault::Service { status: 503 }, TroubleClass::Service),
        (Fault::Cut, TroubleClass::Unanswered),
        (Fault::Malformed, TroubleClass::Unanswered),
        (Fault::ExpiredToken, TroubleClass::Credentials),
        (Fault::AccessDenied, TroubleClass::Credentials),
        (Fault::ClockSkew, TroubleClass::Credentials),
        (Fault::TooLarge, TroubleClass::Data),
    ] {
        let script =
            Script::default().on(Operation::PutLogEvents, When::Between(1, 9), fault.clone());
        let (_stub, sink, now_ms) = start(script, "");
        let (class, message) = failed(sink.send(&two(now_ms)).await);
        assert_eq!(class, expected, "{fault:?}: {message}");
    }
}

/// The fullest request that there is, of texts that have to be escaped.
#[tokio::test]
async fn a_batch_at_its_limits_is_taken() {
    let (stub, sink, now_ms) = start(Script::default(), "");
    let limits = sink.limits();
    let text = vec![b'"'; limits.event_bytes_max];
    assert_eq!(delivered(sink.send(&batch(&[(now_ms, &text)])).await), []);
    let text = vec![b'\\'; limits.bytes_max / limits.events_max - limits.event_overhead_bytes];
    let events = vec![(now_ms, text.as_slice()); limits.events_max];
    assert_eq!(delivered(sink.send(&batch(&events)).await), []);
    let events = [(now_ms - limits.span_ms_max, &b"a"[..]), (now_ms, b"b")];
    assert_eq!(delivered(sink.send(&batch(&events)).await), []);
    assert_eq!(messages(&stub).len(), 3 + limits.events_max);
    // Nothing to be sent.
    assert_eq!(delivered(sink.send(&batch(&[(now_ms, b"")])).await), []);
}

#[test]
fn places_are_those_of_the_batch() {
    let batch = batch(&[(3, b"d"), (1, b"a"), (2, b"b"), (2, b"c")]);
    let entries = Entries::all(&batch);
    let check = |too_old_end, expired_end, too_new_start, expected: &[(usize, Rejection)]| {
        let rejected = RejectedEvents {
            too_old_end,
            expired_end,
            too_new_start,
        };
        assert_eq!(rejections(&entries, rejected), expected);
    };
    check(0, 0, None, &[]);
    check(1, 0, None, &[(1, Rejection::TooOld)]);
    check(
        1,
        2,
        Some(3),
        &[
            (0, Rejection::TooNew),
            (1, Rejection::TooOld),
            (2, Rejection::Expired),
        ],
    );
    // Whatever a service says.
    check(
        9,
        0,
        Some(0),
        &[0, 1, 2, 3].map(|place| (place, Rejection::TooOld)),
    );
    check(0, 0, Some(9), &[]);
}
