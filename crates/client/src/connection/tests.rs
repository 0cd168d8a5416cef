//! Cases against a peer that answers what the test tells it to.

use std::ops::RangeInclusive;
use std::time::Duration;

use bytes::Bytes;
use protocol::messages::api_versions::{ApiVersion, ApiVersionsResponse};
use protocol::messages::metadata::{MetadataRequest, MetadataResponse};
use protocol::{Response, frame};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::*;

/// A peer's side of a connection.
struct Peer(TcpStream);

impl Peer {
    /// The next request's API, version and correlation id.
    async fn request(&mut self) -> (ApiKey, i16, i32) {
        let length = self.0.read_i32().await.unwrap();
        let mut frame = vec![0; usize::try_from(length).unwrap()];
        self.0.read_exact(&mut frame).await.unwrap();
        let prefix = frame::decode_prefix(&frame).unwrap();
        let api = ApiKey::from_i16(prefix.api_key).unwrap();
        (api, prefix.api_version, prefix.correlation_id)
    }

    async fn respond(&mut self, id: i32, api: ApiKey, version: i16, response: &Response) {
        let rope = frame::encode_response(id, api, version, response).unwrap();
        self.0.write_all(&rope.to_bytes()).await.unwrap();
    }

    /// Answers the first question of a connection.
    async fn offer_metadata(&mut self, versions: RangeInclusive<i16>) {
        let (api, version, id) = self.request().await;
        assert_eq!(api, ApiKey::ApiVersions);
        let response = offer(ErrorCode::NONE, ApiKey::Metadata, versions);
        self.respond(id, api, version, &response).await;
    }
}

fn offer(error_code: ErrorCode, api: ApiKey, versions: RangeInclusive<i16>) -> Response {
    Response::ApiVersions(ApiVersionsResponse {
        error_code,
        api_keys: vec![ApiVersion {
            api_key: api.code(),
            min_version: *versions.start(),
            max_version: *versions.end(),
        }],
        ..ApiVersionsResponse::default()
    })
}

fn metadata(cluster_id: &str) -> Response {
    Response::Metadata(MetadataResponse {
        cluster_id: Some(cluster_id.into()),
        ..MetadataResponse::default()
    })
}

/// A connection to a peer that `script` plays.
async fn connect<F: Future<Output = ()> + Send + 'static>(
    script: impl FnOnce(Peer) -> F,
) -> Result<Connection, ClientError> {
    connect_with(script, |_| {}).await
}

async fn connect_with<F: Future<Output = ()> + Send + 'static>(
    script: impl FnOnce(Peer) -> F,
    change: impl FnOnce(&mut Settings),
) -> Result<Connection, ClientError> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let mut settings = Settings::new(&address);
    change(&mut settings);
    let accept = async { Peer(listener.accept().await.unwrap().0) };
    let open = Connection::open(&settings, &address);
    let serve = async { drop(tokio::spawn(script(accept.await))) };
    tokio::join!(open, serve).0
}

async fn ask(connection: &Connection) -> Result<String, ClientError> {
    let answer = connection.call(MetadataRequest::default()).await?;
    Ok(answer.cluster_id.unwrap_or_default().to_string())
}

#[tokio::test]
async fn a_broker_that_knows_only_old_versions_is_asked_again() {
    let connection = connect(|mut peer| async move {
        let (api, version, id) = peer.request().await;
        assert_eq!(version, *ApiKey::ApiVersions.versions().end());
        let refusal = offer(ErrorCode::UNSUPPORTED_VERSION, ApiKey::ApiVersions, 0..=2);
        peer.respond(id, api, 0, &refusal).await;
        let (api, version, id) = peer.request().await;
        assert_eq!(version, 0);
        peer.respond(id, api, 0, &offer(ErrorCode::NONE, ApiKey::Metadata, 0..=4))
            .await;
    })
    .await
    .unwrap();
    assert_eq!(connection.version(ApiKey::Metadata).unwrap(), 4);
    let missing = connection.version(ApiKey::Produce).unwrap_err();
    assert!(
        missing.to_string().contains("does not offer Produce"),
        "{missing}"
    );
}

#[tokio::test]
async fn requests_are_pipelined_and_answered_in_order() {
    let connection = connect(|mut peer| async move {
        peer.offer_metadata(0..=12).await;
        let (_, version, first) = peer.request().await;
        let (_, _, second) = peer.request().await;
        let api = ApiKey::Metadata;
        peer.respond(first, api, version, &metadata("first")).await;
        peer.respond(second, api, version, &metadata("second"))
            .await;
    })
    .await
    .unwrap();
    let (first, second) = tokio::join!(ask(&connection), ask(&connection));
    assert_eq!(first.unwrap(), "first");
    assert_eq!(second.unwrap(), "second");
}

#[tokio::test]
async fn an_answer_to_another_request_ends_the_connection() {
    let connection = connect(|mut peer| async move {
        peer.offer_metadata(0..=12).await;
        let (api, version, id) = peer.request().await;
        peer.respond(id + 1, api, version, &metadata("x")).await;
    })
    .await
    .unwrap();
    let error = ask(&connection).await.unwrap_err();
    assert!(matches!(
        error,
        ClientError::Unreadable { source: None, .. }
    ));
    assert!(!connection.is_open());
}

#[tokio::test]
async fn a_closed_connection_fails_all_who_wait_and_all_who_come() {
    let connection = connect(|mut peer| async move {
        peer.offer_metadata(0..=12).await;
        peer.request().await;
        peer.request().await;
    })
    .await
    .unwrap();
    let (first, second) = tokio::join!(ask(&connection), ask(&connection));
    for error in [first, second, ask(&connection).await].map(Result::unwrap_err) {
        assert!(error.is_retriable(), "{error}");
    }
}

#[tokio::test]
async fn a_frame_that_claims_too_much_is_refused_before_it_is_read() {
    let connection = connect(|mut peer| async move {
        peer.offer_metadata(0..=12).await;
        peer.request().await;
        peer.0
            .write_all(&Bytes::from_static(&[0x7f; 4]))
            .await
            .unwrap();
        // Stays open: the refusal must not wait for the bytes.
        peer.request().await;
    })
    .await
    .unwrap();
    let error = ask(&connection).await.unwrap_err();
    assert!(matches!(error, ClientError::Broken { .. }), "{error}");
}

#[tokio::test]
async fn silence_ends_in_a_timeout_and_fails_the_connection() {
    let short = |settings: &mut Settings| settings.request_timeout = Duration::from_millis(50);
    let silent = |mut peer: Peer| async move {
        peer.offer_metadata(0..=12).await;
        std::future::pending::<()>().await;
    };
    let connection = connect_with(silent, short).await.unwrap();
    let error = ask(&connection).await.unwrap_err();
    assert!(matches!(error, ClientError::TimedOut { .. }), "{error}");
    assert!(!connection.is_open());
}
