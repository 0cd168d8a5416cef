//! Against the strict stub: every limit, and what each record's answer does.

use aws_stub::{Fault, Operation, Script, Stub, When};

use super::{KinesisSink, Settings, flags, read};
use crate::batch::Batch;
use crate::sink::fixture::{about, batch, delivered, failed, partial, stub, values};
use crate::sink::{Outcome, Sink, TroubleClass};

fn start(script: Script, properties: &str) -> (Stub, KinesisSink) {
    let (stub, config) = stub(script);
    let mut values = values(&flags(), properties);
    let settings = Settings::read("stream", &mut values, &about()).unwrap();
    values.finish().unwrap();
    (stub, KinesisSink::new(&config, settings))
}

/// What arrived, in order of the texts, once nothing was against the rules.
fn arrived(stub: &Stub) -> Vec<String> {
    assert_eq!(stub.violations(), []);
    let records = stub.records("stream").into_iter();
    let texts = records.map(|record| String::from_utf8_lossy(&record.data).into_owned());
    let mut texts: Vec<_> = texts.collect();
    texts.sort();
    texts
}

/// Of so many texts of so many bytes.
fn many(count: usize, bytes: usize) -> Batch {
    let text = vec![b'x'; bytes];
    batch(&vec![&*text; count])
}

#[tokio::test]
async fn events_arrive_alone_or_as_lines() {
    let (stub, sink) = start(Script::default(), "");
    assert_eq!(delivered(sink.send(&batch(&[b"a", b"b\n\tc"])).await), []);
    assert_eq!(arrived(&stub), ["a", "b\n\tc"]);
    let (stub, sink) = start(Script::default(), "kinesis.aggregation=lines");
    assert_eq!(delivered(sink.send(&batch(&[b"a", b"b\n\tc"])).await), []);
    assert_eq!(arrived(&stub), ["a\nb\n\tc\n"]);
    for partition in ["log", "file", "text:x", "round-robin"] {
        let (stub, sink) = start(
            Script::default(),
            &format!("kinesis.partition-key={partition}"),
        );
        assert_eq!(delivered(sink.send(&many(100, 10)).await), []);
        assert_eq!(arrived(&stub).len(), 100);
        let shards = stub
            .records("stream")
            .into_iter()
            .map(|record| record.shard);
        let mut shards: Vec<_> = shards.collect();
        shards.sort_unstable();
        shards.dedup();
        assert_eq!(
            shards.len(),
            if partition == "round-robin" { 4 } else { 1 },
            "{partition}"
        );
    }
}

#[tokio::test]
async fn what_the_limits_allow_is_never_against_the_services() {
    for properties in [
        "",
        "kinesis.format=json",
        "kinesis.aggregation=lines",
        "kinesis.aggregation=kpl",
    ] {
        // No shard says stop: a batch is sent to a new service.
        let (_, sink) = start(Script::default(), properties);
        let limits = sink.limits();
        let longest = limits.event_bytes_max;
        let fits = limits.bytes_max / (longest + limits.event_overhead_bytes);
        for (count, bytes) in [
            (limits.events_max, 1),
            (1, longest),
            (fits.clamp(1, 4), longest),
            (
                500,
                (limits.bytes_max / 500)
                    .saturating_sub(limits.event_overhead_bytes)
                    .min(longest)
                    / 4,
            ),
        ] {
            let (stub, sink) = start(Script::default(), properties);
            let batch = many(count, bytes);
            let outcome = sink.send(&batch).await;
            assert_eq!(
                stub.violations(),
                [],
                "{properties} {count} of {bytes}: {outcome:?}"
            );
        }
    }
}

#[tokio::test]
async fn records_that_failed_are_sent_again_alone() {
    let fault = Fault::FailRecords {
        indices: vec![0, 2],
    };
    let script = Script::new(1).on(Operation::PutRecords, When::Between(0, 1), fault);
    let (stub, sink) = start(script, "");
    let batch = batch(&[b"a", b"b", b"c"]);
    let (remaining, _) = partial(sink.send(&batch).await);
    assert_eq!(remaining, [0, 2]);
    assert_eq!(delivered(sink.send(&batch.subset(remaining)).await), []);
    assert_eq!(arrived(&stub), ["a", "b", "c"]);
}

#[tokio::test]
async fn a_count_that_is_wrong_is_not_believed() {
    let script = Script::new(1).on(Operation::PutRecords, When::Always, Fault::WrongCount);
    let (stub, sink) = start(script, "");
    failed(sink.send(&batch(&[b"a", b"b", b"c"])).await);
    assert_eq!(arrived(&stub).len(), 0);
}

#[tokio::test]
async fn what_may_have_arrived_is_counted_and_nothing_else() {
    let all = |indices: &[usize]| Fault::FailRecords {
        indices: indices.to_vec(),
    };
    // Three events in two requests, of which one meets the fault.
    for (request, fault, expected) in [
        (0, Fault::WrongCount, 0),
        (0, all(&[0, 1]), 0),
        (1, all(&[0]), 0),
        (0, Fault::Service { status: 500 }, 2),
        (0, Fault::ServiceAfter { status: 500 }, 2),
        (0, Fault::Cut, 2),
        (1, Fault::CutAfter, 1),
        (0, Fault::TooManyRequests, 0),
        (1, Fault::AccessDenied, 0),
    ] {
        let when = When::Between(request, request + 1);
        let script = Script::new(1).on(Operation::PutRecords, when, fault.clone());
        let properties = "kinesis.record-bytes-max=65536\nkinesis.request-bytes-max=65536";
        let (_stub, sink) = start(script, properties);
        let trouble = match sink.send(&many(3, 30_000)).await {
            Outcome::Failed(trouble) | Outcome::Partial { trouble, .. } => trouble,
            Outcome::Delivered { .. } => panic!("{fault:?}"),
        };
        assert_eq!(trouble.doubtful, Some(expected), "{fault:?} {request}");
    }
}

#[tokio::test]
async fn what_goes_wrong_is_told_by_its_class() {
    for (fault, expected) in [
        (
            Fault::Throttle {
                retry_after_ms: Some(1500),
            },
            TroubleClass::Throttled,
        ),
        (Fault::TooManyRequests, TroubleClass::Throttled),
        (Fault::Service { status: 503 }, TroubleClass::Service),
        (Fault::Cut, TroubleClass::Unanswered),
        (Fault::CutAfter, TroubleClass::Unanswered),
        (Fault::Malformed, TroubleClass::Unanswered),
        (Fault::Missing, TroubleClass::Missing),
        (Fault::AccessDenied, TroubleClass::Credentials),
        (Fault::ExpiredToken, TroubleClass::Credentials),
        (Fault::ClockSkew, TroubleClass::Credentials),
        (Fault::TooLarge, TroubleClass::Data),
    ] {
        let script = Script::new(1).on(Operation::PutRecords, When::Always, fault.clone());
        let (_stub, sink) = start(script, "");
        let (class, message) = failed(sink.send(&batch(&[b"a"])).await);
        assert_eq!(class, expected, "{fault:?}: {message}");
    }
}

#[test]
fn targets_and_flags_are_checked() {
    for (target, is_good) in [
        ("logs", true),
        ("arn:aws:kinesis:us-east-1:012345678910:stream/logs", true),
        (
            "arn:aws-cn:kinesis:cn-north-1:012345678910:stream/logs",
            true,
        ),
        ("arn:anything", false),
        ("arn:aws:firehose:us-east-1:012345678910:stream/logs", false),
        ("arn:aws:kinesis:us-east-1:0123:stream/logs", false),
        ("arn:aws:kinesis:us-east-1:012345678910:stream/", false),
        ("", false),
        ("a stream", false),
    ] {
        let mut values = values(&flags(), "");
        assert_eq!(
            read(target, &mut values, &about()).is_ok(),
            is_good,
            "{target}"
        );
    }
    let properties = "kinesis.aggregation=zip\nkinesis.format=xml\nkinesis.partition-key=shard\n\
                      kinesis.record-bytes-max=1\nkinesis.request-bytes-max=99999999";
    let mut values = values(&flags(), properties);
    assert!(read("logs", &mut values, &about()).is_ok());
    assert_eq!(values.finish().unwrap_err().problems().len(), 5);
}
