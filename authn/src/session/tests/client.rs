//! What a client sends, and how it reads the answers.

use std::net::{IpAddr, Ipv4Addr};
use std::num::NonZeroU32;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use identity::control::ScramUser;
use identity::{ScramCredential, ScramMechanism};
use protocol::frame;
use protocol::messages::api_versions::{ApiVersion, ApiVersionsRequest, ApiVersionsResponse};
use protocol::messages::header::RequestHeader;
use protocol::messages::metadata::MetadataRequest;
use protocol::messages::sasl_authenticate::SaslAuthenticateRequest;
use protocol::messages::sasl_handshake::SaslHandshakeRequest;
use protocol::{ApiKey, ErrorCode, Request, Response, Str};

use crate::credentials::{PhantomKey, ScramCredentials};
use crate::mechanism::{Authenticators, Mechanism, SystemRandom};
use crate::session::{Authenticated, Failure, Next, Peer, RenewalPrincipal, SaslSettings, Session};

pub(super) const NOW_MS: i64 = 1_795_348_800_000;
pub(super) const SHA_512: Mechanism = Mechanism::Scram(ScramMechanism::Sha512);
pub(super) const PEER: Peer = Peer {
    address: IpAddr::V4(Ipv4Addr::LOCALHOST),
    connection_id: [0xAB; 16],
};

pub(super) fn settings() -> SaslSettings {
    let iterations = NonZeroU32::new(4096).unwrap();
    let mechanism = ScramMechanism::Sha512;
    let scram = ScramCredentials::new(PhantomKey::new(&[9; 32]));
    scram.set_broker(vec![ScramUser {
        name: "alice".to_owned(),
        mechanism,
        credential: ScramCredential::of_password(mechanism, b"pw", b"salt".to_vec(), iterations),
    }]);
    SaslSettings {
        mechanisms: vec![SHA_512, Mechanism::OauthBearer],
        raw_tokens: false,
        session_max: None,
        renewal_principal: RenewalPrincipal::Role,
        authenticators: Authenticators {
            scram: Arc::new(scram),
            iam: None,
            random: Arc::new(SystemRandom),
        },
    }
}

pub(super) fn session() -> Session {
    Session::new(Arc::new(settings()), PEER)
}

/// A frame without its length.
pub(super) fn request(version: i16, request: &Request) -> Bytes {
    let header = RequestHeader {
        request_api_key: request.api_key().code(),
        request_api_version: version,
        correlation_id: 77,
        client_id: Some(Str::from("client")),
    };
    let frame = frame::encode_request(&header, request).unwrap().to_bytes();
    frame.slice(4..)
}

pub(super) fn api_versions(version: i16) -> Bytes {
    software(version, "outrigger-test", "1.0")
}

pub(super) fn software(version: i16, name: &str, software_version: &str) -> Bytes {
    request(
        version,
        &Request::ApiVersions(ApiVersionsRequest {
            client_software_name: Str::from(name),
            client_software_version: Str::from(software_version),
        }),
    )
}

pub(super) fn handshake(version: i16, mechanism: &str) -> Bytes {
    request(
        version,
        &Request::SaslHandshake(SaslHandshakeRequest {
            mechanism: Str::from(mechanism),
        }),
    )
}

pub(super) fn token(version: i16, token: &[u8]) -> Bytes {
    request(
        version,
        &Request::SaslAuthenticate(SaslAuthenticateRequest {
            auth_bytes: Bytes::copy_from_slice(token),
        }),
    )
}

pub(super) fn metadata() -> Bytes {
    request(5, &Request::Metadata(MetadataRequest::default()))
}

pub(super) fn upstream(_version: i16) -> Option<ApiVersionsResponse> {
    Some(ApiVersionsResponse {
        api_keys: vec![ApiVersion {
            api_key: 17,
            min_version: 0,
            max_version: 1,
        }],
        ..ApiVersionsResponse::default()
    })
}

pub(super) fn handle(session: Session, frame: Bytes) -> (Option<Bytes>, Next) {
    let turn = session.handle(frame, NOW_MS, &upstream);
    (turn.reply, turn.next)
}

pub(super) fn decoded(reply: Option<Bytes>, api_key: ApiKey, version: i16) -> Response {
    let reply = reply.expect("a reply");
    let length = u32::from_be_bytes(reply[..4].try_into().unwrap());
    assert_eq!(usize::try_from(length).unwrap(), reply.len() - 4);
    let (header, response) = frame::decode_response(reply.slice(4..), api_key, version).unwrap();
    assert_eq!(header.correlation_id, 77);
    response
}

pub(super) fn code_of_api_versions(reply: Option<Bytes>, version: i16) -> ErrorCode {
    match decoded(reply, ApiKey::ApiVersions, version) {
        Response::ApiVersions(response) => response.error_code,
        other => panic!("{other:?}"),
    }
}

pub(super) fn handshake_answer(reply: Option<Bytes>, version: i16) -> (ErrorCode, Vec<String>) {
    match decoded(reply, ApiKey::SaslHandshake, version) {
        Response::SaslHandshake(response) => {
            let names = response.mechanisms.iter().map(ToString::to_string);
            (response.error_code, names.collect())
        }
        other => panic!("{other:?}"),
    }
}

pub(super) struct TokenAnswer {
    pub(super) code: ErrorCode,
    pub(super) text: String,
    pub(super) token: Vec<u8>,
    pub(super) lifetime_ms: i64,
}

pub(super) fn token_answer(reply: Option<Bytes>, version: i16) -> TokenAnswer {
    match decoded(reply, ApiKey::SaslAuthenticate, version) {
        Response::SaslAuthenticate(response) => TokenAnswer {
            code: response.error_code,
            text: response.error_message.unwrap_or_default().to_string(),
            token: response.auth_bytes.to_vec(),
            lifetime_ms: response.session_lifetime_ms,
        },
        other => panic!("{other:?}"),
    }
}

pub(super) fn go_on(next: Next) -> Session {
    match next {
        Next::Continue(session) => *session,
        other => panic!("{other:?}"),
    }
}

pub(super) fn failure(next: Next) -> Failure {
    match next {
        Next::Failed(failure) => *failure,
        other => panic!("{other:?}"),
    }
}

/// A session whose handshake is done.
pub(super) fn chosen(session: Session, mechanism: Mechanism) -> Session {
    let (reply, next) = handle(session, handshake(1, mechanism.name()));
    assert_eq!(handshake_answer(reply, 1).0, ErrorCode::NONE);
    go_on(next)
}

/// What alice's client answers to the server's challenge.
pub(super) fn proof(challenge: &[u8], password: &str) -> Vec<u8> {
    let challenge = std::str::from_utf8(challenge).unwrap();
    let mechanism = ScramMechanism::Sha512;
    let (nonce, _) = challenge["r=".len()..].split_once(',').unwrap();
    let salted =
        mechanism.salted_password(password.as_bytes(), b"salt", NonZeroU32::new(4096).unwrap());
    let client_key = mechanism.hmac(&salted, b"Client Key");
    let without_proof = format!("c=biws,r={nonce}");
    let transcript = format!("n=alice,r=abc,{challenge},{without_proof}");
    let signature = mechanism.hmac(&mechanism.hash(&client_key), transcript.as_bytes());
    let proof: Vec<u8> = client_key
        .iter()
        .zip(signature)
        .map(|(a, b)| a ^ b)
        .collect();
    let proof = STANDARD.encode(proof);
    format!("{without_proof},p={proof}").into_bytes()
}

/// Both tokens of alice, from a session whose handshake is done.
pub(super) fn scram(session: Session, version: i16, password: &str) -> (TokenAnswer, Next) {
    let (reply, next) = handle(session, token(version, b"n,,n=alice,r=abc"));
    let answer = token_answer(reply, version);
    assert_eq!((answer.code, answer.lifetime_ms), (ErrorCode::NONE, 0));
    let (reply, next) = handle(go_on(next), token(version, &proof(&answer.token, password)));
    (token_answer(reply, version), next)
}

pub(super) fn authenticated(next: Next) -> Authenticated {
    match next {
        Next::Authenticated(authenticated) => *authenticated,
        other => panic!("{other:?}"),
    }
}
