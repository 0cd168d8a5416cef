//! Against a stand-in that keeps what it is sent: the request as it goes out, and what answers mean.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use super::{CloudWatchLogs, LogEventsBody, LogGroup, RejectedEvents};
use crate::{ClientConfig, FailureKind};

/// Head and body of each request.
type Seen = Arc<Mutex<Vec<(String, Vec<u8>)>>>;

/// A service that answers everything so, and a client of it.
async fn service(status: u16, answer: &'static str) -> (CloudWatchLogs, Seen) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let seen = Seen::default();
    let log = Arc::clone(&seen);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, status, answer, Arc::clone(&log)));
        }
    });
    let config = ClientConfig::fixed(&endpoint, "us-east-1", "AKIA", "secret");
    (CloudWatchLogs::new(&config), seen)
}

async fn serve(stream: TcpStream, status: u16, answer: &str, seen: Seen) -> Option<()> {
    let mut stream = BufReader::new(stream);
    loop {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if stream.read_line(&mut head).await.ok()? == 0 {
                return None;
            }
        }
        head.make_ascii_lowercase();
        let mut lines = head.lines().filter_map(|line| line.split_once(": "));
        let length = lines.find(|(name, _)| *name == "content-length");
        let mut body = vec![0; length?.1.parse().ok()?];
        stream.read_exact(&mut body).await.ok()?;
        seen.lock().unwrap().push((head, body));
        let answer = format!(
            "HTTP/1.1 {status} X\r\ncontent-type: application/x-amz-json-1.1\r\n\
             x-amzn-requestid: 1\r\ncontent-length: {}\r\n\r\n{answer}",
            answer.len()
        );
        stream.write_all(answer.as_bytes()).await.ok()?;
    }
}

#[tokio::test]
async fn the_body_goes_out_as_it_was_written() {
    let (logs, seen) = service(200, "{}").await;
    let body = br#"{"logGroupName":"g","logStreamName":"s","logEvents":[]}"#.to_vec();
    let rejected = logs.put_log_events(LogEventsBody::Json(body.clone())).await;
    assert_eq!(rejected.unwrap(), RejectedEvents::default());
    let rejected = logs
        .put_log_events(LogEventsBody::Gzip(vec![0x1f, 0x8b]))
        .await;
    rejected.unwrap();
    let seen = seen.lock().unwrap();
    let [(plain, plain_body), (gzip, gzip_body)] = seen.as_slice() else {
        panic!("two requests");
    };
    assert_eq!(plain_body, &body);
    assert!(
        plain.contains("x-amz-target: logs_20140328.putlogevents\r\n"),
        "{plain}"
    );
    assert!(!plain.contains("content-encoding"), "{plain}");
    assert_eq!(
        plain.matches("content-length").count(),
        2,
        "as a header, and signed: {plain}"
    );
    assert_eq!(gzip_body, &[0x1f, 0x8b]);
    assert!(gzip.contains("content-encoding: gzip\r\n"), "{gzip}");
    assert!(
        gzip.contains("signedheaders=content-encoding;content-length;"),
        "{gzip}"
    );
}

#[tokio::test]
async fn rejected_events_are_told() {
    let answer = r#"{"rejectedLogEventsInfo":{"tooNewLogEventStartIndex":7,"tooOldLogEventEndIndex":3,"expiredLogEventEndIndex":5}}"#;
    let (logs, _) = service(200, answer).await;
    let rejected = logs
        .put_log_events(LogEventsBody::Json(b"{}".to_vec()))
        .await;
    let expected = RejectedEvents {
        too_old_end: 3,
        expired_end: 5,
        too_new_start: Some(7),
    };
    assert_eq!(rejected.unwrap(), expected);
}

/// One error of each kind; `failure` has the others.
#[tokio::test]
async fn failures_are_told_apart() {
    for (status, answer, expected) in [
        (
            400,
            r#"{"__type":"ThrottlingException","message":"Rate exceeded"}"#,
            FailureKind::Throttled,
        ),
        (
            400,
            r#"{"__type":"ResourceNotFoundException"}"#,
            FailureKind::Missing,
        ),
        (
            400,
            r#"{"__type":"InvalidParameterException"}"#,
            FailureKind::Data,
        ),
        (
            400,
            r#"{"__type":"UnrecognizedClientException"}"#,
            FailureKind::Credentials,
        ),
        (
            503,
            r#"{"__type":"ServiceUnavailableException"}"#,
            FailureKind::Service,
        ),
        (200, "no JSON", FailureKind::Unanswered),
    ] {
        let (logs, _) = service(status, answer).await;
        let failed = logs
            .put_log_events(LogEventsBody::Json(b"{}".to_vec()))
            .await;
        assert_eq!(failed.unwrap_err().kind, expected, "{answer}");
    }
}

#[tokio::test]
async fn who_comes_second_is_content() {
    let (logs, seen) = service(400, r#"{"__type":"ResourceAlreadyExistsException"}"#).await;
    logs.create_log_stream("g", "s").await.unwrap();
    let made = LogGroup {
        kms_key_id: Some("key".into()),
        class: Some("INFREQUENT_ACCESS".into()),
        tags: vec![("a".into(), "b".into())],
    };
    logs.create_log_group("g", &made).await.unwrap();
    assert!(logs.put_retention_policy("g", 7).await.is_err());
    let seen = seen.lock().unwrap();
    let body =
        |number: usize| -> serde_json::Value { serde_json::from_slice(&seen[number].1).unwrap() };
    let group = serde_json::json!({
        "logGroupName": "g",
        "kmsKeyId": "key",
        "logGroupClass": "INFREQUENT_ACCESS",
        "tags": {"a": "b"}
    });
    assert_eq!(body(1), group);
    assert_eq!(
        body(2),
        serde_json::json!({"logGroupName": "g", "retentionInDays": 7})
    );
}
