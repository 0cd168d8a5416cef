//! A client as far as the tests need one: TLS, SCRAM-SHA-512, and frames made by hand.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use identity::ScramMechanism;
use protocol::messages::header::RequestHeader;
use protocol::messages::sasl_authenticate::SaslAuthenticateRequest;
use protocol::messages::sasl_handshake::SaslHandshakeRequest;
use protocol::{ApiKey, Request, Response, Str, frame};
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::broker::{PATIENCE, read_frame};

pub(crate) type Tls = TlsStream<TcpStream>;

/// Opens a TLS connection.
pub(crate) async fn connect(address: SocketAddr, config: Arc<ClientConfig>) -> Tls {
    try_connect(address, config).await.unwrap()
}

/// Opens a TLS connection, if it can.
pub(crate) async fn try_connect(
    address: SocketAddr,
    config: Arc<ClientConfig>,
) -> std::io::Result<Tls> {
    over(TcpStream::connect(address).await?, config).await
}

/// The same over a connection that is there.
pub(crate) async fn over(stream: TcpStream, config: Arc<ClientConfig>) -> std::io::Result<Tls> {
    stream.set_nodelay(true)?;
    let name = ServerName::try_from("localhost").unwrap();
    let connecting = TlsConnector::from(config).connect(name, stream);
    tokio::time::timeout(PATIENCE, connecting).await?
}

/// The frame of a request, with its length.
pub(crate) fn request(version: i16, correlation_id: i32, request: &Request) -> Vec<u8> {
    let header = RequestHeader {
        request_api_key: request.api_key().code(),
        request_api_version: version,
        correlation_id,
        client_id: Some(Str::from_static("test")),
    };
    let rope = frame::encode_request(&header, request).unwrap();
    rope.to_bytes().to_vec()
}

/// A frame of any API key with `body` bytes behind its header, with its length.
pub(crate) fn opaque(key: i16, correlation_id: i32, body: usize) -> Vec<u8> {
    let length = i32::try_from(8 + body).unwrap();
    let mut frame = length.to_be_bytes().to_vec();
    frame.extend(key.to_be_bytes());
    frame.extend([0, 0]);
    frame.extend(correlation_id.to_be_bytes());
    frame.extend(vec![b'q'; body]);
    frame
}

/// An answer's frame of `body` bytes, with its length.
pub(crate) fn answer(correlation_id: i32, body: usize) -> Vec<u8> {
    let length = i32::try_from(4 + body).unwrap();
    let mut frame = length.to_be_bytes().to_vec();
    frame.extend(correlation_id.to_be_bytes());
    frame.extend(vec![b'a'; body]);
    frame
}

/// One frame within the patience of a test, without its length.
pub(crate) async fn next_frame<S: tokio::io::AsyncRead + Unpin>(stream: &mut S) -> Vec<u8> {
    let read = tokio::time::timeout(PATIENCE, read_frame(stream)).await;
    read.expect("a frame comes in time").unwrap()
}

/// A SaslHandshake for a mechanism.
pub(crate) fn handshake(correlation_id: i32, mechanism: &str) -> Vec<u8> {
    let mechanism = mechanism.to_owned().into();
    let handshake = Request::SaslHandshake(SaslHandshakeRequest { mechanism });
    request(1, correlation_id, &handshake)
}

/// A SaslAuthenticate with a token.
pub(crate) fn authenticate(correlation_id: i32, token: &[u8]) -> Vec<u8> {
    let auth_bytes = Bytes::copy_from_slice(token);
    let authenticate = Request::SaslAuthenticate(SaslAuthenticateRequest { auth_bytes });
    request(2, correlation_id, &authenticate)
}

/// What an answer to SaslAuthenticate says: error code, message, token, lifetime.
pub(crate) struct Answer {
    pub code: i16,
    pub message: String,
    pub token: Vec<u8>,
    pub lifetime_ms: i64,
}

/// Reads an answer to SaslAuthenticate.
pub(crate) async fn authenticated(tls: &mut Tls) -> Answer {
    let frame = Bytes::from(next_frame(tls).await);
    let (_, response) = frame::decode_response(frame, ApiKey::SaslAuthenticate, 2).unwrap();
    let Response::SaslAuthenticate(response) = response else {
        panic!("not an answer to SaslAuthenticate");
    };
    Answer {
        code: response.error_code.0,
        message: response
            .error_message
            .as_deref()
            .unwrap_or_default()
            .to_owned(),
        token: response.auth_bytes.to_vec(),
        lifetime_ms: response.session_lifetime_ms,
    }
}

/// The whole dialogue of SCRAM-SHA-512 from SaslHandshake on; the last answer, good or bad.
pub(crate) async fn scram(tls: &mut Tls, user: &str, password: &str) -> Answer {
    tls.write_all(&handshake(1, "SCRAM-SHA-512")).await.unwrap();
    next_frame(tls).await;
    finish_scram(tls, user, password).await
}

/// The same after the answer to SaslHandshake.
pub(crate) async fn finish_scram(tls: &mut Tls, user: &str, password: &str) -> Answer {
    let first_bare = format!("n={user},r=fyko+d2lbbFgONRv9qkxdawL");
    let first = format!("n,,{first_bare}");
    tls.write_all(&authenticate(2, first.as_bytes()))
        .await
        .unwrap();
    let challenge = authenticated(tls).await;
    if challenge.code != 0 {
        return challenge;
    }
    let last = last_message(&first_bare, challenge.token, password);
    tls.write_all(&authenticate(3, last.as_bytes()))
        .await
        .unwrap();
    authenticated(tls).await
}

/// SCRAM-SHA-512 as clients before Kafka 1.0 speak it: SaslHandshake version 0, then tokens that
/// have nothing but a length. The server's last message.
pub(crate) async fn raw_scram(tls: &mut Tls, user: &str, password: &str) -> Vec<u8> {
    let mechanism = "SCRAM-SHA-512".to_owned().into();
    let greeting = Request::SaslHandshake(SaslHandshakeRequest { mechanism });
    tls.write_all(&request(0, 1, &greeting)).await.unwrap();
    next_frame(tls).await;
    let first_bare = format!("n={user},r=fyko+d2lbbFgONRv9qkxdawL");
    let first = format!("n,,{first_bare}");
    tls.write_all(&raw(first.as_bytes())).await.unwrap();
    let challenge = next_frame(tls).await;
    let last = last_message(&first_bare, challenge, password);
    tls.write_all(&raw(last.as_bytes())).await.unwrap();
    next_frame(tls).await
}

fn raw(token: &[u8]) -> Vec<u8> {
    let length = u32::try_from(token.len()).unwrap();
    [&length.to_be_bytes(), token].concat()
}

/// The client's last message of SCRAM, with its proof.
fn last_message(first_bare: &str, challenge: Vec<u8>, password: &str) -> String {
    let server_first = String::from_utf8(challenge).unwrap();
    let attribute = |name: &str| {
        let mut attributes = server_first.split(',');
        let found = attributes.find_map(|a| a.strip_prefix(name)).unwrap();
        found.to_owned()
    };
    let salt = STANDARD.decode(attribute("s=")).unwrap();
    let iterations: NonZeroU32 = attribute("i=").parse().unwrap();
    let mechanism = ScramMechanism::Sha512;
    let salted = mechanism.salted_password(password.as_bytes(), &salt, iterations);
    let client_key = mechanism.hmac(&salted, b"Client Key");
    let without_proof = format!("c=biws,r={}", attribute("r="));
    let message = format!("{first_bare},{server_first},{without_proof}");
    let signature = mechanism.hmac(&mechanism.hash(&client_key), message.as_bytes());
    let proof: Vec<u8> = client_key
        .iter()
        .zip(&signature)
        .map(|(a, b)| a ^ b)
        .collect();
    format!("{without_proof},p={}", STANDARD.encode(proof))
}
