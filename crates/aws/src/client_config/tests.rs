//! Certificates of one's own, and roles that are not assumed.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::{ClientConfig, ClientConfigError, Credentials, Role, SharedCredentialsProvider};
use crate::{CloudWatchLogs, FailureKind, LogEventsBody};

#[test]
fn a_bundle_that_cannot_be_used_is_refused_where_it_is_read() {
    let config = ClientConfig::fixed("https://127.0.0.1:1", "us-east-1", "AKIA", "secret");
    assert_eq!(config.endpoint(), Some("https://127.0.0.1:1"));
    let empty = config.trusting(b"no certificate");
    assert!(matches!(empty, Err(ClientConfigError::NoCertificate)));
    let bad = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let Err(ClientConfigError::Certificate { number: 1, .. }) = config.trusting(bad) else {
        panic!("a certificate of three bytes");
    };
}

/// Whoever has keys is not told that there are none.
#[tokio::test]
async fn a_role_that_is_refused_is_named() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = [0; 8192];
        let _ = stream.read(&mut request).await;
        let body = "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code>\
            <Message>User x may not</Message></Error></ErrorResponse>";
        let head = format!("HTTP/1.1 403 X\r\ncontent-length: {}\r\n\r\n", body.len());
        let _ = stream.write_all((head + body).as_bytes()).await;
    });
    let role = Role {
        arn: "arn:aws:iam::123456789012:role/logs".to_owned(),
        session: "s".to_owned(),
        external_id: None,
    };
    // What is fixed has no clock, which credentials that end need.
    let config = ClientConfig::load_with(Some("us-east-1".to_owned()), Some(endpoint), None).await;
    let credentials = Credentials::new("AKIA", "secret", None, None, "test");
    let builder = config.0.into_builder();
    let builder = builder.credentials_provider(SharedCredentialsProvider::new(credentials));
    let config = ClientConfig(builder.build()).assuming(role).await;
    let logs = CloudWatchLogs::new(&config);
    let body = LogEventsBody::Json(b"{}".to_vec());
    let failure = logs.put_log_events(body).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Credentials);
    let sentence = failure.to_string();
    let expected = "role arn:aws:iam::123456789012:role/logs cannot be assumed";
    assert!(sentence.contains(expected), "{sentence}");
}
