//! Against the strict stub: every limit, and what each record's answer does.

use aws_stub::{Fault, Operation, Script, Stub, When};

use super::{FirehoseSink, Settings, flags, read};
use crate::batch::Batch;
use crate::sink::fixture::{about, batch, delivered, failed, partial, stub, values};
use crate::sink::{Sink, TroubleClass};

fn start(script: Script, properties: &str) -> (Stub, FirehoseSink) {
    let (stub, config) = stub(script);
    let mut values = values(&flags(), properties);
    let settings = Settings::read("delivery", &mut values, &about()).unwrap();
    values.finish().unwrap();
    (stub, FirehoseSink::new(&config, settings))
}

/// What arrived, once nothing was against the rules.
fn arrived(stub: &Stub) -> Vec<String> {
    assert_eq!(stub.violations(), []);
    let records = stub.delivered("delivery").into_iter();
    let texts = records.map(|data| String::from_utf8_lossy(&data).into_owned());
    texts.collect()
}

fn many(count: usize, bytes: usize) -> Batch {
    let text = vec![b'x'; bytes];
    batch(&vec![&*text; count])
}

#[tokio::test]
async fn each_line_has_its_end_in_a_record_of_many_or_its_own() {
    let texts: [&[u8]; 2] = [b"a", b"b\n\tc"];
    let (stub, sink) = start(Script::default(), "");
    assert_eq!(delivered(sink.send(&batch(&texts)).await), []);
    assert_eq!(arrived(&stub), ["a\nb\n\tc\n"]);
    let (stub, sink) = start(Script::default(), "firehose.aggregation=none");
    assert_eq!(delivered(sink.send(&batch(&texts)).await), []);
    assert_eq!(arrived(&stub), ["a\n", "b\n\tc\n"]);
}

#[tokio::test]
async fn what_the_limits_allow_is_never_against_the_services() {
    for properties in ["", "firehose.aggregation=none", "firehose.format=json"] {
        let (_, sink) = start(Script::default(), properties);
        let limits = sink.limits();
        let longest = limits.event_bytes_max;
        let fits = limits.bytes_max / (longest + limits.event_overhead_bytes);
        for (count, bytes) in [
            (limits.events_max, 1),
            (1, longest),
            (fits, longest),
            (500, limits.bytes_max / 500 - limits.event_overhead_bytes),
        ] {
            let (stub, sink) = start(Script::default(), properties);
            let outcome = sink.send(&many(count, bytes)).await;
            assert_eq!(stub.violations(), [], "{properties} {count} of {bytes}");
            assert_eq!(delivered(outcome), [], "{properties} {count} of {bytes}");
        }
    }
}

#[tokio::test]
async fn records_that_failed_are_sent_again_alone() {
    let fault = Fault::FailRecords { indices: vec![1] };
    let script = Script::new(1).on(Operation::PutRecordBatch, When::Between(0, 1), fault);
    let (stub, sink) = start(script, "firehose.aggregation=none");
    let batch = batch(&[b"a", b"b", b"c"]);
    let (remaining, class) = partial(sink.send(&batch).await);
    assert_eq!((&*remaining, class), (&[1][..], TroubleClass::Throttled));
    assert_eq!(delivered(sink.send(&batch.subset(remaining)).await), []);
    assert_eq!(arrived(&stub), ["a\n", "c\n", "b\n"]);
}

#[tokio::test]
async fn an_unavailable_service_is_one_that_has_too_much_to_do() {
    for (fault, expected) in [
        (
            Fault::Throttle {
                retry_after_ms: None,
            },
            TroubleClass::Throttled,
        ),
        (Fault::Service { status: 500 }, TroubleClass::Service),
        (Fault::Missing, TroubleClass::Missing),
        (Fault::WrongCount, TroubleClass::Throttled),
    ] {
        let script = Script::new(1).on(Operation::PutRecordBatch, When::Always, fault.clone());
        let (_stub, sink) = start(script, "");
        let (class, message) = failed(sink.send(&batch(&[b"a"])).await);
        assert_eq!(class, expected, "{fault:?}: {message}");
    }
}

#[test]
fn targets_and_flags_are_checked() {
    let mut none = values(&flags(), "");
    assert!(
        read("a b", &mut none, &about())
            .err()
            .unwrap()
            .contains("firehose:STREAM")
    );
    let mut values = values(&flags(), "firehose.aggregation=kpl\nfirehose.format=xml");
    assert!(read("logs", &mut values, &about()).is_ok());
    assert_eq!(values.finish().unwrap_err().problems().len(), 2);
}
