//! Against a stand-in that speaks the service's JSON protocol: pages, versions, errors.

use std::sync::{Arc, Mutex};

use aws_sdk_secretsmanager::config::{BehaviorVersion, Credentials, Region};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use super::{SecretEntry, Secrets, SecretsError};
use crate::ClientConfig;

/// What was asked: the operation and its parameters.
type Asked = Arc<Mutex<Vec<(String, Value)>>>;
/// Status and body for an operation and its parameters.
type Answer = fn(&str, &Value) -> (u16, Value);

/// A service that answers by `answer`, and a client of it.
async fn service(answer: Answer) -> (Secrets, Asked) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let asked = Asked::default();
    let log = Arc::clone(&asked);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, answer, Arc::clone(&log)));
        }
    });
    let config = aws_config::SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(format!("http://{address}"))
        .region(Region::new("us-east-1"))
        .retry_config(aws_config::retry::RetryConfig::disabled())
        .credentials_provider(
            aws_sdk_secretsmanager::config::SharedCredentialsProvider::new(Credentials::new(
                "AKIA", "secret", None, None, "test",
            )),
        )
        .build();
    (Secrets::new(&ClientConfig(config)), asked)
}

async fn serve(stream: TcpStream, answer: Answer, asked: Asked) -> Option<()> {
    let mut stream = BufReader::new(stream);
    loop {
        let (mut operation, mut length) = (String::new(), 0);
        loop {
            let mut line = String::new();
            stream.read_line(&mut line).await.ok()?;
            let (name, value) = match line.trim_end().split_once(": ") {
                Some(header) => header,
                None if line.trim_end().is_empty() => break,
                None => continue,
            };
            match name.to_ascii_lowercase().as_str() {
                "x-amz-target" => operation = value.strip_prefix("secretsmanager.")?.to_owned(),
                "content-length" => length = value.parse().ok()?,
                _ => {}
            }
        }
        let mut body = vec![0; length];
        stream.read_exact(&mut body).await.ok()?;
        let parameters = serde_json::from_slice(&body).ok()?;
        let (status, body) = answer(&operation, &parameters);
        asked.lock().unwrap().push((operation, parameters));
        let body = body.to_string();
        let head = format!(
            "HTTP/1.1 {status} X\r\ncontent-type: application/x-amz-json-1.1\r\n\
             content-length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all((head + &body).as_bytes()).await.ok()?;
    }
}

fn entry(name: &str, version: &str) -> SecretEntry {
    SecretEntry {
        name: name.to_owned(),
        arn: format!("arn:{name}"),
        version: version.to_owned(),
    }
}

#[tokio::test]
async fn secrets_are_listed_page_by_page() {
    let (secrets, asked) = service(|_, parameters| {
        let secret = |name: &str, versions: Value| {
            json!({"Name": name, "ARN": format!("arn:{name}"),
                   "LastChangedDate": 1_700_000_000, "SecretVersionsToStages": versions})
        };
        let page = match parameters["NextToken"].as_str() {
            None => json!({"NextToken": "2", "SecretList": [
                secret("AmazonMSK_b", json!({"old": ["AWSPREVIOUS"], "new": ["x", "AWSCURRENT"]})),
                secret("other/AmazonMSK_x", json!({"v": ["AWSCURRENT"]})),
                secret("amazonmsk_lower", json!({"v": ["AWSCURRENT"]})),
            ]}),
            Some(_) => json!({"SecretList": [
                secret("AmazonMSK_a", Value::Null),
                json!({"Name": "AmazonMSK_without_arn"}),
            ]}),
        };
        (200, page)
    })
    .await;
    let found = secrets.list("AmazonMSK_").await.unwrap();
    let expected = [
        entry("AmazonMSK_a", "2023-11-14T22:13:20Z"),
        entry("AmazonMSK_b", "new"),
    ];
    assert_eq!(found, expected);
    let asked = asked.lock().unwrap();
    let filter = json!([{"Key": "name", "Values": ["AmazonMSK_"]}]);
    assert_eq!(asked.len(), 2);
    for (operation, parameters) in asked.iter() {
        assert_eq!(operation, "ListSecrets");
        assert_eq!(parameters["Filters"], filter);
        assert_eq!(parameters["IncludePlannedDeletion"], Value::Null);
    }
}

#[tokio::test]
async fn a_listing_without_end_ends() {
    let (secrets, asked) =
        service(|_, _| (200, json!({"NextToken": "again", "SecretList": []}))).await;
    assert_eq!(secrets.list("AmazonMSK_").await.unwrap(), []);
    assert_eq!(asked.lock().unwrap().len(), super::PAGES_MAX);
}

#[tokio::test]
async fn the_value_of_a_secret_is_asked_by_its_arn_and_not_shown() {
    let (secrets, asked) = service(|_, _| (200, json!({"SecretString": "s3cr3t"}))).await;
    let text = secrets.text(&entry("AmazonMSK_a", "1")).await.unwrap();
    assert_eq!(text.expose(), "s3cr3t");
    assert_eq!(format!("{text:?}"), "[hidden]");
    let asked = asked.lock().unwrap();
    assert_eq!(
        *asked,
        [(
            "GetSecretValue".to_owned(),
            json!({"SecretId": "arn:AmazonMSK_a"})
        )]
    );
}

#[tokio::test]
async fn errors_name_what_was_asked_for_and_are_tried_once() {
    let (secrets, asked) = service(|operation, _| match operation {
        "ListSecrets" => (
            500,
            json!({"__type": "InternalServiceError", "message": "no"}),
        ),
        _ => (
            400,
            json!({"__type": "ResourceNotFoundException", "Message": "gone"}),
        ),
    })
    .await;
    let error = secrets.list("AmazonMSK_").await.unwrap_err();
    assert!(matches!(error, SecretsError::List(_)), "{error}");
    let error = secrets.text(&entry("AmazonMSK_a", "1")).await.unwrap_err();
    assert!(error.to_string().contains("AmazonMSK_a"), "{error}");
    assert_eq!(asked.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn bytes_are_no_text() {
    let (secrets, _) = service(|_, _| (200, json!({"SecretBinary": "AAAA"}))).await;
    let error = secrets.text(&entry("AmazonMSK_a", "1")).await.unwrap_err();
    assert!(matches!(error, SecretsError::NoText(name) if name == "AmazonMSK_a"));
}
