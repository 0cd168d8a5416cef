//! Against a stand-in that keeps what it is sent: the wire form, its size, and what errors mean.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};

use super::{CloudWatch, Datum, PutError};
use crate::ClientConfig;

/// Head and body of each request.
type Seen = Arc<Mutex<Vec<(String, Vec<u8>)>>>;

/// A service that answers everything so, and a client of it.
async fn service(status: u16, code: &'static str) -> (CloudWatch, Seen) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let seen = Seen::default();
    let log = Arc::clone(&seen);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, status, code, Arc::clone(&log)));
        }
    });
    let mut config = ClientConfig::fixed(&endpoint, "us-east-1", "AKIA", "secret");
    config.0 = config
        .0
        .into_builder()
        .disable_request_compression(true)
        .build();
    (CloudWatch::new(&config, None), seen)
}

async fn serve(stream: TcpStream, status: u16, code: &str, seen: Seen) -> Option<()> {
    let mut stream = BufReader::new(stream);
    loop {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if stream.read_line(&mut head).await.ok()? == 0 {
                return None;
            }
        }
        let mut lines = head.lines().filter_map(|line| line.split_once(": "));
        let length = lines.find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
        let mut body = vec![0; length?.1.parse().ok()?];
        stream.read_exact(&mut body).await.ok()?;
        seen.lock().unwrap().push((head, body));
        // {"__type": code}, and nothing where all is well.
        let mut answer = if code.is_empty() {
            b"\xa0".to_vec()
        } else {
            b"\xa1\x66__type\x78".to_vec()
        };
        if !code.is_empty() {
            answer.push(u8::try_from(code.len()).ok()?);
            answer.extend(code.as_bytes());
        }
        let head = format!(
            "HTTP/1.1 {status} X\r\ncontent-type: application/cbor\r\nsmithy-protocol: rpc-v2-cbor\r\n\
             content-length: {}\r\n\r\n",
            answer.len()
        );
        stream.write_all(head.as_bytes()).await.ok()?;
        stream.write_all(&answer).await.ok()?;
    }
}

fn datum(name: usize, dimensions: usize, values: usize) -> Datum {
    Datum {
        name: "n".repeat(name),
        dimensions: (0..dimensions)
            .map(|number| (format!("{number:0255}"), "v".repeat(1024)))
            .collect(),
        unit: "Count/Second",
        timestamp_ms: 1_800_000_000_123,
        values: (0..values).map(|value| (value as f64 + 0.1, 1e9)).collect(),
        is_high_resolution: true,
    }
}

#[tokio::test]
async fn a_request_is_what_the_service_reads_and_no_larger_than_told() {
    let (client, seen) = service(200, "").await;
    let one = Datum {
        values: vec![(2.5, 1.0)],
        ..datum(8, 0, 0)
    };
    client
        .put("Own/Kafka", std::slice::from_ref(&one))
        .await
        .unwrap();
    for data in [
        vec![one],
        vec![datum(1, 0, 1); 1000],
        vec![datum(255, 30, 150); 20],
        (0..300)
            .map(|size| datum(1 + size % 255, size % 31, 1 + size % 150))
            .collect(),
    ] {
        client.put("Own/Kafka", &data).await.unwrap();
        let told: usize = data.iter().map(Datum::bytes_max).sum();
        let body = seen.lock().unwrap().last().unwrap().1.len();
        assert!(body <= told + 128, "{body} > {told}");
        assert!(told < body * 13 / 10 + 256, "{told} is far from {body}");
    }
    let seen = seen.lock().unwrap();
    let (head, body) = seen.first().unwrap();
    assert!(
        head.starts_with("POST /service/GraniteServiceVersion20100801/operation/PutMetricData ")
    );
    assert!(
        head.contains("smithy-protocol: rpc-v2-cbor") && head.contains("/us-east-1/monitoring/")
    );
    let contains = |text: &[u8]| body.windows(text.len()).any(|window| window == text);
    assert!(contains(b"Own/Kafka") && contains(b"nnnnnnnn") && contains(b"Count/Second"));
    assert!(contains(b"\x65Value\xfb\x40\x04\0\0\0\0\0\0") && !contains(b"Counts"));
}

#[tokio::test]
async fn errors_say_what_to_do() {
    for (status, code, expected) in [
        (400, "Throttling", "throttling"),
        (
            400,
            "com.amazonaws.cloudwatch#ThrottlingException",
            "throttling",
        ),
        (429, "", "throttling"),
        (503, "ServiceUnavailable", "fault of its own"),
        (
            500,
            "com.amazonaws.cloudwatch#InternalServiceFault",
            "fault of its own",
        ),
        (404, "", "fault of its own"),
        (
            400,
            "com.amazonaws.cloudwatch#InvalidParameterValueException",
            "refuses the data",
        ),
        (413, "", "refuses the data"),
        (
            400,
            "UnrecognizedClientException",
            "refuses the credentials",
        ),
        (403, "AccessDenied", "refuses the credentials"),
    ] {
        let (client, _) = service(status, code).await;
        let error = client.put("n", &[datum(1, 0, 1)]).await.unwrap_err();
        assert!(
            error.to_string().contains(expected),
            "{status} {code}: {error:?}"
        );
        assert_eq!(error.may_pass(), expected != "refuses the data");
    }
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    let config = ClientConfig::fixed("http://localhost:1", "us-east-1", "AKIA", "secret");
    let client = CloudWatch::new(&config, Some(&endpoint));
    let error = client.put("n", &[datum(1, 0, 1)]).await.unwrap_err();
    assert!(matches!(error, PutError::Unanswered(_)), "{error:?}");
    assert_eq!(client.endpoint(), endpoint);
    // The cause never shows a secret.
    assert!(!format!("{error:?}").contains("secret"));
}

#[tokio::test]
async fn without_credentials_the_error_says_so_and_nothing_is_sent() {
    #[derive(Debug)]
    struct Nobody;
    impl ProvideCredentials for Nobody {
        fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
        where
            Self: 'a,
        {
            future::ProvideCredentials::ready(Err(CredentialsError::not_loaded("no profile")))
        }
    }
    let mut config = ClientConfig::fixed("http://127.0.0.1:1", "us-east-1", "AKIA", "secret");
    assert_eq!(config.region(), Some("us-east-1"));
    let provider = SharedCredentialsProvider::new(Nobody);
    config.0 = config
        .0
        .into_builder()
        .credentials_provider(provider)
        .build();
    let client = CloudWatch::new(&config, None);
    let error = client.put("n", &[datum(1, 0, 1)]).await.unwrap_err();
    assert!(matches!(error, PutError::NoCredentials(_)), "{error:?}");
    let sentence = error.to_string();
    assert!(sentence.contains("AWS_ACCESS_KEY_ID") && sentence.contains("AWS_PROFILE"));
    assert_eq!(client.endpoint(), "");
}
