//! Renewals against a peer that answers what the test tells it to, and when sessions are renewed.

use protocol::messages::api_versions::{ApiVersion, ApiVersionsResponse};
use protocol::messages::metadata::{MetadataRequest, MetadataResponse};
use protocol::messages::sasl_authenticate::SaslAuthenticateResponse;
use protocol::messages::sasl_handshake::SaslHandshakeResponse;
use protocol::{Response, frame};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::*;
use crate::{Password, Settings};

#[test]
fn sessions_are_renewed_at_85_to_95_percent_of_their_time() {
    let cases = [
        (900_000, 0, 765_000),
        (900_000, 255, 855_000),
        (5_000, 0, 4_250),
        (1, 255, 0),
        (0, 0, 0),
    ];
    for (lifetime, random, expected) in cases {
        let found = renewal(Duration::from_millis(lifetime), random);
        assert_eq!(
            found,
            Duration::from_millis(expected),
            "{lifetime} {random}"
        );
    }
}

/// A server's side of a connection.
struct Server(TcpStream);

impl Server {
    /// Takes the next request, which must be of this API.
    async fn expect(&mut self, api: ApiKey) -> (i16, i32) {
        let length = self.0.read_i32().await.unwrap();
        let mut frame = vec![0; usize::try_from(length).unwrap()];
        self.0.read_exact(&mut frame).await.unwrap();
        let prefix = frame::decode_prefix(&frame).unwrap();
        assert_eq!(ApiKey::from_i16(prefix.api_key), Some(api));
        (prefix.api_version, prefix.correlation_id)
    }

    async fn respond(&mut self, to: (i16, i32), response: Response) {
        let (version, id) = to;
        let rope = frame::encode_response(id, response.api_key(), version, &response).unwrap();
        self.0.write_all(&rope.to_bytes()).await.unwrap();
    }

    async fn offer(&mut self) {
        let asked = self.expect(ApiKey::ApiVersions).await;
        let api = |api: &ApiKey| ApiVersion {
            api_key: api.code(),
            min_version: *api.versions().start(),
            max_version: *api.versions().end(),
        };
        let response = ApiVersionsResponse {
            api_keys: ApiKey::ALL.iter().map(api).collect(),
            ..ApiVersionsResponse::default()
        };
        self.respond(asked, Response::ApiVersions(response)).await;
    }

    async fn shake_hands(&mut self, error_code: ErrorCode) {
        let asked = self.expect(ApiKey::SaslHandshake).await;
        let response = SaslHandshakeResponse {
            error_code,
            mechanisms: vec!["SCRAM-SHA-512".into(), "OAUTHBEARER".into()],
        };
        self.respond(asked, Response::SaslHandshake(response)).await;
    }

    async fn authenticate(&mut self, error_code: ErrorCode, session_lifetime_ms: i64) {
        let asked = self.expect(ApiKey::SaslAuthenticate).await;
        let response = SaslAuthenticateResponse {
            error_code,
            error_message: (!error_code.is_none()).then(|| "Access denied".into()),
            session_lifetime_ms,
            ..SaslAuthenticateResponse::default()
        };
        self.respond(asked, Response::SaslAuthenticate(response))
            .await;
    }

    async fn describe(&mut self) {
        let asked = self.expect(ApiKey::Metadata).await;
        self.respond(asked, Response::Metadata(MetadataResponse::default()))
            .await;
    }

    /// A login for this long.
    async fn let_in(&mut self, session_lifetime_ms: i64) {
        self.offer().await;
        self.shake_hands(ErrorCode::NONE).await;
        self.authenticate(ErrorCode::NONE, session_lifetime_ms)
            .await;
        self.offer().await;
    }
}

async fn connect<F: Future<Output = ()> + Send + 'static>(
    script: impl FnOnce(Server) -> F,
) -> Result<Connection, ClientError> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let mut settings = Settings::new(&address);
    settings.transport.sasl = Some(Sasl::Plain {
        username: "alice".to_owned(),
        password: Password::new("alice-secret"),
    });
    let accept = async { Server(listener.accept().await.unwrap().0) };
    let open = Connection::open(&settings, &address);
    let serve = async { drop(tokio::spawn(script(accept.await))) };
    tokio::join!(open, serve).0
}

#[tokio::test]
async fn requests_wait_for_the_end_of_a_renewal() {
    let (renewing, began) = tokio::sync::oneshot::channel();
    let (asked, was_asked) = tokio::sync::oneshot::channel();
    let connection = connect(|mut server| async move {
        server.let_in(20).await;
        let handshake = server.expect(ApiKey::SaslHandshake).await;
        renewing.send(()).unwrap();
        was_asked.await.unwrap();
        // The request was made before this answer, and must come after the login.
        let response = Response::SaslHandshake(SaslHandshakeResponse::default());
        server.respond(handshake, response).await;
        server.authenticate(ErrorCode::NONE, 0).await;
        server.describe().await;
        std::future::pending::<()>().await;
    })
    .await
    .unwrap();
    began.await.unwrap();
    let ticket = connection.begin(MetadataRequest::default(), 12, Duration::ZERO);
    let mut ticket = ticket.await.unwrap();
    asked.send(()).unwrap();
    ticket.answer().await.unwrap();
}

#[tokio::test]
async fn a_refused_renewal_fails_those_who_wait() {
    let (renewing, began) = tokio::sync::oneshot::channel();
    let connection = connect(|mut server| async move {
        server.let_in(20).await;
        let handshake = server.expect(ApiKey::SaslHandshake).await;
        renewing.send(()).unwrap();
        let response = Response::SaslHandshake(SaslHandshakeResponse::default());
        server.respond(handshake, response).await;
        server
            .authenticate(ErrorCode::SASL_AUTHENTICATION_FAILED, 0)
            .await;
        std::future::pending::<()>().await;
    })
    .await
    .unwrap();
    began.await.unwrap();
    let error = connection.call(MetadataRequest::default()).await;
    let error = error.unwrap_err();
    assert!(matches!(error, ClientError::Login { .. }), "{error}");
    assert!(!error.is_retriable());
    assert!(!connection.is_open());
}

#[tokio::test]
async fn a_refusal_is_told_in_the_servers_words() {
    let refused = connect(|mut server| async move {
        server.offer().await;
        server.shake_hands(ErrorCode::NONE).await;
        server
            .authenticate(ErrorCode::SASL_AUTHENTICATION_FAILED, 0)
            .await;
    });
    let told = refused.await.err().unwrap().to_string();
    assert!(told.ends_with("with PLAIN failed: Access denied"), "{told}");

    let unknown = connect(|mut server| async move {
        server.offer().await;
        server
            .shake_hands(ErrorCode::UNSUPPORTED_SASL_MECHANISM)
            .await;
    });
    let told = unknown.await.err().unwrap().to_string();
    assert!(told.contains("takes SCRAM-SHA-512, OAUTHBEARER;"), "{told}");
}

#[tokio::test]
async fn a_client_that_does_not_log_in_is_told_what_it_speaks() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let settings = Settings::new(&address);
    let serve = async {
        let mut server = Server(listener.accept().await.unwrap().0);
        server.offer().await;
        server.expect(ApiKey::Metadata).await;
    };
    let ask = async {
        let connection = Connection::open(&settings, &address).await?;
        connection.call(MetadataRequest::default()).await
    };
    let error = tokio::join!(ask, serve).0.unwrap_err();
    let told = error.to_string();
    assert!(told.contains("security.protocol PLAINTEXT?"), "{told}");
}
