//! A played broker: what it may say, and what it may not.

use super::Listener;
use protocol::messages::metadata::{MetadataRequest, MetadataResponse};
use protocol::{ApiKey, Request, Response, frame};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

const TIMEOUT: Duration = Duration::from_secs(5);

/// Asks for Metadata and is answered with `answer`, after which the connection is closed.
async fn asked(answer: Vec<u8>) -> Result<Response, String> {
    let server = TcpListener::bind("127.0.0.1:0").await.expect("bound");
    let address = server.local_addr().expect("an address").to_string();
    let played = async {
        let (mut stream, _) = server.accept().await.expect("accepted");
        let length = stream.read_i32().await.expect("a length");
        let mut request = vec![0; usize::try_from(length).expect("positive")];
        stream.read_exact(&mut request).await.expect("a request");
        stream.write_all(&answer).await.expect("answered");
    };
    let asking = async {
        let mut listener = Listener::connect(&address, TIMEOUT).await?;
        listener
            .ask(Request::Metadata(MetadataRequest::default()), 5)
            .await
    };
    tokio::join!(played, asking).1
}

fn metadata(correlation_id: i32) -> Vec<u8> {
    let answer = MetadataResponse {
        cluster_id: Some("cWlk".into()),
        ..MetadataResponse::default()
    };
    let answer = Response::Metadata(answer);
    let rope = frame::encode_response(correlation_id, ApiKey::Metadata, 5, &answer);
    rope.expect("encoded").to_bytes().to_vec()
}

#[tokio::test]
async fn an_answer_is_read() {
    match asked(metadata(1)).await {
        Ok(Response::Metadata(answer)) => assert_eq!(answer.cluster_id.as_deref(), Some("cWlk")),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn anything_else_is_an_error_that_names_the_address() {
    let mut cut = metadata(1);
    cut.truncate(20);
    let cases = [
        (metadata(7), "did not answer as a Kafka broker"),
        (
            b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec(),
            "does not speak Kafka",
        ),
        (
            vec![0, 0, 0, 4, 0, 0, 0, 1],
            "did not answer as a Kafka broker",
        ),
        (cut, "unexpected end of file"),
        (Vec::new(), "end of file"),
    ];
    for (answer, expected) in cases {
        let error = asked(answer).await.expect_err(expected);
        assert!(
            error.contains("127.0.0.1:") && error.contains(expected),
            "{error}"
        );
    }
}
