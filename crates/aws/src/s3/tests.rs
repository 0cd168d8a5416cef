//! Against something that says yes to everything: what is believed.

use std::sync::Arc;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use super::{Object, Put, S3, S3Style};
use crate::firehose::Firehose;
use crate::{ClientConfig, CloudWatchLogs, FailureKind, LogEventsBody};

/// A server that answers everything with a success, these headers and this body.
async fn server(headers: &str, body: &str) -> ClientConfig {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let length = body.len();
    let answer = format!("HTTP/1.1 200 OK\r\n{headers}content-length: {length}\r\n\r\n{body}");
    let answer: Arc<str> = answer.into();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, Arc::clone(&answer)));
        }
    });
    ClientConfig::fixed(&endpoint, "us-east-1", "AKIA", "secret")
}

async fn serve(stream: TcpStream, answer: Arc<str>) -> Option<()> {
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
        let length = length.and_then(|(_, length)| length.parse().ok());
        stream
            .read_exact(&mut vec![0; length.unwrap_or_default()])
            .await
            .ok()?;
        stream.write_all(answer.as_bytes()).await.ok()?;
    }
}

fn bucket(config: &ClientConfig) -> S3 {
    let style = S3Style {
        is_path: true,
        has_checksums: false,
    };
    S3::new(config, style)
}

fn object() -> Object<'static> {
    Object {
        bucket: "bucket",
        key: "key",
        body: b"one".to_vec(),
        content_type: "text/plain",
        metadata: &[],
        kms_key_id: None,
    }
}

#[tokio::test]
async fn a_success_without_an_etag_acknowledges_nothing() {
    let page = "<html>hello</html>";
    let s3 = bucket(&server("content-type: text/html\r\n", page).await);
    let put = s3.put_new(object()).await.unwrap_err();
    let head = server("content-type: text/html\r\n", "").await;
    let head = bucket(&head).metadata("bucket", "key").await.unwrap_err();
    for failure in [put, head] {
        assert_eq!(failure.kind, FailureKind::Unanswered);
        let sentence = failure.to_string();
        assert!(
            sentence.contains("does not answer as S3 does") && sentence.contains("ETag"),
            "{sentence}"
        );
    }
    let s3 = bucket(&server("etag: \"e\"\r\n", "").await);
    assert_eq!(s3.put_new(object()).await.unwrap(), Put::Stored);
}

#[tokio::test]
async fn an_empty_success_acknowledges_no_events() {
    for (headers, body, is_believed) in [
        ("", "", false),
        ("", "{}", false),
        ("", r#"{"nextSequenceToken":"1"}"#, true),
        ("x-amzn-requestid: 1\r\n", "{}", true),
    ] {
        let logs = CloudWatchLogs::new(&server(headers, body).await);
        let put = logs
            .put_log_events(LogEventsBody::Json(b"{}".to_vec()))
            .await;
        assert_eq!(put.is_ok(), is_believed, "{headers}{body}: {put:?}");
        if let Err(failure) = put {
            let sentence = failure.to_string();
            let expected = "does not answer as CloudWatch Logs does";
            assert!(sentence.contains(expected), "{sentence}");
        }
    }
}

#[tokio::test]
async fn a_page_is_told_from_silence() {
    let config = server("content-type: text/html\r\n", "<html>hello</html>").await;
    let firehose = Firehose::new(&config);
    let put = firehose.put("stream", vec![b"one".to_vec()]).await;
    let failure = put.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Unanswered);
    let sentence = failure.to_string();
    assert!(
        sentence.contains("does not answer as Firehose does")
            && sentence.ends_with("(200, text/html)"),
        "{sentence}"
    );
}
