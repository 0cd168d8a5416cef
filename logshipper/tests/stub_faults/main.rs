//! Every sink of AWS against the strict stub, which fails in every way it knows: nothing is lost, nothing is sent
//! beyond a limit, and what comes twice is what was accepted without an answer.
//!
//! The process is the real one, so that signatures, time-outs and answers are the SDK's.
#![expect(
    clippy::unwrap_used,
    reason = "every line here is test code, also outside the functions marked as tests"
)]

mod shipper;

use aws_stub::{Fault, Operation, Rule, Script, Service, Settings, Stub, When};

use crate::shipper::{Shipper, WRITERS, dated, delivered};

/// What every service can do to a request.
fn faults() -> Vec<Fault> {
    vec![
        Fault::Service { status: 500 },
        Fault::Throttle {
            retry_after_ms: Some(30),
        },
        Fault::Cut,
        Fault::ServiceAfter { status: 500 },
        Fault::TooManyRequests,
        Fault::CutAfter,
        Fault::ExpiredToken,
        Fault::Service { status: 503 },
        Fault::ClockSkew,
        Fault::SlowRead { ms: 200 },
        Fault::AccessDenied,
        Fault::Throttle {
            retry_after_ms: None,
        },
        Fault::Missing,
    ]
}

/// Every second request meets a fault, so that pauses do not add up.
fn one_after_another(operation: Operation, faults: Vec<Fault>) -> Script {
    let mut script = Script::new(1);
    for (number, fault) in (0..).zip(faults) {
        script.rules.push(Rule {
            operation: Some(operation),
            when: When::Between(2 * number, 2 * number + 1),
            fault,
        });
    }
    script
}

/// Ships all lines through these faults, and accounts for them.
async fn check(service: Service, operation: Operation, faults: Vec<Fault>, words: &[&str]) {
    let met = faults.len() as u64;
    let stub = Stub::start(Settings {
        script: one_after_another(operation, faults),
        ..Settings::default()
    });
    let stub = stub.unwrap();
    let mut shipper = Shipper::start(&stub.endpoint(), words);
    shipper
        .write_until(|| stub.counts(operation).faults >= met)
        .await;
    delivered(&stub, service, &shipper).await;
    shipper.stop().await;
    assert_eq!(stub.violations(), []);
    let counts = stub.counts(operation);
    let oracle = stub.oracle(service);
    let faults = oracle.faults();
    assert_eq!(
        (faults.torn, faults.altered, faults.foreign),
        (0, 0, 0),
        "{faults:?}"
    );
    let tallies = WRITERS.map(|writer| oracle.tally(writer, shipper.lines()));
    let duplicates: u64 = tallies.iter().map(|tally| tally.duplicates).sum();
    let most = match service {
        // An object of the same name is not stored twice.
        Service::S3 => 0,
        _ => counts.ambiguous_events,
    };
    assert!(
        duplicates <= most,
        "{duplicates} twice, {most} without an answer"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn cloudwatch_logs() {
    let mut faults = faults();
    faults.extend([Fault::TooLarge, Fault::Malformed]);
    let words = ["--sink", "cloudwatch-logs:/kafka/logs"];
    check(Service::Logs, Operation::PutLogEvents, faults, &words).await;
}

/// Those of a service that answers for each record.
fn faults_of_records() -> Vec<Fault> {
    let mut faults = faults();
    let indices = vec![0, 3, 7];
    faults.extend([
        Fault::FailRecords { indices },
        Fault::WrongCount,
        Fault::Malformed,
    ]);
    faults
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn kinesis() {
    let words = ["--sink", "kinesis:stream"];
    check(
        Service::Kinesis,
        Operation::PutRecords,
        faults_of_records(),
        &words,
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn firehose() {
    let words = ["--sink", "firehose:delivery"];
    check(
        Service::Firehose,
        Operation::PutRecordBatch,
        faults_of_records(),
        &words,
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn s3() {
    let mut faults = faults();
    faults.push(Fault::Conflict);
    let words = [
        "--sink",
        "s3:bucket/logs",
        "--s3.path-style",
        "true",
        "--s3.roll-seconds",
        "1",
        "--s3.roll-bytes",
        "262144",
    ];
    check(Service::S3, Operation::PutObject, faults, &words).await;
}

/// Nothing is due for five minutes, and what is wrong is told at once, until it is well.
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_bucket_that_is_not_there_is_told_before_anything_is_due() {
    let script = Script::new(1).on(Operation::HeadBucket, When::Between(0, 2), Fault::Missing);
    let stub = Stub::start(Settings {
        script,
        ..Settings::default()
    });
    let stub = stub.unwrap();
    let words = ["--sink", "s3:bucket/logs", "--s3.path-style", "true"];
    let mut shipper = Shipper::start(&stub.endpoint(), &words);
    shipper
        .logged("the bucket bucket does not exist; make it")
        .await;
    shipper
        .logged("nothing is wrong with the sink any more")
        .await;
    assert_eq!(stub.counts(Operation::HeadBucket).requests, 3);
    assert_eq!(stub.counts(Operation::PutObject).requests, 0);
    // What was read goes out at the end.
    shipper.stop().await;
    assert_eq!(stub.violations(), []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_answer_after_the_clients_patience() {
    let late = Fault::DelayAfter { ms: 40_000 };
    let words = ["--sink", "cloudwatch-logs:late"];
    check(Service::Logs, Operation::PutLogEvents, vec![late], &words).await;
}

/// What CloudWatch Logs refuses one by one is kept in a file, and is not in the way of the rest.
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_is_too_old_or_too_new_is_a_dead_letter() {
    const HOUR_MS: i64 = 3_600_000;
    let stub = Stub::start(Settings::default()).unwrap();
    let mut shipper = Shipper::start(&stub.endpoint(), &["--sink", "cloudwatch-logs:dates"]);
    for (writer, ahead_ms) in [(2, -15 * 24 * HOUR_MS), (3, 3 * HOUR_MS)] {
        dated(&shipper, writer, ahead_ms);
    }
    delivered(&stub, Service::Logs, &shipper).await;
    let letters = shipper.dead_letters(20).await;
    for reason in ["too_old", "too_new"] {
        let of_reason = letters.iter().filter(|letter| letter.contains(reason));
        assert_eq!(of_reason.count(), 10, "{reason}: {letters:?}");
    }
    shipper.stop().await;
    assert_eq!(stub.violations(), []);
    assert_eq!(stub.accepted(Service::Logs), u64::from(shipper.lines()) * 2);
}
