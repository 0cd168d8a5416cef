//! Against the strict stub: what is stored, under which name, and what is told of what is not.

use aws::ClientConfig;
use aws_stub::{Fault, Operation, Script, Settings as StubSettings, Stub, When};

use super::{S3Sink, Settings, flags, read, split};
use crate::batch::Batch;
use crate::sink::fixture::{about, batch, delivered, failed, stub, values};
use crate::sink::{Sink, TroubleClass};

fn start(script: Script, properties: &str) -> (Stub, S3Sink) {
    let (stub, config) = stub(script);
    let mut values = values(&flags(), properties);
    let settings = Settings::read("bucket/logs", &mut values).unwrap();
    values.finish().unwrap();
    (stub, S3Sink::new(&config, settings, &about()))
}

/// The names, once nothing was against the rules.
fn keys(stub: &Stub) -> Vec<String> {
    assert_eq!(stub.violations(), []);
    stub.objects("bucket").into_keys().collect()
}

fn planned(sink: &S3Sink) -> Batch {
    let mut batch = batch(&[b"one", b"two"]);
    batch.plan = sink.plan(&batch);
    batch
}

#[tokio::test]
async fn an_object_is_stored_once_however_often_it_is_sent() {
    let properties = "s3.compression=none\ns3.sse-kms-key-id=key-1";
    let (stub, sink) = start(Script::default(), properties);
    let batch = planned(&sink);
    for _ in 0..3 {
        assert_eq!(delivered(sink.send(&batch).await), []);
    }
    let [key] = &keys(&stub)[..] else { panic!() };
    assert_eq!(**key, *batch.plan.unwrap());
    assert!(
        key.starts_with("logs/AWSLogs/012345678910/KafkaBrokerLogs/us-east-1/demo-"),
        "{key}"
    );
    let object = stub.objects("bucket").remove(key).unwrap();
    assert_eq!(&*object.bytes, b"one\ntwo\n");
    let header = |name: &str| object.headers.get(name).map(String::as_str);
    assert_eq!(header("content-type"), Some("text/plain; charset=utf-8"));
    assert_eq!(header("x-amz-server-side-encryption"), Some("aws:kms"));
    assert_eq!(
        header("x-amz-server-side-encryption-aws-kms-key-id"),
        Some("key-1")
    );
    assert_eq!(header("x-amz-meta-outrigger-events"), Some("2"));
}

#[tokio::test]
async fn a_lost_answer_makes_no_second_object() {
    let first = || When::Between(0, 1);
    for fault in [Fault::CutAfter, Fault::ServiceAfter { status: 500 }] {
        let script = Script::new(1).on(Operation::PutObject, first(), fault.clone());
        let (stub, sink) = start(script, "");
        let batch = planned(&sink);
        let (class, _) = failed(sink.send(&batch).await);
        let expected = match fault {
            Fault::CutAfter => TroubleClass::Unanswered,
            _ => TroubleClass::Service,
        };
        assert_eq!(class, expected, "{fault:?}");
        assert_eq!(delivered(sink.send(&batch).await), []);
        assert_eq!(keys(&stub).len(), 1, "{fault:?}");
    }
}

#[tokio::test]
async fn a_name_that_something_else_has_is_left() {
    let (stub, sink) = start(Script::default(), "");
    let mut first = batch(&[b"one", b"two"]);
    first.plan = Some("logs/Broker-1_22-59_5b17f696.log.gz".into());
    assert_eq!(delivered(sink.send(&first).await), []);
    // Other bytes, by chance or by another broker of the same name.
    let mut second = batch(&[b"three"]);
    second.plan.clone_from(&first.plan);
    // The same bytes of the same file, but another text: another machine's.
    let mut third = batch(&[b"ONE", b"TWO"]);
    third.plan.clone_from(&first.plan);
    for batch in [&second, &third, &first, &second, &third] {
        assert_eq!(delivered(sink.send(batch).await), []);
    }
    assert_eq!(keys(&stub).len(), 3);
}

#[tokio::test]
async fn what_goes_wrong_is_told_by_its_class() {
    for (fault, expected, word) in [
        (
            Fault::Throttle {
                retry_after_ms: None,
            },
            TroubleClass::Throttled,
            "throttling",
        ),
        (
            Fault::Service { status: 500 },
            TroubleClass::Service,
            "fault of its own",
        ),
        (Fault::Conflict, TroubleClass::Service, "fault of its own"),
        (Fault::Cut, TroubleClass::Unanswered, "does not answer"),
        (Fault::Missing, TroubleClass::Missing, "NoSuchBucket"),
        (
            Fault::AccessDenied,
            TroubleClass::Credentials,
            "credentials",
        ),
        (
            Fault::ExpiredToken,
            TroubleClass::Credentials,
            "ExpiredToken",
        ),
        (Fault::ClockSkew, TroubleClass::Credentials, "clock"),
        (Fault::TooLarge, TroubleClass::Data, "refuses the data"),
    ] {
        let script = Script::new(1).on(Operation::PutObject, When::Always, fault.clone());
        let (stub, sink) = start(script, "");
        let (class, message) = failed(sink.send(&planned(&sink)).await);
        assert_eq!(class, expected, "{fault:?}: {message}");
        assert!(message.contains(word), "{fault:?}: {message}");
        assert_eq!(keys(&stub).len(), 0);
    }
}

#[tokio::test]
async fn a_look_tells_what_is_certain_and_nothing_else() {
    let elsewhere = |region: &str| Fault::Elsewhere {
        region: region.to_owned(),
    };
    for (fault, expected) in [
        (None, None),
        (
            Some(Fault::Missing),
            Some((TroubleClass::Missing, "bucket bucket does not exist")),
        ),
        (
            Some(elsewhere("eu-central-1")),
            Some((TroubleClass::Missing, "write --region eu-central-1")),
        ),
        // The region that was asked: something else is meant.
        (Some(elsewhere("us-east-1")), None),
        // Objects may be put all the same.
        (Some(Fault::AccessDenied), None),
        (Some(Fault::Service { status: 501 }), None),
        (Some(Fault::TooManyRequests), None),
        (
            Some(Fault::Cut),
            Some((TroubleClass::Unanswered, "S3 does not answer")),
        ),
    ] {
        let mut script = Script::new(1);
        if let Some(fault) = fault.clone() {
            script = script.on(Operation::HeadBucket, When::Always, fault);
        }
        let (stub, sink) = start(script, "");
        let told = sink.look().await;
        let told = told
            .as_ref()
            .map(|trouble| (trouble.class, &*trouble.message));
        assert_eq!(
            told.map(|(class, _)| class),
            expected.map(|(class, _)| class),
            "{fault:?}: {told:?}"
        );
        if let (Some((_, told)), Some((_, part))) = (told, expected) {
            assert!(told.contains(part), "{fault:?}: {told}");
        }
        assert_eq!(keys(&stub).len(), 0);
    }
}

#[tokio::test]
async fn an_object_that_may_not_be_looked_at_is_neither_given_up_nor_stored_again() {
    let script = Script::new(1).on(Operation::HeadObject, When::Always, Fault::AccessDenied);
    let (stub, sink) = start(script, "");
    let batch = planned(&sink);
    assert_eq!(delivered(sink.send(&batch).await), []);
    let (class, message) = failed(sink.send(&batch).await);
    assert_eq!(class, TroubleClass::Credentials);
    assert!(message.contains("s3:GetObject"), "{message}");
    assert_eq!(keys(&stub).len(), 1);
}

#[tokio::test]
async fn a_store_with_a_certificate_of_its_own_is_trusted_where_that_is_named() {
    let stub = Stub::start(StubSettings {
        tls: true,
        ..StubSettings::default()
    })
    .unwrap();
    let config = ClientConfig::fixed(&stub.endpoint(), "us-east-1", "test", "test");
    let authority = stub.certificate_pem().unwrap();
    let trusting = config.trusting(authority.as_bytes()).unwrap();
    let settings = || Settings::read("bucket", &mut values(&flags(), "")).unwrap();
    let stranger = S3Sink::new(&config, settings(), &about());
    let (class, message) = failed(stranger.send(&planned(&stranger)).await);
    assert_eq!(class, TroubleClass::Unanswered);
    assert!(message.contains("certificate"), "{message}");
    let sink = S3Sink::new(&trusting, settings(), &about());
    assert_eq!(delivered(sink.send(&planned(&sink)).await), []);
    assert_eq!(keys(&stub).len(), 1);
}

#[test]
fn targets_and_flags_are_checked() {
    assert_eq!(split("bucket"), Ok(("bucket", "")));
    assert_eq!(split("bucket/a/b"), Ok(("bucket", "a/b")));
    assert_eq!(split("//bucket/a"), Ok(("bucket", "a")));
    assert_eq!(split("arn:aws:s3:::bucket"), Ok(("bucket", "")));
    for target in ["", "ab", "Bucket", "buck et"] {
        let mut values = values(&flags(), "");
        let told = read(target, &mut values, &about()).err().unwrap();
        assert!(told.contains("s3:BUCKET/PREFIX"), "{told}");
    }
    let properties = "s3.compression=lz4\ns3.path-style=maybe\ns3.checksum=md5\ns3.roll-bytes=1\ns3.roll-seconds=x";
    let mut values = values(&flags(), properties);
    assert!(read("bucket", &mut values, &about()).is_ok());
    assert_eq!(values.finish().unwrap_err().problems().len(), 5);
}
